/* Connections of one role: how they are set up, shared, cancelled, lost and made again. */
#include "fixture.h"
#include <pthread.h>

static struct db_pool *pool;
static struct arena *arena;
static const struct db_values none;

static int up(void **state)
{
  fixture_up(state);
  arena = arena_new(1 << 20);
  return 0;
}

static int down(void **state)
{
  arena_free(&arena);
  return fixture_down(state);
}

static int with_pool(void **state)
{
  (void)state;
  pool = fixture_pool(DB_APP, 2);
  return 0;
}

static int without_pool(void **state)
{
  (void)state;
  db_pool_close(&pool);
  return 0;
}

static enum result read_one(enum statement statement, int64_t deadline, struct db_rows *ret_rows)
{
  return db_read(&(struct db_call){pool, NULL, arena, deadline}, statement, &none, ret_rows);
}

static int64_t backend(void)
{
  struct db_rows rows = {0};
  assert_ok(read_one(SQL_test_settings, 0, &rows));
  return db_int(&rows, 0, 5);
}

static enum result sleep_for(const char *seconds, int64_t deadline)
{
  struct db_values v = {0};
  struct db_rows rows = {0};
  db_put_text(&v, str_of(seconds));
  return db_read(&(struct db_call){pool, NULL, arena, deadline}, SQL_test_sleep, &v, &rows);
}

static void a_session_starts_with_its_settings_pinned(void **state)
{
  static const struct {
    const char *name, *setting;
  } wanted[] = {{"search_path", "bailiwick,pg_temp"},
                {"TimeZone", "UTC"},
                {"client_encoding", "UTF8"},
                {"statement_timeout", "30000"},
                {"lock_timeout", "5000"},
                {"idle_in_transaction_session_timeout", "60000"},
                {"row_security", "on"},
                {"random_page_cost", "1.1"}};
  struct db_rows rows = {0};
  (void)state;
  assert_ok(read_one(SQL_test_session, 0, &rows));
  for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
    struct str found = STR_NONE;
    for (int row = 0; row < rows.count; row++)
      if (str_is(db_text(&rows, row, 0), wanted[i].name))
        found = db_text(&rows, row, 1);
    if (!str_is(found, wanted[i].setting))
      fail_msg("%s is %.*s", wanted[i].name, (int)found.n, found.p);
  }
}

static void a_pool_runs_the_statements_of_its_role_alone(void **state)
{
  struct db_rows rows = {0};
  (void)state;
  assert_int_equal(read_one(SQL_test_auth, 0, &rows), R_INTERNAL);
  assert_int_equal(read_one(SQL_migration_list, 0, &rows), R_INTERNAL);
  assert_non_null(strstr(db_last_error(), "not a statement of bailiwick_app"));
  assert_ok(read_one(SQL_test_settings, 0, &rows));
}

static void one_connection_serves_caller_after_caller(void **state)
{
  int64_t first = backend();
  (void)state;
  for (int i = 0; i < 20; i++)
    assert_int_equal(backend(), first);
  assert_true(db_pool_reachable(pool));
}

static void a_connection_killed_while_idle_is_replaced_unseen(void **state)
{
  struct db_pool *killer = fixture_pool(DB_APP, 1);
  struct db_rows rows = {0};
  int64_t first = backend();
  (void)state;
  assert_ok(db_read(&(struct db_call){killer, NULL, arena, 0}, SQL_test_terminate, &none, &rows));
  assert_true(rows.count >= 1);
  db_pool_close(&killer);
  usleep(100000);
  assert_int_not_equal(backend(), first);
}

static void a_statement_over_its_deadline_is_cancelled(void **state)
{
  int64_t begun = clock_monotonic();
  (void)state;
  assert_int_equal(sleep_for("20", begun + CLOCK_SECOND / 5), R_UNAVAILABLE);
  assert_in_range(clock_monotonic() - begun, CLOCK_SECOND / 5, 2 * CLOCK_SECOND);
  assert_true(backend() != 0);
}

static _Atomic uint64_t sleeper;
static enum result slept;

static void *sleep_long(void *unused)
{
  sleeper = db_thread();
  slept = sleep_for("20", 0);
  return unused;
}

static void any_thread_cancels_anothers_statement(void **state)
{
  pthread_t thread;
  int64_t begun = clock_monotonic();
  (void)state;
  assert_int_equal(pthread_create(&thread, NULL, sleep_long, NULL), 0);
  usleep(300000);
  db_pool_cancel(pool, sleeper + 1000); /* nobody's: harmless */
  db_pool_cancel(pool, sleeper);
  pthread_join(thread, NULL);
  assert_int_equal(slept, R_UNAVAILABLE);
  assert_true(clock_monotonic() - begun < 3 * CLOCK_SECOND);
  db_pool_cancel(pool, sleeper); /* too late: nothing of its is under way */
  assert_true(backend() != 0);
}

static void threads_have_numbers_of_their_own(void **state)
{
  pthread_t thread;
  (void)state;
  assert_int_equal(db_thread(), db_thread());
  assert_int_equal(pthread_create(&thread, NULL, sleep_long, NULL), 0);
  usleep(200000);
  assert_int_not_equal(sleeper, db_thread());
  db_pool_cancel(pool, sleeper);
  pthread_join(thread, NULL);
}

static void whoever_finds_no_free_connection_waits_until_the_deadline(void **state)
{
  struct db_tx *tx[2] = {0};
  struct db_rows rows = {0};
  const struct db_call call = {pool, NULL, arena, 0};
  (void)state;
  for (int i = 0; i < 2; i++) {
    assert_ok(db_tx_open(&call, &tx[i]));
    assert_ok(db_tx_run(tx[i], SQL_test_settings, &none, &rows));
  }
  int64_t begun = clock_monotonic();
  assert_int_equal(read_one(SQL_test_settings, begun + CLOCK_SECOND / 5, &rows), R_UNAVAILABLE);
  assert_in_range(clock_monotonic() - begun, CLOCK_SECOND / 5, CLOCK_SECOND);
  db_tx_close(&tx[0]);
  assert_ok(read_one(SQL_test_settings, 0, &rows));
  db_tx_close(&tx[1]);
}

static enum result try_login(const char *conninfo, enum db_role role)
{
  struct db_pool *refused = NULL;
  struct db_rows rows = {0};
  assert_ok(db_pool_open(&(struct db_config){conninfo, role, 1}, &refused));
  enum result r = db_read(&(struct db_call){refused, NULL, arena, 0}, SQL_policy_revision, &none, &rows);
  db_pool_close(&refused);
  return r;
}

static void a_superuser_is_refused(void **state)
{
  (void)state;
  fixture_psql("ALTER ROLE bailiwick_auth SUPERUSER");
  assert_int_equal(try_login(db_cluster_conninfo(fixture_cluster), DB_AUTH), R_UNAVAILABLE);
  assert_non_null(strstr(db_last_error(), "superuser"));
  fixture_psql("ALTER ROLE bailiwick_auth NOSUPERUSER");
  assert_ok(try_login(db_cluster_conninfo(fixture_cluster), DB_AUTH));
}

static void another_encoding_is_refused(void **state)
{
  char conninfo[400];
  (void)state;
  fixture_psql("CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0");
  snprintf(conninfo, sizeof conninfo, "%s dbname=latin", db_cluster_conninfo(fixture_cluster));
  assert_int_equal(try_login(conninfo, DB_APP), R_UNAVAILABLE);
  assert_non_null(strstr(db_last_error(), "UTF8"));
}

static void the_role_logs_in_whoever_the_conninfo_names(void **state)
{
  char conninfo[400];
  (void)state;
  snprintf(conninfo, sizeof conninfo, "%s user=postgres options='-c search_path=public'",
           db_cluster_conninfo(fixture_cluster));
  assert_ok(try_login(conninfo, DB_APP));
}

static void a_database_that_is_down_is_left_alone_for_a_while_and_found_again(void **state)
{
  struct db_rows rows = {0};
  enum result r = R_OK;
  (void)state;
  assert_true(backend() != 0);
  db_cluster_close(&fixture_cluster);
  /* The first finds a connection that it used a moment ago, and learns of its end from what it asks. */
  for (int i = 0; i < 100; i++)
    assert_int_equal(read_one(SQL_test_settings, 0, &rows), R_UNAVAILABLE);
  assert_false(db_pool_reachable(pool));
  assert_ok(db_cluster_open(fixture_data, &fixture_cluster));
  int64_t until = clock_monotonic() + 10 * CLOCK_SECOND;
  while ((r = read_one(SQL_test_settings, 0, &rows)) != R_OK && clock_monotonic() < until)
    usleep(20000);
  assert_ok(r);
  assert_true(db_pool_reachable(pool));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(a_session_starts_with_its_settings_pinned, with_pool, without_pool),
      cmocka_unit_test_setup_teardown(a_pool_runs_the_statements_of_its_role_alone, with_pool, without_pool),
      cmocka_unit_test_setup_teardown(one_connection_serves_caller_after_caller, with_pool, without_pool),
      cmocka_unit_test_setup_teardown(a_connection_killed_while_idle_is_replaced_unseen, with_pool, without_pool),
      cmocka_unit_test_setup_teardown(a_statement_over_its_deadline_is_cancelled, with_pool, without_pool),
      cmocka_unit_test_setup_teardown(any_thread_cancels_anothers_statement, with_pool, without_pool),
      cmocka_unit_test_setup_teardown(threads_have_numbers_of_their_own, with_pool, without_pool),
      cmocka_unit_test_setup_teardown(whoever_finds_no_free_connection_waits_until_the_deadline, with_pool,
                                      without_pool),
      cmocka_unit_test(a_superuser_is_refused),
      cmocka_unit_test(another_encoding_is_refused),
      cmocka_unit_test(the_role_logs_in_whoever_the_conninfo_names),
      cmocka_unit_test_setup_teardown(a_database_that_is_down_is_left_alone_for_a_while_and_found_again, with_pool,
                                      without_pool),
  };
  return cmocka_run_group_tests(tests, up, down);
}
