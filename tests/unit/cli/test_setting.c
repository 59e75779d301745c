/* Settings: flags, variables and files, and the refusal of whatever is unknown, said twice or wrong. */
#include "cli/setting.h"
#include "crypto/hash.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { MOST = 8 };

static struct arena *arena;
static struct settings settings;

static int begin(void **state)
{
  (void)state;
  arena = arena_new(1 << 20);
  return arena ? 0 : -1;
}

static int end(void **state)
{
  (void)state;
  arena_free(&arena);
  return 0;
}

/* A list of words as main has it: copies, with NULL behind them. */
static char **words(const char *const *list, int *ret_count)
{
  char **copies = arena_array(arena, MOST + 1, sizeof *copies);
  int count = 0;
  for (; list && list[count]; count++) {
    struct str copy = arena_print(arena, "%s", list[count]);
    memcpy(&copies[count], &copy.p, sizeof copy.p);
  }
  *ret_count = count;
  return copies;
}

static enum result reading(const char *const *flags, const char *const *variables, struct str *ret_wrong)
{
  int flag_count, variable_count;
  char **arguments = words(flags, &flag_count), **environment = words(variables, &variable_count);
  return cli_settings_read(flag_count, arguments, environment, arena, &settings, ret_wrong);
}

#define LIST(...) ((const char *const[]){__VA_ARGS__, NULL})

static void are_read(const char *const *flags, const char *const *variables)
{
  struct str wrong;
  assert_int_equal(reading(flags, variables, &wrong), R_OK);
}

static void are_refused(const char *const *flags, const char *const *variables, const char *why)
{
  struct str wrong;
  memset(&settings, 0, sizeof settings);
  assert_int_equal(reading(flags, variables, &wrong), R_MALFORMED);
  assert_string_equal(wrong.p, why);
  assert_null(settings.listen);
}

static void what_is_not_set_has_its_default(void **state)
{
  (void)state;
  are_read(NULL, LIST("PATH=/bin", "HOME=/"));
  assert_string_equal(settings.listen, "127.0.0.1:8080");
  assert_string_equal(settings.database_url, "");
  assert_null(settings.trusted_proxies);
  assert_int_equal(settings.database_workers, 8);
  assert_int_equal(settings.access_token_time, 900 * INT64_C(1000000));
}

static void a_flag_has_its_value_behind_it_or_in_it(void **state)
{
  (void)state;
  are_read(LIST("--listen", "127.0.0.1:1", "--database-workers=3", "--master-key-file=/a=b"), NULL);
  assert_string_equal(settings.listen, "127.0.0.1:1");
  assert_int_equal(settings.database_workers, 3);
  assert_string_equal(settings.master_key_file, "/a=b");
}

static void a_variable_sets_what_no_flag_does(void **state)
{
  (void)state;
  are_read(LIST("--listen", "127.0.0.1:1"), LIST("BAILIWICK_LISTEN=127.0.0.1:2", "BAILIWICK_DATA=/somewhere"));
  assert_string_equal(settings.listen, "127.0.0.1:1");
  assert_string_equal(settings.data, "/somewhere");
}

static void a_list_is_parted_by_commas(void **state)
{
  (void)state;
  are_read(NULL, LIST("BAILIWICK_TRUSTED_PROXIES=10.0.0.0/8, ::1 ,,192.0.2.1"));
  assert_string_equal(settings.trusted_proxies[0], "10.0.0.0/8");
  assert_string_equal(settings.trusted_proxies[1], "::1");
  assert_string_equal(settings.trusted_proxies[2], "192.0.2.1");
  assert_null(settings.trusted_proxies[3]);
}

static void a_list_that_is_too_long_is_named_not_cut(void **state)
{
  (void)state;
  char variable[1024] = "BAILIWICK_CORS_ORIGINS=";
  for (int i = 0; i < 65; i++)
    strncat(variable, "https://a,", sizeof variable - strlen(variable) - 1);
  are_refused(NULL, LIST(variable), "cors_origins: has more than 64 items\n");
}

static void a_url_is_one_that_links_can_begin_with(void **state)
{
  (void)state;
  static const char *const good[] = {"", "https://access.example", "http://127.0.0.1:8080", "https://[::1]:8443/a"};
  static const char *const wrong[] = {"access.example",          "ftp://access.example",        "https://",
                                      "https:///path",           "https://access.example/",     "https://a.example?b=c",
                                      "https://a.example#b",     "https://me@access.example",   "https://a b.example",
                                      "https://a.example/\"\\", "javascript:alert(1)",         "HTTPS://access.example",
                                      "https://:8080",           "https://a.example/\r\nHost: b"};
  for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
    are_read(LIST("--base-url", good[i]), NULL);
    assert_string_equal(settings.base_url, good[i]);
  }
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
    are_refused(LIST("--base-url", wrong[i]), NULL,
                "base_url: must be https://HOST[:PORT][/PATH], at most 200 characters, without a slash at its end\n");
}

static void what_is_unknown_is_named(void **state)
{
  (void)state;
  are_refused(LIST("--lisen", "x", "stray"), LIST("BAILIWICK_LISTENN=1"),
              "--lisen: unknown\nx: unknown\nstray: unknown\nBAILIWICK_LISTENN: unknown\n");
}

static void what_is_said_twice_is_named(void **state)
{
  (void)state;
  are_refused(LIST("--listen=127.0.0.1:1", "--listen", "127.0.0.1:2"), NULL, "--listen: given twice\n");
  are_refused(NULL, LIST("BAILIWICK_DATABASE_URL=a", "BAILIWICK_DATABASE_URL=b"),
              "BAILIWICK_DATABASE_URL: given twice\n");
}

static void a_flag_without_its_value_is_named(void **state)
{
  (void)state;
  are_refused(LIST("--listen"), NULL, "--listen: needs a value\n");
}

static void a_number_out_of_its_range_is_named(void **state)
{
  (void)state;
  are_refused(LIST("--database-workers=0"), NULL, "database_workers: must be a number from 1 to 256\n");
  are_refused(LIST("--database-workers=257"), NULL, "database_workers: must be a number from 1 to 256\n");
  are_refused(LIST("--database-workers=8x"), NULL, "database_workers: must be a number from 1 to 256\n");
  are_refused(LIST("--database-workers=-8"), NULL, "database_workers: must be a number from 1 to 256\n");
  are_refused(NULL, LIST("BAILIWICK_DATABASE_WORKERS="), "database_workers: must be a number from 1 to 256\n");
  are_refused(NULL, LIST("BAILIWICK_DATABASE_WORKERS=99999999999999999999999999"),
              "database_workers: must be a number from 1 to 256\n");
}

static void the_dearest_hash_that_can_be_set_can_be_made(void **state)
{
  (void)state;
  are_read(LIST("--hash-memory=262144"), NULL);
  assert_int_equal(settings.hash_memory, CRYPTO_COST_MEMORY_MOST);
  are_refused(LIST("--hash-memory=262145"), NULL, "hash_memory: must be a number from 8192 to 262144\n");
}

static void a_log_level_is_one_of_four(void **state)
{
  (void)state;
  are_read(LIST("--log-level=warn"), NULL);
  assert_int_equal(settings.log_level, LOG_WARN);
  are_refused(LIST("--log-level=WARN"), NULL, "log_level: must be debug, info, warn or error\n");
}

static void everything_wrong_is_named_at_once(void **state)
{
  (void)state;
  are_refused(LIST("--nope=1"), LIST("BAILIWICK_HASH_PASSES=99", "BAILIWICK_NEVER=1"),
              "--nope: unknown\nBAILIWICK_NEVER: unknown\nhash_passes: must be a number from 1 to 16\n");
}

static void what_the_commands_read_themselves_is_left_to_them(void **state)
{
  (void)state;
  are_read(NULL, LIST("BAILIWICK_CLIENT_ID=a", "BAILIWICK_CLIENT_SECRET=b", "BAILIWICK_CLIENT_SECRET_FILE=c"));
}

static const char *secret_file(const char *content, size_t n)
{
  static char path[] = "/tmp/bailiwick-setting-XXXXXX";
  memcpy(path + sizeof path - 7, "XXXXXX", 6);
  int file = mkstemp(path);
  assert_true(file >= 0);
  assert_int_equal(write(file, content, n), n);
  close(file);
  return path;
}

static void a_secret_comes_from_a_file_without_its_line_end(void **state)
{
  (void)state;
  const char *path = secret_file("postgresql://h/d\r\n", 18);
  are_read(NULL, LIST(arena_print(arena, "BAILIWICK_DATABASE_URL_FILE=%s", path).p));
  assert_string_equal(settings.database_url, "postgresql://h/d");
  are_refused(NULL, LIST(arena_print(arena, "BAILIWICK_DATABASE_URL_FILE=%s", path).p, "BAILIWICK_DATABASE_URL=a"),
              "BAILIWICK_DATABASE_URL: given twice\n");
  unlink(path);
}

static void only_a_secret_comes_from_a_file(void **state)
{
  (void)state;
  are_refused(NULL, LIST("BAILIWICK_LISTEN_FILE=/dev/null"), "BAILIWICK_LISTEN_FILE: unknown\n");
}

static void a_file_that_is_no_secret_is_named(void **state)
{
  static char large[5000];
  (void)state;
  are_refused(NULL, LIST("BAILIWICK_DATABASE_URL_FILE=/nowhere/at/all"),
              "BAILIWICK_DATABASE_URL_FILE: cannot be read\n");
  memset(large, 'x', sizeof large);
  const char *path = secret_file(large, sizeof large);
  are_refused(NULL, LIST(arena_print(arena, "BAILIWICK_DATABASE_URL_FILE=%s", path).p),
              "BAILIWICK_DATABASE_URL_FILE: is too large\n");
  unlink(path);
}

static void an_address_has_a_port(void **state)
{
  (void)state;
  const char *address = NULL;
  uint16_t port = 0;
  assert_true(cli_setting_address("127.0.0.1:8080", arena, &address, &port));
  assert_string_equal(address, "127.0.0.1");
  assert_int_equal(port, 8080);
  assert_true(cli_setting_address("[::1]:65535", arena, &address, &port));
  assert_string_equal(address, "::1");
  assert_int_equal(port, 65535);
  assert_false(cli_setting_address("127.0.0.1", arena, &address, &port));
  assert_false(cli_setting_address("127.0.0.1:65536", arena, &address, &port));
  assert_false(cli_setting_address(":80", arena, &address, &port));
  assert_false(cli_setting_address("[::1]:", arena, &address, &port));
}

static void the_table_for_people_names_every_setting(void **state)
{
  (void)state;
  struct buf text = buf_in(arena, 64 * 1024);
  cli_settings_print(&text);
  struct str all = buf_str(&text);
#define SETTING(member, kind, fallback, min, max, help, security) assert_non_null(strstr(all.p, help));
#include "cli/setting.def"
#undef SETTING
  assert_non_null(strstr(all.p, "BAILIWICK_DATABASE_URL  (none)"));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(what_is_not_set_has_its_default, begin, end),
      cmocka_unit_test_setup_teardown(a_flag_has_its_value_behind_it_or_in_it, begin, end),
      cmocka_unit_test_setup_teardown(a_variable_sets_what_no_flag_does, begin, end),
      cmocka_unit_test_setup_teardown(a_list_is_parted_by_commas, begin, end),
      cmocka_unit_test_setup_teardown(a_url_is_one_that_links_can_begin_with, begin, end),
      cmocka_unit_test_setup_teardown(what_is_unknown_is_named, begin, end),
      cmocka_unit_test_setup_teardown(what_is_said_twice_is_named, begin, end),
      cmocka_unit_test_setup_teardown(a_list_that_is_too_long_is_named_not_cut, begin, end),
      cmocka_unit_test_setup_teardown(a_flag_without_its_value_is_named, begin, end),
      cmocka_unit_test_setup_teardown(a_number_out_of_its_range_is_named, begin, end),
      cmocka_unit_test_setup_teardown(the_dearest_hash_that_can_be_set_can_be_made, begin, end),
      cmocka_unit_test_setup_teardown(a_log_level_is_one_of_four, begin, end),
      cmocka_unit_test_setup_teardown(everything_wrong_is_named_at_once, begin, end),
      cmocka_unit_test_setup_teardown(what_the_commands_read_themselves_is_left_to_them, begin, end),
      cmocka_unit_test_setup_teardown(a_secret_comes_from_a_file_without_its_line_end, begin, end),
      cmocka_unit_test_setup_teardown(only_a_secret_comes_from_a_file, begin, end),
      cmocka_unit_test_setup_teardown(a_file_that_is_no_secret_is_named, begin, end),
      cmocka_unit_test_setup_teardown(an_address_has_a_port, begin, end),
      cmocka_unit_test_setup_teardown(the_table_for_people_names_every_setting, begin, end),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
