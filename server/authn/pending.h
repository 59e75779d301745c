/* Tokens between the steps of a login, sealed: opaque to the client, and proof of nothing but what this service put in.
 */
#pragma once
#include "authn/caller.h"
#include "base/arena.h"
#include "crypto/key.h"

/* What goes on with it. */
enum authn_step { AUTHN_STEP_FACTOR = 1, AUTHN_STEP_ENROLL, AUTHN_STEP_PASSWORD, AUTHN_STEP_PASSWORD_PROVED /* beside a factor */ };

struct authn_pending {
  enum authn_step step;
  struct uuid principal, session; /* the session that will be: one pending token, one session */
  uint32_t epoch;
  enum authn_audience audience;
  int64_t issued_at, expires_at; /* microseconds UTC; good before expires_at */
};

/* "bw1_" and base64url, sealed as CRYPTO_PENDING_TOKEN for the one step. */
RESULT authn_pending_seal(const struct crypto_keys *keys, const struct authn_pending *pending, struct arena *arena,
                          struct str *ret_text);

/* R_UNAUTHENTICATED for whatever authn_pending_seal did not make with this key for this step, for what has expired, and for what was
   issued more than AUTHN_SKEW ahead. Session and epoch are the caller's to check. */
RESULT authn_pending_open(const struct crypto_keys *keys, enum authn_step step, struct str text, int64_t now,
                          struct authn_pending *ret_pending);
