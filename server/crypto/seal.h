/* AES-256-GCM: what is sealed can be read and moved by no one who lacks the key or the context. */
#pragma once
#include "crypto/key.h"

/* version byte, 12 bytes random nonce, ciphertext, 16 bytes tag. */
enum { CRYPTO_SEAL_EXTRA = 1 + 12 + 16, CRYPTO_SEAL_MOST = 1 << 24 };

/* What a sealed text is bound to; `context` is authenticated, not contained. */
struct crypto_binding {
  const struct crypto_keys *keys;
  enum crypto_purpose purpose;
  struct str context;
};

/* .n is plain.n + CRYPTO_SEAL_EXTRA. R_TOO_LARGE over CRYPTO_SEAL_MOST bytes. */
RESULT crypto_seal(const struct crypto_binding *binding, struct str plain, struct arena *arena, struct str *ret_sealed);

/* R_NOT_FOUND when it was not sealed with this key, purpose and context; anything but a verified tag is that. */
RESULT crypto_unseal(const struct crypto_binding *binding, struct str sealed, struct arena *arena,
                     struct str *ret_plain);

/* The same into sealed.n - CRYPTO_SEAL_EXTRA bytes of the caller's, which are wiped when it is refused. */
RESULT crypto_unseal_into(const struct crypto_binding *binding, struct str sealed, unsigned char *ret_plain);
