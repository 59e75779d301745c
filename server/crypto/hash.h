/* Password hashes: Argon2id (RFC 9106) over an HMAC with the pepper, in the PHC string form. */
#pragma once
#include "crypto/key.h"

struct crypto_cost {
  uint32_t memory; /* KiB */
  uint32_t passes;
  uint32_t lanes;
};

/* OWASP's floor: 19 MiB, 2 passes, 1 lane. */
struct crypto_cost crypto_cost_default(void);

enum { CRYPTO_HASH_TEXT = 128 };

RESULT crypto_hash_make(const struct crypto_keys *keys, struct crypto_cost cost, struct str password,
                        char ret_hash[CRYPTO_HASH_TEXT]);

/* R_OK: it is the password; R_LOGIN_FAILED: it is not, or the hash is malformed. */
RESULT crypto_hash_check(const struct crypto_keys *keys, struct str hash, struct str password);

/* The hash was made with less than `cost`: make it anew at the next login. */
bool crypto_hash_outdated(struct str hash, struct crypto_cost cost);
