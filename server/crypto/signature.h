/* ES256 (RFC 7518 section 3.4): ECDSA on P-256 over SHA-256, and the keys for it. */
#pragma once
#include "base/arena.h"
#include "base/result.h"

enum {
  CRYPTO_SIGNATURE = 64,       /* r and s, 32 bytes each, big-endian */
  CRYPTO_SIGNATURE_POINT = 64, /* x and y of a public key, likewise */
  CRYPTO_SIGNATURE_KEY = 96    /* the private number, then the point */
};

/* A pair of keys, good for any number of threads at once. */
struct crypto_signature_key;

RESULT crypto_signature_key_new(struct crypto_signature_key **ret_key);
/* The pair as bytes, for sealing; the caller wipes them. */
RESULT crypto_signature_key_export(const struct crypto_signature_key *key,
                                   unsigned char ret_bytes[CRYPTO_SIGNATURE_KEY]);
/* R_RULE for what is no pair of this curve: a public half that does not belong to the private one among it.
   R_NO_MEMORY: that could not be found out. */
RESULT crypto_signature_key_load(const unsigned char bytes[CRYPTO_SIGNATURE_KEY],
                                 struct crypto_signature_key **ret_key);
RESULT crypto_signature_key_point(const struct crypto_signature_key *key,
                                  unsigned char ret_point[CRYPTO_SIGNATURE_POINT]);

/* The same pair once more: freed when the last one is. NULL when it cannot be shared. */
struct crypto_signature_key *crypto_signature_key_share(struct crypto_signature_key *key);
/* NULL-safe; for CLEANUP. */
void crypto_signature_key_free(struct crypto_signature_key **key);

RESULT crypto_signature_make(const struct crypto_signature_key *key, struct str bytes,
                             unsigned char ret_signature[CRYPTO_SIGNATURE]);
/* R_OK: made by this key over these bytes. R_UNAUTHENTICATED: it was not, or is not of exactly that length. Anything
   else: that could not be found out, which is a refusal too. */
RESULT crypto_signature_check(const struct crypto_signature_key *key, struct str bytes, struct str signature);
