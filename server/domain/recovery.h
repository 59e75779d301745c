/* Recovery codes: ten, made together, each good once in the place of a code of an authenticator. */
#pragma once
#include "authn/recovery.h"
#include "domain/session.h"

struct recovery_codes {
  struct str codes[AUTHN_RECOVERY_CODES]; /* as they are shown, once */
  size_t count;                           /* 0: none were made */
};

/* Made and kept are two steps, for to hash them takes longer than a transaction should. */
struct recovery_set {
  struct recovery_codes shown;
  struct str hashes[AUTHN_RECOVERY_CODES];
};
RESULT domain_recovery_make(struct signin *s, struct recovery_set *ret_set);
/* In `tx`, with an event of it: all earlier ones are void. R_NOT_FOUND: the user has no second factor. */
RESULT domain_recovery_keep(struct signin *s, struct store_tx *tx, const struct uuid *user,
                            const struct recovery_set *set);

/* Spends one in `tx`, which has run nothing yet, with an event of it and a notice: R_CODE_WRONG, also when it was used,
   there are none, or 100 failures have disabled them; R_THROTTLED. */
RESULT domain_recovery_spend(struct signin *s, struct store_tx *tx, const struct uuid *user, struct str code);

/* The same, or as domain_factor_spend for a code of an authenticator: which it is, its form says. */
RESULT domain_recovery_spend_either(struct signin *s, struct store_tx *tx, const struct uuid *user, struct str code);
