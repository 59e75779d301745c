/* Proves that a password hash fits its password alone, and that a planted hash costs nothing. */
#include "crypto/hash.h"
#include "base/clock.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

static const struct crypto_cost cheap = {8, 1, 1};
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

static void a_hash_fits_its_password_alone(void **state)
{
  (void)state;
  static const struct str wrong[] = {{"correct horse battery stapl", 27},
                                     {"correct horse battery staple ", 29},
                                     {"Correct horse battery staple", 28},
                                     {"", 0},
                                     {"correct horse battery staple\0", 29}};
  char hash[CRYPTO_HASH_TEXT];
  struct str password = STR("correct horse battery staple");
  assert_int_equal(crypto_hash_make(keys, cheap, password, hash), R_OK);
  assert_int_equal(crypto_hash_check(keys, str_of(hash), password), R_OK);
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
    assert_int_equal(crypto_hash_check(keys, str_of(hash), wrong[i]), R_LOGIN_FAILED);
}

static void the_default_cost_makes_a_hash_that_fits(void **state)
{
  (void)state;
  char hash[CRYPTO_HASH_TEXT];
  assert_int_equal(crypto_hash_make(keys, crypto_cost_default(), STR("a password"), hash), R_OK);
  assert_true(str_starts(str_of(hash), STR("$argon2id$v=19$m=19456,t=2,p=1$")));
  assert_int_equal(crypto_hash_check(keys, str_of(hash), STR("a password")), R_OK);
}

static void hashes_of_one_password_differ(void **state)
{
  (void)state;
  char a[CRYPTO_HASH_TEXT], b[CRYPTO_HASH_TEXT];
  assert_int_equal(crypto_hash_make(keys, cheap, STR("same"), a), R_OK);
  assert_int_equal(crypto_hash_make(keys, cheap, STR("same"), b), R_OK);
  assert_string_not_equal(a, b);
}

static void another_pepper_fits_nothing(void **state)
{
  (void)state;
  char hash[CRYPTO_HASH_TEXT];
  assert_int_equal(crypto_hash_make(keys, cheap, STR("a password"), hash), R_OK);
  assert_int_equal(crypto_hash_check(other_keys, str_of(hash), STR("a password")), R_LOGIN_FAILED);
}

static void passwords_that_share_72_bytes_differ(void **state)
{
  (void)state;
  char first[73], second[73], hash[CRYPTO_HASH_TEXT];
  memset(first, 'p', sizeof first);
  memset(second, 'p', sizeof second);
  second[72] = 'q';
  assert_int_equal(crypto_hash_make(keys, cheap, (struct str){first, 73}, hash), R_OK);
  assert_int_equal(crypto_hash_check(keys, str_of(hash), (struct str){first, 73}), R_OK);
  assert_int_equal(crypto_hash_check(keys, str_of(hash), (struct str){second, 73}), R_LOGIN_FAILED);
  assert_int_equal(crypto_hash_check(keys, str_of(hash), (struct str){first, 72}), R_LOGIN_FAILED);
}

static void the_longest_password_is_hashed_whole(void **state)
{
  (void)state;
  char password[128 * 4], hash[CRYPTO_HASH_TEXT];
  for (size_t i = 0; i < sizeof password; i += 4)
    memcpy(password + i, "\U0001F511", 4);
  assert_int_equal(crypto_hash_make(keys, cheap, (struct str){password, sizeof password}, hash), R_OK);
  assert_int_equal(crypto_hash_check(keys, str_of(hash), (struct str){password, sizeof password}), R_OK);
  password[sizeof password - 1] ^= 1;
  assert_int_equal(crypto_hash_check(keys, str_of(hash), (struct str){password, sizeof password}), R_LOGIN_FAILED);
}

static void every_changed_character_of_a_hash_is_refused(void **state)
{
  (void)state;
  char hash[CRYPTO_HASH_TEXT];
  assert_int_equal(crypto_hash_make(keys, cheap, STR("a password"), hash), R_OK);
  for (size_t i = 0; i < strlen(hash); i++) {
    char changed[CRYPTO_HASH_TEXT];
    memcpy(changed, hash, sizeof changed);
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    assert_int_equal(crypto_hash_check(keys, str_of(changed), STR("a password")), R_LOGIN_FAILED);
    assert_int_equal(crypto_hash_check(keys, (struct str){hash, i}, STR("a password")), R_LOGIN_FAILED);
  }
}

static const char *const planted[] = {
    "",
    "$argon2id$",
    "$argon2id$v=19$m=4294967295,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    "$argon2id$v=19$m=262145,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    "$argon2id$v=19$m=8,t=4294967295,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    "$argon2id$v=19$m=8,t=17,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    "$argon2id$v=19$m=64,t=1,p=5$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    "$argon2id$v=19$m=8,t=0,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    "$argon2id$v=19$m=8,t=1,p=0$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    "$argon2id$v=19$m=7,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    "$argon2id$v=19$m=-8,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    "$argon2id$v=19$m=8,t=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    "$argon2id$v=19$t=1,m=8,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    "$argon2id$v=19$m=8,t=1,p=1,q=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    "$argon2id$v=16$m=8,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    "$argon2i$v=19$m=8,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    "$argon2id$v=19$m=8,t=1,p=1$AAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    "$argon2id$v=19$m=8,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAA",
    "$argon2id$v=19$m=8,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$",
    "$argon2id$v=19$m=8,t=1,p=1$$",
    "$argon2id$v=19$m=8,t=1,p=1$AAAAAAAAAAAAAAAAAAAAA!$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    "$2b$12$abcdefghijklmnopqrstuuABCDEFGHIJKLMNOPQRSTUVWXYZ01234",
};

static void a_planted_hash_is_refused_at_once(void **state)
{
  (void)state;
  int64_t before = clock_monotonic();
  for (size_t i = 0; i < sizeof planted / sizeof *planted; i++)
    assert_int_equal(crypto_hash_check(keys, str_of(planted[i]), STR("a password")), R_LOGIN_FAILED);
  assert_true(clock_monotonic() - before < 5 * CLOCK_SECOND);
}

static void a_nul_inside_a_hash_is_refused(void **state)
{
  (void)state;
  char hash[CRYPTO_HASH_TEXT];
  assert_int_equal(crypto_hash_make(keys, cheap, STR("a password"), hash), R_OK);
  size_t n = strlen(hash);
  hash[n - 1] = '\0';
  assert_int_equal(crypto_hash_check(keys, (struct str){hash, n}, STR("a password")), R_LOGIN_FAILED);
  hash[n - 50] = '\0';
  assert_int_equal(crypto_hash_check(keys, (struct str){hash, n}, STR("a password")), R_LOGIN_FAILED);
  assert_int_equal(crypto_hash_check(keys, STR_NONE, STR("a password")), R_LOGIN_FAILED);
}

static void a_cost_outside_the_limits_is_refused(void **state)
{
  (void)state;
  static const struct crypto_cost wrong[] = {
      {7, 1, 1}, {8, 0, 1}, {8, 1, 0}, {31, 1, 4}, {64, 1, 5}, {8, 17, 1}, {256 * 1024 + 1, 1, 1}};
  char hash[CRYPTO_HASH_TEXT] = "untouched";
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
    assert_int_equal(crypto_hash_make(keys, wrong[i], STR("a password"), hash), R_RULE);
  assert_string_equal(hash, "untouched");
}

static void a_hash_of_another_cost_is_outdated(void **state)
{
  (void)state;
  char hash[CRYPTO_HASH_TEXT];
  const struct crypto_cost cost = {32, 2, 2};
  assert_int_equal(crypto_hash_make(keys, cost, STR("a password"), hash), R_OK);
  assert_false(crypto_hash_outdated(str_of(hash), cost));
  assert_true(crypto_hash_outdated(str_of(hash), cheap));
  assert_true(crypto_hash_outdated(str_of(hash), (struct crypto_cost){33, 2, 2}));
  assert_true(crypto_hash_outdated(str_of(hash), (struct crypto_cost){32, 3, 2}));
  assert_true(crypto_hash_outdated(str_of(hash), (struct crypto_cost){32, 2, 3}));
  assert_true(crypto_hash_outdated(STR("$2b$12$abc"), cheap));
}

enum { THREADS = 6, MOST = 2 };

static atomic_uint ended;

static void *hash_once(void *argument)
{
  char hash[CRYPTO_HASH_TEXT];
  bool made = crypto_hash_make(keys, (struct crypto_cost){4096, 4, 1}, STR("a password"), hash) == R_OK;
  bool fits = made && crypto_hash_check(keys, str_of(hash), STR("a password")) == R_OK;
  atomic_fetch_add(&ended, 1);
  return fits ? argument : NULL;
}

static void no_more_are_computed_at_once_than_was_said(void **state)
{
  (void)state;
  pthread_t threads[THREADS];
  unsigned now, most = 0;
  void *fits;
  uint64_t before = crypto_hash_count(&now);
  assert_int_equal(now, 0);
  crypto_hash_at_once(MOST);
  for (int i = 0; i < THREADS; i++)
    assert_int_equal(pthread_create(&threads[i], NULL, hash_once, &ended), 0);
  while (ended < THREADS) {
    (void)crypto_hash_count(&now);
    most = now > most ? now : most;
    sched_yield();
  }
  for (int i = 0; i < THREADS; i++) {
    assert_int_equal(pthread_join(threads[i], &fits), 0);
    assert_ptr_equal(fits, &ended);
  }
  crypto_hash_at_once(0);
  assert_int_equal(most, MOST);
  assert_int_equal(crypto_hash_count(&now) - before, 2 * THREADS);
  assert_int_equal(now, 0);
}

static void the_work_of_a_check_can_be_done_for_nothing(void **state)
{
  (void)state;
  unsigned running;
  uint64_t before = crypto_hash_count(&running);
  assert_int_equal(crypto_hash_spend(keys, cheap), R_OK);
  assert_int_equal(crypto_hash_count(&running) - before, 1);
  assert_int_equal(running, 0);
  assert_int_equal(crypto_hash_spend(keys, (struct crypto_cost){CRYPTO_COST_MEMORY_MOST + 1, 1, 1}), R_RULE);
  assert_int_equal(crypto_hash_count(&running) - before, 1);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_hash_fits_its_password_alone),
      cmocka_unit_test(the_default_cost_makes_a_hash_that_fits),
      cmocka_unit_test(hashes_of_one_password_differ),
      cmocka_unit_test(another_pepper_fits_nothing),
      cmocka_unit_test(passwords_that_share_72_bytes_differ),
      cmocka_unit_test(the_longest_password_is_hashed_whole),
      cmocka_unit_test(every_changed_character_of_a_hash_is_refused),
      cmocka_unit_test(a_planted_hash_is_refused_at_once),
      cmocka_unit_test(a_nul_inside_a_hash_is_refused),
      cmocka_unit_test(a_cost_outside_the_limits_is_refused),
      cmocka_unit_test(a_hash_of_another_cost_is_outdated),
      cmocka_unit_test(the_work_of_a_check_can_be_done_for_nothing),
      cmocka_unit_test(no_more_are_computed_at_once_than_was_said),
  };
  return cmocka_run_group_tests(tests, open_keys, close_keys);
}
