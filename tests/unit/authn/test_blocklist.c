/* Proves that the list is in order, that each of its words is found, and nothing beside them. */
#include "authn/blocklist.h"
#include "authn/fold.h"
#include "base/text.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static void every_word_is_found(void **state)
{
  (void)state;
  size_t count = 0;
  for (struct str rest = authn_blocklist_words(); rest.n > 0; count++)
    assert_true(authn_blocklist_has(str_cut(&rest, '\n')));
  assert_true(count > 30000);
}

static void the_words_are_sorted_folded_and_long_enough_to_matter(void **state)
{
  (void)state;
  struct str before = STR_NONE;
  struct authn_fold folded;
  for (struct str rest = authn_blocklist_words(); rest.n > 0;) {
    struct str word = str_cut(&rest, '\n');
    size_t n = before.n < word.n ? before.n : word.n;
    int order = n ? memcmp(before.p, word.p, n) : -1;
    assert_true(order < 0 || (order == 0 && before.n < word.n));
    assert_int_equal(authn_fold_case(word, &folded), R_OK);
    assert_true(str_equal(folded.text, word));
    assert_true(text_utf8_count(word) >= 8);
    before = word;
  }
}

static void what_people_choose_is_on_it(void **state)
{
  (void)state;
  static const char *const words[] = {"password", "12345678", "qwertyuiop", "trustno1", "iloveyou", "1q2w3e4r"};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    assert_true(authn_blocklist_has(str_of(words[i])));
}

static void only_whole_words_are_on_it(void **state)
{
  (void)state;
  static const char *const words[] = {
      "",
      "passwor",
      "password\n",
      "\npassword",
      "12345678\n1",
      "Password",
      "#",
      "zzzzzzzzzzzzzzzzzzzzzzzzz",
      "!",
      "\xff\xff",
      "# Source: the frequency lists of zxcvbn, as in Debian's python3-zxcvbn 4.4.28-3."};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    assert_false(authn_blocklist_has(str_of(words[i])));
  assert_false(authn_blocklist_has(STR_NONE));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_word_is_found),
      cmocka_unit_test(the_words_are_sorted_folded_and_long_enough_to_matter),
      cmocka_unit_test(what_people_choose_is_on_it),
      cmocka_unit_test(only_whole_words_are_on_it),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
