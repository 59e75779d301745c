/* Password hashes that other systems made; the vectors come from libxcrypt's and Python's own functions. */
#include "crypto/foreign.h"
#include "crypto/hash.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include <crypt.h>

static const char *const of_horse[] = {
    "$2b$04$abcdefghijklmnopqrstuuqREtd3VJD2QVZbuFskFSLk6eRIrQoOS",
    "$2y$05$abcdefghijklmnopqrstuuD3mHdCr44zlIZ.VZCaYRpfQhXMYnEo.",
    "$2a$04$abcdefghijklmnopqrstuuqREtd3VJD2QVZbuFskFSLk6eRIrQoOS",
    "$pbkdf2-sha256$1200$c2FsdCBvZiB0ZW4$bMaBzUXRiFDTY7mw6BzjpLwqi6ZV1NwLd.992U.jC70",
    "$pbkdf2-sha512$1200$c2FsdCBvZiB0ZW4$2ynLuwmaJ7uL183h.vD0DrWyAxaxfRrn46QqglMgQDRXpiW754nHYBTfr.w3BI3sTL26T/"
    "IEI3qEfnBeAkRWzw",
    "$pbkdf2-sha256$i=1200$c2FsdCBvZiB0aGUgUEhDIGZvcm0$HLYCAcXmtom7X4W2/xa9+CLFAoNWWOw7KZ8FZVbDQOU",
    "$pbkdf2-sha256$i=1200,l=32$c2FsdCBvZiB0aGUgUEhDIGZvcm0$HLYCAcXmtom7X4W2/xa9+CLFAoNWWOw7KZ8FZVbDQOU",
    "$pbkdf2-sha512$i=1200$c2FsdCBvZiB0aGUgUEhDIGZvcm0$WNE480w6WTlzpEtxJQTQs/DGDOEGqkJNFWAc37Ed"
    "+YB5O6H9qHo6qLDGmnlUwfXSKTEGqVNGpE+FGlV56KZzLw",
    "pbkdf2_sha256$1200$9n8VhqCNqTqK$PDiZo73iCDG2Kl5L8UPJ4KhpuS/miLEt1ywmxZJ6Xt4=",
};

/* Of "password", from the tests of the Argon2 reference. */
static const char *const of_password[] = {
    "$argon2i$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$wWKIMhR9lyDFvRz9YTZweHKfbftvj+qf+YFY4NeBbtA",
    "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
};

static void tries(const char *hash, const char *right)
{
  assert_int_equal(crypto_foreign_accept(str_of(hash), CRYPTO_FOREIGN_COST_MOST), R_OK);
  assert_int_equal(crypto_foreign_check(str_of(hash), str_of(right)), R_OK);
  static const char *const wrong[] = {
      "correct horse batterz", "correct horse batter", "Correct horse battery", "password ", "", "x"};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
    assert_int_equal(crypto_foreign_check(str_of(hash), str_of(wrong[i])), R_LOGIN_FAILED);
}

static void each_form_fits_its_password_alone(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof of_horse / sizeof *of_horse; i++)
    tries(of_horse[i], "correct horse battery");
  for (size_t i = 0; i < sizeof of_password / sizeof *of_password; i++)
    tries(of_password[i], "password");
}

static void a_changed_hash_fits_nothing(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof of_horse / sizeof *of_horse; i++) {
    char text[CRYPTO_FOREIGN_MOST];
    size_t n = strlen(of_horse[i]);
    memcpy(text, of_horse[i], n + 1);
    text[n - 5] = text[n - 5] == 'a' ? 'b' : 'a';
    assert_int_equal(crypto_foreign_check((struct str){text, n}, STR("correct horse battery")), R_LOGIN_FAILED);
  }
}

static void what_has_no_known_form_is_malformed(void **state)
{
  static const char *const wrong[] = {
      "",
      "password",
      "5f4dcc3b5aa765d61d8327deb882cf99",
      "$1$salt$qJH7.N4xYta3aEG/dfqo/0",
      "$6$salt$x",
      "$2b$",
      "$2x$04$abcdefghijklmnopqrstuuabcdefghijklmnopqrstuabcdefghij",
      "$2b$04$abcdefghijklmnopqrstuuabcdefghijklmnopqrstuabcdefghi",
      "$2b$04$abcdefghijklmnopqrstuuabcdefghijklmnopqrstuabcdefghij!",
      "$2b$03$abcdefghijklmnopqrstuuabcdefghijklmnopqrstuabcdefghij",
      "$pbkdf2-sha256$0$c2FsdA$AAAAAAAAAAAAAAAAAAAAAAAA",
      "$pbkdf2-sha256$-5$c2FsdA$AAAAAAAAAAAAAAAAAAAAAAAA",
      "$pbkdf2-sha256$1000$$AAAAAAAAAAAAAAAAAAAAAAAA",
      "$pbkdf2-sha256$1000$c2FsdA$AAAA",
      "$pbkdf2-sha1$1000$c2FsdA$AAAAAAAAAAAAAAAAAAAAAAAA",
      "$pbkdf2-sha256$1000$c2 sdA$AAAAAAAAAAAAAAAAAAAAAAAA",
      "$pbkdf2-sha256$i=$c2FsdA$AAAAAAAAAAAAAAAAAAAAAAAA",
      "$pbkdf2-sha256$i=0$c2FsdA$AAAAAAAAAAAAAAAAAAAAAAAA",
      "$pbkdf2-sha256$n=1000$c2FsdA$AAAAAAAAAAAAAAAAAAAAAAAA",
      "$pbkdf2-sha256$i=1000,$c2FsdA$AAAAAAAAAAAAAAAAAAAAAAAA",
      "$pbkdf2-sha256$i=1000,l=0$c2FsdA$AAAAAAAAAAAAAAAAAAAAAAAA",
      "$pbkdf2-sha256$i=1000,l=17$c2FsdA$AAAAAAAAAAAAAAAAAAAAAAAA",
      "$pbkdf2-sha256$i=1000,l=18,l=18$c2FsdA$AAAAAAAAAAAAAAAAAAAAAAAA",
      "$pbkdf2-sha256$1000,l=18$c2FsdA$AAAAAAAAAAAAAAAAAAAAAAAA",
      "pbkdf2_sha256$1000$salt$not base64 at all not at",
      "pbkdf2_sha1$1000$salt$AAAAAAAAAAAAAAAAAAAAAAAA",
      "$argon2id$v=16$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
      "$argon2id$v=19$m=7,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
      "$argon2d$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
      "$argon2id$v=19$m=65536,t=2,p=1$short$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
      "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$",
      "$argon2id$"};
  (void)state;
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    if (crypto_foreign_accept(str_of(wrong[i]), CRYPTO_FOREIGN_COST_MOST) != R_HASH_MALFORMED)
      fail_msg("%s was taken", wrong[i]);
    assert_int_equal(crypto_foreign_check(str_of(wrong[i]), STR("password")), R_LOGIN_FAILED);
  }
  char *huge = malloc(1 << 16);
  assert_non_null(huge);
  memset(huge, 'A', 1 << 16);
  memcpy(huge, "$pbkdf2-sha256$1000$c2FsdA$", 27);
  assert_int_equal(crypto_foreign_accept((struct str){huge, 1 << 16}, CRYPTO_FOREIGN_COST_MOST), R_HASH_MALFORMED);
  free(huge);
  assert_int_equal(
      crypto_foreign_accept((struct str){"$2b$04$abcdefghijklmnopqrstuuabcdefghijklmnopqrs\0uabcdefghij", 60},
                            CRYPTO_FOREIGN_COST_MOST),
      R_HASH_MALFORMED);
}

static void what_takes_too_long_is_refused(void **state)
{
  static const char *const dear[] = {
      "$2b$15$abcdefghijklmnopqrstuuabcdefghijklmnopqrstuabcdefghij",
      "$2b$31$abcdefghijklmnopqrstuuabcdefghijklmnopqrstuabcdefghij",
      "$pbkdf2-sha256$2621441$c2FsdA$AAAAAAAAAAAAAAAAAAAAAAAA",
      "$pbkdf2-sha512$1048577$c2FsdA$AAAAAAAAAAAAAAAAAAAAAAAA",
      "pbkdf2_sha256$4000000000$salt$AAAAAAAAAAAAAAAAAAAAAAAA",
      "$argon2id$v=19$m=65537,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
      "$argon2id$v=19$m=65536,t=17,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
      "$argon2i$v=19$m=4096,t=17,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"};
  (void)state;
  for (size_t i = 0; i < sizeof dear / sizeof *dear; i++) {
    assert_int_equal(crypto_foreign_accept(str_of(dear[i]), CRYPTO_FOREIGN_COST_MOST), R_HASH_COSTLY);
    assert_int_equal(crypto_foreign_check(str_of(dear[i]), STR("password")), R_LOGIN_FAILED);
  }
}

static void what_is_taken_and_what_is_dearer_follow_the_cost_that_is_named(void **state)
{
  static const struct {
    const char *taken, *dearer;
  } at_12[] = {
      {"$2b$12$abcdefghijklmnopqrstuuabcdefghijklmnopqrstuabcdefghij",
       "$2b$13$abcdefghijklmnopqrstuuabcdefghijklmnopqrstuabcdefghij"},
      {"pbkdf2_sha256$655360$salt$AAAAAAAAAAAAAAAAAAAAAAAA", "pbkdf2_sha256$655361$salt$AAAAAAAAAAAAAAAAAAAAAAAA"},
      {"pbkdf2_sha512$262144$salt$AAAAAAAAAAAAAAAAAAAAAAAA", "pbkdf2_sha512$262145$salt$AAAAAAAAAAAAAAAAAAAAAAAA"},
      /* A tag of 33 bytes takes the rounds of SHA-256 twice. */
      {"pbkdf2_sha256$327680$salt$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
       "pbkdf2_sha256$327681$salt$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"},
      {"$argon2id$v=19$m=65536,t=4,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
       "$argon2id$v=19$m=65536,t=5,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"},
  };
  (void)state;
  for (size_t i = 0; i < sizeof at_12 / sizeof *at_12; i++) {
    assert_int_equal(crypto_foreign_accept(str_of(at_12[i].taken), 12), R_OK);
    assert_int_equal(crypto_foreign_accept(str_of(at_12[i].dearer), 12), R_HASH_COSTLY);
    assert_int_equal(crypto_foreign_accept(str_of(at_12[i].dearer), 13), R_OK);
  }
}

/* What bcrypt is asked for, which comes through here. */
static uint64_t computed;

char *crypt_rn(const char *phrase, const char *setting, void *data, int size)
{
  void *own = NULL;
  int own_size = 0;
  char *made = crypt_ra(phrase, setting, &own, &own_size), *output = ((struct crypt_data *)data)->output;
  assert_int_equal(size, sizeof(struct crypt_data));
  computed += UINT64_C(1) << atoi(setting + 4);
  if (made)
    strcpy(output, made);
  free(own);
  return made ? output : NULL;
}

static void a_password_that_bcrypt_would_cut_costs_as_much_as_another(void **state)
{
  char twin[75];
  (void)state;
  memset(twin, 'a', sizeof twin);
  computed = 0;
  static const struct str hash = {"$2y$06$abcdefghijklmnopqrstuuD3mHdCr44zlIZ.VZCaYRpfQhXMYnEo.", 60};
  assert_int_equal(crypto_foreign_check(hash, (struct str){twin, 73}), R_LOGIN_FAILED);
  assert_int_equal(computed, 64);
}

/* bcrypt would say yes to whatever has the same first 72 bytes. */
static void bcrypt_takes_no_password_that_it_would_cut(void **state)
{
  char twin[75];
  (void)state;
  memset(twin, 'a', sizeof twin);
  assert_int_equal(crypto_foreign_check(str_of(of_horse[0]), (struct str){twin, 73}), R_LOGIN_FAILED);
  assert_int_equal(crypto_foreign_check(str_of(of_horse[0]), (struct str){twin, 72}), R_LOGIN_FAILED);
}

static void behind_its_mark_it_is_checked_as_such_and_is_outdated(void **state)
{
  unsigned char master[32] = {1, 2, 3};
  struct crypto_keys *keys CLEANUP(crypto_keys_close) = NULL;
  char marked[CRYPTO_FOREIGN_MOST + 16] = CRYPTO_FOREIGN;
  (void)state;
  strcat(marked, of_horse[0]);
  assert_int_equal(crypto_keys_open((struct secret){master, sizeof master}, &keys), R_OK);
  assert_int_equal(crypto_hash_check(keys, str_of(marked), STR("correct horse battery")), R_OK);
  assert_int_equal(crypto_hash_check(keys, str_of(marked), STR("correct horse")), R_LOGIN_FAILED);
  assert_int_equal(crypto_hash_check(keys, str_of(of_horse[0]), STR("correct horse battery")), R_LOGIN_FAILED);
  assert_true(crypto_hash_outdated(str_of(marked), (struct crypto_cost){8, 1, 1}));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_form_fits_its_password_alone),
      cmocka_unit_test(a_changed_hash_fits_nothing),
      cmocka_unit_test(what_has_no_known_form_is_malformed),
      cmocka_unit_test(what_takes_too_long_is_refused),
      cmocka_unit_test(what_is_taken_and_what_is_dearer_follow_the_cost_that_is_named),
      cmocka_unit_test(a_password_that_bcrypt_would_cut_costs_as_much_as_another),
      cmocka_unit_test(bcrypt_takes_no_password_that_it_would_cut),
      cmocka_unit_test(behind_its_mark_it_is_checked_as_such_and_is_outdated),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
