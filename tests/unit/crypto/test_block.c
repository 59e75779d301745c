/* Proves that a block comes back, and that each key permutes in its own way. */
#include "crypto/block.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
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

static void a_block_comes_back_as_it_was(void **state)
{
  (void)state;
  unsigned char block[CRYPTO_BLOCK] = "fifteen letters", before[CRYPTO_BLOCK];
  memcpy(before, block, sizeof block);
  assert_int_equal(crypto_block_seal(keys, CRYPTO_REVISION, block), R_OK);
  assert_memory_not_equal(block, before, sizeof block);
  assert_int_equal(crypto_block_open(keys, CRYPTO_REVISION, block), R_OK);
  assert_memory_equal(block, before, sizeof block);
}

static void another_purpose_permutes_otherwise(void **state)
{
  (void)state;
  unsigned char block[CRYPTO_BLOCK] = {0}, other[CRYPTO_BLOCK] = {0};
  assert_int_equal(crypto_block_seal(keys, CRYPTO_REVISION, block), R_OK);
  assert_int_equal(crypto_block_seal(keys, CRYPTO_CURSOR, other), R_OK);
  assert_memory_not_equal(block, other, sizeof block);
}

static void one_bit_changes_all_of_it(void **state)
{
  (void)state;
  unsigned char block[CRYPTO_BLOCK] = {0}, other[CRYPTO_BLOCK] = {1};
  assert_int_equal(crypto_block_seal(keys, CRYPTO_REVISION, block), R_OK);
  assert_int_equal(crypto_block_seal(keys, CRYPTO_REVISION, other), R_OK);
  int differing = 0;
  for (size_t i = 0; i < sizeof block; i++)
    differing += block[i] != other[i];
  assert_true(differing > 8);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_block_comes_back_as_it_was),
      cmocka_unit_test(another_purpose_permutes_otherwise),
      cmocka_unit_test(one_bit_changes_all_of_it),
  };
  return cmocka_run_group_tests(tests, open_keys, close_keys);
}
