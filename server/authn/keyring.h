/* The signing keys as this process has them: read from the vault now and then, looked at by every thread. */
#pragma once
#include "base/buf.h"
#include "crypto/signature.h"
#include "crypto/key.h"
#include "store/signing.h"

enum {
  AUTHN_KID = 43,            /* characters of a key's name: its thumbprint by RFC 7638 */
  AUTHN_KEYRING_MOST = 16,   /* keys that are believed at once */
  AUTHN_KEYRING_HEADER = 110 /* characters of the first segment of a token */
};

/* How long a token can outlive the signing time of its key: a token's longest life, twice a clock that is ahead. In
 * seconds. */
enum { AUTHN_TOKEN_LIFE_MOST = 900, AUTHN_KEYRING_LINGER = AUTHN_TOKEN_LIFE_MOST + 120 };

struct authn_keyring;

/* Empty. Its memory is the arena's; to be closed before that is freed. */
RESULT authn_keyring_open(const struct crypto_keys *keys, struct arena *arena, struct authn_keyring **ret_ring);
void authn_keyring_close(struct authn_keyring **ring);

/* Takes over what stands in the vault, by one thread at a time. A row that does not open under its name is left out and
   said in the log. After a failure all is as it was. */
RESULT authn_keyring_read(struct authn_keyring *ring, const struct store_call *auth);

/* The same of rows that are there: the newest first. */
RESULT authn_keyring_take(struct authn_keyring *ring, const struct store_signing_key *rows, size_t count);

/* A new pair: its name, and what the vault keeps of it. */
RESULT authn_keyring_make(const struct authn_keyring *ring, struct arena *arena, char ret_kid[AUTHN_KID + 1],
                          struct str *ret_sealed);

/* One key and the header its tokens begin with: base64url of {"alg":"ES256","kid":"...","typ":"at+jwt"}. */
struct authn_keyring_key {
  struct crypto_signature_key *key; /* the caller's to free */
  char header[AUTHN_KEYRING_HEADER];
  int64_t ends_at; /* microseconds UTC; INT64_MAX: not known yet */
};

/* The one that signs at `now`: the newest whose time has come. R_UNAVAILABLE when there is none. */
RESULT authn_keyring_signer(struct authn_keyring *ring, int64_t now, struct authn_keyring_key *ret_key);

/* The one whose tokens begin with that segment, byte by byte. R_UNAUTHENTICATED when there is none that is believed at
   `now`: the ring is then read again soon, however many ask. */
RESULT authn_keyring_verifier(struct authn_keyring *ring, struct str header, int64_t now,
                              struct authn_keyring_key *ret_key);

/* Somebody has shown a key that is not here, since this was last asked. */
bool authn_keyring_doubted(struct authn_keyring *ring);

/* Another number after each reading by which a key went or is believed for a shorter time: what was verified before it
   has to be verified again. */
uint64_t authn_keyring_losses(const struct authn_keyring *ring);

/* The newest generation, since when it signs, and how many there are; generation 0: there is none. */
struct authn_keyring_newest {
  int generation;
  int64_t signs_from;
  size_t count;
};
struct authn_keyring_newest authn_keyring_newest(struct authn_keyring *ring);

/* The public halves, as a JWK Set (RFC 7517). */
void authn_keyring_publish(struct authn_keyring *ring, int64_t now, struct buf *json);
