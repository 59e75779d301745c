/* Proves that memory which is kept from one hash to the next changes no tag, and is not kept without bound. */
#define _GNU_SOURCE
#include "crypto/argon.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>
#include <argon2.h>
#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

static const struct crypto_cost costs[] = {{8, 1, 1}, {1024, 2, 1}, {4096, 1, 2}, {64, 3, 4}, {19 * 1024, 2, 1}};

enum { COSTS = sizeof costs / sizeof *costs, ROUNDS = 20, THREADS = 4 };

/* As libargon2 gives it in memory that it has for this one alone. */
static bool is_plain(struct crypto_cost cost, unsigned char round)
{
  unsigned char password[32] = {round, 1}, salt[CRYPTO_ARGON_SALT] = {2, round};
  unsigned char tag[CRYPTO_ARGON_TAG], plain[CRYPTO_ARGON_TAG];
  return crypto_argon_tag(cost, (struct secret){password, sizeof password}, salt, tag) == R_OK &&
         argon2id_hash_raw(cost.passes, cost.memory, cost.lanes, password, sizeof password, salt, sizeof salt, plain,
                           sizeof plain) == ARGON2_OK &&
         memcmp(tag, plain, sizeof tag) == 0;
}

static void every_cost_has_the_tag_of_libargon2(void **state)
{
  (void)state;
  for (unsigned char i = 0; i < COSTS; i++)
    assert_true(is_plain(costs[i], i));
}

static void memory_used_before_gives_the_same_tag(void **state)
{
  (void)state;
  crypto_argon_keep(2);
  for (unsigned char i = 0; i < ROUNDS; i++)
    assert_true(is_plain(costs[i % 3], i));
  crypto_argon_keep(0);
}

static void *compute_all(void *argument)
{
  for (unsigned char i = 0; i < ROUNDS; i++)
    if (!is_plain(costs[i % 4], i))
      return NULL;
  return argument;
}

static void threads_share_what_is_kept(void **state)
{
  (void)state;
  pthread_t threads[THREADS];
  void *good;
  crypto_argon_keep(2);
  for (int i = 0; i < THREADS; i++)
    assert_int_equal(pthread_create(&threads[i], NULL, compute_all, threads), 0);
  for (int i = 0; i < THREADS; i++) {
    assert_int_equal(pthread_join(threads[i], &good), 0);
    assert_ptr_equal(good, threads);
  }
  crypto_argon_keep(0);
}

/* Pages of this process that are mapped, of whatever kind. */
static long mapped_pages(void)
{
  long pages = -1;
  FILE *file = fopen("/proc/self/statm", "r");
  if (!file || fscanf(file, "%ld", &pages) != 1)
    pages = -1;
  if (file)
    (void)fclose(file);
  return pages;
}

static void no_more_is_kept_than_was_said(void **state)
{
  (void)state;
  const long block = 20 * 1024 * 1024 / sysconf(_SC_PAGESIZE);
  unsigned char password[32] = {1}, salt[CRYPTO_ARGON_SALT] = {2}, tag[CRYPTO_ARGON_TAG];
  struct secret secret = {password, sizeof password};
  crypto_argon_keep(1);
  assert_int_equal(crypto_argon_tag(crypto_cost_default(), secret, salt, tag), R_OK);
  long before = mapped_pages();
  assert_true(before > block);
  for (uint32_t i = 0; i < ROUNDS; i++)
    assert_int_equal(crypto_argon_tag((struct crypto_cost){18 * 1024 + 8 * i, 1, 1}, secret, salt, tag), R_OK);
  assert_true(mapped_pages() < before + block / 2);
  assert_int_equal(crypto_argon_tag((struct crypto_cost){128 * 1024, 1, 1}, secret, salt, tag), R_OK);
  assert_true(mapped_pages() < before + block / 2);
  crypto_argon_keep(0);
}

/* Page faults of this thread. */
static long faults(void)
{
  struct rusage usage;
  assert_int_equal(getrusage(RUSAGE_THREAD, &usage), 0);
  return usage.ru_minflt;
}

static void a_smaller_hash_is_computed_in_a_larger_block(void **state)
{
  (void)state;
  unsigned char password[32] = {1}, salt[CRYPTO_ARGON_SALT] = {2}, tag[CRYPTO_ARGON_TAG];
  struct secret secret = {password, sizeof password};
  crypto_argon_keep(1);
  assert_int_equal(crypto_argon_tag(crypto_cost_default(), secret, salt, tag), R_OK);
  long before = faults(), pages = mapped_pages();
  for (uint32_t i = 0; i < ROUNDS; i++) {
    assert_int_equal(crypto_argon_tag((struct crypto_cost){1024 + 520 * i, 1, 1}, secret, salt, tag), R_OK);
    assert_int_equal(crypto_argon_tag(crypto_cost_default(), secret, salt, tag), R_OK);
  }
  assert_true(faults() < before + ROUNDS);
  assert_true(mapped_pages() < pages + 64);
  crypto_argon_keep(0);
}

static void a_cost_that_argon2_lacks_changes_no_tag(void **state)
{
  (void)state;
  unsigned char password[1] = {1}, salt[CRYPTO_ARGON_SALT] = {2}, tag[CRYPTO_ARGON_TAG] = {3};
  assert_int_equal(crypto_argon_tag((struct crypto_cost){8, 0, 1}, (struct secret){password, 1}, salt, tag), R_INTERNAL);
  assert_int_equal(tag[0], 3);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_cost_has_the_tag_of_libargon2),
      cmocka_unit_test(memory_used_before_gives_the_same_tag),
      cmocka_unit_test(threads_share_what_is_kept),
      cmocka_unit_test(no_more_is_kept_than_was_said),
      cmocka_unit_test(a_smaller_hash_is_computed_in_a_larger_block),
      cmocka_unit_test(a_cost_that_argon2_lacks_changes_no_tag),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
