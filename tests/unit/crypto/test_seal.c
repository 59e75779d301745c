/* Proves that a sealed text opens with its key, purpose and context, and in no other case. */
#define _GNU_SOURCE /* RTLD_NEXT */
#include "crypto/seal.h"
#include <dlfcn.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static struct crypto_keys *keys, *other_keys;
static struct arena *arena;

static int open_all(void **state)
{
  (void)state;
  unsigned char master[32] = {1, 2, 3}, other[32] = {1, 2, 4};
  arena = arena_new(64 << 20);
  bool opened = arena && crypto_keys_open((struct secret){master, sizeof master}, &keys) == R_OK &&
                crypto_keys_open((struct secret){other, sizeof other}, &other_keys) == R_OK;
  return opened ? 0 : -1;
}

static int close_all(void **state)
{
  (void)state;
  crypto_keys_close(&keys);
  crypto_keys_close(&other_keys);
  arena_free(&arena);
  return 0;
}

static struct crypto_binding binding_of(struct str context)
{
  return (struct crypto_binding){keys, CRYPTO_CURSOR, context};
}

static struct str sealed_of(const struct crypto_binding *binding, struct str plain)
{
  struct str sealed;
  assert_int_equal(crypto_seal(binding, plain, arena, &sealed), R_OK);
  assert_int_equal(sealed.n, plain.n + CRYPTO_SEAL_EXTRA);
  return sealed;
}

static void refuses(const struct crypto_binding *binding, struct str sealed)
{
  struct str plain = {"untouched", 9};
  assert_int_equal(crypto_unseal(binding, sealed, arena, &plain), R_NOT_FOUND);
  assert_true(str_is(plain, "untouched"));
}

static void what_is_sealed_opens_again(void **state)
{
  (void)state;
  static const size_t sizes[] = {0, 1, 15, 16, 17, 1000, 70000};
  const struct crypto_binding binding = binding_of(STR("GET /v1/tenants"));
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    char *bytes = arena_alloc(arena, sizes[i] + 1);
    assert_non_null(bytes);
    memset(bytes, 'a' + (int)i, sizes[i]);
    struct str plain, sealed = sealed_of(&binding, (struct str){bytes, sizes[i]});
    assert_int_equal(crypto_unseal(&binding, sealed, arena, &plain), R_OK);
    assert_true(str_equal(plain, (struct str){bytes, sizes[i]}));
  }
}

static void it_opens_into_a_buffer_of_exactly_its_size(void **state)
{
  (void)state;
  unsigned char plain[5];
  const struct crypto_binding binding = binding_of(STR_NONE);
  assert_int_equal(crypto_unseal_into(&binding, sealed_of(&binding, STR("hello")), plain), R_OK);
  assert_memory_equal(plain, "hello", 5);
}

static void a_refused_text_leaves_no_plain_bytes_in_the_buffer(void **state)
{
  (void)state;
  unsigned char plain[5] = "xxxx", zeros[5] = {0};
  const struct crypto_binding binding = binding_of(STR_NONE), other = binding_of(STR("other"));
  assert_int_equal(crypto_unseal_into(&other, sealed_of(&binding, STR("hello")), plain), R_NOT_FOUND);
  assert_memory_equal(plain, zeros, 5);
}

static void every_flipped_bit_is_refused(void **state)
{
  (void)state;
  const struct crypto_binding binding = binding_of(STR("context"));
  struct str sealed = sealed_of(&binding, STR("forty-two bytes of something worth sealing"));
  char *bytes = arena_alloc(arena, sealed.n);
  assert_non_null(bytes);
  for (size_t i = 0; i < sealed.n * 8; i++) {
    memcpy(bytes, sealed.p, sealed.n);
    bytes[i / 8] = (char)(bytes[i / 8] ^ (1 << i % 8));
    refuses(&binding, (struct str){bytes, sealed.n});
  }
}

static void every_other_length_is_refused(void **state)
{
  (void)state;
  const struct crypto_binding binding = binding_of(STR("context"));
  struct str sealed = sealed_of(&binding, STR("something"));
  char *longer = arena_alloc(arena, sealed.n + 20);
  assert_non_null(longer);
  memcpy(longer, sealed.p, sealed.n);
  for (size_t n = 0; n <= sealed.n + 20; n++)
    if (n != sealed.n)
      refuses(&binding, (struct str){longer, n});
  for (size_t cut = 1; cut < sealed.n; cut++)
    refuses(&binding, (struct str){sealed.p + cut, sealed.n - cut});
  refuses(&binding, STR_NONE);
}

static void another_purpose_context_or_key_is_refused(void **state)
{
  (void)state;
  const struct crypto_binding binding = binding_of(STR("tenant|user"));
  static const struct str contexts[] = {{"tenant|use", 10}, {"tenant|user|", 12}, {"", 0}, {"tenant|usea", 11}};
  struct str sealed = sealed_of(&binding, STR("seed"));
  for (enum crypto_purpose p = 1; p < CRYPTO__PURPOSES; p++)
    if (p != CRYPTO_CURSOR)
      refuses(&(struct crypto_binding){keys, p, binding.context}, sealed);
  for (size_t i = 0; i < sizeof contexts / sizeof *contexts; i++)
    refuses(&(struct crypto_binding){keys, CRYPTO_CURSOR, contexts[i]}, sealed);
  refuses(&(struct crypto_binding){other_keys, CRYPTO_CURSOR, binding.context}, sealed);
}

static void the_same_text_is_sealed_differently_each_time(void **state)
{
  (void)state;
  const struct crypto_binding binding = binding_of(STR_NONE);
  struct str a = sealed_of(&binding, STR("same")), b = sealed_of(&binding, STR("same"));
  assert_memory_not_equal(a.p + 1, b.p + 1, 12);
  assert_memory_not_equal(a.p + 13, b.p + 13, 4);
}

static void too_much_is_refused(void **state)
{
  (void)state;
  struct str sealed = {NULL, 0};
  const struct crypto_binding binding = binding_of(STR_NONE);
  assert_int_equal(crypto_seal(&binding, (struct str){"", CRYPTO_SEAL_MOST + 1}, arena, &sealed), R_TOO_LARGE);
  assert_null(sealed.p);
}

static void without_memory_nothing_is_sealed_or_opened(void **state)
{
  (void)state;
  const struct crypto_binding binding = binding_of(STR("context"));
  struct str sealed = sealed_of(&binding, STR("something"));
  for (size_t limit = 0; limit < 9 + CRYPTO_SEAL_EXTRA; limit++) {
    struct arena *little CLEANUP(arena_free) = arena_new(limit);
    struct str out = STR_NONE;
    assert_int_equal(crypto_seal(&binding, STR("something"), little, &out), R_NO_MEMORY);
    if (limit < 10)
      assert_int_equal(crypto_unseal(&binding, sealed, little, &out), R_NO_MEMORY);
    assert_true(limit >= 10 || !out.p);
  }
}

/* The calls of OpenSSL that seal.c makes come through here: each does its work, and one may lie about the outcome. */
static const char *lying_call = "";
static int lie;

static int outcome(const char *call, int truth) { return strcmp(call, lying_call) == 0 ? lie : truth; }

int RAND_bytes(unsigned char *bytes, int n)
{
  int (*real)(unsigned char *, int) = dlsym(RTLD_NEXT, __func__);
  return outcome(__func__, real(bytes, n));
}

int EVP_CipherInit_ex2(EVP_CIPHER_CTX *context, const EVP_CIPHER *cipher, const unsigned char *key,
                       const unsigned char *nonce, int encrypt, const OSSL_PARAM *parameters)
{
  int (*real)(EVP_CIPHER_CTX *, const EVP_CIPHER *, const unsigned char *, const unsigned char *, int,
              const OSSL_PARAM *) = dlsym(RTLD_NEXT, __func__);
  return outcome(__func__, real(context, cipher, key, nonce, encrypt, parameters));
}

int EVP_CipherUpdate(EVP_CIPHER_CTX *context, unsigned char *out, int *ret_n, const unsigned char *in, int n)
{
  int (*real)(EVP_CIPHER_CTX *, unsigned char *, int *, const unsigned char *, int) = dlsym(RTLD_NEXT, __func__);
  return outcome(__func__, real(context, out, ret_n, in, n));
}

int EVP_CIPHER_CTX_ctrl(EVP_CIPHER_CTX *context, int type, int n, void *p)
{
  int (*real)(EVP_CIPHER_CTX *, int, int, void *) = dlsym(RTLD_NEXT, __func__);
  return outcome(__func__, real(context, type, n, p));
}

int EVP_CipherFinal_ex(EVP_CIPHER_CTX *context, unsigned char *out, int *ret_n)
{
  int (*real)(EVP_CIPHER_CTX *, unsigned char *, int *) = dlsym(RTLD_NEXT, __func__);
  return outcome(__func__, real(context, out, ret_n));
}

static void every_outcome_of_openssl_but_1_is_a_refusal(void **state)
{
  (void)state;
  static const char *const calls[] = {"EVP_CipherInit_ex2", "EVP_CipherUpdate", "EVP_CIPHER_CTX_ctrl",
                                      "EVP_CipherFinal_ex", "RAND_bytes"};
  static const int lies[] = {0, -1, 2};
  const struct crypto_binding binding = binding_of(STR("context"));
  struct str sealed = sealed_of(&binding, STR("something"));
  for (size_t i = 0; i < 3 * 5; i++) {
    struct str made = STR_NONE, plain = STR_NONE;
    lying_call = calls[i / 3];
    lie = lies[i % 3];
    enum result sealing = crypto_seal(&binding, STR("something"), arena, &made);
    enum result opening = crypto_unseal(&binding, sealed, arena, &plain);
    bool opens = i / 3 == 4; /* which takes no random bytes */
    lying_call = "";
    assert_int_equal(sealing, R_INTERNAL);
    assert_null(made.p);
    assert_int_equal(opening, opens ? R_OK : R_NOT_FOUND);
    assert_true(opens || !plain.p);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_is_sealed_opens_again),
      cmocka_unit_test(it_opens_into_a_buffer_of_exactly_its_size),
      cmocka_unit_test(a_refused_text_leaves_no_plain_bytes_in_the_buffer),
      cmocka_unit_test(every_flipped_bit_is_refused),
      cmocka_unit_test(every_other_length_is_refused),
      cmocka_unit_test(another_purpose_context_or_key_is_refused),
      cmocka_unit_test(the_same_text_is_sealed_differently_each_time),
      cmocka_unit_test(too_much_is_refused),
      cmocka_unit_test(every_outcome_of_openssl_but_1_is_a_refusal),
      cmocka_unit_test(without_memory_nothing_is_sealed_or_opened),
  };
  return cmocka_run_group_tests(tests, open_all, close_all);
}
