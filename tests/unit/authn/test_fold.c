/* Proves that texts which are canonically one fold to one, that folding ends, and that it costs a bounded time. */
#include "authn/fold.h"
#include "base/clock.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <utf8proc.h>
#include <cmocka.h>

static struct authn_fold fold, again;

static void width_folds_to(const char *text, const char *expected)
{
  assert_int_equal(authn_fold_width(str_of(text), &fold), R_OK);
  assert_true(str_is(fold.text, expected));
}

static void case_folds_to(const char *text, const char *expected)
{
  assert_int_equal(authn_fold_case(str_of(text), &fold), R_OK);
  assert_true(str_is(fold.text, expected));
}

static void letters_and_their_accents_are_joined(void **state)
{
  (void)state;
  width_folds_to("e\u0301", "\u00e9");
  width_folds_to("\u1112\u1161\u11ab", "\ud55c");
  width_folds_to("\uff21\ufb01\u2460", "Afi1");
  width_folds_to("", "");
}

static void case_and_what_cannot_be_seen_are_gone(void **state)
{
  (void)state;
  case_folds_to("Stra\u00dfe", "strasse");
  case_folds_to("\u1e9e", "ss");
  case_folds_to("\u03a3\u03c2", "\u03c3\u03c3");
  case_folds_to("a\u00adb\u200dc\ufe0f", "abc");
  case_folds_to("", "");
}

static void broken_utf_8_is_malformed(void **state)
{
  (void)state;
  static const char *const broken[] = {"\x80", "\xc3",    "a\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80",
                                       "\xff", "\xe2\x82"};
  for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
    assert_int_equal(authn_fold_width(str_of(broken[i]), &fold), R_MALFORMED);
    assert_int_equal(authn_fold_case(str_of(broken[i]), &fold), R_MALFORMED);
  }
}

static void a_text_that_grows_over_the_limit_is_too_large(void **state)
{
  (void)state;
  char text[AUTHN_FOLD_POINTS * 3];
  for (size_t i = 0; i < sizeof text; i += 3)
    memcpy(text + i, "\ufdfa", 3); /* comes apart into 18 */
  assert_int_equal(authn_fold_width((struct str){text, 56 * 3}, &fold), R_OK);
  assert_int_equal(authn_fold_width((struct str){text, 57 * 3}, &fold), R_TOO_LARGE);
  assert_int_equal(authn_fold_width((struct str){text, sizeof text}, &fold), R_TOO_LARGE);
}

static void a_mebibyte_is_refused_at_once(void **state)
{
  (void)state;
  size_t n = 1 << 20;
  char *text = malloc(n);
  assert_non_null(text);
  memset(text, 'a', n);
  int64_t before = clock_monotonic();
  for (size_t i = 0; i < 1000; i++)
    assert_int_equal(authn_fold_case((struct str){text, n}, &fold), R_TOO_LARGE);
  assert_true(clock_monotonic() - before < CLOCK_SECOND);
  free(text);
}

static const int32_t strange[] = {
    'a',    'K',    ' ',    0x00df, 0x0130, 0x0131, 0x01c5, 0x0301, 0x0308, 0x0323, 0x0327, 0x0345, 0x0342, 0x0387,
    0x03b1, 0x03a9, 0x03c2, 0x0390, 0x1100, 0x1161, 0x11a8, 0x115f, 0x1160, 0x13a0, 0xab70, 0x1e9e, 0x1fb4, 0x1fb7,
    0x1ff3, 0x200d, 0x2126, 0x212b, 0x2160, 0x24b6, 0x3164, 0xac00, 0xd55c, 0xfb03, 0xfdfa, 0xfe0f, 0xff21, 0x1f511,
};

static size_t random_text(char *ret_text)
{
  size_t n = 0, count = (size_t)(random() % 8 + 1);
  for (size_t i = 0; i < count; i++) {
    int32_t point = strange[random() % (long)(sizeof strange / sizeof *strange)];
    n += (size_t)utf8proc_encode_char(point, (utf8proc_uint8_t *)ret_text + n);
  }
  ret_text[n] = '\0';
  return n;
}

static void folding_twice_changes_nothing(void **state)
{
  (void)state;
  char text[64];
  srandom(1);
  for (size_t i = 0; i < 50000; i++) {
    size_t n = random_text(text);
    assert_int_equal(authn_fold_case((struct str){text, n}, &fold), R_OK);
    assert_int_equal(authn_fold_case(fold.text, &again), R_OK);
    assert_true(str_equal(fold.text, again.text));
  }
}

static void canonically_equal_texts_fold_to_one(void **state)
{
  (void)state;
  char text[64];
  srandom(2);
  for (size_t i = 0; i < 50000; i++) {
    size_t n = random_text(text);
    utf8proc_uint8_t *apart = utf8proc_NFD((const utf8proc_uint8_t *)text);
    assert_non_null(apart);
    assert_int_equal(authn_fold_case((struct str){text, n}, &fold), R_OK);
    assert_int_equal(authn_fold_case(str_of((const char *)apart), &again), R_OK);
    assert_true(str_equal(fold.text, again.text));
    free(apart);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(letters_and_their_accents_are_joined),
      cmocka_unit_test(case_and_what_cannot_be_seen_are_gone),
      cmocka_unit_test(broken_utf_8_is_malformed),
      cmocka_unit_test(a_text_that_grows_over_the_limit_is_too_large),
      cmocka_unit_test(a_mebibyte_is_refused_at_once),
      cmocka_unit_test(folding_twice_changes_nothing),
      cmocka_unit_test(canonically_equal_texts_fold_to_one),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
