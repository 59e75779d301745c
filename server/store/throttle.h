/* Counters of attempts in the vault, shared by all processes, on the auth pool; and the devices and places that
   people came from. */
#pragma once
#include "store/call.h"

struct store_throttle {
  int64_t count, since; /* failures in the window, and when that began */
  int64_t streak;       /* failures since the last success */
};

/* Counts one attempt, at once and for all to see, in the window that began after `window_start`. */
RESULT store_throttle_take(const struct store_call *call, struct str subject, int64_t now, int64_t window_start,
                           struct store_throttle *ret_counter);
RESULT store_throttle_clear(struct store_tx *tx, struct str subject);
/* One attempt fewer. */
RESULT store_throttle_return(struct store_tx *tx, struct str subject);

/* How many may fail in 15 minutes. */
struct store_attempts {
  int64_t account, address, tenant; /* tenant 0: no limit */
};

/* An attempt at a password; subjects are 32 bytes. */
struct store_attempt {
  struct uuid person; /* zero: nobody of that name */
  struct str device;  /* .p NULL: none was shown */
  struct str place, account, share, address, tenant;
  struct store_attempts most; /* what its tenant allows */
  struct store_attempts told; /* what strangers are told of, whatever tenant it is: no less */
};

/* What became of it. */
struct store_attempted {
  struct str known;  /* "device" or "place", from which that person came before; .p NULL for a stranger */
  int64_t wait;      /* seconds; 0: it is counted */
  bool account_full; /* it waits for what was tried at this account, and not for its address or tenant alone */
  bool unsaid;       /* it is counted, and more than its tenant allows a stranger */
};
/* Counts it on all that it concerns, or on none. */
RESULT store_throttle_login(const struct store_call *call, const struct store_attempt *attempt, int64_t now,
                            struct store_attempted *ret_attempted);
/* It succeeded: gives back what was counted. Queued. */
RESULT store_throttle_login_done(struct store_tx *tx, const struct store_attempt *attempt, struct str known);

/* How a user signs in, and what strangers' attempts have put on their account: as JSON. R_NOT_FOUND. */
RESULT store_throttle_state(const struct store_call *call, const struct store_attempt *attempt, int64_t now,
                            struct str *ret_body);

/* What a person has signed in from. */
struct store_known {
  struct uuid person;
  struct str device_shown, device_new; /* .p NULL: none */
  struct str place;
};
/* Keeps it, for 90 days a device and for 30 a place; says what was known before. */
RESULT store_throttle_know(struct store_tx *tx, const struct store_known *known, int64_t now, bool *ret_device,
                           bool *ret_place);
