/* Programs of PostgreSQL's are run with what they are given, and nothing more. */
#include "fixture.h"
#include "db/command.h"
#include "db/place.h"

static char folder[64], log_path[DB_PATH];

static int up(void **state)
{
  (void)state;
  snprintf(folder, sizeof folder, "/tmp/bwcommand-XXXXXX");
  return mkdtemp(folder) && db_place_join(folder, "log", log_path) == R_OK ? 0 : -1;
}

static int down(void **state)
{
  char command[128];
  (void)state;
  snprintf(command, sizeof command, "rm -rf -- '%s'", folder);
  return system(command);
}

static void it_runs_in_its_folder_with_its_input_and_a_bare_environment(void **state)
{
  const char *const words[] = {"/bin/sh", "-c", "pwd; cat; echo \"$SECRET$HOME$TZ\"", NULL};
  char text[DB_SMALL_FILE], wanted[128];
  (void)state;
  assert_int_equal(setenv("SECRET", "s3cret", 1), 0);
  assert_ok(db_command_run(&(struct db_command){words, folder, log_path, "said\n"}));
  assert_ok(db_place_read(log_path, text));
  snprintf(wanted, sizeof wanted, "%s\nsaid\nUTC\n", folder);
  assert_string_equal(text, wanted);
}

static void one_that_fails_or_is_not_there_is_a_failure(void **state)
{
  const char *const fails[] = {"/bin/false", NULL}, *const dies[] = {"/bin/sh", "-c", "kill -9 $$", NULL},
                    *const none[] = {"/no/such/program", NULL};
  (void)state;
  assert_int_equal(db_command_run(&(struct db_command){fails, folder, log_path, NULL}), R_UNAVAILABLE);
  assert_int_equal(db_command_run(&(struct db_command){dies, folder, log_path, NULL}), R_UNAVAILABLE);
  assert_int_equal(db_command_run(&(struct db_command){none, folder, log_path, NULL}), R_UNAVAILABLE);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(it_runs_in_its_folder_with_its_input_and_a_bare_environment),
      cmocka_unit_test(one_that_fails_or_is_not_there_is_a_failure),
  };
  return cmocka_run_group_tests(tests, up, down);
}
