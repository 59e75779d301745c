/* SHA-256, HMAC-SHA-256 and random bytes. */
#pragma once
#include "crypto/key.h"

enum { CRYPTO_DIGEST = 32 };

RESULT crypto_digest(struct str bytes, unsigned char ret_digest[CRYPTO_DIGEST]);
RESULT crypto_hmac(const struct crypto_keys *keys, enum crypto_purpose purpose, struct str bytes,
                   unsigned char ret_mac[CRYPTO_DIGEST]);
RESULT crypto_random(void *ret_bytes, size_t n);
