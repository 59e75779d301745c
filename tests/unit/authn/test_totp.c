/* Proves codes against RFC 6238 and OpenSSL, that each passes in two steps at most, and that none passes twice. */
#include "authn/totp.h"
#include "base/clock.h"
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

static unsigned char seed_bytes[] = "1234567890123456789012345678901234567890123456789012345678901234";
static const struct secret seed = {seed_bytes, 20};

static const EVP_MD *digest_of(enum authn_totp_algorithm algorithm)
{
  return algorithm == AUTHN_TOTP_SHA1 ? EVP_sha1() : algorithm == AUTHN_TOTP_SHA256 ? EVP_sha256() : EVP_sha512();
}

/* RFC 4226 section 5.3 with RFC 6238's hashes, by OpenSSL. */
static unsigned truncated_by(enum authn_totp_algorithm algorithm, struct secret key, uint64_t step, unsigned modulo)
{
  unsigned char counter[8], mac[64];
  unsigned n = 0;
  for (size_t i = 0; i < 8; i++)
    counter[i] = (unsigned char)(step >> 8 * (7 - i));
  assert_non_null(HMAC(digest_of(algorithm), key.p, (int)key.n, counter, sizeof counter, mac, &n));
  const unsigned char *p = mac + (mac[n - 1] & 15);
  return (((unsigned)p[0] & 127) << 24 | (unsigned)p[1] << 16 | (unsigned)p[2] << 8 | p[3]) % modulo;
}

static unsigned truncated(struct secret key, uint64_t step, unsigned modulo)
{
  return truncated_by(AUTHN_TOTP_SHA1, key, step, modulo);
}

/* SHA-1 and 6 digits. */
static enum result verify_by(struct secret key, struct str code, int64_t now, int64_t last_step, int64_t *ret_step)
{
  const struct authn_totp totp = {{AUTHN_TOTP_SHA1, 6}, key, last_step};
  return authn_totp_verify(&totp, code, now, ret_step);
}

static struct str code_of(struct secret key, int64_t step, char ret_code[8])
{
  snprintf(ret_code, 8, "%06u", truncated(key, (uint64_t)step, 1000000));
  return (struct str){ret_code, 6};
}

static enum result verify(struct str code, int64_t second, int64_t last_step, int64_t *ret_step)
{
  return verify_by(seed, code, second * CLOCK_SECOND, last_step, ret_step);
}

/* Appendix B: 8 digits, of which 6 are the last six; the seed is as long as the hash. */
static void the_vectors_of_rfc_6238_pass(void **state)
{
  (void)state;
  static const struct {
    int64_t second;
    unsigned codes[AUTHN_TOTP__ALGORITHMS];
  } vectors[] = {{59, {0, 94287082, 46119246, 90693936}},          {1111111109, {0, 7081804, 68084774, 25091201}},
                 {1111111111, {0, 14050471, 67062674, 99943326}},  {1234567890, {0, 89005924, 91819424, 93441116}},
                 {2000000000, {0, 69279037, 90698825, 38618901}},  {20000000000, {0, 65353130, 77737706, 47863826}}};
  static const size_t lengths[] = {0, 20, 32, 64};
  for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++)
    for (int algorithm = AUTHN_TOTP_SHA1; algorithm < AUTHN_TOTP__ALGORITHMS; algorithm++)
      for (int digits = 6; digits <= 8; digits += 2) {
        struct authn_totp totp = {{algorithm, digits}, {seed_bytes, lengths[algorithm]}, -1};
        unsigned right = vectors[i].codes[algorithm];
        char code[9];
        int64_t step = 0;
        assert_int_equal(truncated_by(algorithm, totp.seed, (uint64_t)vectors[i].second / 30, 100000000), right);
        snprintf(code, sizeof code, "%0*u", digits, digits == 6 ? right % 1000000 : right);
        assert_int_equal(authn_totp_verify(&totp, str_of(code), vectors[i].second * CLOCK_SECOND, &step), R_OK);
        assert_int_equal(step, vectors[i].second / 30);
        totp.form.algorithm = algorithm % 3 + 1;
        assert_int_equal(authn_totp_verify(&totp, str_of(code), vectors[i].second * CLOCK_SECOND, &step), R_CODE_WRONG);
      }
}

static void a_code_has_as_many_digits_as_its_authenticator(void **state)
{
  (void)state;
  int64_t step = -7;
  struct authn_totp totp = {{AUTHN_TOTP_SHA1, 8}, seed, -1};
  static const char *const wrong[] = {"287082", "4287082", "094287082", "9428708", "94287083", "", "9428708a"};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
    assert_int_equal(authn_totp_verify(&totp, str_of(wrong[i]), 59 * CLOCK_SECOND, &step), R_CODE_WRONG);
  assert_int_equal(step, -7);
  assert_int_equal(authn_totp_verify(&totp, STR("94287082"), 59 * CLOCK_SECOND, &step), R_OK);
}

static void a_form_that_does_not_exist_passes_nothing(void **state)
{
  (void)state;
  static const struct authn_totp_form forms[] = {{0, 6}, {4, 6}, {1, 7}, {1, 0}, {1, -6}, {1, 9}, {0, 0}, {1, 5}};
  int64_t step = -7;
  for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
    struct authn_totp totp = {forms[i], seed, -1};
    assert_int_equal(authn_totp_verify(&totp, STR("287082"), 59 * CLOCK_SECOND, &step), R_INTERNAL);
  }
  assert_int_equal(step, -7);
}

static void algorithms_have_names(void **state)
{
  (void)state;
  enum authn_totp_algorithm found;
  for (int algorithm = AUTHN_TOTP_SHA1; algorithm < AUTHN_TOTP__ALGORITHMS; algorithm++) {
    assert_true(authn_totp_algorithm_named(authn_totp_algorithm_name(algorithm), &found));
    assert_int_equal(found, algorithm);
  }
  static const char *const none[] = {"", "sha1", "SHA", "SHA-1", "SHA384", "SHA2560", "MD5"};
  for (size_t i = 0; i < sizeof none / sizeof *none; i++)
    assert_false(authn_totp_algorithm_named(str_of(none[i]), &found));
}

static void codes_are_those_of_openssl(void **state)
{
  (void)state;
  srandom(1);
  for (size_t i = 0; i < 2000; i++) {
    char code[8];
    int64_t step = random() % 100000000 + 1, found = 0;
    struct secret key CLEANUP(secret_free) = {0};
    assert_int_equal(authn_totp_seed_new(AUTHN_TOTP_SHA1, &key), R_OK);
    struct str right = code_of(key, step, code);
    assert_int_equal(verify_by(key, right, step * 30 * CLOCK_SECOND, -1, &found), R_OK);
    assert_int_equal(found, step);
    code[i % 6] = code[i % 6] == '0' ? '1' : '0';
    if (!str_equal(code_of(key, step - 1, (char[8]){0}), right))
      assert_int_equal(verify_by(key, right, step * 30 * CLOCK_SECOND, -1, &found), R_CODE_WRONG);
  }
}

static void a_code_passes_in_its_step_and_the_next_alone(void **state)
{
  (void)state;
  char code[8];
  const int64_t step = 37037036;
  struct str right = code_of(seed, step, code);
  for (int64_t away = -5; away <= 5; away++)
    for (int64_t second = 0; second < 30; second += 29) {
      int64_t found = -7;
      bool good = away == 0 || away == 1;
      assert_int_equal(verify(right, (step + away) * 30 + second, -1, &found), good ? R_OK : R_CODE_WRONG);
      assert_int_equal(found, good ? step : -7);
    }
}

static void a_code_passes_once(void **state)
{
  (void)state;
  char code[8], later[8];
  const int64_t step = 37037036;
  int64_t last = -1;
  struct str right = code_of(seed, step, code);
  assert_int_equal(verify(right, step * 30, last, &last), R_OK);
  assert_int_equal(verify(right, step * 30, last, &last), R_CODE_WRONG);
  assert_int_equal(verify(right, (step + 1) * 30, last, &last), R_CODE_WRONG);
  assert_int_equal(verify(code_of(seed, step + 1, later), (step + 1) * 30, last, &last), R_OK);
  assert_int_equal(last, step + 1);
  assert_int_equal(verify(right, (step + 1) * 30, last, &last), R_CODE_WRONG);
}

static void only_six_digits_are_a_code(void **state)
{
  (void)state;
  static const struct str wrong[] = {
      {NULL, 0},           {"", 0},        {"28708", 5},    {"2870820", 7},
      {"94287082", 8},     {" 87082", 6},  {"28708 ", 6},   {"+87082", 6},
      {"-87082", 6},       {"28708\0", 6}, {"287082\0", 7}, {"28708a", 6},
      {"0x1234", 6},       {"287 082", 7}, {"287082\n", 7}, {"\xd9\xa2\xd9\xa8\xd9\xa7", 6},
      {"\0\0\0\0\0\0", 6},
  };
  int64_t step = -7;
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
    assert_int_equal(verify(wrong[i], 59, -1, &step), R_CODE_WRONG);
  assert_int_equal(step, -7);
  assert_int_equal(verify(STR("287082"), 59, -1, &step), R_OK);
}

static void every_wrong_digit_is_refused(void **state)
{
  (void)state;
  int64_t step = -7;
  for (size_t i = 0; i < 6; i++)
    for (char digit = '0'; digit <= '9'; digit++) {
      char code[] = "287082";
      bool right = code[i] == digit;
      code[i] = digit;
      assert_int_equal(verify(str_of(code), 59, -1, &step), right ? R_OK : R_CODE_WRONG);
    }
}

static void a_short_or_absent_seed_passes_nothing(void **state)
{
  (void)state;
  int64_t step = -7;
  for (size_t n = 0; n < 20; n++) {
    char code[8];
    const struct secret little = {seed_bytes, n};
    struct str right = code_of(little, 1, code);
    assert_int_equal(verify_by(little, right, 59 * CLOCK_SECOND, -1, &step), R_INTERNAL);
  }
  assert_int_equal(verify_by((struct secret){0}, STR("287082"), 59 * CLOCK_SECOND, -1, &step), R_INTERNAL);
  assert_int_equal(step, -7);
}

static void before_the_epoch_no_code_passes(void **state)
{
  (void)state;
  static const int64_t times[] = {INT64_MIN, -59 * CLOCK_SECOND, -1, 0, 29 * CLOCK_SECOND};
  int64_t step = -7;
  for (size_t i = 0; i < sizeof times / sizeof *times; i++)
    assert_int_equal(verify_by(seed, STR("755224"), times[i], -1, &step), R_CODE_WRONG);
}

static void seeds_are_as_long_as_the_hash_and_differ(void **state)
{
  (void)state;
  static const size_t lengths[] = {0, 20, 32, 64};
  for (int algorithm = AUTHN_TOTP_SHA1; algorithm < AUTHN_TOTP__ALGORITHMS; algorithm++) {
    struct secret a CLEANUP(secret_free) = {0}, b CLEANUP(secret_free) = {0};
    assert_int_equal(authn_totp_seed_new(algorithm, &a), R_OK);
    assert_int_equal(authn_totp_seed_new(algorithm, &b), R_OK);
    assert_int_equal(a.n, lengths[algorithm]);
    assert_int_equal(b.n, lengths[algorithm]);
    assert_false(secret_equal(a, b));
  }
}

static void the_uri_is_encoded_and_says_all(void **state)
{
  (void)state;
  struct str uri;
  struct arena *arena CLEANUP(arena_free) = arena_new(65536);
  struct authn_totp totp = {{AUTHN_TOTP_SHA1, 6}, seed, 0};
  assert_int_equal(authn_totp_uri(&totp, STR("Bail & Wick: \u00e9"), STR("a/b?c@example.com"), arena, &uri), R_OK);
  assert_true(str_is(uri, "otpauth://totp/Bail%20%26%20Wick%3A%20%C3%A9:a%2Fb%3Fc%40example.com"
                          "?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Bail%20%26%20Wick%3A%20%C3%A9"
                          "&algorithm=SHA1&digits=6&period=30"));
  totp = (struct authn_totp){{AUTHN_TOTP_SHA512, 8}, {seed_bytes, 20}, 0};
  assert_int_equal(authn_totp_uri(&totp, STR("a"), STR("b"), arena, &uri), R_OK);
  assert_true(str_is(uri, "otpauth://totp/a:b?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=a&algorithm=SHA512&digits=8&period=30"));
  totp.seed.n = 19;
  assert_int_equal(authn_totp_uri(&totp, STR("a"), STR("b"), arena, &uri), R_INTERNAL);
}

static void without_memory_there_is_no_uri(void **state)
{
  (void)state;
  for (size_t limit = 0; limit < 100; limit++) {
    struct arena *little CLEANUP(arena_free) = arena_new(limit);
    struct str uri = STR_NONE;
    const struct authn_totp totp = {{AUTHN_TOTP_SHA1, 6}, seed, 0};
    assert_int_equal(authn_totp_uri(&totp, STR("issuer"), STR("account"), little, &uri), R_NO_MEMORY);
    assert_null(uri.p);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_vectors_of_rfc_6238_pass),
      cmocka_unit_test(codes_are_those_of_openssl),
      cmocka_unit_test(a_code_passes_in_its_step_and_the_next_alone),
      cmocka_unit_test(a_code_passes_once),
      cmocka_unit_test(only_six_digits_are_a_code),
      cmocka_unit_test(every_wrong_digit_is_refused),
      cmocka_unit_test(a_short_or_absent_seed_passes_nothing),
      cmocka_unit_test(before_the_epoch_no_code_passes),
      cmocka_unit_test(seeds_are_as_long_as_the_hash_and_differ),
      cmocka_unit_test(a_code_has_as_many_digits_as_its_authenticator),
      cmocka_unit_test(a_form_that_does_not_exist_passes_nothing),
      cmocka_unit_test(algorithms_have_names),
      cmocka_unit_test(the_uri_is_encoded_and_says_all),
      cmocka_unit_test(without_memory_there_is_no_uri),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
