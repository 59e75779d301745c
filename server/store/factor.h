/* A user's second factors as one: listed, held, taken away. */
#pragma once
#include "store/call.h"

/* On the auth pool: all that is told of them, as JSON. */
RESULT store_factor_list(const struct store_call *call, const struct uuid *user, struct str *ret_body);
/* On the auth pool, until the transaction ends: no other one comes, goes or is spent. R_NOT_FOUND: there are none. */
RESULT store_factor_hold(struct store_tx *tx, const struct uuid *user);
/* On the auth pool: with the last authenticator goes the rest. */
RESULT store_factor_forget(struct store_tx *tx, const struct uuid *user);

/* On the app pool: all of them are gone and every session of the user's is over. R_NOT_FOUND: no such user in the
 * scope. */
RESULT store_factor_reset(struct store_tx *tx, const struct uuid *user, struct store_object *ret_user);

/* On the app pool: what somebody did to a user's account. */
enum store_factor_reset { STORE_RESET_PASSWORD = 1, STORE_RESET_FACTOR };
RESULT store_factor_note(struct store_tx *tx, const struct uuid *user, enum store_factor_reset kind, const struct uuid *actor);
/* Within the last day. */
RESULT store_factor_recent(struct store_tx *tx, const struct uuid *user, enum store_factor_reset kind,
                           const struct uuid *actor, bool *ret_recent);
