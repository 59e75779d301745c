/* Proves digests and MACs against published vectors and that random bytes differ. */
#include "crypto/digest.h"
#include "base/text.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static struct crypto_keys *keys;

static int open_keys(void **state)
{
  (void)state;
  unsigned char master[32] = {1, 2, 3};
  return crypto_keys_open((struct secret){master, sizeof master}, &keys) == R_OK ? 0 : -1;
}

static int close_keys(void **state)
{
  (void)state;
  crypto_keys_close(&keys);
  return 0;
}

static void digests_are_those_of_fips_180(void **state)
{
  (void)state;
  static const struct {
    struct str bytes;
    const char *digest;
  } vectors[] = {
      {{"", 0}, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
      {{NULL, 0}, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
      {{"abc", 3}, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
      {{"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 56},
       "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
  };
  for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
    unsigned char digest[CRYPTO_DIGEST], expected[CRYPTO_DIGEST];
    assert_true(text_hex_decode(str_of(vectors[i].digest), expected));
    assert_int_equal(crypto_digest(vectors[i].bytes, digest), R_OK);
    assert_memory_equal(digest, expected, CRYPTO_DIGEST);
  }
}

/* RFC 2104 written out over SHA-256. */
static void a_mac_is_hmac_under_the_purposes_key(void **state)
{
  (void)state;
  unsigned char inner[64 + 5], outer[64 + 32], expected[32], mac[CRYPTO_DIGEST];
  memset(inner, 0x36, 64);
  memset(outer, 0x5c, 64);
  for (size_t i = 0; i < CRYPTO_KEY; i++) {
    inner[i] ^= crypto_key_bytes(keys, CRYPTO_PSEUDONYM)[i];
    outer[i] ^= crypto_key_bytes(keys, CRYPTO_PSEUDONYM)[i];
  }
  memcpy(inner + 64, "actor", 5);
  assert_int_equal(crypto_digest((struct str){(char *)inner, sizeof inner}, outer + 64), R_OK);
  assert_int_equal(crypto_digest((struct str){(char *)outer, sizeof outer}, expected), R_OK);
  assert_int_equal(crypto_hmac(keys, CRYPTO_PSEUDONYM, STR("actor"), mac), R_OK);
  assert_memory_equal(mac, expected, CRYPTO_DIGEST);
}

static void sha_1_is_that_of_fips_180(void **state)
{
  static const unsigned char abc[] = {0xA9, 0x99, 0x3E, 0x36, 0x47, 0x06, 0x81, 0x6A, 0xBA, 0x3E,
                                      0x25, 0x71, 0x78, 0x50, 0xC2, 0x6C, 0x9C, 0xD0, 0xD8, 0x9D};
  unsigned char digest[CRYPTO_SHA1];
  (void)state;
  assert_int_equal(crypto_sha1(STR("abc"), digest), R_OK);
  assert_memory_equal(digest, abc, sizeof abc);
}

static void a_mac_differs_by_purpose_and_bytes(void **state)
{
  (void)state;
  unsigned char a[CRYPTO_DIGEST], b[CRYPTO_DIGEST];
  assert_int_equal(crypto_hmac(keys, CRYPTO_PSEUDONYM, STR("x"), a), R_OK);
  assert_int_equal(crypto_hmac(keys, CRYPTO_THROTTLE, STR("x"), b), R_OK);
  assert_memory_not_equal(a, b, CRYPTO_DIGEST);
  assert_int_equal(crypto_hmac(keys, CRYPTO_PSEUDONYM, STR("y"), b), R_OK);
  assert_memory_not_equal(a, b, CRYPTO_DIGEST);
  assert_int_equal(crypto_hmac(keys, CRYPTO_PSEUDONYM, STR_NONE, b), R_OK);
  assert_memory_not_equal(a, b, CRYPTO_DIGEST);
}

static void random_bytes_do_not_come_twice(void **state)
{
  (void)state;
  unsigned char bytes[64][16];
  for (size_t i = 0; i < 64; i++) {
    assert_int_equal(crypto_random(bytes[i], sizeof bytes[i]), R_OK);
    for (size_t j = 0; j < i; j++)
      assert_memory_not_equal(bytes[i], bytes[j], sizeof bytes[i]);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(digests_are_those_of_fips_180),
      cmocka_unit_test(sha_1_is_that_of_fips_180),
      cmocka_unit_test(a_mac_is_hmac_under_the_purposes_key),
      cmocka_unit_test(a_mac_differs_by_purpose_and_bytes),
      cmocka_unit_test(random_bytes_do_not_come_twice),
  };
  return cmocka_run_group_tests(tests, open_keys, close_keys);
}
