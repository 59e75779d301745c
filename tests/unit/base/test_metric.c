/* Tests of metrics as text. */
#include "base/metric.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void a_metric_says_what_it_is_before_its_value(void **state)
{
  (void)state;
  struct arena *arena = arena_new(4096);
  struct buf text = buf_in(arena, 1024);
  metric_put(&text, "bailiwick_x_total", "counter", "how many", 12345678901.0);
  assert_string_equal(buf_str(&text).p,
                      "# HELP bailiwick_x_total how many\n# TYPE bailiwick_x_total counter\nbailiwick_x_total 12345678901\n");
  arena_free(&arena);
}

static void a_fraction_keeps_its_digits(void **state)
{
  (void)state;
  struct arena *arena = arena_new(4096);
  struct buf text = buf_in(arena, 1024);
  metric_put(&text, "a", "gauge", "b", 0.25);
  assert_string_equal(buf_str(&text).p, "# HELP a b\n# TYPE a gauge\na 0.25\n");
  arena_free(&arena);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_metric_says_what_it_is_before_its_value),
      cmocka_unit_test(a_fraction_keeps_its_digits),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
