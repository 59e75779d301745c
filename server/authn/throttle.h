/* Attempts are counted before they are looked at, by all processes together. Logins have rules of their own:
   domain/throttle.h. */
#pragma once
#include "crypto/digest.h"
#include "store/call.h"
#include "store/throttle.h"

/* Whose attempts; an account is named by whatever was typed, known or not. The numbers are part of the HMAC: they
   stay. */
enum authn_throttle_kind {
  AUTHN_THROTTLE_ACCOUNT = 1, /* logins of an account by strangers */
  AUTHN_THROTTLE_ADDRESS,     /* logins from a place */
  AUTHN_THROTTLE_CODE,        /* one-time codes of a user */
  AUTHN_THROTTLE_PASSWORD,    /* proofs of the password by who has a session */
  AUTHN_THROTTLE_RESET,       /* requests of a new password */
  AUTHN_THROTTLE_SHARE,       /* what one place uses of an account */
  AUTHN_THROTTLE_TENANT,      /* logins at a tenant by strangers */
  AUTHN_THROTTLE_DEVICE,      /* a person's known device */
  AUTHN_THROTTLE_PLACE,       /* a person's known place */
  AUTHN_THROTTLE_CLIENT,      /* proofs of a client from one place */
  AUTHN_THROTTLE_TOKEN,       /* one-time tokens that are made for a user */
  AUTHN_THROTTLE_UNLOCK,      /* unlockings of a user */
  AUTHN_THROTTLE_TYPING = 20, /* passwords that a user tries while choosing one */
  AUTHN_THROTTLE_CHOICE = 21  /* passwords for a user that were held against those before */
};

enum { AUTHN_THROTTLE_MINUTES = 15 };

struct authn_throttle {
  unsigned char subject[CRYPTO_DIGEST]; /* an HMAC: no name stands in the table */
  int64_t streak_most;                  /* failures in a row, however long they took; 0: no such limit */
};

RESULT authn_throttle_on(const struct crypto_keys *keys, enum authn_throttle_kind kind, struct str name,
                         struct authn_throttle *ret_throttle);
/* The same of who is known by an id. */
RESULT authn_throttle_on_id(const struct crypto_keys *keys, enum authn_throttle_kind kind, const struct uuid *id,
                            struct authn_throttle *ret_throttle);

/* The place that an address stands for: itself for IPv4, the /64 for IPv6, for who has one of its addresses has
   all of them. What is no address is a place of its own. */
enum { AUTHN_THROTTLE_PLACE_TEXT = 64 };
void authn_throttle_place(struct str address, char ret_place[AUTHN_THROTTLE_PLACE_TEXT]);

/* Counts; R_THROTTLED when it is more than `limit` in 15 minutes, with the seconds to wait. Of one's own password
   100 failures in a row are the end of it until a new one is set (NIST SP 800-63B-4 section 3.2.2). */
RESULT authn_throttle_take(const struct authn_throttle *throttle, const struct store_call *call, int64_t limit, int64_t now,
                           int64_t *ret_retry_after);

/* After a success: an account's counter is forgotten, an address gets its attempt back. Queued in `tx`. */
RESULT authn_throttle_forget(const struct authn_throttle *throttle, struct store_tx *tx);
RESULT authn_throttle_return(const struct authn_throttle *throttle, struct store_tx *tx);
