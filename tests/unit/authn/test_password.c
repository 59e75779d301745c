/* Proves which passwords are taken, that they are compared whole, and that one text has one hash. */
#include "authn/password.h"
#include "base/arena.h"
#include "crypto/digest.h"
#include "crypto/hash.h"
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

static const struct str context[] = {{"alice.liddell", 13}, {"Looking-Glass Insurance", 23}, {"\xff", 1}};

static struct authn_password_rules today(bool second_factor)
{
  return (struct authn_password_rules){.least = second_factor ? 8 : 15,
                                       .most = 128,
                                       .words = context,
                                       .word_count = sizeof context / sizeof *context};
}

/* The first reason, or R_OK. */
static enum result judged(struct str password, const struct authn_password_rules *rules)
{
  struct arena *arena CLEANUP(arena_free) = arena_new(1 << 20);
  struct authn_password_verdict verdict;
  enum result r = authn_password_judge(password, rules, arena, &verdict);
  if (r != R_OK)
    return r;
  return verdict.count > 0 ? verdict.reasons[0] : R_OK;
}

static enum result check(struct str password, bool second_factor)
{
  struct authn_password_rules rules = today(second_factor);
  return judged(password, &rules);
}

/* `count` times the same character of `n` bytes. */
static struct str repeated(char *text, const char *character, size_t count)
{
  size_t n = strlen(character);
  for (size_t i = 0; i < count; i++)
    memcpy(text + i * n, character, n);
  return (struct str){text, count * n};
}

static void length_is_counted_in_code_points(void **state)
{
  (void)state;
  static const char *const characters[] = {"z", "\u00e9", "\u20ac", "\U0001f511"};
  static const struct {
    size_t count;
    enum result alone, with_factor;
  } rows[] = {
      {0, R_PASSWORD_TOO_SHORT, R_PASSWORD_TOO_SHORT},
      {7, R_PASSWORD_TOO_SHORT, R_PASSWORD_TOO_SHORT},
      {8, R_PASSWORD_TOO_SHORT, R_OK},
      {14, R_PASSWORD_TOO_SHORT, R_OK},
      {15, R_OK, R_OK},
      {64, R_OK, R_OK},
      {128, R_OK, R_OK},
      {129, R_PASSWORD_TOO_LONG, R_PASSWORD_TOO_LONG},
      {600, R_PASSWORD_TOO_LONG, R_PASSWORD_TOO_LONG},
  };
  char text[600 * 4];
  for (size_t c = 1; c < 4; c++)
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
      struct str password = repeated(text, characters[c], rows[i].count);
      assert_int_equal(check(password, false), rows[i].alone);
      assert_int_equal(check(password, true), rows[i].with_factor);
    }
}

static void length_is_counted_after_nfkc(void **state)
{
  (void)state;
  char text[128 * 9];
  assert_int_equal(check(repeated(text, "e\u0301", 14), false), R_PASSWORD_TOO_SHORT);
  assert_int_equal(check(repeated(text, "e\u0301", 128), false), R_OK);
  assert_int_equal(check(repeated(text, "\u1112\u1161\u11ab", 128), false), R_OK);
  assert_int_equal(check(repeated(text, "\u1112\u1161\u11ab", 14), false), R_PASSWORD_TOO_SHORT);
  assert_int_equal(check(repeated(text, "\ufb03", 5), false), R_OK); /* each is f, f, i */
}

static void common_passwords_are_refused_in_any_case_and_width(void **state)
{
  (void)state;
  static const char *const common[] = {"password1", "PassWord1", "1Q2W3E4R",
                                       "\uff50\uff41\uff53\uff53\uff57\uff4f\uff52\uff44\uff11"};
  for (size_t i = 0; i < sizeof common / sizeof *common; i++)
    assert_int_equal(check(str_of(common[i]), true), R_PASSWORD_COMMON);
  assert_int_equal(check(STR("1qaz2wsx3edc4rfv"), false), R_PASSWORD_COMMON);
}

static void context_words_and_the_services_name_are_refused(void **state)
{
  (void)state;
  struct authn_password_rules wordless = {.least = 8, .most = 128};
  assert_int_equal(check(STR("Alice.Liddell"), true), R_PASSWORD_CONTEXT);
  assert_int_equal(check(STR("looking-glass insurance"), false), R_PASSWORD_CONTEXT);
  assert_int_equal(check(STR("BailiWick"), true), R_PASSWORD_CONTEXT);
  assert_int_equal(judged(STR("alice.liddell"), &wordless), R_OK);
}

static void only_the_whole_password_is_compared(void **state)
{
  (void)state;
  assert_int_equal(check(STR("password1 "), true), R_OK);
  assert_int_equal(check(STR("a password1 of mine"), false), R_OK);
  assert_int_equal(check(STR("alice.liddell and the rabbit"), false), R_OK);
  assert_int_equal(check(STR("                "), false), R_OK);
}

static void malformed_text_and_nul_are_refused(void **state)
{
  (void)state;
  static const struct str wrong[] = {
      {"a good long pass\x80word", 21}, {"a good long pass\xc3", 17},   {"a good \xed\xa0\x80 long password", 25},
      {"a good\0long password", 20},    {"a good long password\0", 21}, {"\0a good long password", 21},
  };
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    struct secret prepared = {0};
    assert_int_equal(check(wrong[i], false), R_MALFORMED);
    assert_int_equal(authn_password_prepare(wrong[i], &prepared), R_MALFORMED);
    assert_null(prepared.p);
  }
}

static void a_mebibyte_is_too_long(void **state)
{
  (void)state;
  struct secret prepared = {0};
  struct str huge = {calloc(1, 1 << 20), 1 << 20};
  char *text = (char *)(uintptr_t)huge.p;
  assert_non_null(text);
  repeated(text, "a", huge.n);
  assert_int_equal(check(huge, false), R_PASSWORD_TOO_LONG);
  assert_int_equal(authn_password_prepare(huge, &prepared), R_PASSWORD_TOO_LONG);
  assert_int_equal(authn_password_prepare((struct str){text, 257}, &prepared), R_PASSWORD_TOO_LONG);
  assert_null(prepared.p);
  free(text);
}

static void prepares_as(const char *password, const char *expected)
{
  struct secret prepared CLEANUP(secret_free) = {0};
  assert_int_equal(authn_password_prepare(str_of(password), &prepared), R_OK);
  assert_int_equal(prepared.n, strlen(expected));
  assert_memory_equal(prepared.p, expected, prepared.n);
}

static void a_password_keeps_case_and_spaces_and_loses_its_spelling_in_code_points(void **state)
{
  (void)state;
  struct secret prepared = {0};
  prepares_as(" Correct Horse ", " Correct Horse ");
  prepares_as("cafe\u0301", "caf\u00e9");
  prepares_as("caf\u00e9", "caf\u00e9");
  prepares_as("a\u200db", "a\u200db");
  assert_int_equal(authn_password_prepare(STR(""), &prepared), R_MALFORMED);
}

static struct str bytes_of(const struct secret *s) { return (struct str){(const char *)s->p, s->n}; }

static void a_hash_fits_either_spelling_of_the_longest_password(void **state)
{
  (void)state;
  unsigned char master[32] = {1, 2, 3};
  char joined_text[128 * 4], apart_text[128 * 8], hash[CRYPTO_HASH_TEXT];
  struct crypto_keys *keys CLEANUP(crypto_keys_close) = NULL;
  struct secret joined CLEANUP(secret_free) = {0}, apart CLEANUP(secret_free) = {0}, other CLEANUP(secret_free) = {0};
  assert_int_equal(crypto_keys_open((struct secret){master, sizeof master}, &keys), R_OK);
  struct str password = repeated(joined_text, "\U0001109a", 128); /* which is U+11099 U+110BA */
  assert_int_equal(check(password, false), R_OK);
  assert_int_equal(authn_password_prepare(password, &joined), R_OK);
  assert_int_equal(joined.n, 128 * 4);
  assert_int_equal(authn_password_prepare(repeated(apart_text, "\U00011099\U000110ba", 128), &apart), R_OK);
  assert_int_equal(crypto_hash_make(keys, (struct crypto_cost){8, 1, 1}, bytes_of(&joined), hash), R_OK);
  assert_int_equal(crypto_hash_check(keys, str_of(hash), bytes_of(&apart)), R_OK);
  joined_text[sizeof joined_text - 1] ^= 1;
  assert_int_equal(authn_password_prepare(password, &other), R_OK);
  assert_int_equal(crypto_hash_check(keys, str_of(hash), bytes_of(&other)), R_LOGIN_FAILED);
}

static void the_longest_is_what_the_rules_say_up_to_what_is_hashed(void **state)
{
  (void)state;
  char text[257 * 4];
  struct authn_password_rules rules = today(false);
  rules.most = 256;
  assert_int_equal(judged(repeated(text, "\U0001f511", 256), &rules), R_OK);
  assert_int_equal(judged(repeated(text, "\u00e9", 257), &rules), R_PASSWORD_TOO_LONG);
  assert_int_equal(judged(repeated(text, "\U0001109a", 256), &rules), R_OK);
}

static void kinds_of_characters_are_counted_where_they_are_asked_for(void **state)
{
  (void)state;
  struct authn_password_rules rules = today(false);
  assert_int_equal(judged(STR("only lower case here"), &rules), R_OK);
  static const struct {
    const char *password;
    int classes;
  } tries[] = {{"onlylowercasehere", 1}, {"lower and blank", 2}, {"Lower and Upper", 3}, {"Lower and Upper 7", 4}, {"ÄÖÜäöüÄÖÜäöüÄÖÜ", 2},
               {"٣٤٥٦٧٨٩٠١٢٣٤٥٦٧", 1}};
  for (size_t i = 0; i < sizeof tries / sizeof *tries; i++)
    for (rules.classes = 0; rules.classes <= 4; rules.classes++)
      assert_int_equal(judged(str_of(tries[i].password), &rules),
                       rules.classes <= tries[i].classes ? R_OK : R_PASSWORD_CLASSES);
}

static void too_few_guesses_are_refused_where_a_score_is_asked_for(void **state)
{
  (void)state;
  struct authn_password_rules rules = today(false);
  assert_int_equal(judged(STR("zzzzzzzzzzzzzzzz"), &rules), R_OK);
  rules.strength = 3;
  assert_int_equal(judged(STR("zzzzzzzzzzzzzzzz"), &rules), R_PASSWORD_WEAK);
  assert_int_equal(judged(STR("Looking-Glass Insurance1"), &rules), R_PASSWORD_WEAK);
  rules.strength = 4;
  assert_int_equal(judged(STR("correct horse battery 9 staple"), &rules), R_OK);
}

static void every_reason_is_told_and_the_score(void **state)
{
  (void)state;
  struct arena *arena CLEANUP(arena_free) = arena_new(1 << 20);
  struct authn_password_rules rules = today(false);
  struct authn_password_verdict verdict;
  rules.strength = 1;
  rules.classes = 3;
  assert_int_equal(authn_password_judge(STR("PASSWORD1"), &rules, arena, &verdict), R_OK);
  static const enum result reasons[] = {R_PASSWORD_TOO_SHORT, R_PASSWORD_COMMON, R_PASSWORD_WEAK, R_PASSWORD_CLASSES};
  assert_int_equal(verdict.count, 4);
  assert_memory_equal(verdict.reasons, reasons, sizeof reasons);
  assert_int_equal(verdict.score, 0);
}

static void a_breached_password_is_refused(void **state)
{
  (void)state;
  struct arena *arena CLEANUP(arena_free) = arena_new(1 << 20);
  struct authn_password_rules rules = today(false);
  char path[] = "/tmp/bw-breach-XXXXXX";
  int file = mkstemp(path);
  assert_true(file >= 0 && dprintf(file, "0000000000000000000000000000000000000001:7\n") > 0);
  close(file);
  assert_int_equal(authn_breach_open(path, arena, &rules.breach), R_OK);
  assert_int_equal(judged(STR("a good long password"), &rules), R_OK);
  file = open(path, O_WRONLY | O_TRUNC);
  unsigned char digest[CRYPTO_SHA1];
  char hex[2 * CRYPTO_SHA1 + 1] = "";
  assert_int_equal(crypto_sha1(STR("a good long password"), digest), R_OK);
  for (size_t i = 0; i < sizeof digest; i++)
    snprintf(hex + 2 * i, 3, "%02X", digest[i]);
  assert_true(dprintf(file, "%s:3\n", hex) > 0);
  close(file);
  assert_int_equal(authn_breach_open(path, arena, &rules.breach), R_OK);
  assert_int_equal(judged(STR("a good long password"), &rules), R_PASSWORD_BREACHED);
  assert_int_equal(judged(STR("A good long password"), &rules), R_OK);
  unlink(path);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(length_is_counted_in_code_points),
      cmocka_unit_test(length_is_counted_after_nfkc),
      cmocka_unit_test(common_passwords_are_refused_in_any_case_and_width),
      cmocka_unit_test(context_words_and_the_services_name_are_refused),
      cmocka_unit_test(only_the_whole_password_is_compared),
      cmocka_unit_test(malformed_text_and_nul_are_refused),
      cmocka_unit_test(a_mebibyte_is_too_long),
      cmocka_unit_test(the_longest_is_what_the_rules_say_up_to_what_is_hashed),
      cmocka_unit_test(kinds_of_characters_are_counted_where_they_are_asked_for),
      cmocka_unit_test(too_few_guesses_are_refused_where_a_score_is_asked_for),
      cmocka_unit_test(every_reason_is_told_and_the_score),
      cmocka_unit_test(a_breached_password_is_refused),
      cmocka_unit_test(a_password_keeps_case_and_spaces_and_loses_its_spelling_in_code_points),
      cmocka_unit_test(a_hash_fits_either_spelling_of_the_longest_password),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
