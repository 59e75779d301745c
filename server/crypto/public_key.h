/* Public keys of others: on P-256, or RSA of 2048 to 4096 bits, in one form each. */
#pragma once
#include "base/arena.h"
#include "base/result.h"

enum crypto_public_kind { CRYPTO_PUBLIC_EC = 1, CRYPTO_PUBLIC_RSA };

enum { CRYPTO_PUBLIC_COORDINATE = 32, CRYPTO_PUBLIC_RSA_LEAST = 2048, CRYPTO_PUBLIC_RSA_MOST = 4096 };

/* All of it in the arena. */
struct crypto_public_key {
  enum crypto_public_kind kind;
  struct str pem;           /* SubjectPublicKeyInfo, as this layer writes it whatever it was read from */
  struct str first, second; /* x and y of 32 bytes each, or modulus and exponent without a zero in front; big-endian */
};

/* One block "PUBLIC KEY" (RFC 7468 section 13) and blanks around it. R_MALFORMED when it is none, R_RULE for a key of
   another kind or size, with an exponent below 65537, or that is no key at all. */
RESULT crypto_public_key_read(struct str pem, struct arena *arena, struct crypto_public_key *ret_key);

/* From its numbers: R_RULE as above, and for a coordinate of another length or a number with a zero in front. */
RESULT crypto_public_key_make(enum crypto_public_kind kind, struct str first, struct str second, struct arena *arena,
                              struct crypto_public_key *ret_key);
