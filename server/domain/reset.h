/* What an administrator does to somebody else's way in, none of which may add up to the account itself: who let
   somebody set a new password does not take their factors away too, and the reverse, within a day. */
#pragma once
#include "domain/change.h"
#include "store/factor.h"

/* Takes away a user's authenticators and recovery codes and ends their sessions: R_FOUR_EYES, R_PRIVILEGED,
   R_SELF_SERVICE; R_WRONG_STATE for a terminated user. One without factors is none the worse for it. */
RESULT domain_reset_factors(struct change *change, const struct uuid *user, struct outcome *ret_outcome);

/* What failed attempts have put on a user's account, and on what they signed in from, counts for nothing; but not what
   stands against an address or a tenant. R_PRIVILEGED, R_SELF_SERVICE; R_WRONG_STATE for a terminated user;
   R_THROTTLED, with change->retry_after, when that was done too often. */
RESULT domain_reset_unlock(struct change *change, const struct uuid *user, struct outcome *ret_outcome);

/* For whatever lets the actor decide over somebody's password or factors: R_FOUR_EYES when they did the other within
   the last day, else notes that they do this. The user is held (store_user_lock). Who works at the machine is not
   bound. */
RESULT domain_reset_note(struct change *change, const struct uuid *user, enum store_factor_reset kind);
