/* The line of progress: numbers that can be read, and nothing that is not known. */
#include "client/progress.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

static struct arena *arena;

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

static void line_is(struct client_progress progress, const char *wanted)
{
  struct buf out = buf_in(arena, 4096);
  client_progress_put(&progress, &out);
  assert_string_equal(buf_str(&out).p, wanted);
}

static void thousands_are_told_apart(void **state)
{
  (void)state;
  line_is((struct client_progress){.what = "rows", .done = 1234567, .rate = 2100, .refused = 1000, .left = 3605},
          "1,234,567 rows, 2,100/s, 1,000 refused, 60:05 left");
}

static void what_is_not_known_is_not_said(void **state)
{
  (void)state;
  line_is((struct client_progress){.what = "rows", .done = 0, .left = -1}, "0 rows");
  line_is((struct client_progress){.what = "KiB sent", .done = 999, .left = 0}, "999 KiB sent, 0:00 left");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(thousands_are_told_apart, begin, end),
      cmocka_unit_test_setup_teardown(what_is_not_known_is_not_said, begin, end),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
