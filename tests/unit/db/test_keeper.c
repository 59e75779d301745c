/* The keeper brings PostgreSQL back without being asked, and lets itself be stopped at any time. */
#include "fixture.h"
#include "db/keeper.h"
#include <signal.h>

static struct db_keeper *keeper;

static int kept(void **state)
{
  int r = fixture_up(state);
  assert_ok(db_keeper_open(fixture_cluster, &keeper));
  return r;
}

static int left(void **state)
{
  db_keeper_close(&keeper);
  return fixture_down(state);
}

static pid_t postmaster(void)
{
  char path[300];
  int pid = 0;
  snprintf(path, sizeof path, "%s/postgres/postmaster.pid", fixture_data);
  FILE *file = fopen(path, "r");
  if (file && fscanf(file, "%d", &pid) != 1)
    pid = 0;
  if (file)
    fclose(file);
  return pid;
}

static bool answers(struct db_pool *pool)
{
  struct arena *arena = arena_new(1 << 16);
  struct db_rows rows = {0};
  bool answered = db_read(&(struct db_call){pool, NULL, arena, 0}, SQL_policy_revision, &(struct db_values){0}, &rows) == R_OK;
  arena_free(&arena);
  return answered;
}

static void a_killed_server_is_back_within_seconds_for_the_same_pool(void **state)
{
  struct db_pool *pool = fixture_pool(DB_APP, 1);
  pid_t first = postmaster();
  (void)state;
  assert_true(answers(pool));
  kill(first, SIGKILL);
  int64_t until = clock_monotonic() + 20 * CLOCK_SECOND;
  while ((postmaster() == first || !answers(pool)) && clock_monotonic() < until)
    usleep(20000);
  assert_true(postmaster() != first);
  assert_true(answers(pool));
  db_pool_close(&pool);
}

static void closing_it_leaves_the_server_alone(void **state)
{
  pid_t running = postmaster();
  (void)state;
  db_keeper_close(&keeper);
  assert_null(keeper);
  assert_int_equal(postmaster(), running);
  assert_int_equal(kill(running, 0), 0);
  db_keeper_close(&keeper);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_killed_server_is_back_within_seconds_for_the_same_pool),
      cmocka_unit_test(closing_it_leaves_the_server_alone),
  };
  return cmocka_run_group_tests(tests, kept, left);
}
