/* A machine's credential: whole or not at all, from places that are closed to others. */
#include "client/credential.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

static char file[] = "/tmp/bailiwick-credential-XXXXXX";
static const char *const id = "0190a5b8-7c4e-7000-8000-000000000000";
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

static int make_file(void **state)
{
  (void)state;
  int made = mkstemp(file);
  return made < 0 ? -1 : close(made);
}

static int remove_file(void **state)
{
  (void)state;
  return unlink(file);
}

static void put(const char *text)
{
  FILE *out = fopen(file, "w");
  fputs(text, out);
  fclose(out);
  assert_int_equal(chmod(file, 0600), 0);
}

static void set(const char *client, const char *secret, const char *secret_file)
{
  static const char *const names[] = {"BAILIWICK_CLIENT_ID", "BAILIWICK_CLIENT_SECRET", "BAILIWICK_CLIENT_SECRET_FILE"};
  const char *values[] = {client, secret, secret_file};
  for (int i = 0; i < 3; i++)
    assert_int_equal(values[i] ? setenv(names[i], values[i], 1) : unsetenv(names[i]), 0);
}

static void found(const char *path, const char *secret)
{
  struct client_credential credential = {0};
  assert_int_equal(client_credential_read(path, arena, &credential), R_OK);
  assert_true(str_is(credential.id, id) && str_is(credential.secret, secret));
}

static void refused(const char *path)
{
  struct client_credential credential = {0};
  assert_int_equal(client_credential_read(path, arena, &credential), R_RULE);
  assert_null(credential.id.p);
}

static void the_environment_says_both(void **state)
{
  (void)state;
  set(id, "s", NULL);
  found(NULL, "s");
  put("from a file\r\n");
  set(id, NULL, file);
  found(NULL, "from a file");
}

static void none_is_none(void **state)
{
  (void)state;
  struct client_credential credential = {STR("x"), STR("y")};
  set(NULL, NULL, NULL);
  assert_int_equal(client_credential_read(NULL, arena, &credential), R_OK);
  assert_null(credential.id.p);
}

static void half_of_it_is_refused(void **state)
{
  (void)state;
  set(id, NULL, NULL);
  refused(NULL);
  set(NULL, "s", NULL);
  refused(NULL);
  set(id, "s", file);
  refused(NULL);
  set("../../id", "s", NULL);
  refused(NULL);
}

static void a_file_goes_before_the_environment(void **state)
{
  (void)state;
  set("not looked at", NULL, NULL);
  put("{\"client_id\": \"0190a5b8-7c4e-7000-8000-000000000000\", \"client_secret\": \"f\"}");
  found(file, "f");
  put("{\"client\": {\"id\": \"0190a5b8-7c4e-7000-8000-000000000000\"}, \"client_secret\": \"g\"}");
  found(file, "g");
}

static void a_file_that_is_none_or_open_is_refused(void **state)
{
  (void)state;
  set(NULL, NULL, NULL);
  put("{\"client_id\": ");
  refused(file);
  put("{\"client_id\": \"0190a5b8-7c4e-7000-8000-000000000000\"}");
  refused(file);
  put("{\"client_id\": \"0190a5b8-7c4e-7000-8000-000000000000\", \"client_secret\": \"f\"}");
  assert_int_equal(chmod(file, 0640), 0);
  refused(file);
  refused("/tmp/bailiwick-there-is-no-such-file");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(the_environment_says_both, begin, end),
      cmocka_unit_test_setup_teardown(none_is_none, begin, end),
      cmocka_unit_test_setup_teardown(half_of_it_is_refused, begin, end),
      cmocka_unit_test_setup_teardown(a_file_goes_before_the_environment, begin, end),
      cmocka_unit_test_setup_teardown(a_file_that_is_none_or_open_is_refused, begin, end),
  };
  return cmocka_run_group_tests(tests, make_file, remove_file);
}
