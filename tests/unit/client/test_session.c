/* The file of a session: for its owner alone, whole at every moment, locked by one at a time. */
#include "client/session.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>

static char folder[] = "/tmp/bailiwick-session-XXXXXX";
static const char *path;
static struct arena *arena;

static int begin(void **state)
{
  (void)state;
  arena = arena_new(64 << 20);
  return arena ? 0 : -1;
}

static int end(void **state)
{
  (void)state;
  arena_free(&arena);
  return 0;
}

/* A home of its own for the group: HOME is what sessions go by. */
static int move_in(void **state)
{
  (void)state;
  unsetenv("XDG_STATE_HOME");
  return mkdtemp(folder) && setenv("HOME", folder, 1) == 0 ? 0 : -1;
}

static int move_out(void **state)
{
  (void)state;
  char command[128];
  snprintf(command, sizeof command, "rm -rf %s", folder);
  return system(command);
}

static const struct client_session session = {STR("https://a.example"), STR("access"), STR("refresh"), 1234};

static void write_one(void)
{
  assert_int_equal(client_session_path("session", arena, &path), R_OK);
  assert_int_equal(client_session_write(path, &session, arena), R_OK);
}

static void what_is_written_is_read(void **state)
{
  (void)state;
  struct client_session found = {0};
  struct stat about;
  write_one();
  assert_int_equal(client_session_read(path, arena, &found), R_OK);
  assert_true(str_equal(found.url, session.url) && str_equal(found.access_token, session.access_token));
  assert_true(str_equal(found.refresh_token, session.refresh_token));
  assert_int_equal(found.expires_at, 1234);
  assert_int_equal(stat(path, &about), 0);
  assert_int_equal(about.st_mode & 0777, 0600);
}

static void a_machine_has_no_refresh_token(void **state)
{
  (void)state;
  struct client_session machine = session, found = {0};
  write_one();
  machine.refresh_token = STR_NONE;
  assert_int_equal(client_session_write(path, &machine, arena), R_OK);
  assert_int_equal(client_session_read(path, arena, &found), R_OK);
  assert_null(found.refresh_token.p);
}

static void one_that_others_may_open_is_refused(void **state)
{
  (void)state;
  struct client_session found = {0};
  static const mode_t wide[] = {0640, 0604, 0660, 0622, 0610};
  write_one();
  for (size_t i = 0; i < sizeof wide / sizeof *wide; i++) {
    assert_int_equal(chmod(path, wide[i]), 0);
    assert_int_equal(client_session_read(path, arena, &found), R_FORBIDDEN);
  }
  assert_null(found.url.p);
}

static void what_is_no_session_is_none(void **state)
{
  (void)state;
  struct client_session found = {0};
  static const char *const texts[] = {"", "{", "[]", "{\"url\": \"x\", \"access_token\": \"y\"}",
                                      "{\"url\": \"x\", \"expires_at\": 1}"};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    write_one();
    FILE *file = fopen(path, "w");
    fputs(texts[i], file);
    fclose(file);
    assert_int_equal(client_session_read(path, arena, &found), R_MALFORMED);
  }
  client_session_remove(path);
  assert_int_equal(client_session_read(path, arena, &found), R_NOT_FOUND);
}

static void its_folder_is_where_the_environment_says(void **state)
{
  (void)state;
  char wanted[128];
  snprintf(wanted, sizeof wanted, "%s/x/y/bailiwick/session.json", folder);
  wanted[strlen(wanted) - strlen("/bailiwick/session.json")] = '\0';
  setenv("XDG_STATE_HOME", wanted, 1);
  assert_int_equal(client_session_path("session", arena, &path), R_OK);
  assert_memory_equal(path, wanted, strlen(wanted));
  setenv("XDG_STATE_HOME", "relative", 1);
  assert_int_equal(client_session_path("session", arena, &path), R_OK);
  assert_memory_equal(path, folder, strlen(folder));
  unsetenv("XDG_STATE_HOME");
  unsetenv("HOME");
  assert_int_equal(client_session_path("session", arena, &path), R_UNAVAILABLE);
  setenv("HOME", folder, 1);
}

/* Each takes the lock, reads the count, and writes one more: without it some would be lost. */
static void one_at_a_time_changes_it(void **state)
{
  (void)state;
  enum { CHILDREN = 8, TIMES = 20 };
  struct client_session found = {0};
  write_one();
  for (int child = 0; child < CHILDREN; child++)
    if (fork() == 0) {
      for (int i = 0; i < TIMES; i++) {
        int lock = -1;
        if (client_session_lock(path, arena, &lock) != R_OK || client_session_read(path, arena, &found) != R_OK)
          _exit(1);
        found.expires_at++;
        if (client_session_write(path, &found, arena) != R_OK)
          _exit(1);
        close(lock);
      }
      _exit(0);
    }
  for (int child = 0, status; child < CHILDREN; child++)
    assert_true(wait(&status) > 0 && status == 0);
  assert_int_equal(client_session_read(path, arena, &found), R_OK);
  assert_int_equal(found.expires_at, 1234 + CHILDREN * TIMES);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(what_is_written_is_read, begin, end),
      cmocka_unit_test_setup_teardown(a_machine_has_no_refresh_token, begin, end),
      cmocka_unit_test_setup_teardown(one_that_others_may_open_is_refused, begin, end),
      cmocka_unit_test_setup_teardown(what_is_no_session_is_none, begin, end),
      cmocka_unit_test_setup_teardown(its_folder_is_where_the_environment_says, begin, end),
      cmocka_unit_test_setup_teardown(one_at_a_time_changes_it, begin, end),
  };
  return cmocka_run_group_tests(tests, move_in, move_out);
}
