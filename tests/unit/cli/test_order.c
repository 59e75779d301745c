/* The words of an import at the machine: sorted from settings, read, and refused by name. */
#include "cli/order.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

enum { MOST = 12 };

static struct arena *arena;
static struct cli_order order;
static char *words[MOST];
static int count;

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

/* As main has them: copies. */
static void say(const char *const *list)
{
  for (count = 0; list[count]; count++) {
    struct str copy = arena_print(arena, "%s", list[count]);
    memcpy(&words[count], &copy.p, sizeof copy.p);
  }
}

#define SAY(...) say((const char *const[]){__VA_ARGS__, NULL})

static void reads(void)
{
  struct str wrong;
  assert_int_equal(cli_order_read(count, words, arena, &order, &wrong), R_OK);
}

static void refuses(const char *why)
{
  struct str wrong;
  assert_int_equal(cli_order_read(count, words, arena, &order, &wrong), R_MALFORMED);
  assert_string_equal(wrong.p, why);
}

static void settings_come_behind_what_is_the_import_s(void **state)
{
  (void)state;
  static const char *const wanted[] = {"--mode", "create", "file", "--dry-run", "--kind=users", "--data", "/d",
                                       "--log-level=warn"};
  SAY("--data", "/d", "--mode", "create", "--log-level=warn", "file", "--dry-run", "--kind=users");
  assert_int_equal(cli_order_gather(count, words), 5);
  for (int i = 0; i < count; i++)
    assert_string_equal(words[i], wanted[i]);
}

static void a_file_alone_is_lines_of_all_kinds_brought_up_to_date(void **state)
{
  (void)state;
  SAY("estate.jsonl");
  reads();
  assert_string_equal(order.file.p, "estate.jsonl");
  assert_null(order.tenant.p);
  assert_true(str_is(order.job.kind, "mixed") && str_is(order.job.format, "ndjson"));
  assert_true(str_is(order.job.mode, "upsert") && str_is(order.job.on_error, "continue") && !order.job.dry_run);
}

static void every_option_says_what_it_says_over_the_api(void **state)
{
  (void)state;
  SAY("--tenant=acme", "-", "--kind", "users", "--mode", "sync", "--removals_most", "7", "--on-error=stop",
      "--dry-run");
  reads();
  assert_true(str_is(order.file, "-") && str_is(order.tenant, "acme") && str_is(order.job.kind, "users"));
  assert_true(str_is(order.job.mode, "sync") && str_is(order.job.on_error, "stop") && order.job.dry_run);
  assert_int_equal(order.job.removals_most, 7);
}

static void a_name_that_ends_in_csv_says_so_unless_the_format_is_said(void **state)
{
  (void)state;
  SAY("people.CSV");
  reads();
  assert_true(str_is(order.job.format, "csv"));
  SAY("people.csv", "--format", "ndjson");
  reads();
  assert_true(str_is(order.job.format, "ndjson"));
}

static void what_is_wrong_is_named(void **state)
{
  (void)state;
  SAY("--dry-run");
  refuses("FILE: which?");
  SAY("a", "b");
  refuses("b: one file at a time");
  SAY("a", "--mode", "merge");
  refuses("--mode: is none of those that there are");
  SAY("a", "--mode");
  refuses("--mode: needs a value");
  SAY("a", "--dry-run=yes");
  refuses("--dry-run: takes no value");
  SAY("a", "--kind", "users", "--kind", "users");
  refuses("--kind: given twice");
  SAY("a", "--mode", "sync", "--removals-most", "1000001");
  refuses("--removals-most: must be a whole number up to 1000000");
  SAY("a", "--invitations", "link");
  refuses("--invitations: unknown");
  SAY("a", "--mode", "sync");
  refuses("removals_most: must be said with sync");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(settings_come_behind_what_is_the_import_s, begin, end),
      cmocka_unit_test_setup_teardown(a_file_alone_is_lines_of_all_kinds_brought_up_to_date, begin, end),
      cmocka_unit_test_setup_teardown(every_option_says_what_it_says_over_the_api, begin, end),
      cmocka_unit_test_setup_teardown(a_name_that_ends_in_csv_says_so_unless_the_format_is_said, begin, end),
      cmocka_unit_test_setup_teardown(what_is_wrong_is_named, begin, end),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
