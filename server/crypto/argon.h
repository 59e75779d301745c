/* Argon2id (RFC 9106, version 1.3) itself, without the text form of crypto/hash.h. */
#pragma once
#include "crypto/hash.h"

enum { CRYPTO_ARGON_SALT = 16, CRYPTO_ARGON_TAG = 32 };

/* So many blocks of memory are kept, each wiped, for the next computing; none before it is said. Said once, before
   there are threads. */
void crypto_argon_keep(unsigned most);

/* R_NO_MEMORY, or R_INTERNAL for a cost that Argon2 does not have. */
RESULT crypto_argon_tag(struct crypto_cost cost, struct secret password, const unsigned char salt[CRYPTO_ARGON_SALT],
                        unsigned char ret_tag[CRYPTO_ARGON_TAG]);
