/* The thread that takes import jobs on: it goes on whoever waits, and one row that breaks a step breaks no other. */
#include "jobs/import.h"
#include "import/job.h"
#include "support/estate.h"
#include <stdatomic.h>
#include <time.h>

enum { YIELDS = 20 }; /* one after the other, at most */
static const int64_t bound = 120 * CLOCK_SECOND;

static struct jobs_import *thread;
static atomic_int asked;

static bool always_busy(void *who)
{
  (void)who;
  atomic_fetch_add(&asked, 1);
  return true;
}

static void run(bool (*busy)(void *))
{
  const struct jobs_import_config config = {.domain = &estate_domain, .busy = busy};
  assert_ok(jobs_import_open(&config, estate_arena(), &thread));
}

static int end(void **state)
{
  jobs_import_close(&thread);
  return estate_end(state);
}

static struct store_import_key started(const char *lines)
{
  struct change change = estate_change(P1_ADMIN, P1);
  const struct import_job_new job = {.tenant = estate_tenant(P1),
                                     .kind = STR("users"),
                                     .format = STR("ndjson"),
                                     .mode = STR("upsert"),
                                     .on_error = STR("continue"),
                                     .invitations = STR("none")};
  struct outcome outcome;
  int64_t expected;
  estate_domain.limits.import_size = 1 << 20;
  assert_ok(import_job_open(&change, &job, &outcome));
  struct store_import_key key = {estate_tenant(P1), outcome.id};
  const struct import_job_span span = {key, 0, (int64_t)strlen(lines)};
  assert_ok(import_job_announce(&change, &span, &expected));
  assert_ok(import_job_fill(&change, &span, lines, &expected));
  assert_ok(import_job_start(&change, &key, &outcome, &expected));
  estate_commit(&change);
  return key;
}

/* "done 2 1": its state at the end, and how many rows were made and refused. */
static const char *ended(struct store_import_key key)
{
  int64_t until = clock_monotonic() + bound;
  char id[UUID_TEXT];
  uuid_format(&key.job, id);
  for (;;) {
    const char *seen = estate_ask("SELECT state, created, refused, ended_at IS NOT NULL FROM import_job"
                                  " WHERE id = '%s'",
                                  id);
    if (strstr(seen, "|t"))
      return seen;
    if (clock_monotonic() > until)
      fail_msg("%s", seen);
    nanosleep(&(struct timespec){0, 50000000}, NULL);
  }
}

#define USER(name) "{\"kind\": \"user\", \"login\": \"" name "\"}\n"

static void a_job_is_done_though_somebody_always_waits(void **state)
{
  (void)state;
  atomic_store(&asked, 0);
  run(always_busy);
  assert_string_equal(ended(started(USER("j1") USER("j2"))), "done|2|0|t");
  assert_true(atomic_load(&asked) >= YIELDS);
  struct buf text = buf_in(estate_arena(), 1 << 16);
  jobs_import_metrics(thread, &text);
  assert_non_null(strstr(buf_str(&text).p, "bailiwick_import_rows_total{outcome=\"created\"} 2\n"));
}

/* A failure that comes with the commit names no row: the step is taken again, row by row, until it is known which. */
static void a_row_that_breaks_its_step_is_refused_alone(void **state)
{
  (void)state;
  estate_sql("CREATE FUNCTION breaks() RETURNS trigger LANGUAGE plpgsql AS"
             " $$ BEGIN RAISE EXCEPTION 'at the commit'; END $$;"
             " CREATE CONSTRAINT TRIGGER breaks AFTER INSERT ON principal DEFERRABLE INITIALLY DEFERRED"
             " FOR EACH ROW WHEN (new.login = 'poison') EXECUTE FUNCTION breaks()");
  run(NULL);
  const char *seen = ended(started(USER("j3") USER("poison") USER("j4")));
  assert_string_equal(seen, "done|2|1|t");
  assert_string_equal(estate_ask("SELECT count(*) FROM principal WHERE login IN ('j3', 'j4', 'poison')"), "2");
  estate_sql("DROP FUNCTION breaks CASCADE");
}

static void nothing_is_left_of_a_thread_that_never_had_a_job(void **state)
{
  (void)state;
  run(NULL);
  jobs_import_close(&thread);
  assert_null(thread);
  jobs_import_close(&thread);
}

#define thread_test(function) cmocka_unit_test_setup_teardown(function, estate_begin, end)

int main(void)
{
  const struct CMUnitTest tests[] = {
      thread_test(a_job_is_done_though_somebody_always_waits),
      thread_test(a_row_that_breaks_its_step_is_refused_alone),
      thread_test(nothing_is_left_of_a_thread_that_never_had_a_job),
  };
  return cmocka_run_group_tests(tests, estate_up, estate_down);
}
