/* Buckets of requests: what they hold, who shares them, and what many threads make of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/budget.h"
#include "base/clock.h"
#include <pthread.h>
#include <stdio.h>

enum { THREADS = 4, ROUNDS = 50000 };

static const int64_t start = 1000 * CLOCK_SECOND;

static struct arena *arena;
static struct budget *budget;

static int begin(void **state)
{
  (void)state;
  arena = arena_new(4 << 20);
  return arena && budget_open(arena, &budget) == R_OK ? 0 : -1;
}

static int end(void **state)
{
  (void)state;
  arena_free(&arena);
  return 0;
}

static struct budget_charge charge(const char *name, int64_t rate)
{
  return (struct budget_charge){.kind = 1, .name = str_of(name), .rate = rate, .cost = BUDGET_REQUEST};
}

/* How many are let through at that time, up to `most`. */
static int taken(const struct budget_charge *c, int64_t now, int most)
{
  struct budget_left left;
  int count = 0;
  while (count < most && budget_take(budget, c, now, &left))
    count++;
  return count;
}

static void a_bucket_holds_ten_seconds_of_its_rate(void **state)
{
  (void)state;
  struct budget_charge c = charge("anna", 7);
  assert_int_equal(taken(&c, start, 1000), 70);
  assert_int_equal(taken(&c, start + CLOCK_SECOND, 1000), 7);
  assert_int_equal(taken(&c, start + 3600 * CLOCK_SECOND, 1000), 70);
}

static void it_says_what_is_left_and_how_long_to_wait(void **state)
{
  (void)state;
  struct budget_charge c = charge("anna", 2);
  struct budget_left left;
  assert_true(budget_take(budget, &c, start, &left));
  assert_int_equal(left.requests, 19);
  assert_int_equal(left.full_in, 1);
  assert_int_equal(left.wait, 0);
  assert_int_equal(taken(&c, start, 1000), 19);
  assert_false(budget_take(budget, &c, start, &left));
  assert_int_equal(left.requests, 0);
  assert_int_equal(left.full_in, 10);
  assert_int_equal(left.wait, 1);
  c.rate = 1;
  assert_int_equal(taken(&c, start + CLOCK_SECOND, 1000), 1);
}

static void what_is_refused_is_not_taken(void **state)
{
  (void)state;
  struct budget_charge c = charge("anna", 1);
  assert_int_equal(taken(&c, start, 1000), 10);
  for (int i = 0; i < 1000; i++)
    assert_int_equal(taken(&c, start, 1), 0);
  assert_int_equal(taken(&c, start + CLOCK_SECOND, 1000), 1);
}

static void a_hundredth_of_a_request_counts_as_one(void **state)
{
  (void)state;
  struct budget_charge small = charge("anna", 1000000), whole = charge("anna", 1000000);
  small.cost = 1;
  struct budget_left left;
  for (int i = 0; i < 100; i++)
    assert_true(budget_take(budget, &small, start, &left));
  assert_int_equal(left.requests, 9999999);
  assert_true(budget_take(budget, &whole, start, &left));
  assert_int_equal(left.requests, 9999998);
}

static void names_and_kinds_have_buckets_of_their_own(void **state)
{
  (void)state;
  struct budget_charge anna = charge("anna", 1), anne = charge("anne", 1), tenant = charge("anna", 1);
  struct budget_charge longer = charge("anna\0", 1);
  tenant.kind = 2;
  longer.name.n = 5;
  assert_int_equal(taken(&anna, start, 1000), 10);
  assert_int_equal(taken(&anne, start, 1000), 10);
  assert_int_equal(taken(&tenant, start, 1000), 10);
  assert_int_equal(taken(&longer, start, 1000), 10);
}

static void a_clock_that_stands_gives_nothing_away(void **state)
{
  (void)state;
  struct budget_charge c = charge("anna", 5);
  assert_int_equal(taken(&c, start, 1000), 50);
  assert_int_equal(taken(&c, start - CLOCK_SECOND, 1000), 0);
}

/* Many more names than there are places: each gets its own, or the fullest bucket's. */
static void a_flood_of_names_blocks_nobody(void **state)
{
  (void)state;
  char name[32];
  for (int i = 0; i < 1000000; i++) {
    struct budget_charge c = {.kind = 3, .rate = 1, .cost = BUDGET_REQUEST};
    c.name = (struct str){name, (size_t)snprintf(name, sizeof name, "2001:db8:%x:%x", i >> 16, i & 0xFFFF)};
    assert_int_equal(taken(&c, start, 1), 1);
  }
  struct budget_charge c = charge("anna", 5);
  assert_int_equal(taken(&c, start, 1000), 50);
}

struct run {
  const char *names[3];
  int count[3];
};

static void *run(void *argument)
{
  struct run *r = argument;
  for (int i = 0; i < ROUNDS; i++) {
    struct budget_charge c = charge(r->names[i % 3], 1000);
    r->count[i % 3] += taken(&c, start, 1);
  }
  return NULL;
}

static void many_threads_take_together_what_there_is_and_no_more(void **state)
{
  (void)state;
  pthread_t threads[THREADS];
  struct run runs[THREADS];
  for (int i = 0; i < THREADS; i++) {
    runs[i] = (struct run){.names = {"anna", "bert", "carl"}};
    assert_int_equal(pthread_create(&threads[i], NULL, run, &runs[i]), 0);
  }
  int all[3] = {0};
  for (int i = 0; i < THREADS; i++) {
    pthread_join(threads[i], NULL);
    for (int n = 0; n < 3; n++)
      all[n] += runs[i].count[n];
  }
  for (int n = 0; n < 3; n++)
    assert_int_equal(all[n], 10000);
}

#define budget_test(function) cmocka_unit_test_setup_teardown(function, begin, end)

int main(void)
{
  const struct CMUnitTest tests[] = {
      budget_test(a_bucket_holds_ten_seconds_of_its_rate),
      budget_test(it_says_what_is_left_and_how_long_to_wait),
      budget_test(what_is_refused_is_not_taken),
      budget_test(a_hundredth_of_a_request_counts_as_one),
      budget_test(names_and_kinds_have_buckets_of_their_own),
      budget_test(a_clock_that_stands_gives_nothing_away),
      budget_test(a_flood_of_names_blocks_nobody),
      budget_test(many_threads_take_together_what_there_is_and_no_more),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
