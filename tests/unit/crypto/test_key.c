/* Proves how the master key is read, made and derived from. */
#include "crypto/key.h"
#include "base/text.h"
#include "crypto/digest.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

static char folder[] = "/tmp/bailiwick-key-XXXXXX", path[64];

static int make_folder(void **state)
{
  (void)state;
  memcpy(folder + sizeof folder - 7, "XXXXXX", 6);
  if (!mkdtemp(folder))
    return -1;
  snprintf(path, sizeof path, "%s/master", folder);
  return 0;
}

static int remove_folder(void **state)
{
  (void)state;
  unlink(path);
  return rmdir(folder);
}

static void write_file(const void *bytes, size_t n, mode_t mode)
{
  unlink(path);
  FILE *file = fopen(path, "wb");
  assert_non_null(file);
  assert_int_equal(fwrite(bytes, 1, n, file), n);
  assert_int_equal(fclose(file), 0);
  assert_int_equal(chmod(path, mode), 0);
}

static struct crypto_keys *keys_of(unsigned char first)
{
  unsigned char bytes[32] = {first, 1, 2, 3};
  struct crypto_keys *keys = NULL;
  assert_int_equal(crypto_keys_open((struct secret){bytes, sizeof bytes}, &keys), R_OK);
  return keys;
}

static void a_missing_file_is_made_once_and_read_again(void **state)
{
  (void)state;
  struct secret first CLEANUP(secret_free) = {0}, again CLEANUP(secret_free) = {0};
  assert_int_equal(crypto_master_read(path, true, &first), R_OK);
  assert_int_equal(first.n, 32);
  assert_int_equal(crypto_master_read(path, true, &again), R_OK);
  assert_true(secret_equal(first, again));
  struct stat about;
  assert_int_equal(stat(path, &about), 0);
  assert_int_equal(about.st_mode & 0777, 0600);
}

static void a_missing_file_is_not_made_unasked(void **state)
{
  (void)state;
  struct secret master = {0};
  assert_int_equal(crypto_master_read(path, false, &master), R_NOT_FOUND);
  assert_null(master.p);
  assert_int_not_equal(access(path, F_OK), 0);
}

static void processes_that_make_it_at_once_read_the_same(void **state)
{
  (void)state;
  int pipes[2], status;
  unsigned char first[32], other[32];
  assert_int_equal(pipe(pipes), 0);
  for (int i = 0; i < 8; i++)
    if (fork() == 0) {
      struct secret master = {0};
      bool good = crypto_master_read(path, true, &master) == R_OK && write(pipes[1], master.p, 32) == 32;
      _exit(good ? 0 : 1);
    }
  for (int i = 0; i < 8; i++) {
    assert_true(wait(&status) > 0);
    assert_int_equal(status, 0);
    assert_int_equal(read(pipes[0], i ? other : first, 32), 32);
    if (i)
      assert_memory_equal(first, other, 32);
  }
  close(pipes[0]);
  close(pipes[1]);
}

static void a_file_that_others_may_read_is_refused(void **state)
{
  (void)state;
  static const mode_t open_modes[] = {0640, 0604, 0644, 0660, 0610, 0602, 0777};
  for (size_t i = 0; i < sizeof open_modes / sizeof *open_modes; i++) {
    struct secret master = {0};
    write_file("0123456789abcdef0123456789abcdef", 32, open_modes[i]);
    assert_int_equal(crypto_master_read(path, true, &master), R_RULE);
    assert_null(master.p);
  }
}

static void hex_and_raw_bytes_are_read_and_nothing_else(void **state)
{
  (void)state;
  static const char hex[] = "000102030405060708090a0b0c0d0e0f101112131415161718191A1B1C1D1E1F\n";
  static const size_t good[] = {32, 64, 65};
  for (size_t n = 0; n < sizeof hex; n++) {
    struct secret master CLEANUP(secret_free) = {0};
    bool expected = false;
    for (size_t i = 0; i < 3; i++)
      expected = expected || n == good[i];
    write_file(hex, n, 0600);
    assert_int_equal(crypto_master_read(path, false, &master), expected ? R_OK : R_RULE);
    assert_int_equal(master.n, expected ? 32 : 0);
  }
  struct secret long_one = {0}, spoilt = {0};
  write_file("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n0", 66, 0600);
  assert_int_equal(crypto_master_read(path, false, &long_one), R_RULE);
  write_file("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1g\n", 65, 0600);
  assert_int_equal(crypto_master_read(path, false, &spoilt), R_RULE);
}

static void a_folder_is_no_key_file(void **state)
{
  (void)state;
  struct secret master = {0};
  assert_int_equal(crypto_master_read(folder, true, &master), R_RULE);
}

static void a_folder_that_is_missing_makes_the_key_unavailable(void **state)
{
  (void)state;
  struct secret master = {0};
  assert_int_equal(crypto_master_read("/nowhere/at/all/master", true, &master), R_UNAVAILABLE);
}

static void master_keys_of_another_length_or_of_equal_bytes_are_refused(void **state)
{
  (void)state;
  unsigned char bytes[64] = {1};
  struct crypto_keys *keys = NULL;
  for (size_t n = 0; n <= sizeof bytes; n++)
    if (n != 32)
      assert_int_equal(crypto_keys_open((struct secret){bytes, n}, &keys), R_RULE);
  assert_int_equal(crypto_keys_open((struct secret){NULL, 32}, &keys), R_RULE);
  memset(bytes, 0, sizeof bytes);
  assert_int_equal(crypto_keys_open((struct secret){bytes, 32}, &keys), R_RULE);
  memset(bytes, 0x5a, sizeof bytes);
  assert_int_equal(crypto_keys_open((struct secret){bytes, 32}, &keys), R_RULE);
  assert_null(keys);
}

static void the_same_master_key_gives_the_same_keys_and_id(void **state)
{
  (void)state;
  struct crypto_keys *a CLEANUP(crypto_keys_close) = keys_of(7), *b CLEANUP(crypto_keys_close) = keys_of(7);
  struct uuid a_id = crypto_keys_id(a), b_id = crypto_keys_id(b);
  assert_true(uuid_equal(&a_id, &b_id));
  for (size_t i = 1; i < CRYPTO__PURPOSES; i++)
    assert_memory_equal(crypto_key_bytes(a, i), crypto_key_bytes(b, i), CRYPTO_KEY);
}

static void no_key_serves_twice_and_none_is_the_master_or_the_id(void **state)
{
  (void)state;
  unsigned char master[32] = {7, 1, 2, 3};
  struct crypto_keys *a CLEANUP(crypto_keys_close) = keys_of(7), *other CLEANUP(crypto_keys_close) = keys_of(8);
  struct uuid id = crypto_keys_id(a), other_id = crypto_keys_id(other);
  assert_false(uuid_equal(&id, &other_id));
  for (size_t i = 1; i < CRYPTO__PURPOSES; i++) {
    assert_memory_not_equal(crypto_key_bytes(a, i), crypto_key_bytes(other, i), CRYPTO_KEY);
    assert_memory_not_equal(crypto_key_bytes(a, i), master, CRYPTO_KEY);
    assert_memory_not_equal(crypto_key_bytes(a, i), id.b, sizeof id.b);
    for (size_t j = 1; j < i; j++)
      assert_memory_not_equal(crypto_key_bytes(a, i), crypto_key_bytes(a, j), CRYPTO_KEY);
  }
  assert_memory_not_equal(master, id.b, sizeof id.b);
}

static void hmac_one(struct secret key, const void *bytes, size_t n, unsigned char ret_mac[32])
{
  unsigned char inner[64 + 256], outer[64 + 32];
  assert_true(key.n <= 64 && n <= 256);
  memset(inner, 0x36, 64);
  memset(outer, 0x5c, 64);
  for (size_t i = 0; i < key.n; i++) {
    inner[i] ^= key.p[i];
    outer[i] ^= key.p[i];
  }
  memcpy(inner + 64, bytes, n);
  assert_int_equal(crypto_digest((struct str){(char *)inner, 64 + n}, outer + 64), R_OK);
  assert_int_equal(crypto_digest((struct str){(char *)outer, sizeof outer}, ret_mac), R_OK);
}

/* RFC 5869 section 2 written out over SHA-256: extract with 32 zero bytes of salt, expand by one block. */
static void keys_are_those_of_rfc_5869(void **state)
{
  (void)state;
  unsigned char master[32] = {7, 1, 2, 3}, salt[32] = {0}, extracted[32], expanded[32];
  static const char info[] = "bailiwick/1/cursor\x01";
  struct crypto_keys *keys CLEANUP(crypto_keys_close) = keys_of(7);
  hmac_one((struct secret){salt, 32}, master, 32, extracted);
  hmac_one((struct secret){extracted, 32}, info, sizeof info - 1, expanded);
  assert_memory_equal(crypto_key_bytes(keys, CRYPTO_CURSOR), expanded, 32);
}

static void closing_twice_is_harmless(void **state)
{
  (void)state;
  struct crypto_keys *keys = keys_of(1);
  crypto_keys_close(&keys);
  assert_null(keys);
  crypto_keys_close(&keys);
  crypto_keys_close(NULL);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

int main(void)
{
  const struct CMUnitTest tests[] = {
      IN_FOLDER(a_missing_file_is_made_once_and_read_again),
      IN_FOLDER(a_missing_file_is_not_made_unasked),
      IN_FOLDER(processes_that_make_it_at_once_read_the_same),
      IN_FOLDER(a_file_that_others_may_read_is_refused),
      IN_FOLDER(hex_and_raw_bytes_are_read_and_nothing_else),
      IN_FOLDER(a_folder_is_no_key_file),
      cmocka_unit_test(a_folder_that_is_missing_makes_the_key_unavailable),
      cmocka_unit_test(master_keys_of_another_length_or_of_equal_bytes_are_refused),
      cmocka_unit_test(the_same_master_key_gives_the_same_keys_and_id),
      cmocka_unit_test(no_key_serves_twice_and_none_is_the_master_or_the_id),
      cmocka_unit_test(keys_are_those_of_rfc_5869),
      cmocka_unit_test(closing_twice_is_harmless),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
