/* Public keys: what is read is built anew from its numbers, and what is no key of the two kinds is refused. */
#include "crypto/public_key.h"
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

static struct arena *arena;

static int begin(void **state)
{
  (void)state;
  arena = arena_new(1 << 20);
  return 0;
}

static int end(void **state)
{
  (void)state;
  arena_free(&arena);
  return 0;
}

/* In PEM, public or private; the pair is gone. */
static struct str pem_of(EVP_PKEY *pkey, bool private_half)
{
  BIO *out = BIO_new(BIO_s_mem());
  char *text;
  assert_non_null(pkey);
  int written =
      private_half ? PEM_write_bio_PrivateKey(out, pkey, NULL, NULL, 0, NULL, NULL) : PEM_write_bio_PUBKEY(out, pkey);
  assert_int_equal(written, 1);
  long n = BIO_get_mem_data(out, &text);
  struct str pem = arena_copy(arena, (struct str){text, (size_t)n});
  BIO_free(out);
  EVP_PKEY_free(pkey);
  return pem;
}

/* OpenSSL's memory, as in test_signature.c: how much of what it asks for it still gets, and whether it gets more
   after that. */
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

static enum result reading(struct str pem)
{
  struct crypto_public_key key;
  return crypto_public_key_read(pem, arena, &key);
}

static void a_key_is_read_and_made_from_its_numbers_alike(void **state)
{
  (void)state;
  struct str pems[] = {pem_of(EVP_EC_gen("P-256"), false), pem_of(EVP_RSA_gen(2048), false)};
  for (size_t i = 0; i < 2; i++) {
    struct crypto_public_key read, made;
    assert_int_equal(crypto_public_key_read(pems[i], arena, &read), R_OK);
    assert_true(str_equal(read.pem, pems[i]));
    assert_int_equal(read.kind, i == 0 ? CRYPTO_PUBLIC_EC : CRYPTO_PUBLIC_RSA);
    assert_int_equal(read.first.n, i == 0 ? 32 : 256);
    assert_int_equal(crypto_public_key_make(read.kind, read.first, read.second, arena, &made), R_OK);
    assert_true(str_equal(made.pem, read.pem));
  }
}

static void blanks_around_a_key_are_no_part_of_it(void **state)
{
  (void)state;
  struct str pem = pem_of(EVP_EC_gen("P-256"), false);
  struct crypto_public_key key;
  struct str spaced = arena_print(arena, "\r\n  %.*s\n\n", (int)pem.n, pem.p);
  assert_int_equal(crypto_public_key_read(spaced, arena, &key), R_OK);
  assert_true(str_equal(key.pem, pem));
}

static void other_kinds_and_sizes_are_refused(void **state)
{
  (void)state;
  static const char *const curves[] = {"P-384", "P-521", "secp256k1"};
  for (size_t i = 0; i < 3; i++)
    assert_int_equal(reading(pem_of(EVP_EC_gen(curves[i]), false)), R_RULE);
  assert_int_equal(reading(pem_of(EVP_RSA_gen(1024), false)), R_RULE);
  assert_int_equal(reading(pem_of(EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"), false)), R_RULE);
}

static void what_is_no_public_key_is_malformed(void **state)
{
  (void)state;
  struct str pem = pem_of(EVP_EC_gen("P-256"), false);
  assert_int_equal(reading(STR("")), R_MALFORMED);
  assert_int_equal(reading(STR("hello")), R_MALFORMED);
  assert_int_equal(reading(STR("-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----\n")), R_MALFORMED);
  assert_int_equal(reading(STR("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n")), R_MALFORMED);
  assert_int_equal(reading(arena_print(arena, "%.*s%.*s", (int)pem.n, pem.p, (int)pem.n, pem.p)), R_MALFORMED);
  assert_int_equal(reading(arena_print(arena, "x\n%.*s", (int)pem.n, pem.p)), R_MALFORMED);
  assert_int_equal(reading(arena_print(arena, "%.*sx", (int)pem.n, pem.p)), R_MALFORMED);
  assert_int_equal(reading(pem_of(EVP_EC_gen("P-256"), true)), R_MALFORMED);
  for (size_t n = 0; n < pem.n - 1; n++)
    assert_int_not_equal(reading((struct str){pem.p, n}), R_OK);
}

static void numbers_that_make_no_key_are_refused(void **state)
{
  (void)state;
  struct crypto_public_key ec, rsa, key;
  char zero[33] = {0};
  assert_int_equal(crypto_public_key_read(pem_of(EVP_EC_gen("P-256"), false), arena, &ec), R_OK);
  assert_int_equal(crypto_public_key_read(pem_of(EVP_RSA_gen(2048), false), arena, &rsa), R_OK);
  struct str none = STR("");
  const struct {
    enum crypto_public_kind kind;
    struct str first, second;
  } cases[] = {
      {CRYPTO_PUBLIC_EC, ec.second, ec.first}, /* not on the curve */
      {CRYPTO_PUBLIC_EC, ec.first, ec.first},
      {CRYPTO_PUBLIC_EC, {zero, 32}, {zero, 32}},
      {CRYPTO_PUBLIC_EC, {ec.first.p, 31}, ec.second},
      {CRYPTO_PUBLIC_EC, {zero, 33}, ec.second},
      {CRYPTO_PUBLIC_EC, none, none},
      {CRYPTO_PUBLIC_RSA, {rsa.first.p, 255}, rsa.second},
      {CRYPTO_PUBLIC_RSA, {zero, 33}, rsa.second},
      {CRYPTO_PUBLIC_RSA, rsa.first, STR("\003")},
      {CRYPTO_PUBLIC_RSA, rsa.first, STR("\001\000\000")},
      {CRYPTO_PUBLIC_RSA, rsa.first, STR("\000\001\000\001")},
      {CRYPTO_PUBLIC_RSA, rsa.first, STR("\001\001\001\001\001\001\001\001\001")},
      {CRYPTO_PUBLIC_RSA, rsa.first, STR("")},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    if (crypto_public_key_make(cases[i].kind, cases[i].first, cases[i].second, arena, &key) != R_RULE)
      fail_msg("case %zu", i);
}

/* Else its owner is told to send another one. */
static void a_good_key_is_never_called_bad_for_want_of_memory(void **state)
{
  (void)state;
  struct str pems[] = {pem_of(EVP_EC_gen("P-256"), false), pem_of(EVP_RSA_gen(2048), false)};
  for (int i = 0; i < 4; i++) {
    enum result r = R_NO_MEMORY;
    long asked = 0;
    for (; r != R_OK; asked++) {
      struct arena *own CLEANUP(arena_free) = arena_new(1 << 16);
      struct crypto_public_key key;
      granted = asked, once = i >= 2;
      r = crypto_public_key_read(pems[i % 2], own, &key);
      bool all = granted > 0;
      granted = -1;
      if (r != R_OK && r != R_NO_MEMORY)
        fail_msg("key %d, %ld granted, %s: %s", i % 2, asked, once ? "one not" : "none after", result_row(r)->code);
      if (r == R_OK && !all && once)
        r = R_NO_MEMORY; /* it did without that one */
    }
    assert_in_range(asked, 10, 100000);
  }
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, begin, end)

int main(void)
{
  const struct CMUnitTest tests[] = {
      TEST(a_key_is_read_and_made_from_its_numbers_alike),
      TEST(blanks_around_a_key_are_no_part_of_it),
      TEST(other_kinds_and_sizes_are_refused),
      TEST(what_is_no_public_key_is_malformed),
      TEST(numbers_that_make_no_key_are_refused),
      TEST(a_good_key_is_never_called_bad_for_want_of_memory),
  };
  if (CRYPTO_set_mem_functions(take_memory, take_more, give_back) != 1)
    return 1;
  return cmocka_run_group_tests(tests, NULL, NULL);
}
