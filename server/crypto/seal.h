/* AES-256-GCM: what is sealed can be read and moved by no one who lacks the key or the context. */
#pragma once
#include "crypto/key.h"

/* version byte, 12 bytes random nonce, ciphertext, 16 bytes tag; `context` is authenticated, not contained. */
enum { CRYPTO_SEAL_EXTRA = 1 + 12 + 16 };

/* .n is plain.n + CRYPTO_SEAL_EXTRA. */
RESULT crypto_seal(const struct crypto_keys *keys, enum crypto_purpose purpose, struct str context, struct str plain,
                   struct arena *arena, struct str *ret_sealed);

/* R_NOT_FOUND when it was not sealed with this key, purpose and context; anything but a verified tag is that. */
RESULT crypto_unseal(const struct crypto_keys *keys, enum crypto_purpose purpose, struct str context, struct str sealed,
                     struct arena *arena, struct str *ret_plain);
