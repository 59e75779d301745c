/* Views: comparing, trimming, cutting, numbers. */
#include "base/str.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>
#include <limits.h>

static void nothing_and_an_empty_text_are_equal(void **state)
{
  (void)state;
  assert_true(str_equal(STR_NONE, STR("")));
  assert_true(str_is(STR_NONE, ""));
  assert_true(str_is(STR(""), NULL));
  assert_int_equal(str_of(NULL).n, 0);
}

static void every_byte_and_the_length_count(void **state)
{
  (void)state;
  assert_true(str_equal(STR("a\0b"), STR("a\0b")));
  assert_false(str_equal(STR("a\0b"), STR("a\0c")));
  assert_false(str_equal(STR("ab"), STR("abc")));
  assert_false(str_is(STR("a\0"), "a"));
  assert_false(str_is(STR("A"), "a"));
}

static void a_prefix_is_no_longer_than_its_text(void **state)
{
  (void)state;
  assert_true(str_starts(STR("abc"), STR("ab")));
  assert_true(str_starts(STR("abc"), STR("abc")));
  assert_true(str_starts(STR("abc"), STR_NONE));
  assert_true(str_starts(STR_NONE, STR_NONE));
  assert_false(str_starts(STR("abc"), STR("abcd")));
  assert_false(str_starts(STR("abc"), STR("b")));
  assert_false(str_starts(STR_NONE, STR("a")));
}

static void folding_is_for_ascii_letters_only(void **state)
{
  (void)state;
  assert_true(str_equal_fold(STR("aZ09-"), STR("Az09-")));
  assert_false(str_equal_fold(STR("@[`{"), STR("`{@[")));
  assert_false(str_equal_fold(STR("\xC3\xA4"), STR("\xC3\x84")));
  assert_false(str_equal_fold(STR("a"), STR("ab")));
  assert_true(str_equal_fold(STR_NONE, STR("")));
}

static void trimming_takes_blanks_at_both_ends(void **state)
{
  (void)state;
  assert_true(str_is(str_trim(STR(" \t a \tb\t ")), "a \tb"));
  assert_true(str_is(str_trim(STR("a")), "a"));
  assert_int_equal(str_trim(STR(" \t ")).n, 0);
  assert_int_equal(str_trim(STR_NONE).n, 0);
  assert_true(str_is(str_trim(STR("\na\r")), "\na\r"));
}

static void cutting_gives_each_part_and_then_nothing(void **state)
{
  (void)state;
  struct str rest = STR("a,,b,");
  static const char *const parts[] = {"a", "", "b", ""};
  for (size_t i = 0; i < 4; i++) {
    assert_non_null(rest.p);
    assert_true(str_is(str_cut(&rest, ','), parts[i]));
  }
  assert_null(rest.p);
  assert_int_equal(str_cut(&rest, ',').n, 0);
}

static void without_a_separator_all_is_cut(void **state)
{
  (void)state;
  struct str rest = STR("abc");
  assert_true(str_is(str_cut(&rest, ','), "abc"));
  assert_null(rest.p);
}

static void numbers_are_digits_alone_and_within_their_limit(void **state)
{
  (void)state;
  unsigned long long n = 7;
  static const char *const others[] = {
      "", " 1", "1 ", "+1", "-1", "1.0", "0x1", "1e1", "a", "\xD9\xA1", "18446744073709551616", "99999999999999999999"};
  for (size_t i = 0; i < sizeof others / sizeof *others; i++)
    assert_false(str_number(str_of(others[i]), ULLONG_MAX, &n));
  assert_false(str_number(STR("1\0"), 100, &n));
  assert_false(str_number(STR("201"), 200, &n));
  assert_false(str_number(STR_NONE, 200, &n));
  assert_int_equal(n, 7);
  assert_true(str_number(STR("200"), 200, &n) && n == 200);
  assert_true(str_number(STR("0"), 0, &n) && n == 0);
  assert_true(str_number(STR("007"), 7, &n) && n == 7);
  assert_true(str_number(STR("18446744073709551615"), ULLONG_MAX, &n) && n == ULLONG_MAX);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(nothing_and_an_empty_text_are_equal),
      cmocka_unit_test(every_byte_and_the_length_count),
      cmocka_unit_test(a_prefix_is_no_longer_than_its_text),
      cmocka_unit_test(folding_is_for_ascii_letters_only),
      cmocka_unit_test(trimming_takes_blanks_at_both_ends),
      cmocka_unit_test(cutting_gives_each_part_and_then_nothing),
      cmocka_unit_test(without_a_separator_all_is_cut),
      cmocka_unit_test(numbers_are_digits_alone_and_within_their_limit),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
