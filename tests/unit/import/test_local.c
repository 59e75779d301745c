/* A job that the process which opens it fills and runs: of the operator, and of whoever may import at home. */
#include "import/local.h"
#include "json/parse.h"
#include "policy/policy.h"
#include "support/estate.h"
#include <stdlib.h>

enum { SIZE = 1 << 20, STEP_ARENA = 192 << 20 };

static struct domain_refusal *refusals;
static struct import_actor actor;
static struct import_local local;

static const struct import_job_new plain = {.kind = STR("mixed"),
                                            .format = STR("ndjson"),
                                            .mode = STR("upsert"),
                                            .on_error = STR("continue"),
                                            .invitations = STR("none")};

static enum result opened_as(struct import_job_new job)
{
  estate_domain.limits.import_size = SIZE;
  if (uuid_is_zero(&job.tenant))
    job.tenant = actor.home;
  return import_local_open(&actor, &job, refusals, estate_arena(), &local);
}

static enum result opened(void) { return opened_as(plain); }

static void by_operator(void)
{
  assert_ok(import_actor_operator(&estate_domain, estate_arena(), &actor));
  assert_ok(opened());
}

static enum result step(void)
{
  struct arena *arena = arena_new(STEP_ARENA);
  struct import_stepped stepped;
  enum result r = import_local_step(&local, arena, &stepped);
  arena_free(&arena);
  return r;
}

static void run(void)
{
  enum result r = R_OK;
  while (r != R_NOT_FOUND) {
    r = step();
    assert_true(r == R_OK || r == R_NOT_FOUND || r == R_AGAIN);
  }
}

static const char *member(const char *name)
{
  struct store_object job;
  assert_ok(import_local_look(&local, estate_arena(), &job));
  return estate_member(job.body, name);
}

static void what_is_put_in_by_pieces_is_run_and_told(void **state)
{
  (void)state;
  struct str lines;
  int64_t next;
  by_operator();
  assert_ok(
      import_local_fill(&local, STR("{\"kind\":\"tenant\",\"external_id\":\"local\",\"tenant_ki"), estate_arena()));
  assert_ok(import_local_fill(&local, STR("nd\":\"partner\",\"name\":\"L\"}\n{\n"), estate_arena()));
  assert_ok(import_local_start(&local, estate_arena()));
  run();
  assert_string_equal(member("state"), "\"done\"");
  assert_string_equal(member("submitter_id"), "null");
  assert_ok(import_local_refused(&local, 0, estate_arena(), &lines, &next));
  assert_true(str_starts(lines, STR("{\"line\":2,")) && next == 0);
  assert_string_equal(estate_ask("SELECT kind FROM tenant WHERE external_id = 'local'"), "partner");
}

static void fill(struct str text) { assert_ok(import_local_fill(&local, text, estate_arena())); }

/* What was made between two marks has one xmin. */
static void rows_that_waited_are_gone_through_together(void **state)
{
  enum { MANY = 20 };
  (void)state;
  by_operator();
  for (int n = 0; n < MANY; n++)
    fill(arena_print(estate_arena(),
                     "{\"kind\":\"user\",\"external_id\":\"late-%d\",\"login\":\"late-%d\","
                     "\"tenant_external_id\":\"l%d\"}\n",
                     n, n, n % 2));
  for (int n = 0; n < 2; n++)
    fill(arena_print(estate_arena(),
                     "{\"kind\":\"tenant\",\"external_id\":\"l%d\",\"tenant_kind\":\"partner\",\"name\":\"L\"}\n", n));
  assert_ok(import_local_start(&local, estate_arena()));
  run();
  assert_string_equal(member("state"), "\"done\"");
  assert_string_equal(estate_ask("SELECT count(*) FROM principal WHERE external_id LIKE 'late-%%'"), "20");
  assert_string_equal(estate_ask("SELECT count(DISTINCT xmin::text) FROM principal WHERE external_id LIKE 'late-%%'"),
                      "1");
}

/* That process's changes are in the snapshot before the step looks at it. */
static void a_step_behind_one_of_another_process_waits_for_what_that_has_made(void **state)
{
  (void)state;
  by_operator();
  fill(STR("{\n"));
  assert_ok(import_local_start(&local, estate_arena()));
  estate_ask("UPDATE import_job SET served_by = gen_random_uuid() RETURNING 1");
  estate_ask("UPDATE principal SET epoch = epoch + 1 WHERE login = 'admin' RETURNING 1");
  unsigned long long revision = strtoull(estate_ask("SELECT max(revision) FROM policy_event"), NULL, 10);
  assert_ok(step());
  assert_true(bw_model_revision(policy_model(estate_domain.policy)) >= revision);
  assert_string_equal(estate_ask("SELECT count(DISTINCT served_by) FROM import_job WHERE line = 2"), "1");
}

static void a_job_is_what_it_was_opened_as(void **state)
{
  (void)state;
  struct import_job_new job = plain;
  job.tenant = estate_tenant(A);
  job.format = STR("csv");
  job.dry_run = true;
  by_operator();
  assert_ok(opened_as(job));
  fill(STR("kind,external_id,login\nuser,told,told\n"));
  assert_ok(import_local_start(&local, estate_arena()));
  run();
  assert_string_equal(member("state"), "\"done\"");
  assert_string_equal(member("created"), "1");
  assert_string_equal(estate_ask("SELECT count(*) FROM principal WHERE external_id = 'told'"), "0");
}

static void no_other_job_is_run(void **state)
{
  (void)state;
  by_operator();
  assert_ok(import_local_start(&local, estate_arena()));
  struct import_local other = local;
  assert_ok(opened());
  assert_ok(import_local_start(&local, estate_arena()));
  run();
  assert_string_equal(member("state"), "\"done\"");
  local = other;
  assert_string_equal(member("state"), "\"queued\"");
  run();
  assert_string_equal(member("state"), "\"done\"");
}

static void what_was_cancelled_goes_no_further(void **state)
{
  (void)state;
  by_operator();
  assert_ok(import_local_start(&local, estate_arena()));
  assert_ok(import_local_cancel(&local, estate_arena()));
  assert_result(step(), R_NOT_FOUND);
  assert_string_equal(member("state"), "\"cancelled\"");
  assert_result(import_local_cancel(&local, estate_arena()), R_CONFLICT);
}

static void more_than_a_job_may_bring_is_refused(void **state)
{
  (void)state;
  by_operator();
  estate_domain.limits.import_size = 3;
  assert_result(import_local_fill(&local, STR("four"), estate_arena()), R_TOO_LARGE);
}

static void whoever_may_not_import_at_home_opens_none(void **state)
{
  (void)state;
  actor =
      (struct import_actor){.domain = &estate_domain,
                            .who = {.kind = DOMAIN_ACTOR_USER, .id = estate_user(A_VIEWER), .home = estate_tenant(A)},
                            .home = estate_tenant(A)};
  assert_result(opened(), R_FORBIDDEN);
  actor.who.id = estate_user(A_ADMIN);
  assert_ok(opened());
  struct import_job_new elsewhere = plain;
  elsewhere.tenant = estate_tenant(B);
  assert_result(opened_as(elsewhere), R_NOT_FOUND);
}

static int up(void **state)
{
  if (estate_up(state) != 0)
    return -1;
  return domain_refusal_open(&estate_domain, 256, &refusals) == R_OK ? 0 : -1;
}

static int down(void **state)
{
  domain_refusal_close(&refusals);
  return estate_down(state);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(what_is_put_in_by_pieces_is_run_and_told, estate_begin, estate_end),
      cmocka_unit_test_setup_teardown(rows_that_waited_are_gone_through_together, estate_begin, estate_end),
      cmocka_unit_test_setup_teardown(a_step_behind_one_of_another_process_waits_for_what_that_has_made, estate_begin,
                                      estate_end),
      cmocka_unit_test_setup_teardown(a_job_is_what_it_was_opened_as, estate_begin, estate_end),
      cmocka_unit_test_setup_teardown(no_other_job_is_run, estate_begin, estate_end),
      cmocka_unit_test_setup_teardown(what_was_cancelled_goes_no_further, estate_begin, estate_end),
      cmocka_unit_test_setup_teardown(more_than_a_job_may_bring_is_refused, estate_begin, estate_end),
      cmocka_unit_test_setup_teardown(whoever_may_not_import_at_home_opens_none, estate_begin, estate_end),
  };
  return cmocka_run_group_tests(tests, up, down);
}
