/* Replies that wait for their time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/clock.h"
#include "http/hold.h"
#include <stdbool.h>
#include <time.h>

enum { HELD = 5, SOON = 30000, NEVER = 3600 };

/* What was let go, in that order, and when. */
static struct http_held held[HELD];
static struct {
  struct http_held *who[HELD];
  int64_t at[HELD];
  _Atomic unsigned count;
} gone;

static void let_go(struct http_held *who)
{
  unsigned n = gone.count;
  assert_true(n < HELD);
  gone.who[n] = who;
  gone.at[n] = clock_monotonic();
  gone.count = n + 1;
}

static void start(struct http_hold *hold)
{
  gone.count = 0;
  assert_int_equal(http_hold_start(hold, let_go), R_OK);
}

static void wait_until_gone(unsigned count)
{
  for (int64_t until = clock_monotonic() + 20 * CLOCK_SECOND; gone.count < count && clock_monotonic() < until;)
    nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
  assert_int_equal(gone.count, count);
}

static void a_slot_ends_after_a_whole_number_of_them(void **state)
{
  (void)state;
  static const struct {
    int64_t now, at;
  } times[] = {{900, 1500},  {1000, 1500}, {1001, 1500}, {1499, 1500},
               {1500, 1500}, {1501, 2000}, {2000, 2000}, {9999, 10000}};
  for (size_t i = 0; i < sizeof times / sizeof *times; i++)
    assert_int_equal(http_hold_slot(1000, times[i].now, 500), times[i].at);
}

static void each_goes_when_its_time_has_come_and_the_earliest_first(void **state)
{
  (void)state;
  static const int order[HELD] = {3, 0, 4, 2, 1};
  struct http_hold hold;
  start(&hold);
  int64_t now = clock_monotonic();
  for (int i = 0; i < HELD; i++)
    http_hold_put(&hold, &held[order[i]], now + SOON * (order[i] + 1));
  wait_until_gone(HELD);
  for (int i = 0; i < HELD; i++) {
    assert_ptr_equal(gone.who[i], &held[i]);
    assert_true(gone.at[i] >= now + SOON * (i + 1));
  }
  assert_int_equal(hold.waiting, 0);
  http_hold_stop(&hold);
}

static void those_of_one_time_go_as_they_came(void **state)
{
  (void)state;
  struct http_hold hold;
  start(&hold);
  int64_t at = clock_monotonic() + SOON;
  for (int i = 0; i < HELD; i++)
    http_hold_put(&hold, &held[i], at);
  wait_until_gone(HELD);
  for (int i = 0; i < HELD; i++)
    assert_ptr_equal(gone.who[i], &held[i]);
  http_hold_stop(&hold);
}

static void one_whose_time_is_past_goes_though_others_wait(void **state)
{
  (void)state;
  struct http_hold hold;
  start(&hold);
  http_hold_put(&hold, &held[0], clock_monotonic() + NEVER * CLOCK_SECOND);
  http_hold_put(&hold, &held[1], clock_monotonic() - 1);
  wait_until_gone(1);
  assert_ptr_equal(gone.who[0], &held[1]);
  assert_int_equal(hold.waiting, 1);
  http_hold_stop(&hold);
  assert_int_equal(gone.count, 2);
}

static void after_a_release_nothing_waits(void **state)
{
  (void)state;
  struct http_hold hold;
  start(&hold);
  int64_t never = clock_monotonic() + NEVER * CLOCK_SECOND;
  http_hold_put(&hold, &held[0], never);
  http_hold_put(&hold, &held[1], never);
  http_hold_release(&hold);
  wait_until_gone(2);
  http_hold_put(&hold, &held[2], never);
  assert_int_equal(gone.count, 3); /* by who put it in */
  http_hold_stop(&hold);
}

static void stopping_lets_all_go_before_it_ends(void **state)
{
  (void)state;
  struct http_hold hold;
  start(&hold);
  for (int i = 0; i < HELD; i++)
    http_hold_put(&hold, &held[i], clock_monotonic() + NEVER * CLOCK_SECOND);
  http_hold_stop(&hold);
  assert_int_equal(gone.count, HELD);
  assert_int_equal(hold.waiting, 0);
  http_hold_stop(&hold);
}

static void one_that_was_never_started_can_be_stopped(void **state)
{
  (void)state;
  struct http_hold hold = {0};
  http_hold_stop(&hold);
  assert_false(hold.runs);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_slot_ends_after_a_whole_number_of_them),
      cmocka_unit_test(each_goes_when_its_time_has_come_and_the_earliest_first),
      cmocka_unit_test(those_of_one_time_go_as_they_came),
      cmocka_unit_test(one_whose_time_is_past_goes_though_others_wait),
      cmocka_unit_test(after_a_release_nothing_waits),
      cmocka_unit_test(stopping_lets_all_go_before_it_ends),
      cmocka_unit_test(one_that_was_never_started_can_be_stopped),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
