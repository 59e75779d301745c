/* Proves that a revision comes back, and that neither its text nor the next one tells of any number. */
#include "authn/revision.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

static struct crypto_keys *keys, *other_keys;

static int open_keys(void **state)
{
  (void)state;
  unsigned char master[32] = {1, 2, 3}, other[32] = {1, 2, 4};
  bool opened = crypto_keys_open((struct secret){master, sizeof master}, &keys) == R_OK &&
                crypto_keys_open((struct secret){other, sizeof other}, &other_keys) == R_OK;
  return opened ? 0 : -1;
}

static int close_keys(void **state)
{
  (void)state;
  crypto_keys_close(&keys);
  crypto_keys_close(&other_keys);
  return 0;
}

static void a_number_comes_back_and_is_the_same_text_each_time(void **state)
{
  (void)state;
  static const uint64_t numbers[] = {0, 1, 2, 255, 256, 1234567890123, INT64_MAX, UINT64_MAX};
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
    char text[AUTHN_REVISION_TEXT], again[AUTHN_REVISION_TEXT];
    uint64_t opened = 42;
    assert_int_equal(authn_revision_seal(keys, numbers[i], text), R_OK);
    assert_int_equal(authn_revision_seal(keys, numbers[i], again), R_OK);
    assert_string_equal(text, again);
    assert_int_equal(strlen(text), 22);
    assert_int_equal(authn_revision_open(keys, str_of(text), &opened), R_OK);
    assert_true(opened == numbers[i]);
  }
}

static void neighbours_have_nothing_in_common(void **state)
{
  (void)state;
  char text[AUTHN_REVISION_TEXT], next[AUTHN_REVISION_TEXT];
  int differing = 0;
  assert_int_equal(authn_revision_seal(keys, 1000, text), R_OK);
  assert_int_equal(authn_revision_seal(keys, 1001, next), R_OK);
  for (size_t i = 0; text[i]; i++)
    differing += text[i] != next[i];
  assert_true(differing > 11);
}

static void what_was_made_up_or_under_another_key_is_none(void **state)
{
  (void)state;
  static const char *const wrong[] = {"", "1", "1000", "AAAAAAAAAAAAAAAAAAAAAA",
                                      "AAAAAAAAAAAAAAAAAAAAAAA", "not base64 at all!!!!!"};
  char text[AUTHN_REVISION_TEXT];
  uint64_t opened = 42;
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
    assert_int_equal(authn_revision_open(keys, str_of(wrong[i]), &opened), R_NOT_FOUND);
  assert_int_equal(authn_revision_seal(keys, 1000, text), R_OK);
  assert_int_equal(authn_revision_open(other_keys, str_of(text), &opened), R_NOT_FOUND);
  text[0] = text[0] == 'A' ? 'B' : 'A';
  assert_int_equal(authn_revision_open(keys, str_of(text), &opened), R_NOT_FOUND);
  assert_int_equal(opened, 42);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_number_comes_back_and_is_the_same_text_each_time),
      cmocka_unit_test(neighbours_have_nothing_in_common),
      cmocka_unit_test(what_was_made_up_or_under_another_key_is_none),
  };
  return cmocka_run_group_tests(tests, open_keys, close_keys);
}
