/* Proves that a signature is good for one key and one text, and that nothing of OpenSSL but 1 is taken for a yes. */
#define _GNU_SOURCE /* RTLD_NEXT */
#include "crypto/signature.h"
#include "base/text.h"
#include <dlfcn.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

/* RFC 7515 appendix A.3. */
static const char *const rfc_x = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU";
static const char *const rfc_y = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0";
static const char *const rfc_d = "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI";
static const char *const rfc_text =
    "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFt"
    "cGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
static const char *const rfc_signature =
    "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";

static struct crypto_signature_key *key, *other;

/* OpenSSL's memory: how much of what it asks for it still gets, and whether it gets more after what it does not. */
static long granted = -1;
static bool once;

static bool is_granted(void)
{
  if (granted < 0)
    return true;
  if (granted > 0) {
    granted--;
    return true;
  }
  if (once)
    granted = -1;
  return false;
}

static void *take_memory(size_t n, const char *file, int line)
{
  (void)file, (void)line;
  return is_granted() ? malloc(n) : NULL;
}

static void *take_more(void *memory, size_t n, const char *file, int line)
{
  (void)file, (void)line;
  return is_granted() ? realloc(memory, n) : NULL;
}

static void give_back(void *memory, const char *file, int line)
{
  (void)file, (void)line;
  free(memory);
}

static void decode(const char *text, unsigned char *ret_bytes, size_t wanted)
{
  size_t n;
  assert_true(text_base64url_decode(str_of(text), wanted, ret_bytes, &n));
  assert_int_equal(n, wanted);
}

static void rfc_bytes(unsigned char ret_bytes[CRYPTO_SIGNATURE_KEY])
{
  decode(rfc_d, ret_bytes, 32);
  decode(rfc_x, ret_bytes + 32, 32);
  decode(rfc_y, ret_bytes + 64, 32);
}

static int open_all(void **state)
{
  (void)state;
  return crypto_signature_key_new(&key) == R_OK && crypto_signature_key_new(&other) == R_OK ? 0 : -1;
}

static int close_all(void **state)
{
  (void)state;
  crypto_signature_key_free(&key);
  crypto_signature_key_free(&other);
  return 0;
}

static enum result check(const unsigned char *signature, size_t n)
{
  return crypto_signature_check(key, STR("a text"), (struct str){(const char *)signature, n});
}

static void sign(unsigned char ret_signature[CRYPTO_SIGNATURE])
{
  assert_int_equal(crypto_signature_make(key, STR("a text"), ret_signature), R_OK);
}

static void the_example_of_the_standard_holds(void **state)
{
  (void)state;
  unsigned char bytes[CRYPTO_SIGNATURE_KEY], signature[CRYPTO_SIGNATURE];
  struct crypto_signature_key *rfc CLEANUP(crypto_signature_key_free) = NULL;
  rfc_bytes(bytes);
  decode(rfc_signature, signature, sizeof signature);
  assert_int_equal(crypto_signature_key_load(bytes, &rfc), R_OK);
  struct str shown = {(const char *)signature, sizeof signature};
  assert_int_equal(crypto_signature_check(rfc, str_of(rfc_text), shown), R_OK);
  assert_int_equal(crypto_signature_check(key, str_of(rfc_text), shown), R_UNAUTHENTICATED);
  assert_int_equal(crypto_signature_check(rfc, STR("another text"), shown), R_UNAUTHENTICATED);
}

/* Enough of them that numbers with zeros in front occur, whose DER is shorter. */
static void what_a_key_signs_it_verifies_and_no_other(void **state)
{
  (void)state;
  size_t short_numbers = 0;
  for (int i = 0; i < 1500; i++) {
    unsigned char signature[CRYPTO_SIGNATURE];
    sign(signature);
    assert_int_equal(check(signature, sizeof signature), R_OK);
    short_numbers += signature[0] == 0 || signature[32] == 0;
  }
  assert_true(short_numbers > 0);
  unsigned char signature[CRYPTO_SIGNATURE];
  sign(signature);
  struct str shown = {(const char *)signature, sizeof signature};
  assert_int_equal(crypto_signature_check(other, STR("a text"), shown), R_UNAUTHENTICATED);
  assert_int_equal(crypto_signature_check(key, STR("a texu"), shown), R_UNAUTHENTICATED);
  assert_int_equal(crypto_signature_check(key, STR("a text "), shown), R_UNAUTHENTICATED);
}

static void every_changed_bit_is_seen(void **state)
{
  (void)state;
  unsigned char signature[CRYPTO_SIGNATURE];
  sign(signature);
  for (size_t i = 0; i < 8 * sizeof signature; i++) {
    signature[i / 8] ^= (unsigned char)(1 << i % 8);
    assert_int_equal(check(signature, sizeof signature), R_UNAUTHENTICATED);
    signature[i / 8] ^= (unsigned char)(1 << i % 8);
  }
  assert_int_equal(check(signature, sizeof signature), R_OK);
}

/* SECURITY.md D23: a conversion that overflows. The bytes are allocated as long as they are, so that ASan sees. */
static void a_signature_of_any_other_length_is_refused(void **state)
{
  (void)state;
  for (size_t n = 0; n <= 1 << 16; n += n < 200 ? 1 : 997) {
    CLEANUP(arena_free) struct arena *arena = arena_new(1 << 17);
    unsigned char *bytes = arena_alloc(arena, n + 1);
    unsigned char signature[CRYPTO_SIGNATURE];
    sign(signature);
    memset(bytes, 0x30, n);
    memcpy(bytes, signature, n < sizeof signature ? n : sizeof signature);
    assert_int_equal(check(bytes, n), n == sizeof signature ? R_OK : R_UNAUTHENTICATED);
  }
}

/* 0, 1, the order of the curve and around it, all ones: as r, as s, and as both. */
static void numbers_out_of_range_are_refused(void **state)
{
  (void)state;
  static const char *const numbers[] = {"0000000000000000000000000000000000000000000000000000000000000000",
                                        "0000000000000000000000000000000000000000000000000000000000000001",
                                        "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632550",
                                        "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551",
                                        "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632552",
                                        "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff",
                                        "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"};
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
    for (unsigned where = 1; where <= 3; where++) {
      unsigned char signature[CRYPTO_SIGNATURE];
      sign(signature);
      if (where & 1)
        assert_true(text_hex_decode(str_of(numbers[i]), signature));
      if (where & 2)
        assert_true(text_hex_decode(str_of(numbers[i]), signature + 32));
      assert_int_equal(check(signature, sizeof signature), R_UNAUTHENTICATED);
    }
}

static void a_key_survives_being_written_down(void **state)
{
  (void)state;
  unsigned char bytes[CRYPTO_SIGNATURE_KEY], point[CRYPTO_SIGNATURE_POINT], signature[CRYPTO_SIGNATURE];
  struct crypto_signature_key *again CLEANUP(crypto_signature_key_free) = NULL;
  assert_int_equal(crypto_signature_key_export(key, bytes), R_OK);
  assert_int_equal(crypto_signature_key_point(key, point), R_OK);
  assert_memory_equal(bytes + 32, point, sizeof point);
  assert_int_equal(crypto_signature_key_load(bytes, &again), R_OK);
  assert_int_equal(crypto_signature_make(again, STR("a text"), signature), R_OK);
  assert_int_equal(check(signature, sizeof signature), R_OK);
}

static void halves_that_do_not_belong_together_are_no_key(void **state)
{
  (void)state;
  unsigned char bytes[CRYPTO_SIGNATURE_KEY], theirs[CRYPTO_SIGNATURE_KEY];
  struct crypto_signature_key *loaded = NULL;
  assert_int_equal(crypto_signature_key_export(other, theirs), R_OK);
  for (size_t i = 0; i < sizeof bytes; i++) {
    assert_int_equal(crypto_signature_key_export(key, bytes), R_OK);
    bytes[i] ^= 1;
    assert_int_equal(crypto_signature_key_load(bytes, &loaded), R_RULE);
  }
  assert_int_equal(crypto_signature_key_export(key, bytes), R_OK);
  memcpy(bytes + 32, theirs + 32, 64);
  assert_int_equal(crypto_signature_key_load(bytes, &loaded), R_RULE);
  memset(bytes, 0, sizeof bytes);
  assert_int_equal(crypto_signature_key_load(bytes, &loaded), R_RULE);
  memset(bytes, 0xff, sizeof bytes);
  assert_int_equal(crypto_signature_key_load(bytes, &loaded), R_RULE);
  assert_null(loaded);
}

/* Else one that was just made would be taken for none, and what it signs be refused, until the keys are read again. */
static void a_good_key_is_never_called_bad_for_want_of_memory(void **state)
{
  unsigned char bytes[CRYPTO_SIGNATURE_KEY];
  (void)state;
  rfc_bytes(bytes);
  for (int way = 0; way < 2; way++) {
    enum result r = R_NO_MEMORY;
    long asked = 0;
    for (; r != R_OK; asked++) {
      struct crypto_signature_key *loaded = NULL;
      granted = asked, once = way == 1;
      r = crypto_signature_key_load(bytes, &loaded);
      bool all = granted > 0;
      granted = -1;
      if (r != R_OK && r != R_NO_MEMORY)
        fail_msg("%ld granted, %s: %s", asked, way ? "one not" : "none after", result_row(r)->code);
      if (r == R_OK && !all && way == 1)
        r = R_NO_MEMORY; /* it did without that one */
      crypto_signature_key_free(&loaded);
    }
    assert_in_range(asked, 10, 100000);
  }
}

static void a_shared_key_lives_as_long_as_its_last_holder(void **state)
{
  (void)state;
  struct crypto_signature_key *first, *second;
  unsigned char signature[CRYPTO_SIGNATURE];
  assert_int_equal(crypto_signature_key_new(&first), R_OK);
  second = crypto_signature_key_share(first);
  crypto_signature_key_free(&first);
  assert_null(first);
  assert_int_equal(crypto_signature_make(second, STR("a text"), signature), R_OK);
  crypto_signature_key_free(&second);
  crypto_signature_key_free(&second);
}

/* SECURITY.md D11. The calls of OpenSSL that signature.c makes come through here, and one may lie about its outcome. */
static const char *lying_call = "";
static int lie;

static int outcome(const char *call, int truth) { return strcmp(call, lying_call) == 0 ? lie : truth; }

int EVP_DigestSignInit_ex(EVP_MD_CTX *context, EVP_PKEY_CTX **pkey_context, const char *name, OSSL_LIB_CTX *library,
                          const char *properties, EVP_PKEY *pkey, const OSSL_PARAM params[])
{
  int (*real)(EVP_MD_CTX *, EVP_PKEY_CTX **, const char *, OSSL_LIB_CTX *, const char *, EVP_PKEY *,
              const OSSL_PARAM *) = dlsym(RTLD_NEXT, __func__);
  return outcome(__func__, real(context, pkey_context, name, library, properties, pkey, params));
}

int EVP_DigestSign(EVP_MD_CTX *context, unsigned char *signature, size_t *n, const unsigned char *bytes, size_t size)
{
  int (*real)(EVP_MD_CTX *, unsigned char *, size_t *, const unsigned char *, size_t) = dlsym(RTLD_NEXT, __func__);
  return outcome(__func__, real(context, signature, n, bytes, size));
}

int EVP_DigestVerifyInit_ex(EVP_MD_CTX *context, EVP_PKEY_CTX **pkey_context, const char *name, OSSL_LIB_CTX *library,
                            const char *properties, EVP_PKEY *pkey, const OSSL_PARAM params[])
{
  int (*real)(EVP_MD_CTX *, EVP_PKEY_CTX **, const char *, OSSL_LIB_CTX *, const char *, EVP_PKEY *,
              const OSSL_PARAM *) = dlsym(RTLD_NEXT, __func__);
  return outcome(__func__, real(context, pkey_context, name, library, properties, pkey, params));
}

int EVP_DigestVerify(EVP_MD_CTX *context, const unsigned char *signature, size_t n, const unsigned char *bytes,
                     size_t size)
{
  int (*real)(EVP_MD_CTX *, const unsigned char *, size_t, const unsigned char *, size_t) = dlsym(RTLD_NEXT, __func__);
  return outcome(__func__, real(context, signature, n, bytes, size));
}

static void every_outcome_of_openssl_but_1_is_a_refusal(void **state)
{
  (void)state;
  static const char *const calls[] = {"EVP_DigestSignInit_ex", "EVP_DigestSign", "EVP_DigestVerifyInit_ex",
                                      "EVP_DigestVerify"};
  static const int lies[] = {0, -1, -2, 2, INT32_MAX, INT32_MIN};
  unsigned char good[CRYPTO_SIGNATURE], made[CRYPTO_SIGNATURE], untouched[CRYPTO_SIGNATURE];
  sign(good);
  memset(untouched, 0x5a, sizeof untouched);
  for (size_t i = 0; i < 6 * 4; i++) {
    memset(made, 0x5a, sizeof made);
    lying_call = calls[i / 6];
    lie = lies[i % 6];
    enum result signing = crypto_signature_make(key, STR("a text"), made), checking = check(good, sizeof good);
    lying_call = "";
    bool signs = i / 6 < 2;
    assert_int_equal(signing, signs ? R_INTERNAL : R_OK);
    assert_true(!signs || memcmp(made, untouched, sizeof made) == 0);
    assert_true(signs ? checking == R_OK : checking != R_OK);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_example_of_the_standard_holds),
      cmocka_unit_test(what_a_key_signs_it_verifies_and_no_other),
      cmocka_unit_test(every_changed_bit_is_seen),
      cmocka_unit_test(a_signature_of_any_other_length_is_refused),
      cmocka_unit_test(numbers_out_of_range_are_refused),
      cmocka_unit_test(a_key_survives_being_written_down),
      cmocka_unit_test(halves_that_do_not_belong_together_are_no_key),
      cmocka_unit_test(a_good_key_is_never_called_bad_for_want_of_memory),
      cmocka_unit_test(a_shared_key_lives_as_long_as_its_last_holder),
      cmocka_unit_test(every_outcome_of_openssl_but_1_is_a_refusal),
  };
  if (CRYPTO_set_mem_functions(take_memory, take_more, give_back) != 1)
    return 1;
  return cmocka_run_group_tests(tests, open_all, close_all);
}
