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

/* Neither a setting nor a hash found in the database may ask for more: 256 MiB, 16 passes, 4 lanes. */
enum { CRYPTO_COST_MEMORY_MOST = 256 * 1024, CRYPTO_COST_PASSES_MOST = 16, CRYPTO_COST_LANES_MOST = 4 };

enum { CRYPTO_HASH_TEXT = 128 };

/* Hashes computed since the process began, made or checked; and how many just now. */
uint64_t crypto_hash_count(unsigned *ret_now);

/* At most so many are computed at a time in this process, others wait their turn; 0, as before it is said: any number.
   Said once, before there are threads: what is bounded is the machine's memory and processors. */
void crypto_hash_at_once(unsigned most);

/* R_RULE when the cost is over those limits or under Argon2's own (8 KiB a lane, 1 pass, 1 lane). */
RESULT crypto_hash_make(const struct crypto_keys *keys, struct crypto_cost cost, struct str password,
                        char ret_hash[CRYPTO_HASH_TEXT]);

/* R_OK: it is the password; R_LOGIN_FAILED: it is not, or the hash is malformed or over the limits. One of
   crypto/foreign.h behind its mark is checked as such. */
RESULT crypto_hash_check(const struct crypto_keys *keys, struct str hash, struct str password);

/* The work of a check against a hash of that cost, for nothing: where there is none. R_RULE as above. */
RESULT crypto_hash_spend(const struct crypto_keys *keys, struct crypto_cost cost);

/* The hash was made with another cost, less or more, or elsewhere: make it anew at the next login. */
bool crypto_hash_outdated(struct str hash, struct crypto_cost cost);
