/* SHA-256, HMAC-SHA-256 and random bytes from OpenSSL; whatever it does not confirm is a failure. */
#include "crypto/digest.h"
#include <limits.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <stdatomic.h>

/* Fetched once a process and kept: to fetch it each time costs as much as a digest. */
static const EVP_MD *sha256(void)
{
  static _Atomic(EVP_MD *) kept;
  EVP_MD *before = atomic_load(&kept);
  if (before)
    return before;
  EVP_MD *fetched = EVP_MD_fetch(NULL, "SHA256", NULL);
  if (!fetched || atomic_compare_exchange_strong(&kept, &before, fetched))
    return fetched;
  EVP_MD_free(fetched);
  return before;
}

static RESULT digest_by(const EVP_MD *kind, struct str bytes, size_t length, unsigned char *ret_digest)
{
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int n = 0;
  bool made = kind && EVP_Digest(bytes.p ? bytes.p : "", bytes.n, digest, &n, kind, NULL) == 1;
  if (!made || n != length)
    return FAULT(R_INTERNAL);
  memcpy(ret_digest, digest, length);
  return R_OK;
}

RESULT crypto_digest(struct str bytes, unsigned char ret_digest[CRYPTO_DIGEST])
{
  return digest_by(sha256(), bytes, CRYPTO_DIGEST, ret_digest);
}

RESULT crypto_sha1(struct str bytes, unsigned char ret_digest[CRYPTO_SHA1])
{
  return digest_by(EVP_sha1(), bytes, CRYPTO_SHA1, ret_digest);
}

RESULT crypto_hmac(const struct crypto_keys *keys, enum crypto_purpose purpose, struct str bytes,
                   unsigned char ret_mac[CRYPTO_DIGEST])
{
  unsigned char mac[EVP_MAX_MD_SIZE];
  size_t n = 0;
  const unsigned char *key = crypto_key_bytes(keys, purpose);
  const unsigned char *input = (const unsigned char *)(bytes.p ? bytes.p : "");
  bool made = EVP_Q_mac(NULL, "HMAC", NULL, "SHA256", NULL, key, CRYPTO_KEY, input, bytes.n, mac, sizeof mac, &n);
  if (!made || n != CRYPTO_DIGEST)
    return FAULT(R_INTERNAL);
  memcpy(ret_mac, mac, CRYPTO_DIGEST);
  secret_wipe(mac, sizeof mac);
  return R_OK;
}

RESULT crypto_random(void *ret_bytes, size_t n)
{
  if (n > INT_MAX)
    return FAULT(R_INTERNAL);
  int made = RAND_bytes(ret_bytes, (int)n);
  return made == 1 ? R_OK : FAULT(R_INTERNAL);
}
