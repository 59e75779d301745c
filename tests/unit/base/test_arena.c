/* The arena: its limit, its alignment, what is released with it, and that it leaves nothing to read. */
#include "base/arena.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdalign.h>
#include <stddef.h>

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#endif

static void memory_is_zeroed_and_aligned_for_any_type(void **state)
{
  (void)state;
  struct arena *a = arena_new(1 << 20);
  static const unsigned char zero[300];
  for (size_t size = 1; size < 300; size++) {
    unsigned char *piece = arena_alloc(a, size);
    assert_non_null(piece);
    assert_int_equal((uintptr_t)piece % alignof(max_align_t), 0);
    assert_memory_equal(piece, zero, size);
    memset(piece, 0xFF, size);
  }
  arena_free(&a);
}

static void pieces_do_not_overlap(void **state)
{
  (void)state;
  struct arena *a = arena_new(1 << 20);
  unsigned char *pieces[200];
  for (size_t i = 0; i < 200; i++) {
    pieces[i] = arena_alloc(a, i + 1);
    memset(pieces[i], (int)i, i + 1);
  }
  for (size_t i = 0; i < 200; i++)
    assert_true(pieces[i][0] == i && pieces[i][i] == i);
  arena_free(&a);
}

static void the_limit_is_reached_exactly(void **state)
{
  (void)state;
  struct arena *a = arena_new(100);
  assert_null(arena_alloc(a, 101));
  assert_non_null(arena_alloc(a, 100));
  assert_null(arena_alloc(a, 1));
  arena_free(&a);
}

static void small_pieces_do_not_stretch_the_limit(void **state)
{
  (void)state;
  struct arena *a = arena_new(1600);
  size_t pieces = 0;
  while (arena_alloc(a, 1))
    pieces++;
  assert_int_equal(pieces, 100);
  arena_free(&a);
}

static void a_refusal_leaves_the_rest_usable(void **state)
{
  (void)state;
  struct arena *a = arena_new(64);
  assert_null(arena_alloc(a, 65));
  assert_null(arena_array(a, SIZE_MAX, 2));
  assert_non_null(arena_alloc(a, 64));
  arena_free(&a);
}

static void sizes_that_overflow_are_refused(void **state)
{
  (void)state;
  struct arena *a = arena_new(SIZE_MAX);
  assert_null(arena_alloc(a, SIZE_MAX));
  assert_null(arena_alloc(a, SIZE_MAX - 15));
  assert_null(arena_array(a, SIZE_MAX / 2 + 2, 2));
  assert_null(arena_array(a, 1ul << 32, 1ul << 32));
  assert_null(arena_copy(a, (struct str){"x", SIZE_MAX}).p);
  arena_free(&a);
}

static void a_piece_of_nothing_is_a_piece(void **state)
{
  (void)state;
  struct arena *a = arena_new(0);
  assert_non_null(arena_alloc(a, 0));
  assert_non_null(arena_array(a, 0, SIZE_MAX));
  assert_null(arena_alloc(a, 1));
  arena_free(&a);
}

static void a_piece_may_be_larger_than_a_block(void **state)
{
  (void)state;
  struct arena *a = arena_new(8 << 20);
  char *small = arena_alloc(a, 10), *large = arena_alloc(a, 5 << 20), *after = arena_alloc(a, 10);
  assert_true(small && large && after);
  memset(large, 'x', 5 << 20);
  assert_int_equal(small[0] + after[0], 0);
  arena_free(&a);
}

static void a_copy_ends_with_a_nul_that_is_not_counted(void **state)
{
  (void)state;
  struct arena *a = arena_new(64);
  struct str copy = arena_copy(a, (struct str){"abcdef", 3}), empty = arena_copy(a, STR_NONE);
  assert_int_equal(copy.n, 3);
  assert_string_equal(copy.p, "abc");
  assert_int_equal(empty.n, 0);
  assert_string_equal(empty.p, "");
  arena_free(&a);
}

static void printing_takes_what_it_needs_or_gives_none(void **state)
{
  (void)state;
  struct arena *a = arena_new(32);
  struct str text = arena_print(a, "%s-%d", "abc", 42);
  assert_int_equal(text.n, 6);
  assert_string_equal(text.p, "abc-42");
  assert_null(arena_print(a, "%100s", "").p);
  arena_free(&a);
}

static char order[4];

static void note(void *object) { strncat(order, object, 1); }

static void releases_run_last_first_and_once(void **state)
{
  (void)state;
  static char first[] = "1", second[] = "2", third[] = "3";
  struct arena *a = arena_new(1024);
  memset(order, 0, sizeof order);
  assert_true(arena_on_free(a, note, first));
  assert_true(arena_on_free(a, note, second));
  assert_true(arena_on_free(a, note, third));
  arena_free(&a);
  assert_null(a);
  arena_free(&a);
  assert_string_equal(order, "321");
}

static void a_release_that_finds_no_room_stays_with_the_caller(void **state)
{
  (void)state;
  struct arena *a = arena_new(8);
  static char object[] = "x";
  memset(order, 0, sizeof order);
  assert_false(arena_on_free(a, note, object));
  arena_free(&a);
  assert_string_equal(order, "");
}

static void freeing_nothing_is_allowed(void **state)
{
  (void)state;
  struct arena *none = NULL;
  arena_free(&none);
  arena_free(NULL);
  assert_null(none);
}

#ifdef __SANITIZE_ADDRESS__
static void under_a_sanitizer_an_overrun_shows(void **state)
{
  (void)state;
  struct arena *a = arena_new(1024);
  char *first = arena_alloc(a, 3), *second = arena_alloc(a, 5);
  assert_false(__asan_address_is_poisoned(first + 2));
  assert_true(__asan_address_is_poisoned(first + 3));
  assert_true(__asan_address_is_poisoned(second + 5));
  arena_free(&a);
  assert_true(__asan_address_is_poisoned(second));
}

/* Reads what was freed: the sanitizer keeps it as it was left. */
__attribute__((no_sanitize("address"), noinline)) static size_t count_marks(const volatile char *freed, size_t n)
{
  size_t found = 0;
  for (size_t i = 0; i < n; i++)
    found += freed[i] == 's';
  return found;
}

static void what_was_in_it_is_wiped(void **state)
{
  (void)state;
  struct arena *a = arena_new(1024);
  char *secret = arena_alloc(a, 100);
  memset(secret, 's', 100);
  assert_int_equal(count_marks(secret, 100), 100);
  arena_free(&a);
  assert_int_equal(count_marks(secret, 100), 0);
}
#endif

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(memory_is_zeroed_and_aligned_for_any_type),
      cmocka_unit_test(pieces_do_not_overlap),
      cmocka_unit_test(the_limit_is_reached_exactly),
      cmocka_unit_test(small_pieces_do_not_stretch_the_limit),
      cmocka_unit_test(a_refusal_leaves_the_rest_usable),
      cmocka_unit_test(sizes_that_overflow_are_refused),
      cmocka_unit_test(a_piece_of_nothing_is_a_piece),
      cmocka_unit_test(a_piece_may_be_larger_than_a_block),
      cmocka_unit_test(a_copy_ends_with_a_nul_that_is_not_counted),
      cmocka_unit_test(printing_takes_what_it_needs_or_gives_none),
      cmocka_unit_test(releases_run_last_first_and_once),
      cmocka_unit_test(a_release_that_finds_no_room_stays_with_the_caller),
      cmocka_unit_test(freeing_nothing_is_allowed),
#ifdef __SANITIZE_ADDRESS__
      cmocka_unit_test(under_a_sanitizer_an_overrun_shows),
      cmocka_unit_test(what_was_in_it_is_wiped),
#endif
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
