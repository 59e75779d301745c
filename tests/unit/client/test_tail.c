/* News among events that are listed again and again: each once, and nothing that was before. */
#include "client/tail.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

static struct arena *arena;
static struct client_tail *tail;

static int begin(void **state)
{
  (void)state;
  arena = arena_new(1 << 20);
  return arena && client_tail_open(arena, &tail) == R_OK ? 0 : -1;
}

static int end(void **state)
{
  (void)state;
  arena_free(&arena);
  return 0;
}

/* The id of a moment: later ones are greater. */
static bool is_new(uint32_t moment)
{
  struct uuid id = {{(unsigned char)(moment >> 24), (unsigned char)(moment >> 16), (unsigned char)(moment >> 8),
                     (unsigned char)moment}};
  return client_tail_is_new(tail, &id);
}

static void each_is_new_once(void **state)
{
  (void)state;
  for (uint32_t i = 0; i < 100; i++)
    assert_true(is_new(1000 - 2 * i));
  for (uint32_t i = 0; i < 100; i++)
    assert_false(is_new(1000 - 2 * i));
}

static void one_that_was_late_to_commit_is_new_too(void **state)
{
  (void)state;
  assert_true(is_new(10));
  assert_true(is_new(30));
  client_tail_settle(tail);
  assert_true(is_new(20));
  assert_false(is_new(20));
  assert_true(is_new(40));
}

static void what_was_before_the_first_is_no_news(void **state)
{
  (void)state;
  assert_true(is_new(10));
  client_tail_settle(tail);
  assert_false(is_new(9));
}

static void where_nothing_was_before_all_is_news(void **state)
{
  (void)state;
  client_tail_settle(tail);
  assert_true(is_new(10));
  assert_false(is_new(10));
}

static void it_forgets_the_oldest_and_takes_them_for_seen(void **state)
{
  (void)state;
  for (uint32_t i = 1; i <= CLIENT_TAIL_SEEN + 10; i++)
    assert_true(is_new(2 * i));
  assert_false(is_new(2));
  assert_false(is_new(2 * (CLIENT_TAIL_SEEN + 10)));
  assert_true(is_new(2 * CLIENT_TAIL_SEEN + 1));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(each_is_new_once, begin, end),
      cmocka_unit_test_setup_teardown(one_that_was_late_to_commit_is_new_too, begin, end),
      cmocka_unit_test_setup_teardown(what_was_before_the_first_is_no_news, begin, end),
      cmocka_unit_test_setup_teardown(where_nothing_was_before_all_is_news, begin, end),
      cmocka_unit_test_setup_teardown(it_forgets_the_oldest_and_takes_them_for_seen, begin, end),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
