/* Recovery codes in the vault, by their hashes, on the auth pool. */
#pragma once
#include "store/call.h"

/* A user's set of codes: what it was is void. R_NOT_FOUND: the user has no second factor. */
RESULT store_recovery_put(struct store_tx *tx, const struct uuid *id, const struct uuid *user, const struct str *hashes,
                          size_t count);

struct store_recovery {
  struct uuid id, tenant;
  const struct str *hashes; /* of the codes that are left */
  size_t count;
  bool is_last; /* the failures that the set may have are used up by this try, unless it is none */
};
/* Counts a try against the set. R_NOT_FOUND: there is no code left, or the set is disabled. Until the transaction ends
   nobody else tries, and rolled back it was no try: who finds the code wrong commits. */
RESULT store_recovery_take(struct store_tx *tx, const struct uuid *user, struct store_recovery *ret_recovery);
/* Once: R_NOT_FOUND when somebody was faster. */
RESULT store_recovery_spend(struct store_tx *tx, const struct uuid *id, struct str hash);
