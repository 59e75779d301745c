/* Invitations in the vault as their holder uses them, on the auth pool. */
#pragma once
#include "store/call.h"

/* Whose it is, while it can be used; R_NOT_FOUND else. */
RESULT store_invitation_find(const struct store_call *call, struct str digest, int64_t now, struct uuid *ret_user);
/* Spends it, once; R_NOT_FOUND when somebody was faster. */
RESULT store_invitation_use(struct store_tx *tx, struct str digest, int64_t now, struct uuid *ret_user);
