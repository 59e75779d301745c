/* A thread that sleeps most of the time: it wakes when it is time, and at once when it is to end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "jobs/pulse.h"
#include <sched.h>
#include <stdatomic.h>

struct beat {
  struct jobs_pulse pulse;
  int64_t time;
  _Atomic int beats;
};

static void *run(void *self)
{
  struct beat *beat = self;
  while (jobs_pulse_sleep(&beat->pulse, beat->time))
    atomic_fetch_add(&beat->beats, 1);
  return NULL;
}

static void it_does_something_again_and_again(void **state)
{
  (void)state;
  struct beat beat = {.time = CLOCK_SECOND / 1000};
  assert_int_equal(jobs_pulse_start(&beat.pulse, run, &beat), R_OK);
  int64_t until = clock_monotonic() + 60 * CLOCK_SECOND;
  while (atomic_load(&beat.beats) < 3 && clock_monotonic() < until)
    sched_yield();
  jobs_pulse_stop(&beat.pulse);
  assert_true(atomic_load(&beat.beats) >= 3);
}

static void it_ends_at_once_however_long_it_would_sleep(void **state)
{
  (void)state;
  struct beat beat = {.time = 3600 * CLOCK_SECOND};
  int64_t began = clock_monotonic();
  assert_int_equal(jobs_pulse_start(&beat.pulse, run, &beat), R_OK);
  jobs_pulse_stop(&beat.pulse);
  assert_true(clock_monotonic() - began < 60 * CLOCK_SECOND);
  assert_int_equal(beat.beats, 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(it_does_something_again_and_again),
                                     cmocka_unit_test(it_ends_at_once_however_long_it_would_sleep)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
