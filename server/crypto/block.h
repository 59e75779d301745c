/* One block of AES-256 in place: a permutation of 16 bytes under a purpose's key. Equal blocks give equal ones, and
   nothing tells a block that was made up: for that, crypto/seal.h. */
#pragma once
#include "crypto/key.h"

enum { CRYPTO_BLOCK = 16 };

RESULT crypto_block_seal(const struct crypto_keys *keys, enum crypto_purpose purpose,
                         unsigned char block[CRYPTO_BLOCK]);
RESULT crypto_block_open(const struct crypto_keys *keys, enum crypto_purpose purpose,
                         unsigned char block[CRYPTO_BLOCK]);
