/* The counts of replies. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "http/stats.h"

static const struct http_route route = {"readThing", HTTP_GET, "/things", HTTP_LANE_DECISION, false, 0};

static const struct http_route *at(int i)
{
  (void)i;
  return &route;
}

static const struct http_table table = {1, at, NULL, NULL};
static struct http_stats stats;
static struct arena *arena;

static int set_up(void **state)
{
  (void)state;
  arena = arena_new(1 << 20);
  return arena && http_stats_init(&stats, &table) == R_OK ? 0 : -1;
}

static int tear_down(void **state)
{
  (void)state;
  http_stats_free(&stats);
  arena_free(&arena);
  return 0;
}

static const char *printed(void)
{
  struct buf text = buf_in(arena, 1 << 20);
  http_stats_print(&stats, &text);
  struct str s = buf_str(&text);
  assert_non_null(s.p);
  return s.p;
}

static void a_reply_is_counted_by_operation_and_status(void **state)
{
  (void)state;
  http_stats_count(&stats, 0, 200, 10);
  http_stats_count(&stats, 0, 200, 10);
  http_stats_count(&stats, 0, 299, 10);
  http_stats_count(&stats, -1, 404, 10);
  const char *text = printed();
  assert_non_null(strstr(text, "requests_total{operation=\"readThing\",status=\"200\"} 2\n"));
  assert_non_null(strstr(text, "requests_total{operation=\"readThing\",status=\"0\"} 1\n"));
  assert_non_null(strstr(text, "requests_total{operation=\"none\",status=\"404\"} 1\n"));
}

static void a_bucket_holds_what_is_not_slower(void **state)
{
  (void)state;
  http_stats_count(&stats, 0, 200, 1000);
  http_stats_count(&stats, 0, 200, 1001);
  http_stats_count(&stats, 0, 200, 20000000);
  const char *text = printed();
  assert_non_null(strstr(text, "bucket{operation=\"readThing\",le=\"0.001\"} 1\n"));
  assert_non_null(strstr(text, "bucket{operation=\"readThing\",le=\"0.0025\"} 2\n"));
  assert_non_null(strstr(text, "bucket{operation=\"readThing\",le=\"10\"} 2\n"));
  assert_non_null(strstr(text, "bucket{operation=\"readThing\",le=\"+Inf\"} 3\n"));
  assert_non_null(strstr(text, "seconds_sum{operation=\"readThing\"} 20.002001\n"));
  assert_non_null(strstr(text, "seconds_count{operation=\"readThing\"} 3\n"));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(a_reply_is_counted_by_operation_and_status, set_up, tear_down),
      cmocka_unit_test_setup_teardown(a_bucket_holds_what_is_not_slower, set_up, tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
