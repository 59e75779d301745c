/* Names of folders and files around a cluster, and whose they must be. */
#include "fixture.h"
#include "db/place.h"
#include <sys/stat.h>

static char folder[64];

static int up(void **state)
{
  (void)state;
  snprintf(folder, sizeof folder, "/tmp/bwplace-XXXXXX");
  return mkdtemp(folder) ? 0 : -1;
}

static int down(void **state)
{
  char command[128];
  (void)state;
  snprintf(command, sizeof command, "rm -rf -- '%s'", folder);
  return system(command);
}

static void a_path_that_is_not_there_yet_is_made_absolute(void **state)
{
  char path[DB_PATH], wanted[128], asked[256];
  (void)state;
  snprintf(wanted, sizeof wanted, "%s/new", folder);
  assert_int_equal(chdir(folder), 0);
  assert_ok(db_place_absolute("new", path));
  assert_string_equal(path, wanted);
  assert_ok(db_place_absolute("./new/", path));
  assert_string_equal(path, wanted);
  snprintf(asked, sizeof asked, "%s/../%s/new", folder, folder + 5);
  assert_ok(db_place_absolute(asked, path));
  assert_string_equal(path, wanted);
  assert_int_equal(db_place_absolute("no/such", path), R_RULE);
  assert_int_equal(db_place_absolute("", path), R_RULE);
  assert_int_equal(chdir("/"), 0);
}

static void a_path_too_long_is_refused(void **state)
{
  char path[DB_PATH], name[DB_PATH];
  (void)state;
  memset(name, 'x', sizeof name - 1);
  name[sizeof name - 1] = '\0';
  assert_int_equal(db_place_join("/tmp", name, path), R_RULE);
}

static void each_data_folder_has_a_stand_in_of_its_own(void **state)
{
  char one[DB_PATH], other[DB_PATH];
  (void)state;
  assert_ok(db_place_instead("/home/a/data", one));
  assert_ok(db_place_instead("/home/b/data", other));
  assert_int_equal(strncmp(one, "/var/lib/bailiwick/", 19), 0);
  assert_int_equal(strlen(one), 19 + 16);
  assert_string_not_equal(one, other);
}

static void a_private_folder_is_nobody_elses(void **state)
{
  char path[128], link[128];
  struct stat is;
  (void)state;
  snprintf(path, sizeof path, "%s/private", folder);
  snprintf(link, sizeof link, "%s/link", folder);
  assert_ok(db_place_private(path, geteuid()));
  assert_int_equal(stat(path, &is), 0);
  assert_int_equal(is.st_mode & 0777, 0700);
  assert_ok(db_place_private(path, geteuid()));
  assert_int_equal(chmod(path, 0750), 0);
  assert_int_equal(db_place_private(path, geteuid()), R_RULE);
  assert_int_equal(chmod(path, 0700), 0);
  assert_int_equal(db_place_private(path, geteuid() + 1), R_RULE);
  assert_int_equal(symlink(path, link), 0);
  assert_int_equal(db_place_private(link, geteuid()), R_RULE);
}

static void a_socket_finds_a_short_folder_when_the_temporary_one_is_deep(void **state)
{
  char path[DB_PATH], deep[160];
  (void)state;
  memset(deep, 'd', sizeof deep - 1);
  memcpy(deep, "/tmp/", 5);
  deep[sizeof deep - 1] = '\0';
  assert_int_equal(setenv("TMPDIR", deep, 1), 0);
  assert_ok(db_place_socket(folder, path));
  assert_true(strlen(path) + sizeof "/.s.PGSQL.5432.lock" <= 108);
  assert_int_equal(rmdir(path), 0);
  assert_int_equal(unsetenv("TMPDIR"), 0);
}

static void a_file_is_written_whole_and_private_and_read_back(void **state)
{
  char path[128], text[DB_SMALL_FILE];
  struct stat is;
  (void)state;
  snprintf(path, sizeof path, "%s/file", folder);
  assert_int_equal(db_place_read(path, text), R_NOT_FOUND);
  assert_ok(db_place_write(path, "one\ntwo"));
  assert_ok(db_place_write(path, "three"));
  assert_ok(db_place_read(path, text));
  assert_string_equal(text, "three");
  assert_int_equal(stat(path, &is), 0);
  assert_int_equal(is.st_mode & 0777, 0600);
  snprintf(path, sizeof path, "%s/none/file", folder);
  assert_int_equal(db_place_write(path, "x"), R_RULE);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_path_that_is_not_there_yet_is_made_absolute),
      cmocka_unit_test(a_path_too_long_is_refused),
      cmocka_unit_test(each_data_folder_has_a_stand_in_of_its_own),
      cmocka_unit_test(a_private_folder_is_nobody_elses),
      cmocka_unit_test(a_socket_finds_a_short_folder_when_the_temporary_one_is_deep),
      cmocka_unit_test(a_file_is_written_whole_and_private_and_read_back),
  };
  return cmocka_run_group_tests(tests, up, down);
}
