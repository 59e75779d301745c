/* One page of derived keys that is neither swapped nor dumped, and the file that the master key is kept in.
   Trusts: the master key's bytes, once the file's mode and form are checked. */
#define _GNU_SOURCE /* mkostemp */
#include "crypto/key.h"
#include "base/text.h"
#include "crypto/digest.h"
#include <errno.h>
#include <fcntl.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct crypto_keys {
  struct uuid id;
  unsigned char key[CRYPTO__PURPOSES][CRYPTO_KEY];
};

/* Each name goes into what its key is derived from: to rename one is to lose what was sealed under it. */
static const struct str names[] = {
    [CRYPTO_SIGNING_KEY] = {"signing-key", 11},
    [CRYPTO_PENDING_TOKEN] = {"pending-token", 13},
    [CRYPTO_CURSOR] = {"cursor", 6},
    [CRYPTO_TOTP_SEED] = {"totp-seed", 9},
    [CRYPTO_PEPPER] = {"pepper", 6},
    [CRYPTO_PSEUDONYM] = {"pseudonym", 9},
    [CRYPTO_THROTTLE] = {"throttle", 8},
    [CRYPTO_OUTBOX] = {"outbox", 6},
    [CRYPTO_IMPORT] = {"import", 6},
    [CRYPTO_REVISION] = {"revision", 8},
    [CRYPTO_MOVE] = {"move", 4},
};
_Static_assert(sizeof names / sizeof *names == CRYPTO__PURPOSES, "every purpose has a name");

struct str crypto_key_name(enum crypto_purpose purpose) { return names[purpose]; }

const unsigned char *crypto_key_bytes(const struct crypto_keys *keys, enum crypto_purpose purpose)
{
  return keys->key[purpose];
}

struct uuid crypto_keys_id(const struct crypto_keys *keys) { return keys->id; }

static void context_free(EVP_KDF_CTX **context) { EVP_KDF_CTX_free(*context); }

static bool derive(struct secret master, struct str name, unsigned char *ret_bytes, size_t n)
{
  char label[64];
  int length = snprintf(label, sizeof label, "bailiwick/1/%.*s", (int)name.n, name.p);
  EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
  EVP_KDF_CTX *context CLEANUP(context_free) = kdf ? EVP_KDF_CTX_new(kdf) : NULL;
  EVP_KDF_free(kdf);
  if (!context || length < 0)
    return false;
  char digest[] = "SHA256";
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, master.p, master.n),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, label, (size_t)length),
      OSSL_PARAM_construct_end(),
  };
  return EVP_KDF_derive(context, ret_bytes, n, parameters) == 1;
}

static bool derive_all(struct secret master, struct crypto_keys *keys)
{
  for (size_t i = 1; i < CRYPTO__PURPOSES; i++)
    if (!derive(master, names[i], keys->key[i], CRYPTO_KEY))
      return false;
  return derive(master, STR("key-id"), keys->id.b, sizeof keys->id.b);
}

static bool all_equal(struct secret s)
{
  unsigned char difference = 0;
  for (size_t i = 1; i < s.n; i++)
    difference |= s.p[i] ^ s.p[0];
  return difference == 0;
}

RESULT crypto_keys_open(struct secret master, struct crypto_keys **ret_keys)
{
  if (!master.p || master.n != CRYPTO_KEY || all_equal(master))
    return R_RULE;
  void *page = mmap(NULL, sizeof(struct crypto_keys), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED)
    return R_NO_MEMORY;
  struct crypto_keys *keys = page;
  /* Where the limits or the kernel forbid it, the keys still serve. */
  (void)mlock(keys, sizeof *keys);
  (void)madvise(keys, sizeof *keys, MADV_DONTDUMP);
  if (!derive_all(master, keys)) {
    crypto_keys_close(&keys);
    return FAULT(R_INTERNAL);
  }
  *ret_keys = keys;
  return R_OK;
}

void crypto_keys_close(struct crypto_keys **keys)
{
  if (!keys || !*keys)
    return;
  secret_wipe(*keys, sizeof **keys);
  munmap(*keys, sizeof **keys);
  *keys = NULL;
}

static void file_close(int *file)
{
  if (*file >= 0)
    close(*file);
}

static bool write_all(int file, const char *bytes, size_t n)
{
  while (n > 0) {
    ssize_t written = write(file, bytes, n);
    if (written < 0 && errno == EINTR)
      continue;
    if (written <= 0)
      return false;
    bytes += written;
    n -= (size_t)written;
  }
  return fsync(file) == 0;
}

/* A random key as hex and a line feed, in a file of its own beside `path` that mkstemp makes with O_EXCL and 0600. */
static bool write_beside(char *beside)
{
  unsigned char key[CRYPTO_KEY];
  char text[2 * CRYPTO_KEY + 1];
  int file CLEANUP(file_close) = mkostemp(beside, O_CLOEXEC);
  if (file < 0)
    return false;
  bool made = crypto_random(key, sizeof key) == R_OK;
  text_hex_encode(key, sizeof key, text);
  text[2 * CRYPTO_KEY] = '\n';
  made = made && write_all(file, text, sizeof text);
  secret_wipe(key, sizeof key);
  secret_wipe(text, sizeof text);
  if (!made)
    unlink(beside);
  return made;
}

/* The name is on the disk before anything is sealed with the key. */
static bool sync_folder(const char *path)
{
  char folder[4096];
  const char *slash = strrchr(path, '/');
  int n = slash ? snprintf(folder, sizeof folder, "%.*s/", (int)(slash - path), path) : snprintf(folder, 2, ".");
  if (n < 0 || (size_t)n >= sizeof folder)
    return false;
  int file CLEANUP(file_close) = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  return file >= 0 && fsync(file) == 0;
}

/* A link is made whole or not at all, and only by one: who finds the name taken reads the other's key. */
static RESULT master_make(const char *path)
{
  char beside[4096];
  int n = snprintf(beside, sizeof beside, "%s.XXXXXX", path);
  if (n < 0 || (size_t)n >= sizeof beside || !write_beside(beside))
    return R_UNAVAILABLE;
  bool linked = link(beside, path) == 0 || errno == EEXIST;
  unlink(beside);
  return linked && sync_folder(path) ? R_OK : R_UNAVAILABLE;
}

/* 64 hex digits with or without a line feed, or 32 bytes as they are. */
static RESULT master_parse(const unsigned char *bytes, size_t n, struct secret *ret_master)
{
  unsigned char key[CRYPTO_KEY];
  if (n == 2 * CRYPTO_KEY + 1 && bytes[n - 1] == '\n')
    n--;
  bool good = n == CRYPTO_KEY;
  if (good)
    memcpy(key, bytes, n);
  else
    good = n == 2 * CRYPTO_KEY && text_hex_decode((struct str){(const char *)bytes, n}, key);
  struct secret master = good ? secret_copy(key, sizeof key) : (struct secret){0};
  secret_wipe(key, sizeof key);
  if (!master.p)
    return good ? R_NO_MEMORY : R_RULE;
  *ret_master = master;
  return R_OK;
}

static RESULT master_load(const char *path, struct secret *ret_master)
{
  int file CLEANUP(file_close) = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0)
    return errno == ENOENT ? R_NOT_FOUND : R_UNAVAILABLE;
  struct stat about;
  if (fstat(file, &about) != 0)
    return R_UNAVAILABLE;
  if (!S_ISREG(about.st_mode) || (about.st_mode & 077) != 0)
    return R_RULE;
  unsigned char bytes[2 * CRYPTO_KEY + 2];
  ssize_t n = read(file, bytes, sizeof bytes);
  enum result r = n < 0 ? R_UNAVAILABLE : master_parse(bytes, (size_t)n, ret_master);
  secret_wipe(bytes, sizeof bytes);
  return r;
}

RESULT crypto_master_read(const char *path, bool make, struct secret *ret_master)
{
  enum result r = master_load(path, ret_master);
  if (r != R_NOT_FOUND || !make)
    return r;
  TRY(master_make(path));
  return master_load(path, ret_master);
}
