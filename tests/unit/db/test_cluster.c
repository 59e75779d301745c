/* The private cluster: one server a folder, found again after a kill, never started twice. */
#include "fixture.h"
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

static int in_folder(void **state)
{
  (void)state;
  fixture_folder();
  return 0;
}

static int out_of_folder(void **state)
{
  (void)state;
  db_cluster_close(&fixture_cluster);
  fixture_remove_folder();
  return 0;
}

/* Opens the cluster in a process of its own, which then tells the number of PostgreSQL's process and stays. */
static pid_t open_elsewhere(int tells)
{
  pid_t child = fork();
  assert_true(child >= 0);
  if (child > 0)
    return child;
  struct db_cluster *cluster = NULL;
  char opened = db_cluster_open(fixture_data, &cluster) == R_OK ? 'y' : 'n';
  if (write(tells, &opened, 1) == 1)
    pause();
  _exit(0);
}

static long postmaster_pid(void)
{
  char path[300];
  long pid = 0;
  snprintf(path, sizeof path, "%s/postgres/postmaster.pid", fixture_data);
  FILE *file = fopen(path, "r");
  if (file) {
    assert_int_equal(fscanf(file, "%ld", &pid), 1);
    fclose(file);
  }
  return pid;
}

static void the_first_start_makes_a_cluster_that_serves_by_socket_alone(void **state)
{
  struct arena *arena = arena_new(1 << 16);
  const char *found = NULL;
  struct stat is;
  char path[300];
  (void)state;
  assert_int_not_equal(geteuid(), 0);
  assert_int_equal(db_cluster_find(fixture_data, arena, &found), R_NOT_FOUND);
  assert_ok(db_cluster_open(fixture_data, &fixture_cluster));
  assert_ok(db_cluster_find(fixture_data, arena, &found));
  assert_string_equal(found, db_cluster_conninfo(fixture_cluster));
  snprintf(path, sizeof path, "%s/conninfo", fixture_data);
  assert_int_equal(stat(path, &is), 0);
  assert_int_equal(is.st_mode & 0777, 0600);
  snprintf(path, sizeof path, "%.*s", (int)strcspn(found + 6, "'"), found + 6); /* host='...' */
  assert_int_equal(stat(path, &is), 0);
  assert_int_equal(is.st_mode & 0777, 0700);
  arena_free(&arena);
}

static void a_second_server_on_the_folder_is_refused(void **state)
{
  struct db_cluster *second = NULL;
  (void)state;
  assert_int_equal(db_cluster_open(fixture_data, &second), R_CONFLICT);
  assert_null(second);
  assert_non_null(strstr(db_last_error(), "another server"));
}

static void closing_stops_it_and_a_warm_start_is_quick(void **state)
{
  long first = postmaster_pid();
  (void)state;
  db_cluster_close(&fixture_cluster);
  assert_int_equal(postmaster_pid(), 0);
  assert_int_equal(kill((pid_t)first, 0), -1);
  int64_t begun = clock_monotonic();
  assert_ok(db_cluster_open(fixture_data, &fixture_cluster));
  assert_true(clock_monotonic() - begun < 2 * CLOCK_SECOND);
}

static void a_server_killed_leaves_one_that_the_next_adopts_and_stops(void **state)
{
  int pipes[2];
  char opened = 0;
  (void)state;
  db_cluster_close(&fixture_cluster);
  assert_int_equal(pipe(pipes), 0);
  pid_t child = open_elsewhere(pipes[1]);
  assert_int_equal(read(pipes[0], &opened, 1), 1);
  assert_int_equal(opened, 'y');
  long orphan = postmaster_pid();
  kill(child, SIGKILL);
  waitpid(child, NULL, 0);
  assert_ok(db_cluster_open(fixture_data, &fixture_cluster));
  assert_int_equal(postmaster_pid(), orphan);
  db_cluster_close(&fixture_cluster);
  assert_int_equal(postmaster_pid(), 0);
  assert_ok(db_cluster_open(fixture_data, &fixture_cluster));
  assert_int_not_equal(postmaster_pid(), orphan);
  close(pipes[0]);
  close(pipes[1]);
}

static void a_postmaster_killed_is_started_again(void **state)
{
  (void)state;
  kill((pid_t)postmaster_pid(), SIGKILL);
  db_cluster_close(&fixture_cluster);
  assert_ok(db_cluster_open(fixture_data, &fixture_cluster));
}

static void a_postmaster_that_ended_is_started_again_in_its_place(void **state)
{
  char before[300];
  bool again = true;
  (void)state;
  long first = postmaster_pid();
  assert_ok(db_cluster_keep(fixture_cluster, &again));
  assert_false(again);
  assert_int_equal(postmaster_pid(), first);
  snprintf(before, sizeof before, "%s", db_cluster_conninfo(fixture_cluster));
  kill((pid_t)first, SIGKILL);
  while (!again)
    assert_ok(db_cluster_keep(fixture_cluster, &again));
  assert_int_not_equal(postmaster_pid(), first);
  assert_string_equal(db_cluster_conninfo(fixture_cluster), before);
  fixture_psql("SELECT 1");
}

static void nothing_is_started_for_who_has_given_up(void **state)
{
  bool again;
  (void)state;
  db_cluster_give_up(fixture_cluster);
  assert_ok(db_cluster_keep(fixture_cluster, &again));
  pid_t first = (pid_t)postmaster_pid();
  kill(first, SIGKILL);
  waitpid(first, NULL, 0);
  assert_int_equal(db_cluster_keep(fixture_cluster, &again), R_UNAVAILABLE);
  db_cluster_close(&fixture_cluster);
  assert_ok(db_cluster_open(fixture_data, &fixture_cluster));
}

static void a_number_that_somebody_else_bears_by_now_stops_nobody(void **state)
{
  char path[300], text[600];
  (void)state;
  db_cluster_close(&fixture_cluster);
  snprintf(path, sizeof path, "%s/postgres/postmaster.pid", fixture_data);
  FILE *file = fopen(path, "w");
  snprintf(text, sizeof text, "%d\n%s/postgres\n1\n5432\n/tmp\n\n0 0\nready\n", (int)getpid(), fixture_data);
  assert_true(fputs(text, file) >= 0);
  fclose(file);
  assert_ok(db_cluster_open(fixture_data, &fixture_cluster));
}

static void a_start_cut_short_is_made_anew(void **state)
{
  char path[700];
  (void)state;
  db_cluster_close(&fixture_cluster);
  snprintf(path, sizeof path, "rm -rf '%1$s/postgres' && mkdir -p '%1$s/postgres.new/base'", fixture_data);
  assert_int_equal(system(path), 0);
  assert_ok(db_cluster_open(fixture_data, &fixture_cluster));
}

static void another_major_version_is_refused_with_the_way_to_upgrade(void **state)
{
  char path[300];
  (void)state;
  db_cluster_close(&fixture_cluster);
  snprintf(path, sizeof path, "%s/postgres/PG_VERSION", fixture_data);
  FILE *file = fopen(path, "w");
  assert_true(fputs("14\n", file) >= 0);
  fclose(file);
  assert_int_equal(db_cluster_open(fixture_data, &fixture_cluster), R_RULE);
  assert_non_null(strstr(db_last_error(), "pg_upgrade -b /usr/lib/postgresql/14/bin"));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_first_start_makes_a_cluster_that_serves_by_socket_alone),
      cmocka_unit_test(a_second_server_on_the_folder_is_refused),
      cmocka_unit_test(closing_stops_it_and_a_warm_start_is_quick),
      cmocka_unit_test(a_server_killed_leaves_one_that_the_next_adopts_and_stops),
      cmocka_unit_test(a_postmaster_killed_is_started_again),
      cmocka_unit_test(a_postmaster_that_ended_is_started_again_in_its_place),
      cmocka_unit_test(nothing_is_started_for_who_has_given_up),
      cmocka_unit_test(a_number_that_somebody_else_bears_by_now_stops_nobody),
      cmocka_unit_test(a_start_cut_short_is_made_anew),
      cmocka_unit_test(another_major_version_is_refused_with_the_way_to_upgrade),
  };
  return cmocka_run_group_tests(tests, in_folder, out_of_folder);
}
