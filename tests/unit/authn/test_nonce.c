/* Proves that a one-time token is found by its digest, and only as the kind it was made as. */
#include "authn/nonce.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static void it_is_found_by_the_digest_it_was_made_with(void **state)
{
  (void)state;
  static const char *const prefixes[] = {"", "bwi_", "bwr_", "bws_", "bwp_"};
  for (enum authn_nonce_kind kind = AUTHN_INVITATION; kind <= AUTHN_RESET; kind++) {
    char text[AUTHN_NONCE_TEXT];
    unsigned char made[CRYPTO_DIGEST], found[CRYPTO_DIGEST];
    assert_int_equal(authn_nonce_new(kind, text, made), R_OK);
    assert_int_equal(strlen(text), 47);
    assert_true(str_starts(str_of(text), str_of(prefixes[kind])));
    assert_int_equal(authn_nonce_parse(kind, str_of(text), found), R_OK);
    assert_memory_equal(made, found, CRYPTO_DIGEST);
  }
}

static void one_kind_is_no_other(void **state)
{
  (void)state;
  char text[AUTHN_NONCE_TEXT];
  unsigned char digest[CRYPTO_DIGEST], other[CRYPTO_DIGEST];
  assert_int_equal(authn_nonce_new(AUTHN_INVITATION, text, digest), R_OK);
  assert_int_equal(authn_nonce_parse(AUTHN_REFRESH, str_of(text), other), R_NOT_FOUND);
  assert_int_equal(authn_nonce_parse(AUTHN_CLIENT_SECRET, str_of(text), other), R_NOT_FOUND);
  text[2] = 'r';
  assert_int_equal(authn_nonce_parse(AUTHN_REFRESH, str_of(text), other), R_OK);
  assert_memory_not_equal(digest, other, CRYPTO_DIGEST);
}

static void no_two_are_alike(void **state)
{
  (void)state;
  char texts[64][AUTHN_NONCE_TEXT];
  unsigned char digest[CRYPTO_DIGEST];
  for (size_t i = 0; i < 64; i++) {
    assert_int_equal(authn_nonce_new(AUTHN_REFRESH, texts[i], digest), R_OK);
    for (size_t j = 0; j < i; j++)
      assert_string_not_equal(texts[i], texts[j]);
  }
}

/* A changed character is another token, or none; never the same. */
static void every_changed_character_gives_another_digest_or_none(void **state)
{
  (void)state;
  char text[AUTHN_NONCE_TEXT], changed[AUTHN_NONCE_TEXT];
  unsigned char digest[CRYPTO_DIGEST], other[CRYPTO_DIGEST];
  assert_int_equal(authn_nonce_new(AUTHN_REFRESH, text, digest), R_OK);
  for (size_t i = 0; i < AUTHN_NONCE_TEXT - 1; i++)
    for (unsigned c = 0; c < 256; c++) {
      memcpy(changed, text, sizeof text);
      changed[i] = (char)c;
      if (changed[i] == text[i])
        continue;
      enum result r = authn_nonce_parse(AUTHN_REFRESH, (struct str){changed, AUTHN_NONCE_TEXT - 1}, other);
      assert_true(r == R_NOT_FOUND || (r == R_OK && i >= 4));
      if (r == R_OK)
        assert_memory_not_equal(digest, other, CRYPTO_DIGEST);
    }
}

static void another_length_is_none(void **state)
{
  (void)state;
  char text[AUTHN_NONCE_TEXT + 8];
  unsigned char digest[CRYPTO_DIGEST], other[CRYPTO_DIGEST];
  assert_int_equal(authn_nonce_new(AUTHN_REFRESH, text, digest), R_OK);
  memset(text + AUTHN_NONCE_TEXT - 1, 'A', 9);
  for (size_t n = 0; n <= sizeof text; n++)
    if (n != AUTHN_NONCE_TEXT - 1)
      assert_int_equal(authn_nonce_parse(AUTHN_REFRESH, (struct str){text, n}, other), R_NOT_FOUND);
  assert_int_equal(authn_nonce_parse(AUTHN_REFRESH, STR_NONE, other), R_NOT_FOUND);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(it_is_found_by_the_digest_it_was_made_with),
      cmocka_unit_test(one_kind_is_no_other),
      cmocka_unit_test(no_two_are_alike),
      cmocka_unit_test(every_changed_character_gives_another_digest_or_none),
      cmocka_unit_test(another_length_is_none),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
