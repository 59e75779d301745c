/* The public keys by which clients sign assertions, from what is pasted to one form. */
#pragma once
#include "base/arena.h"
#include "base/result.h"

struct json;

enum { AUTHN_KEY_ID = 128 };

struct authn_key {
  struct str kid;       /* the JWK's own, else its thumbprint (RFC 7638) */
  struct str algorithm; /* "ES256" or "RS256": what this key verifies, whatever a token says */
  struct str pem;
};

/* R_PRIVATE_KEY when a private or a shared key was pasted; R_MALFORMED when it is no key in PEM ("PUBLIC KEY"); R_RULE
   for what is neither on P-256 nor RSA of 2048 to 4096 bits. */
RESULT authn_key_pem(struct str text, struct arena *arena, struct authn_key *ret_key);

/* The same of a JWK (RFC 7517 section 4), where alg, use and key_ops must allow it to verify: R_RULE. */
RESULT authn_key_jwk(const struct json *jwk, struct arena *arena, struct authn_key *ret_key);

/* 1 to AUTHN_KEY_ID printable characters of ASCII. */
bool authn_key_names(struct str kid);
