/* Argon2id and Argon2i (RFC 9106, version 1.3) themselves, without the text form of crypto/hash.h. */
#pragma once
#include "crypto/hash.h"

enum { CRYPTO_ARGON_SALT = 16, CRYPTO_ARGON_TAG = 32, CRYPTO_ARGON_MOST = 64 };

/* So many blocks of memory are kept, each wiped, for the next computing; none before it is said. Said once, before
   there are threads. */
void crypto_argon_keep(unsigned most);

struct crypto_argon {
  struct crypto_cost cost;
  struct str salt; /* of CRYPTO_ARGON_MOST bytes at most */
  bool blind;      /* Argon2i, which reads its memory in an order that does not depend on the password */
};
/* A tag of n bytes, CRYPTO_ARGON_MOST at most, as crypto_argon_tag makes one. */
RESULT crypto_argon_compute(const struct crypto_argon *by, struct secret password, size_t n, unsigned char *ret_tag);

/* R_NO_MEMORY, or R_INTERNAL for a cost that Argon2 does not have. */
RESULT crypto_argon_tag(struct crypto_cost cost, struct secret password, const unsigned char salt[CRYPTO_ARGON_SALT],
                        unsigned char ret_tag[CRYPTO_ARGON_TAG]);
