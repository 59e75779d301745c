/* Counters of attempts in the vault, shared by all processes, on the auth pool. */
#pragma once
#include "store/call.h"

/* Counts one attempt, at once and for all to see; gives the count since `ret_since`, which is after `window_start`. */
RESULT store_throttle_take(const struct store_call *call, struct str subject, int64_t now, int64_t window_start,
                           int64_t *ret_count, int64_t *ret_since);
RESULT store_throttle_clear(struct store_tx *tx, struct str subject);
/* One attempt fewer. */
RESULT store_throttle_return(struct store_tx *tx, struct str subject);
