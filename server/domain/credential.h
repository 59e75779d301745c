/* Passwords: proved, set by a one-time token, changed. An administrator never chooses or sees one. */
#pragma once
#include "domain/session.h"
#include "store/credential.h"
#include "store/invitation.h"

/* The caller's own password, again: R_PASSWORD_WRONG; R_THROTTLED, of which the owner is told as of a login's; R_FORBIDDEN for a client,
   R_UNAUTHENTICATED when the session ended a moment ago. */
RESULT domain_credential_prove(struct signin *s, const struct authn_caller *caller, struct str password,
                               struct store_credential *ret_credential);

struct credential_claim {
  enum store_invitation_purpose purpose; /* a token of the one flow is none in the other */
  struct str token, password;
};
/* With what to sign in. */
struct credential_home {
  struct str login, tenant_code;
};
/* Sets the first or a new password by a one-time token: R_TOKEN_SPENT, R_PASSWORD_*, R_FORBIDDEN for who may not relay
   for its holder. The user becomes active, every session ends, every other token of theirs is dead; a second factor
   stays. A refused password leaves the token usable. */
RESULT domain_credential_accept(struct signin *s, const struct credential_claim *claim,
                                struct credential_home *ret_home);

/* A password that may be set. */
struct credential_wanted {
  char hash[CRYPTO_HASH_TEXT];
  int64_t kept; /* of those before */
};
/* R_PASSWORD_*. */
RESULT domain_credential_want(struct signin *s, const struct store_credential *user, struct str password,
                              struct credential_wanted *ret_wanted);
/* In `tx`: the hash, the end of every session and token, the event, word to who had a password before. */
RESULT domain_credential_put(struct signin *s, struct store_tx *tx, const struct store_credential *user,
                             const struct credential_wanted *wanted);

/* R_PASSWORD_WRONG, R_PASSWORD_*; every session of the user ends, and every one-time token. */
RESULT domain_credential_change(struct signin *s, const struct authn_caller *caller, struct str current, struct str wanted);
