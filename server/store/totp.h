/* Authenticators in the vault, on the auth pool. */
#pragma once
#include "store/call.h"

struct store_totp {
  struct uuid id, tenant;
  struct str sealed_seed;
  int64_t last_step;
};

/* The user's confirmed one, or the newest that is not; R_NOT_FOUND. */
RESULT store_totp_find(const struct store_call *call, const struct uuid *user, bool confirmed, struct store_totp *ret_totp);
RESULT store_totp_create(struct store_tx *tx, const struct uuid *id, const struct uuid *user, struct str sealed_seed);
/* Compare and set: R_NOT_FOUND when the step, or a later one, was accepted before; R_ALREADY_EXISTS when another is confirmed. */
RESULT store_totp_confirm(struct store_tx *tx, const struct uuid *id, int64_t step);
RESULT store_totp_step(struct store_tx *tx, const struct uuid *id, int64_t step);
