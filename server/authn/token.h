/* Tokens that say who is calling, sealed: opaque to the client, and proof of nothing but what this service put in. */
#pragma once
#include "authn/caller.h"
#include "base/arena.h"
#include "crypto/key.h"

enum authn_audience { AUTHN_SERVICE = 1, AUTHN_PARTNER, AUTHN_ANALYTICS };

struct authn_token {
  struct authn_caller caller;
  enum authn_audience audience;
  int64_t issued_at, expires_at; /* microseconds UTC; good before expires_at */
};

/* How far ahead another process's clock may be. */
#define AUTHN_TOKEN_SKEW (60 * INT64_C(1000000))

/* "bw1_" and base64url. `purpose` is CRYPTO_ACCESS_TOKEN, or CRYPTO_PENDING_TOKEN between the steps of a login. */
RESULT authn_token_seal(const struct crypto_keys *keys, enum crypto_purpose purpose, const struct authn_token *token,
                        struct arena *arena, struct str *ret_text);

/* R_UNAUTHENTICATED for whatever authn_token_seal did not make with this key and purpose, for what has expired, and for
   what was issued more than AUTHN_TOKEN_SKEW ahead. Session and epoch are the caller's to check. */
RESULT authn_token_open(const struct crypto_keys *keys, enum crypto_purpose purpose, struct str text, int64_t now,
                        struct authn_token *ret_token);
