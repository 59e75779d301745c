/* How many guesses a password takes. */
#include "authn/strength.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void the_score_rises_with_the_guesses(void **state)
{
  (void)state;
  assert_int_equal(authn_strength("password", NULL, 0), 0);
  assert_int_equal(authn_strength("qwertyuiopasdfg", NULL, 0), 2);
  assert_int_equal(authn_strength("correct horse battery 9 staple", NULL, 0), 4);
  assert_int_equal(authn_strength("", NULL, 0), 0);
}

static void own_words_are_guessed_first(void **state)
{
  (void)state;
  struct str words[] = {STR_NONE, STR("alpine telecom"), STR("zermatt7")};
  assert_true(authn_strength("alpine telecom", NULL, 0) > 1);
  assert_int_equal(authn_strength("alpine telecom", words, 3), 0);
  assert_int_equal(authn_strength("zermatt7", words, 3), 0);
}

static void only_so_many_words_count(void **state)
{
  (void)state;
  struct str words[AUTHN_STRENGTH_WORDS + 1];
  for (size_t i = 0; i < AUTHN_STRENGTH_WORDS; i++)
    words[i] = STR("nothing");
  words[AUTHN_STRENGTH_WORDS] = STR("alpine telecom");
  assert_true(authn_strength("alpine telecom", words, AUTHN_STRENGTH_WORDS + 1) > 1);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_score_rises_with_the_guesses),
      cmocka_unit_test(own_words_are_guessed_first),
      cmocka_unit_test(only_so_many_words_count),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
