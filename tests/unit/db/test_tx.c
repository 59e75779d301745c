/* Reads and transactions under a scope: nothing leaks, nothing is half done, and what became of a COMMIT is known. */
#include "fixture.h"
#include <pthread.h>

static struct db_pool *pool;
static struct arena *arena;
static const struct db_values none;
static char partner[2][SCOPE_PATH]; /* two neighbours below the provider */

static struct uuid new_id(void)
{
  struct uuid id;
  assert_ok(uuid_new(&id));
  return id;
}

/* A tenant whose code is its label, and whose external id is its name. */
static void put_named(struct db_values *v, const char *label, const char *name, const char *kind, const char *parent)
{
  struct uuid id = new_id();
  db_put_uuid(v, &id);
  db_put_text(v, str_of(label));
  db_put_text(v, str_of(kind));
  db_put_text(v, str_of(label));
  db_put_text(v, str_of(name));
  db_put_text(v, str_of(parent));
}

static void put_tenant(struct db_values *v, const char *label, const char *kind, const char *parent)
{
  put_named(v, label, label, kind, parent);
}

static struct db_call under(const struct scope *scope) { return (struct db_call){pool, scope, arena, 0}; }

static void add_tenant(const char *label, const char *kind, const char *parent)
{
  const struct scope scope = fixture_scope(fixture_root);
  const struct db_call call = under(&scope);
  struct db_values v = {0};
  struct db_tx *tx = NULL;
  int64_t revision = 0;
  put_tenant(&v, label, kind, parent);
  assert_ok(db_tx_open(&call, &tx));
  assert_ok(db_tx_queue(tx, SQL_test_tenant_add, &v));
  assert_ok(db_tx_commit(tx, &revision));
  db_tx_close(&tx);
}

static int up(void **state)
{
  static const char *const labels[] = {"partner0", "partner1"};
  fixture_up(state);
  pool = fixture_pool(DB_APP, 1);
  arena = arena_new(64 << 20);
  for (int i = 0; i < 2; i++) {
    add_tenant(labels[i], "partner", fixture_root);
    snprintf(partner[i], sizeof partner[i], "%.20s/%s", fixture_root, labels[i]);
  }
  add_tenant("custome0", "customer", partner[0]);
  return 0;
}

static int down(void **state)
{
  arena_free(&arena);
  db_pool_close(&pool);
  return fixture_down(state);
}

/* How many tenants a scope sees. */
static int visible(const char *path)
{
  const struct scope scope = fixture_scope(path);
  const struct db_call call = under(&scope);
  struct db_rows rows = {0};
  assert_ok(db_read(&call, SQL_test_tenant_list, &none, &rows));
  return rows.count;
}

static void nothing_is_left_of_a_scope(void)
{
  const struct db_call call = under(NULL);
  struct db_rows rows = {0};
  assert_ok(db_read(&call, SQL_test_settings, &none, &rows));
  for (int column = 0; column < 4; column++)
    assert_int_equal(db_text(&rows, 0, column).n, 0);
  assert_true(str_is(db_text(&rows, 0, 4), "auto"));
}

static void a_statement_that_needs_a_scope_does_not_run_without(void **state)
{
  const struct db_call call = under(NULL);
  struct db_rows rows = {.count = 77};
  struct db_tx *tx = NULL;
  (void)state;
  assert_int_equal(db_read(&call, SQL_test_tenant_list, &none, &rows), R_INTERNAL);
  assert_int_equal(rows.count, 77);
  assert_ok(db_tx_open(&call, &tx));
  assert_int_equal(db_tx_run(tx, SQL_test_tenant_list, &none, &rows), R_INTERNAL);
  db_tx_close(&tx);
}

static void a_scope_is_set_for_one_call_and_gone_in_the_next(void **state)
{
  const struct scope scope = fixture_scope(partner[0]);
  const struct db_call call = under(&scope);
  struct db_rows rows = {0};
  (void)state;
  assert_ok(db_read(&call, SQL_test_settings, &none, &rows));
  assert_true(str_is(db_text(&rows, 0, 0), scope.low));
  assert_true(str_is(db_text(&rows, 0, 1), scope.high));
  assert_true(str_is(db_text(&rows, 0, 2), scope.ancestors));
  assert_true(str_is(db_text(&rows, 0, 3), scope.consents));
  nothing_is_left_of_a_scope();
}

static void nothing_is_left_of_a_scope_after_a_failure_either(void **state)
{
  const struct scope scope = fixture_scope(partner[0]);
  struct db_call call = under(&scope);
  struct db_rows rows = {0};
  struct db_tx *tx = NULL;
  struct db_values bad = {0}, slow = {0};
  (void)state;
  db_put_text(&bad, STR("x"));
  db_put_text(&slow, STR("20"));
  assert_int_equal(db_read(&call, SQL_test_cast, &bad, &rows), R_INTERNAL);
  nothing_is_left_of_a_scope();
  assert_ok(db_tx_open(&call, &tx));
  assert_ok(db_tx_run(tx, SQL_test_tenant_list, &none, &rows));
  assert_int_equal(db_tx_run(tx, SQL_test_cast, &bad, &rows), R_INTERNAL);
  db_tx_close(&tx);
  nothing_is_left_of_a_scope();
  call.deadline = clock_monotonic() + CLOCK_SECOND / 10;
  assert_int_equal(db_read(&call, SQL_test_sleep, &slow, &rows), R_UNAVAILABLE);
  nothing_is_left_of_a_scope();
}

/* Whatever a rule of the table finds, nobody before it has looked for: not the caller's fault. */
static void a_check_of_the_table_is_a_fault_of_ours_and_named_in_the_log(void **state)
{
  const struct scope scope = fixture_scope(fixture_root);
  const struct db_call call = under(&scope);
  struct db_values nameless = {0};
  struct db_rows rows = {0};
  struct db_tx *tx = NULL;
  (void)state;
  put_named(&nameless, "nameless", "", "partner", fixture_root);
  assert_ok(db_tx_open(&call, &tx));
  assert_int_equal(db_tx_run(tx, SQL_test_tenant_add, &nameless, &rows), R_INTERNAL);
  assert_non_null(strstr(db_last_error(), "23514 tenant_name"));
  db_tx_close(&tx);
}

static void a_thousand_alternating_scopes_never_mix(void **state)
{
  const struct scope scopes[2] = {fixture_scope(partner[0]), fixture_scope(partner[1])};
  (void)state;
  for (int i = 0; i < 1000; i++) {
    struct arena *one = arena_new(1 << 16);
    const struct db_call call = {pool, &scopes[i % 2], one, 0};
    struct db_rows rows = {0};
    assert_ok(db_read(&call, SQL_test_tenant_list, &none, &rows));
    assert_int_equal(rows.count, i % 2 ? 1 : 2);
    for (int row = 0; row < rows.count; row++) {
      assert_true(str_starts(db_text(&rows, row, 1), str_of(partner[i % 2])));
      assert_true(str_is(db_text(&rows, row, 2), partner[i % 2]));
    }
    arena_free(&one);
  }
}

static void a_list_is_planned_for_its_own_values(void **state)
{
  const struct scope scope = fixture_scope(fixture_root);
  const struct db_call call = under(&scope);
  struct db_rows rows = {0};
  (void)state;
  assert_ok(db_read(&call, SQL_test_tenant_list, &none, &rows));
  assert_true(str_is(db_text(&rows, 0, 3), "force_custom_plan"));
}

static void a_transaction_that_is_not_committed_did_nothing(void **state)
{
  const struct scope scope = fixture_scope(fixture_root);
  const struct db_call call = under(&scope);
  struct db_rows rows = {0};
  struct db_values v = {0};
  struct db_tx *tx = NULL;
  int before = visible(fixture_root);
  (void)state;
  put_tenant(&v, "undone00", "partner", fixture_root);
  assert_ok(db_tx_open(&call, &tx));
  assert_ok(db_tx_run(tx, SQL_test_tenant_add, &v, &rows));
  assert_int_equal(rows.changed, 1);
  assert_ok(db_tx_run(tx, SQL_test_tenant_list, &none, &rows));
  assert_int_equal(rows.count, before + 1);
  db_tx_close(&tx);
  assert_null(tx);
  assert_int_equal(visible(fixture_root), before);
}

/* How many tenants the transaction sees, and under which path. */
static int seen_in(struct db_tx *tx, const char *low)
{
  struct db_rows rows = {0};
  assert_ok(db_tx_run(tx, SQL_test_tenant_list, &none, &rows));
  assert_true(str_is(db_text(&rows, 0, 2), low));
  assert_true(str_is(db_text(&rows, 0, 3), "force_custom_plan"));
  return rows.count;
}

static void a_return_to_a_mark_undoes_what_lies_behind_it_and_nothing_else(void **state)
{
  const struct scope whole = fixture_scope(fixture_root), narrow = fixture_scope(partner[0]);
  const struct db_call call = under(&whole);
  struct db_rows rows = {0};
  struct db_values kept = {0}, undone = {0}, bad = {0};
  struct db_tx *tx = NULL;
  (void)state;
  int before = visible(fixture_root);
  put_tenant(&kept, "kept0000", "customer", partner[0]);
  put_tenant(&undone, "undone01", "customer", partner[0]);
  db_put_text(&bad, STR("x"));
  assert_ok(db_tx_open(&call, &tx));
  assert_ok(db_tx_mark(tx));
  assert_ok(db_tx_run(tx, SQL_test_tenant_add, &kept, &rows));
  assert_ok(db_tx_forget(tx));
  assert_ok(db_tx_mark(tx));
  assert_ok(db_tx_scope(tx, &narrow));
  assert_ok(db_tx_queue(tx, SQL_test_tenant_add, &undone));
  assert_int_equal(seen_in(tx, partner[0]), 4);
  assert_int_equal(db_tx_run(tx, SQL_test_cast, &bad, &rows), R_INTERNAL);
  assert_int_equal(db_tx_run(tx, SQL_test_tenant_list, &none, &rows), R_INTERNAL);
  assert_ok(db_tx_return(tx));
  assert_ok(db_tx_forget(tx));
  assert_ok(db_tx_scope(tx, &narrow));
  assert_int_equal(seen_in(tx, partner[0]), 3);
  assert_ok(db_tx_scope(tx, &whole));
  assert_int_equal(seen_in(tx, fixture_root), before + 1);
  db_tx_close(&tx);
  assert_int_equal(visible(fixture_root), before);
}

static void a_failure_that_was_queued_is_heard_when_the_mark_is_forgotten(void **state)
{
  const struct scope whole = fixture_scope(fixture_root);
  const struct db_call call = under(&whole);
  struct db_values bad = {0};
  struct db_tx *tx = NULL;
  int64_t revision = 0;
  (void)state;
  db_put_text(&bad, STR("x"));
  assert_ok(db_tx_open(&call, &tx));
  assert_ok(db_tx_mark(tx));
  assert_ok(db_tx_queue(tx, SQL_test_cast, &bad));
  assert_int_equal(db_tx_forget(tx), R_INTERNAL);
  assert_ok(db_tx_return(tx));
  assert_ok(db_tx_forget(tx));
  assert_ok(db_tx_commit(tx, &revision));
  db_tx_close(&tx);
}

static void a_commit_gives_a_revision_that_grows(void **state)
{
  const struct scope scope = fixture_scope(fixture_root);
  const struct db_call call = under(&scope);
  int64_t last = 0;
  (void)state;
  for (int i = 0; i < 3; i++) {
    struct db_values v = {0};
    struct db_tx *tx = NULL;
    int64_t revision = 0;
    char label[24];
    snprintf(label, sizeof label, "grows%03d", i);
    put_tenant(&v, label, "customer", partner[1]);
    assert_ok(db_tx_open(&call, &tx));
    assert_ok(db_tx_queue(tx, SQL_test_tenant_add, &v));
    assert_ok(db_tx_commit(tx, &revision));
    db_tx_close(&tx);
    assert_true(revision > last && revision != DB_REVISION_UNKNOWN);
    last = revision;
  }
  assert_int_equal(visible(partner[1]), 4);
}

static void more_may_be_queued_than_one_pipeline_holds(void **state)
{
  const struct scope scope = fixture_scope(fixture_root);
  const struct db_call call = under(&scope);
  struct db_tx *tx = NULL;
  int64_t revision = 0;
  int before = visible(fixture_root);
  (void)state;
  assert_ok(db_tx_open(&call, &tx));
  for (int i = 0; i < 700; i++) {
    struct db_values v = {0};
    char label[24];
    snprintf(label, sizeof label, "many%04d", i);
    put_tenant(&v, label, "customer", partner[0]);
    assert_ok(db_tx_queue(tx, SQL_test_tenant_add, &v));
  }
  assert_ok(db_tx_commit(tx, &revision));
  db_tx_close(&tx);
  assert_int_equal(visible(fixture_root), before + 700);
}

static enum result queue_and_commit(const struct db_values *first, const struct db_values *second)
{
  const struct scope scope = fixture_scope(fixture_root);
  const struct db_call call = under(&scope);
  struct db_tx *tx = NULL;
  int64_t revision = -1;
  assert_ok(db_tx_open(&call, &tx));
  enum result r = db_tx_queue(tx, SQL_test_tenant_add, first);
  if (r == R_OK)
    r = db_tx_queue(tx, SQL_test_tenant_add, second);
  if (r == R_OK)
    r = db_tx_commit(tx, &revision);
  db_tx_close(&tx);
  if (r != R_OK)
    assert_int_equal(revision, -1);
  return r;
}

static void what_a_trigger_or_a_key_refuses_has_its_own_result(void **state)
{
  static const struct {
    const char *label, *name, *kind;
    enum result result;
  } cases[] = {{"rootroot", "second root", "provider", R_KIND_NOT_ALLOWED},
               {"another0", "partner0", "partner", R_ALREADY_EXISTS},
               {"partner0", "another", "partner", R_AGAIN}, /* made by the service: it makes another */
               {"NOTLABEL", "not a label", "partner", R_INTERNAL}};
  int before = visible(fixture_root);
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct db_values good = {0}, bad = {0};
    put_tenant(&good, "goodgood", "partner", fixture_root);
    put_named(&bad, cases[i].label, cases[i].name, cases[i].kind, fixture_root);
    assert_int_equal(queue_and_commit(&good, &bad), cases[i].result);
    assert_int_equal(visible(fixture_root), before);
  }
}

static void what_is_deferred_is_refused_at_commit(void **state)
{
  const struct scope scope = fixture_scope(fixture_root);
  const struct db_call call = under(&scope);
  const struct uuid user = new_id(), grant = new_id();
  struct db_values add_user = {0}, add_grant = {0};
  struct db_rows rows = {0};
  struct db_tx *tx = NULL;
  int64_t revision = 0;
  (void)state;
  db_put_uuid(&add_user, &user);
  db_put_text(&add_user, STR("alice"));
  db_put_text(&add_user, str_of(partner[0]));
  db_put_uuid(&add_grant, &grant);
  db_put_text(&add_grant, str_of(partner[1]));
  db_put_uuid(&add_grant, &user);
  assert_ok(db_tx_open(&call, &tx));
  assert_ok(db_tx_run(tx, SQL_test_user_add, &add_user, &rows));
  assert_ok(db_tx_run(tx, SQL_test_grant_add, &add_grant, &rows));
  assert_int_equal(rows.changed, 1);
  assert_int_equal(db_tx_commit(tx, &revision), R_OUTSIDE_HOME);
  db_tx_close(&tx);
}

static void after_its_first_failure_a_transaction_runs_nothing(void **state)
{
  const struct scope scope = fixture_scope(fixture_root);
  const struct db_call call = under(&scope);
  struct db_values bad = {0}, good = {0};
  struct db_rows rows = {0};
  struct db_tx *tx = NULL;
  int64_t revision = -1;
  int before = visible(fixture_root);
  (void)state;
  put_named(&bad, "another0", "partner0", "partner", fixture_root);
  put_tenant(&good, "goodgood", "partner", fixture_root);
  assert_ok(db_tx_open(&call, &tx));
  assert_int_equal(db_tx_run(tx, SQL_test_tenant_add, &bad, &rows), R_ALREADY_EXISTS);
  assert_int_equal(db_tx_run(tx, SQL_test_tenant_add, &good, &rows), R_ALREADY_EXISTS);
  assert_int_equal(db_tx_commit(tx, &revision), R_ALREADY_EXISTS);
  assert_int_equal(revision, -1);
  db_tx_close(&tx);
  assert_int_equal(visible(fixture_root), before);
}

static void the_error_text_names_the_cause_and_holds_no_value(void **state)
{
  const struct db_call call = under(NULL);
  struct db_values secret = {0}, taken = {0}, good = {0};
  struct db_rows rows = {0};
  (void)state;
  db_put_text(&secret, STR("hunter2"));
  assert_int_equal(db_read(&call, SQL_test_cast, &secret, &rows), R_INTERNAL);
  assert_non_null(strstr(db_last_error(), "22P02"));
  assert_null(strstr(db_last_error(), "hunter2"));
  put_tenant(&good, "goodgood", "partner", fixture_root);
  put_named(&taken, "another0", "partner1", "partner", fixture_root);
  assert_int_equal(queue_and_commit(&good, &taken), R_ALREADY_EXISTS);
  assert_non_null(strstr(db_last_error(), "23505 tenant_"));
  assert_null(strstr(db_last_error(), "partner1"));
}

/* Ends, from another connection, those of the same role that wait for `event`. */
static void end_those_who_wait(const char *event)
{
  struct db_pool *killer = NULL;
  struct arena *own = arena_new(1 << 20);
  struct db_values v = {0};
  struct db_rows rows = {0};
  db_put_text(&v, str_of(event));
  if (db_pool_open(&(struct db_config){db_cluster_conninfo(fixture_cluster), DB_APP, 1}, &killer) != R_OK)
    return;
  for (int i = 0; i < 500 && rows.count == 0; i++) {
    if (db_read(&(struct db_call){killer, NULL, own, 0}, SQL_test_terminate_waiting, &v, &rows) != R_OK)
      break;
    usleep(10000);
  }
  db_pool_close(&killer);
  arena_free(&own);
}

static void a_connection_killed_between_statements_is_unavailable_and_nothing_happened(void **state)
{
  const struct scope scope = fixture_scope(fixture_root);
  const struct db_call call = under(&scope);
  struct db_values v = {0};
  struct db_rows rows = {0};
  struct db_tx *tx = NULL;
  int64_t revision = -1;
  int before = visible(fixture_root);
  (void)state;
  put_tenant(&v, "killed00", "partner", fixture_root);
  assert_ok(db_tx_open(&call, &tx));
  assert_ok(db_tx_run(tx, SQL_test_tenant_add, &v, &rows));
  end_those_who_wait("ClientRead");
  assert_int_equal(db_tx_run(tx, SQL_test_tenant_list, &none, &rows), R_UNAVAILABLE);
  assert_int_equal(db_tx_commit(tx, &revision), R_UNAVAILABLE);
  db_tx_close(&tx);
  assert_int_equal(visible(fixture_root), before);
}

static void *end_in_commit(void *event)
{
  end_those_who_wait(event);
  return NULL;
}

/* Adds a tenant, and while its COMMIT waits for `event`, ends the connection. */
static enum result commit_and_be_ended(const char *label, char *event, int64_t *ret_revision)
{
  const struct scope scope = fixture_scope(fixture_root);
  const struct db_call call = under(&scope);
  struct db_values v = {0};
  struct db_tx *tx = NULL;
  pthread_t thread;
  put_tenant(&v, label, "partner", fixture_root);
  assert_ok(db_tx_open(&call, &tx));
  assert_ok(db_tx_queue(tx, SQL_test_tenant_add, &v));
  assert_int_equal(pthread_create(&thread, NULL, end_in_commit, event), 0);
  enum result r = db_tx_commit(tx, ret_revision);
  pthread_join(thread, NULL);
  db_tx_close(&tx);
  return r;
}

static void killed_before_the_commit_was_done_it_may_run_again(void **state)
{
  struct db_pool *holder = fixture_pool(DB_APP, 1);
  const struct db_call call = {holder, NULL, arena, 0};
  struct db_rows rows = {0};
  struct db_tx *tx = NULL;
  int64_t revision = -1;
  int before = visible(fixture_root);
  char advisory[] = "advisory";
  (void)state;
  assert_ok(db_tx_open(&call, &tx));
  assert_ok(db_tx_run(tx, SQL_test_policy_lock, &none, &rows));
  assert_int_equal(commit_and_be_ended("again000", advisory, &revision), R_AGAIN);
  assert_int_equal(revision, -1);
  db_tx_close(&tx);
  db_pool_close(&holder);
  assert_int_equal(visible(fixture_root), before);
}

/* Commits are done from now on, but not answered. */
static void wait_for_a_standby_that_does_not_exist(void)
{
  fixture_psql("ALTER SYSTEM SET synchronous_standby_names = 'nobody'");
  fixture_psql("SELECT pg_reload_conf()");
  usleep(300000);
}

static void killed_after_the_commit_was_done_it_is_found_to_be_done(void **state)
{
  int64_t revision = -1;
  int before = visible(fixture_root);
  char standby[] = "SyncRep";
  (void)state;
  wait_for_a_standby_that_does_not_exist();
  enum result r = commit_and_be_ended("done0000", standby, &revision);
  fixture_psql("ALTER SYSTEM RESET synchronous_standby_names");
  fixture_psql("SELECT pg_reload_conf()");
  assert_int_equal(r, R_OK);
  assert_true(revision > 0 && revision != DB_REVISION_UNKNOWN);
  assert_int_equal(visible(fixture_root), before + 1);
}

static void *close_cluster(void *unused)
{
  usleep(500000);
  db_cluster_close(&fixture_cluster);
  return unused;
}

static void when_nobody_can_say_the_outcome_is_unknown(void **state)
{
  const struct scope scope = fixture_scope(fixture_root);
  const struct db_call call = under(&scope);
  struct db_tx *tx = NULL;
  struct db_values v = {0};
  int64_t revision = -1;
  pthread_t thread;
  (void)state;
  wait_for_a_standby_that_does_not_exist();
  put_tenant(&v, "unknown0", "partner", fixture_root);
  assert_ok(db_tx_open(&call, &tx));
  assert_ok(db_tx_queue(tx, SQL_test_tenant_add, &v));
  assert_int_equal(pthread_create(&thread, NULL, close_cluster, NULL), 0);
  enum result r = db_tx_commit(tx, &revision);
  pthread_join(thread, NULL);
  db_tx_close(&tx);
  assert_int_equal(r, R_OUTCOME_UNKNOWN);
  assert_int_equal(revision, -1);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_statement_that_needs_a_scope_does_not_run_without),
      cmocka_unit_test(a_scope_is_set_for_one_call_and_gone_in_the_next),
      cmocka_unit_test(nothing_is_left_of_a_scope_after_a_failure_either),
      cmocka_unit_test(a_check_of_the_table_is_a_fault_of_ours_and_named_in_the_log),
      cmocka_unit_test(a_thousand_alternating_scopes_never_mix),
      cmocka_unit_test(a_list_is_planned_for_its_own_values),
      cmocka_unit_test(a_transaction_that_is_not_committed_did_nothing),
      cmocka_unit_test(a_return_to_a_mark_undoes_what_lies_behind_it_and_nothing_else),
      cmocka_unit_test(a_failure_that_was_queued_is_heard_when_the_mark_is_forgotten),
      cmocka_unit_test(a_commit_gives_a_revision_that_grows),
      cmocka_unit_test(more_may_be_queued_than_one_pipeline_holds),
      cmocka_unit_test(what_a_trigger_or_a_key_refuses_has_its_own_result),
      cmocka_unit_test(what_is_deferred_is_refused_at_commit),
      cmocka_unit_test(after_its_first_failure_a_transaction_runs_nothing),
      cmocka_unit_test(the_error_text_names_the_cause_and_holds_no_value),
      cmocka_unit_test(a_connection_killed_between_statements_is_unavailable_and_nothing_happened),
      cmocka_unit_test(killed_before_the_commit_was_done_it_may_run_again),
      cmocka_unit_test(killed_after_the_commit_was_done_it_is_found_to_be_done),
      cmocka_unit_test(when_nobody_can_say_the_outcome_is_unknown),
  };
  return cmocka_run_group_tests(tests, up, down);
}
