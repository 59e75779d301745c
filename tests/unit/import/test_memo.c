/* The memo: what it keeps, what it forgets, that it never says what it was not told. */
#include "import/memo.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

static struct arena *arena;
static struct import_memo *memo;

static int begin(void **state)
{
  (void)state;
  arena = arena_new(8 << 20);
  return arena && import_memo_new(arena, &memo) == R_OK ? 0 : -1;
}

static int end(void **state)
{
  (void)state;
  arena_free(&arena);
  return 0;
}

static struct uuid numbered(unsigned n)
{
  return (struct uuid){{1, (unsigned char)n, (unsigned char)(n >> 8), (unsigned char)(n >> 16)}};
}

static bool is(struct str external_id, unsigned n)
{
  struct uuid found, wanted = numbered(n);
  return import_memo_find(memo, external_id, &found) && uuid_equal(&found, &wanted);
}

static void what_was_put_is_found(void **state)
{
  (void)state;
  struct uuid one = numbered(1), two = numbered(2), found;
  import_memo_put(memo, STR("one"), &one);
  import_memo_put(memo, STR("two"), &two);
  assert_true(is(STR("one"), 1));
  assert_true(is(STR("two"), 2));
  assert_false(import_memo_find(memo, STR("three"), &found));
  import_memo_put(memo, STR("one"), &two);
  assert_true(is(STR("one"), 2));
}

static void that_there_is_none_is_found_too(void **state)
{
  (void)state;
  struct uuid one = numbered(1), none = {0}, found = one;
  import_memo_put(memo, STR("one"), &none);
  assert_true(import_memo_find(memo, STR("one"), &found));
  assert_true(uuid_is_zero(&found));
  import_memo_forget(memo, STR("one"));
  assert_false(import_memo_find(memo, STR("one"), &found));
}

static void what_was_forgotten_is_not(void **state)
{
  (void)state;
  struct uuid one = numbered(1), found;
  import_memo_put(memo, STR("one"), &one);
  import_memo_forget(memo, STR("one"));
  assert_false(import_memo_find(memo, STR("one"), &found));
}

static void more_than_it_holds_are_forgotten_or_right(void **state)
{
  enum { MANY = 100000 };
  (void)state;
  unsigned known = 0;
  for (unsigned n = 0; n < MANY; n++) {
    struct uuid id = numbered(n);
    import_memo_put(memo, arena_print(arena, "%u", n), &id);
  }
  for (unsigned n = 0; n < MANY; n++) {
    struct uuid found, wanted = numbered(n);
    if (!import_memo_find(memo, arena_print(arena, "%u", n), &found))
      continue;
    assert_true(uuid_equal(&found, &wanted));
    known++;
  }
  assert_in_range(known, 10000, 20000);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(what_was_put_is_found, begin, end),
      cmocka_unit_test_setup_teardown(that_there_is_none_is_found_too, begin, end),
      cmocka_unit_test_setup_teardown(what_was_forgotten_is_not, begin, end),
      cmocka_unit_test_setup_teardown(more_than_it_holds_are_forgotten_or_right, begin, end),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
