/* The queue of a lane. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "http/lane.h"

static void a_queue_has_so_many_places(void **state)
{
  (void)state;
  struct http_lane_pool pool = {.most = 2};
  assert_true(http_lane_reserve(&pool));
  assert_true(http_lane_reserve(&pool));
  assert_false(http_lane_reserve(&pool));
  assert_int_equal(pool.waiting, 2);
  assert_int_equal(pool.refused, 1);
}

static void a_lane_without_work_starts_and_stops(void **state)
{
  (void)state;
  struct http_lane_pool pool = {.most = 2};
  assert_int_equal(http_lane_start(&pool, 3), R_OK);
  http_lane_expire(&pool, INT64_MAX);
  http_lane_stop(&pool);
  assert_null(pool.workers);
  http_lane_stop(&pool);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_queue_has_so_many_places),
      cmocka_unit_test(a_lane_without_work_starts_and_stops),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
