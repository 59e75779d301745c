/* Jobs through the store: whose turn it is, who sees them, and what goes with them. */
#include "store/import.h"
#include "support/estate.h"

/* Of the partners' people, who load below as well; of others the tenant where they do. */
static enum estate_tenant home_of(enum estate_user user, enum estate_tenant tenant)
{
  return user == P1_ADMIN ? P1 : user == P2_ADMIN ? P2 : tenant;
}

static struct store_import_key opened(enum estate_user user, enum estate_tenant tenant)
{
  struct store_call call = estate_call(user, tenant);
  struct store_import_new job = {.tenant = estate_tenant(tenant),
                                 .submitter = estate_user(user),
                                 .submitter_home = estate_tenant(home_of(user, tenant)),
                                 .submitter_kind = STR("user"),
                                 .submitter_path = estate_path(home_of(user, tenant)),
                                 .kind = STR("mixed"),
                                 .format = STR("ndjson"),
                                 .mode = STR("upsert"),
                                 .on_error = STR("continue"),
                                 .invitations = STR("none")};
  struct store_object made;
  struct store_tx *tx = NULL;
  struct str named;
  uint64_t ignored;
  assert_ok(uuid_new(&job.id));
  assert_ok(store_tx_open(&call, &tx));
  assert_ok(store_import_insert(tx, &job, &made, &named));
  assert_ok(store_tx_commit(tx, &ignored));
  store_tx_close(&tx);
  return (struct store_import_key){job.tenant, job.id};
}

static struct store_import_key queued(enum estate_user user, enum estate_tenant tenant)
{
  struct store_import_key key = opened(user, tenant);
  char id[UUID_TEXT];
  uuid_format(&key.job, id);
  estate_sql("UPDATE import_job SET state = 'queued' WHERE id = '%s'", id);
  return key;
}

/* A test's jobs are nothing to the next one. */
static int end(void **state)
{
  estate_sql("DELETE FROM import_job");
  return estate_end(state);
}

static struct store_tx *at_whole(void)
{
  struct store_call call = estate_whole();
  struct store_tx *tx = NULL;
  assert_ok(store_tx_open(&call, &tx));
  return tx;
}

/* One step of whichever job is next, with nothing done in it. */
static struct uuid stepped(void)
{
  const struct store_import_progress progress = {.line = 1, .phase = STR("rows"), .removals = -1};
  struct store_tx *tx = at_whole();
  struct store_import_step step;
  struct store_object job;
  struct str named;
  uint64_t ignored;
  assert_ok(store_import_take(tx, NULL, &step));
  assert_ok(store_import_advance(tx, &step.key.job, &progress, &job, &named));
  assert_ok(store_tx_commit(tx, &ignored));
  store_tx_close(&tx);
  return step.key.job;
}

static void a_step_is_for_the_tenant_that_was_served_longest_ago(void **state)
{
  (void)state;
  struct store_import_key first = queued(P1_ADMIN, P1), second = queued(P1_ADMIN, P1), other = queued(P2_ADMIN, P2);
  const struct uuid turns[] = {first.job, other.job, first.job, other.job};
  for (size_t i = 0; i < sizeof turns / sizeof *turns; i++) {
    struct uuid got = stepped();
    assert_true(uuid_equal(&got, &turns[i]));
    assert_false(uuid_equal(&got, &second.job));
  }
}

static void whoever_has_jobs_at_many_tenants_gets_no_more_than_one_with_one(void **state)
{
  (void)state;
  struct store_import_key here = queued(P1_ADMIN, P1), below = queued(P1_ADMIN, A), beside = queued(P1_ADMIN, B),
                          other = queued(P2_ADMIN, P2);
  const struct uuid turns[] = {here.job, other.job, below.job, other.job, beside.job, other.job, here.job};
  for (size_t i = 0; i < sizeof turns / sizeof *turns; i++) {
    struct uuid got = stepped();
    assert_true(uuid_equal(&got, &turns[i]));
  }
}

static void a_job_that_somebody_is_at_is_passed_by(void **state)
{
  (void)state;
  struct store_import_key one = queued(P1_ADMIN, P1), two = queued(P1_ADMIN, P1);
  struct store_tx *here = at_whole(), *there = at_whole(), *nowhere = at_whole();
  struct store_import_step mine, theirs, none;
  assert_ok(store_import_take(here, NULL, &mine));
  assert_ok(store_import_take(there, NULL, &theirs));
  assert_true(uuid_equal(&mine.key.job, &one.job) && uuid_equal(&theirs.key.job, &two.job));
  assert_result(store_import_take(nowhere, NULL, &none), R_NOT_FOUND);
  store_tx_close(&here);
  store_tx_close(&there);
  store_tx_close(&nowhere);
}

static void a_job_that_is_open_has_no_turn(void **state)
{
  (void)state;
  (void)opened(P1_ADMIN, P1);
  struct store_tx *tx = at_whole();
  struct store_import_step step;
  assert_result(store_import_take(tx, NULL, &step), R_NOT_FOUND);
  store_tx_close(&tx);
}

static void nobody_beside_sees_or_holds_a_job(void **state)
{
  (void)state;
  struct store_import_key key = opened(P1_ADMIN, P1), elsewhere = {estate_tenant(A), key.job};
  struct store_call above = estate_call(P1_ADMIN, P1), beside = estate_call(P2_ADMIN, P2);
  struct store_object seen;
  struct store_import held;
  struct store_page page;
  struct store_tx *tx = NULL;
  assert_ok(store_import_get(&above, &key, &seen));
  assert_result(store_import_get(&above, &elsewhere, &seen), R_NOT_FOUND);
  assert_result(store_import_get(&beside, &key, &seen), R_NOT_FOUND);
  assert_ok(store_import_list(&beside, &(struct store_import_filter){.tenant = key.tenant, .limit = 10}, &page));
  assert_int_equal(page.count, 0);
  assert_ok(store_tx_open(&beside, &tx));
  assert_result(store_import_lock(tx, &key, &held), R_NOT_FOUND);
  store_tx_close(&tx);
}

static void put_result(struct store_import_key key, int64_t number, int64_t place, bool refused, const char *lines)
{
  const struct store_import_result result = {place, number, refused, str_of(lines)};
  struct store_tx *tx = at_whole();
  uint64_t ignored;
  assert_ok(store_import_result_put(tx, &key.job, &result));
  assert_ok(store_tx_commit(tx, &ignored));
  store_tx_close(&tx);
}

static void results_of_a_place_come_together_in_the_order_they_were_kept(void **state)
{
  (void)state;
  struct store_import_key key = opened(P1_ADMIN, P1);
  struct store_call call = estate_call(P1_ADMIN, P1);
  struct store_import_results wanted = {.key = key, .limit = 2};
  const struct store_import_result *found;
  const bool refused = true;
  size_t count;
  put_result(key, 1, 0, false, "a\n");
  put_result(key, 2, 3, false, "b\n");
  put_result(key, 3, 0, true, "c\n");
  put_result(key, 4, 5, false, "d\n");
  assert_ok(store_import_result_list(&call, &wanted, &found, &count));
  assert_int_equal(count, 2);
  assert_str(found[0].lines, "a\nc\n");
  assert_int_equal(found[1].place, 3);
  wanted.place = 4;
  assert_ok(store_import_result_list(&call, &wanted, &found, &count));
  assert_int_equal(count, 1);
  wanted = (struct store_import_results){.key = key, .refused = &refused, .limit = 2};
  assert_ok(store_import_result_list(&call, &wanted, &found, &count));
  assert_int_equal(count, 1);
  assert_str(found[0].lines, "c\n");
}

static void what_is_long_over_goes_with_all_that_it_had(void **state)
{
  (void)state;
  struct store_import_key left = opened(P1_ADMIN, P1), kept = queued(P1_ADMIN, P1);
  struct store_call whole = estate_whole();
  struct store_object seen;
  put_result(left, 1, 0, false, "a\n");
  estate_sql("UPDATE import_job SET created_at = now() - interval '3 days'");
  assert_ok(store_import_prune(&whole, 0, clock_now() - INT64_C(2) * 86400 * CLOCK_SECOND));
  assert_result(store_import_get(&whole, &left, &seen), R_NOT_FOUND);
  assert_ok(store_import_get(&whole, &kept, &seen));
  assert_string_equal(estate_ask("SELECT count(*) FROM import_result"), "0");
}

#define job_test(function) cmocka_unit_test_setup_teardown(function, estate_begin, end)

int main(void)
{
  const struct CMUnitTest tests[] = {
      job_test(a_step_is_for_the_tenant_that_was_served_longest_ago),
      job_test(whoever_has_jobs_at_many_tenants_gets_no_more_than_one_with_one),
      job_test(a_job_that_somebody_is_at_is_passed_by),
      job_test(a_job_that_is_open_has_no_turn),
      job_test(nobody_beside_sees_or_holds_a_job),
      job_test(results_of_a_place_come_together_in_the_order_they_were_kept),
      job_test(what_is_long_over_goes_with_all_that_it_had),
  };
  return cmocka_run_group_tests(tests, estate_up, estate_down);
}
