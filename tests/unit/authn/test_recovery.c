/* Recovery codes: made, read however they are typed, and hashed. */
#include "authn/recovery.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

static struct crypto_keys *keys;

static int open_keys(void **state)
{
  (void)state;
  unsigned char bytes[32];
  for (size_t i = 0; i < sizeof bytes; i++)
    bytes[i] = (unsigned char)i;
  return crypto_keys_open((struct secret){bytes, sizeof bytes}, &keys) == R_OK ? 0 : -1;
}

static int close_keys(void **state)
{
  (void)state;
  crypto_keys_close(&keys);
  return 0;
}

static void a_code_is_80_bits_in_readable_groups(void **state)
{
  (void)state;
  static const char digits[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  unsigned seen[32] = {0};
  for (int i = 0; i < 2000; i++) {
    char text[AUTHN_RECOVERY_TEXT] = "";
    assert_int_equal(authn_recovery_new(text), R_OK);
    assert_int_equal(strlen(text), 19);
    for (size_t j = 0; j < 19; j++)
      if (j % 5 == 4)
        assert_int_equal(text[j], '-');
      else {
        assert_non_null(strchr(digits, text[j]));
        seen[strchr(digits, text[j]) - digits]++;
      }
  }
  /* 32,000 digits, so 1,000 of each: 150 more or less is nearly five standard deviations. */
  for (size_t i = 0; i < 32; i++)
    assert_in_range(seen[i], 850, 1150);
}

static void a_code_is_read_however_it_is_typed(void **state)
{
  (void)state;
  static const char *const ways[] = {"0123-4567-89AB-1J0Z", "0123456789AB1J0Z",        "o123-4567-89ab-lj0z", "OI23-4567-89AB-iJoZ",
                                     "0123 4567 89ab 1j0z", " 01-23 45-67 89AB1J0Z - "};
  for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
    char text[AUTHN_RECOVERY_TEXT] = "";
    assert_true(authn_recovery_parse(str_of(ways[i]), text));
    assert_string_equal(text, "0123-4567-89AB-1J0Z");
  }
}

static void what_is_no_code_is_not_read(void **state)
{
  (void)state;
  static const struct str wrong[] = {{NULL, 0},
                                     {"", 0},
                                     {"----", 4},
                                     {"123456", 6},
                                     {"12345678", 8},
                                     {"0123-4567-89AB-CDE", 18},
                                     {"0123-4567-89AB-CDEFG", 20},
                                     {"0123-4567-89AB-CDEU", 19},
                                     {"0123-4567-89AB-CDE\0", 19},
                                     {"0123-4567-89AB-CDE\xc3", 19},
                                     {"0123_4567_89AB_CDEF", 19}};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    char text[AUTHN_RECOVERY_TEXT] = "untouched";
    assert_false(authn_recovery_parse(wrong[i], text));
    assert_string_equal(text, "untouched");
  }
}

static void a_hash_fits_its_code_alone_and_is_salted(void **state)
{
  (void)state;
  char code[AUTHN_RECOVERY_TEXT], other[AUTHN_RECOVERY_TEXT], hash[CRYPTO_HASH_TEXT], again[CRYPTO_HASH_TEXT];
  assert_int_equal(authn_recovery_new(code), R_OK);
  assert_int_equal(authn_recovery_new(other), R_OK);
  assert_int_equal(authn_recovery_hash(keys, code, hash), R_OK);
  assert_int_equal(authn_recovery_hash(keys, code, again), R_OK);
  assert_string_not_equal(hash, again);
  assert_null(strstr(hash, code));
  assert_true(str_starts(str_of(hash), STR("$argon2id$v=19$m=8192,t=1,p=1$")));
  assert_int_equal(authn_recovery_check(keys, str_of(hash), code), R_OK);
  assert_int_equal(authn_recovery_check(keys, str_of(again), code), R_OK);
  assert_int_equal(authn_recovery_check(keys, str_of(hash), other), R_CODE_WRONG);
  assert_int_equal(authn_recovery_check(keys, STR("no hash"), code), R_CODE_WRONG);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_code_is_80_bits_in_readable_groups),
      cmocka_unit_test(a_code_is_read_however_it_is_typed),
      cmocka_unit_test(what_is_no_code_is_not_read),
      cmocka_unit_test(a_hash_fits_its_code_alone_and_is_salted),
  };
  return cmocka_run_group_tests(tests, open_keys, close_keys);
}
