/* Attempts are counted before they are looked at, for each account and each address, by all processes together. */
#pragma once
#include "crypto/digest.h"
#include "store/call.h"
#include "store/throttle.h"

/* Whose attempts; an account is named by whatever was typed, known or not. */
enum authn_throttle_kind {
  AUTHN_THROTTLE_ACCOUNT = 1,
  AUTHN_THROTTLE_ADDRESS,
  AUTHN_THROTTLE_CODE,
  AUTHN_THROTTLE_PASSWORD,
  AUTHN_THROTTLE_RESET
};

enum { AUTHN_THROTTLE_MINUTES = 15 };

struct authn_throttle {
  unsigned char subject[CRYPTO_DIGEST]; /* an HMAC: no name stands in the table */
};

RESULT authn_throttle_on(const struct crypto_keys *keys, enum authn_throttle_kind kind, struct str name,
                         struct authn_throttle *ret_throttle);

/* Counts; R_THROTTLED when it is more than `limit` in 15 minutes, with the seconds to wait. */
RESULT authn_throttle_take(const struct authn_throttle *throttle, const struct store_call *call, int64_t limit, int64_t now,
                           int64_t *ret_retry_after);

/* After a success: an account's counter is forgotten, an address gets its attempt back. Queued in `tx`. */
RESULT authn_throttle_forget(const struct authn_throttle *throttle, struct store_tx *tx);
RESULT authn_throttle_return(const struct authn_throttle *throttle, struct store_tx *tx);
