/* Passwords: proved, set by a one-time token, changed. An administrator never chooses or sees one. */
#pragma once
#include "domain/session.h"
#include "store/credential.h"

/* The caller's own password, again: R_PASSWORD_WRONG, R_THROTTLED; R_FORBIDDEN for a client. */
RESULT domain_credential_prove(struct signin *s, const struct authn_caller *caller, struct str password,
                               struct store_credential *ret_credential);

/* Sets the first or a new password by a one-time token: R_TOKEN_SPENT, R_PASSWORD_*. The user becomes active, every session ends.
   A refused password leaves the token usable. Gives the login name and the tenant's code. */
RESULT domain_credential_accept(struct signin *s, struct str token, struct str password, struct str *ret_login,
                                struct str *ret_tenant_code);

/* R_PASSWORD_WRONG, R_PASSWORD_*; every session of the user ends. */
RESULT domain_credential_change(struct signin *s, const struct authn_caller *caller, struct str current, struct str wanted);
