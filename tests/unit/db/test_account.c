/* Who starts as root leaves it, with a data folder that the new user can reach. */
#include "fixture.h"
#include "db/place.h"
#include <pwd.h>
#include <sys/stat.h>
#include <sys/wait.h>

static char folder[64];

static int up(void **state)
{
  (void)state;
  snprintf(folder, sizeof folder, "/tmp/bwaccount-XXXXXX");
  return mkdtemp(folder) ? chmod(folder, 0755) : -1;
}

static int down(void **state)
{
  char command[128];
  (void)state;
  snprintf(command, sizeof command, "rm -rf -- '%s'", folder);
  return system(command);
}

struct entered {
  enum result result;
  uid_t uid;
  bool root_again, writes;
  char data[256];
};

/* Enters in a process of its own, for there is no way back. */
static struct entered enter_as(uid_t uid, const char *data)
{
  struct entered e = {0};
  int pipes[2];
  assert_int_equal(pipe(pipes), 0);
  pid_t child = fork();
  if (child == 0) {
    struct arena *arena = arena_new(1 << 14);
    const char *used = "";
    umask(0077); /* as main has it */
    if (uid != geteuid() && setuid(uid) != 0)
      _exit(1);
    e.result = db_account_enter(data, arena, &used);
    e.uid = geteuid();
    e.root_again = setuid(0) == 0 || seteuid(0) == 0;
    e.writes = access(used, W_OK | X_OK) == 0;
    snprintf(e.data, sizeof e.data, "%s", used);
    arena_free(&arena);
    _exit(write(pipes[1], &e, sizeof e) == sizeof e ? 0 : 1);
  }
  assert_int_equal(read(pipes[0], &e, sizeof e), sizeof e);
  close(pipes[0]);
  close(pipes[1]);
  waitpid(child, NULL, 0);
  return e;
}

static struct entered enter(const char *data) { return enter_as(geteuid(), data); }

static void root_is_left_for_good(void **state)
{
  char data[128];
  (void)state;
  if (geteuid() != 0)
    skip();
  snprintf(data, sizeof data, "%s/data", folder);
  struct entered e = enter(data);
  struct passwd *user = getpwuid(e.uid);
  assert_int_equal(e.result, R_OK);
  assert_non_null(user);
  assert_true(strcmp(user->pw_name, "bailiwick") == 0 || strcmp(user->pw_name, "postgres") == 0);
  assert_false(e.root_again);
  assert_string_equal(e.data, data);
  assert_true(e.writes);
}

static void the_owner_of_the_cluster_goes_on_with_it(void **state)
{
  char data[128], cluster[160];
  struct passwd *nobody = getpwnam("nobody");
  (void)state;
  if (geteuid() != 0 || !nobody)
    skip();
  snprintf(data, sizeof data, "%s/owned", folder);
  snprintf(cluster, sizeof cluster, "%s/postgres", data);
  uid_t uid = nobody->pw_uid;
  assert_int_equal(mkdir(data, 0700), 0);
  assert_int_equal(mkdir(cluster, 0700), 0);
  assert_int_equal(chown(data, uid, (gid_t)-1), 0);
  assert_int_equal(chown(cluster, uid, (gid_t)-1), 0);
  struct entered e = enter(data);
  assert_int_equal(e.result, R_OK);
  assert_int_equal(e.uid, uid);
}

static void where_the_user_cannot_reach_another_folder_stands_in(void **state)
{
  char closed[128], data[160], instead[DB_PATH];
  (void)state;
  if (geteuid() != 0)
    skip();
  snprintf(closed, sizeof closed, "%s/closed", folder);
  snprintf(data, sizeof data, "%s/data", closed);
  assert_int_equal(mkdir(closed, 0700), 0);
  struct entered e = enter(data);
  assert_ok(db_place_instead(data, instead));
  assert_int_equal(e.result, R_OK);
  assert_string_equal(e.data, instead);
  assert_true(e.writes);
  assert_int_equal(rmdir(instead), 0);
  (void)!rmdir("/var/lib/bailiwick"); /* unless others are there */
}

static void a_folder_with_something_in_it_does_not_change_hands(void **state)
{
  char data[128], file[160];
  struct stat is;
  (void)state;
  if (geteuid() != 0)
    skip();
  snprintf(data, sizeof data, "%s/full", folder);
  snprintf(file, sizeof file, "%s/file", data);
  assert_int_equal(mkdir(data, 0755), 0);
  assert_ok(db_place_write(file, "somebody's"));
  struct entered e = enter(data);
  assert_int_equal(e.result, R_OK);
  assert_string_not_equal(e.data, data);
  assert_int_equal(stat(data, &is), 0);
  assert_int_equal(is.st_uid, 0);
  assert_int_equal(rmdir(e.data), 0);
  (void)!rmdir("/var/lib/bailiwick");
}

static void anybody_else_stays_who_they_are(void **state)
{
  uid_t uid = geteuid() == 0 ? 65534 : geteuid();
  (void)state;
  struct entered e = enter_as(uid, "/tmp/bwaccount-none");
  assert_int_equal(e.result, R_OK);
  assert_int_equal(e.uid, uid);
  assert_string_equal(e.data, "/tmp/bwaccount-none");
  assert_int_equal(access(e.data, F_OK), -1);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(root_is_left_for_good),
      cmocka_unit_test(the_owner_of_the_cluster_goes_on_with_it),
      cmocka_unit_test(where_the_user_cannot_reach_another_folder_stands_in),
      cmocka_unit_test(a_folder_with_something_in_it_does_not_change_hands),
      cmocka_unit_test(anybody_else_stays_who_they_are),
  };
  return cmocka_run_group_tests(tests, up, down);
}
