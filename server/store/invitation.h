/* One-time tokens in the vault: put there by a change, on the app pool, and used by their holder, on the auth pool. */
#pragma once
#include "store/call.h"

/* A token of one purpose is none of the other. */
enum store_invitation_purpose { STORE_INVITATION = 1, STORE_RESET };

struct store_invitation {
  struct uuid user;
  enum store_invitation_purpose purpose;
  struct str digest;
  int64_t expires_at;
  struct uuid issued_by; /* zero: nobody, or who is at the machine */
};
/* In a change; a newer one of either purpose makes older ones dead. R_NOT_FOUND: no such user in the scope. */
RESULT store_invitation_put(struct store_tx *tx, const struct store_invitation *invitation);
/* Of their own wish, on the auth pool, to reset the password: R_LIMIT_REACHED when they had `most` in the last hour. */
RESULT store_invitation_ask(struct store_tx *tx, const struct store_invitation *invitation, int64_t most);

/* What its holder brings. */
struct store_invitation_claim {
  enum store_invitation_purpose purpose;
  struct str digest;
  int64_t now;
};
/* Whose it is, while it can be used; R_NOT_FOUND else. */
RESULT store_invitation_find(const struct store_call *call, const struct store_invitation_claim *claim,
                             struct uuid *ret_user);
/* Spends it, once; R_NOT_FOUND when somebody was faster. */
RESULT store_invitation_use(struct store_tx *tx, const struct store_invitation_claim *claim, struct uuid *ret_user);
/* Every token of the user is dead. Queued, on the auth pool; what was put in before their principal was locked counts.
 */
RESULT store_invitation_end(struct store_tx *tx, const struct uuid *user);

/* Whether `issuer` had a token made for the user since then; on the auth pool. */
RESULT store_invitation_issued(const struct store_call *call, const struct uuid *user, const struct uuid *issuer,
                               int64_t since, bool *ret_issued);
