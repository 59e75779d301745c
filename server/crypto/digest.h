/* SHA-256, HMAC-SHA-256 and random bytes. */
#pragma once
#include "crypto/key.h"

enum { CRYPTO_DIGEST = 32 };

RESULT crypto_digest(struct str bytes, unsigned char ret_digest[CRYPTO_DIGEST]);
RESULT crypto_hmac(const struct crypto_keys *keys, enum crypto_purpose purpose, struct str bytes,
                   unsigned char ret_mac[CRYPTO_DIGEST]);
/* SHA-1, for looking passwords up in the public list of those that were breached, and for nothing else. */
enum { CRYPTO_SHA1 = 20 };
RESULT crypto_sha1(struct str bytes, unsigned char ret_digest[CRYPTO_SHA1]);
RESULT crypto_random(void *ret_bytes, size_t n);
