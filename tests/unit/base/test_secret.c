/* Secrets: owned copies, equality, and that freed ones cannot be read. */
#include "base/secret.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdalign.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static struct secret secret_of(const char *text)
{
  struct secret s = secret_copy(text, strlen(text));
  assert_non_null(s.p);
  return s;
}

static void a_secret_is_a_copy_of_its_own(void **state)
{
  (void)state;
  char text[] = "abc";
  struct secret s = secret_copy(text, 3);
  text[0] = 'x';
  assert_int_equal(s.n, 3);
  assert_memory_equal(s.p, "abc", 3);
  secret_free(&s);
  assert_null(s.p);
  assert_int_equal(s.n, 0);
}

static void freeing_twice_or_nothing_is_allowed(void **state)
{
  (void)state;
  struct secret s = secret_of("a");
  secret_free(&s);
  secret_free(&s);
  secret_free(NULL);
  assert_null(s.p);
}

static void an_empty_secret_is_refused(void **state)
{
  (void)state;
  assert_null(secret_copy("", 0).p);
  assert_null(secret_copy(NULL, 0).p);
}

static void equal_bytes_are_equal_and_one_bit_is_enough_to_differ(void **state)
{
  (void)state;
  unsigned char bytes[32] = {0};
  struct secret a = secret_copy(bytes, sizeof bytes);
  for (size_t bit = 0; bit < 8 * sizeof bytes; bit++) {
    bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
    struct secret b = secret_copy(bytes, sizeof bytes);
    assert_false(secret_equal(a, b));
    bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
    secret_free(&b);
  }
  struct secret same = secret_copy(bytes, sizeof bytes);
  assert_true(secret_equal(a, same));
  assert_true(secret_equal(a, a));
  secret_free(&same);
  secret_free(&a);
}

static int64_t nanoseconds(void)
{
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static int by_size(const void *a, const void *b)
{
  int64_t x, y;
  memcpy(&x, a, sizeof x);
  memcpy(&y, b, sizeof y);
  return (x > y) - (x < y);
}

/* The first byte or the last of so many: where a comparison ended early, the one would take a thousandth of the other. */
static void a_comparison_takes_as_long_wherever_it_differs(void **state)
{
  (void)state;
  enum { BYTES = 8192, ROUNDS = 301 };
  static unsigned char same[BYTES];
  static int64_t times[2][ROUNDS];
  struct secret a = secret_copy(same, BYTES), others[2] = {secret_copy(same, BYTES), secret_copy(same, BYTES)};
  others[0].p[0] = 1;
  others[1].p[BYTES - 1] = 1;
  for (int i = 0; i < 2 * ROUNDS; i++) {
    int64_t start = nanoseconds();
    assert_false(secret_equal(a, others[i % 2]));
    times[i % 2][i / 2] = nanoseconds() - start;
  }
  for (int side = 0; side < 2; side++)
    qsort(times[side], ROUNDS, sizeof times[side][0], by_size);
  int64_t first = times[0][ROUNDS / 2], last = times[1][ROUNDS / 2];
  assert_true(first * 2 > last && last * 2 > first);
  secret_free(&a);
  secret_free(&others[0]);
  secret_free(&others[1]);
}

static void lengths_count(void **state)
{
  (void)state;
  struct secret a = secret_of("abc"), b = secret_of("abcd");
  assert_false(secret_equal(a, b));
  assert_false(secret_equal(b, a));
  secret_free(&a);
  secret_free(&b);
}

static void nothing_equals_nothing(void **state)
{
  (void)state;
  struct secret none = {0}, a = secret_of("a");
  unsigned char byte = 0;
  struct secret empty = {&byte, 0};
  assert_false(secret_equal(none, none));
  assert_false(secret_equal(empty, empty));
  assert_false(secret_equal(a, none));
  assert_false(secret_equal(none, a));
  secret_free(&a);
}

static void wiping_leaves_zeroes(void **state)
{
  (void)state;
  unsigned char bytes[] = {1, 2, 3, 4};
  secret_wipe(bytes, 3);
  assert_memory_equal(bytes, ((unsigned char[]){0, 0, 0, 4}), 4);
  secret_wipe(NULL, 0);
}

static void pieces_for_libraries_are_aligned_and_sized(void **state)
{
  (void)state;
  for (size_t n = 0; n < 100; n++) {
    unsigned char *piece = secret_alloc(n);
    assert_non_null(piece);
    assert_int_equal((uintptr_t)piece % alignof(max_align_t), 0);
    memset(piece, 0xFF, n);
    secret_release(piece);
  }
  secret_release(NULL);
  assert_null(secret_alloc(SIZE_MAX));
}

#ifdef __SANITIZE_ADDRESS__
/* Reads what was freed: the sanitizer keeps it as it was left. */
__attribute__((no_sanitize("address"), noinline)) static size_t count_marks(const volatile unsigned char *freed,
                                                                            size_t n)
{
  size_t found = 0;
  for (size_t i = 0; i < n; i++)
    found += freed[i] == 's';
  return found;
}

static void a_freed_secret_cannot_be_read(void **state)
{
  (void)state;
  struct secret s = secret_of("ssssssssssssssss");
  const unsigned char *copy = s.p, *piece = secret_alloc(64);
  memset((void *)(uintptr_t)piece, 's', 64);
  assert_int_equal(count_marks(copy, 16) + count_marks(piece, 64), 80);
  secret_free(&s);
  secret_release((void *)(uintptr_t)piece);
  assert_int_equal(count_marks(copy, 16) + count_marks(piece, 64), 0);
}
#endif

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_secret_is_a_copy_of_its_own),
      cmocka_unit_test(freeing_twice_or_nothing_is_allowed),
      cmocka_unit_test(an_empty_secret_is_refused),
      cmocka_unit_test(equal_bytes_are_equal_and_one_bit_is_enough_to_differ),
      cmocka_unit_test(a_comparison_takes_as_long_wherever_it_differs),
      cmocka_unit_test(lengths_count),
      cmocka_unit_test(nothing_equals_nothing),
      cmocka_unit_test(wiping_leaves_zeroes),
      cmocka_unit_test(pieces_for_libraries_are_aligned_and_sized),
#ifdef __SANITIZE_ADDRESS__
      cmocka_unit_test(a_freed_secret_cannot_be_read),
#endif
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
