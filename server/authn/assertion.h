/* Assertions of clients (RFC 7523 section 2.2, private_key_jwt): a JWT by which a client says who it is, once.
   Trusts: nothing of one before a registered key has verified it, and then only what was read here. */
#pragma once
#include "authn/key.h"
#include <stdint.h>

enum { AUTHN_ASSERTION_MOST = 8192, AUTHN_ASSERTION_JTI = 256 };

/* How far ahead an assertion may end, and how far ahead a client's clock may be. */
#define AUTHN_ASSERTION_LIFE (600 * INT64_C(1000000))
#define AUTHN_ASSERTION_SKEW (60 * INT64_C(1000000))

/* What it claims, unverified. All of it in the arena. */
struct authn_assertion {
  struct str client;       /* iss and sub, which are the same */
  struct str jti, kid;     /* kid .p NULL: none said */
  struct str algorithm;    /* as the header says: compared with the key's, never followed */
  struct str text, claims; /* the whole, and the JSON of the claims */
  int64_t expires_at;      /* microseconds */
};

/* Whom it may be for: any one of these, and nobody else. */
struct authn_assertion_terms {
  struct str issuer, token_url;
  int64_t now;
};

/* Reads one that says all it must, of the right types and within its time: three parts in base64url; a header of one
   object with alg, no crit and nothing that changes what is signed; claims of one object with iss = sub, aud, exp, jti
   and, where they are there, nbf and iat. R_LOGIN_FAILED else. */
RESULT authn_assertion_read(struct str text, const struct authn_assertion_terms *terms, struct arena *arena,
                            struct authn_assertion *ret_assertion);

/* Whether this key signed it, by libjwt behind a guard: R_OK, or R_LOGIN_FAILED. */
RESULT authn_assertion_verify(const struct authn_assertion *assertion, const struct authn_key *key);
