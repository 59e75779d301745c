/* Whether somebody may have a password: the rules of their tenant, their own words, what they had before. */
#pragma once
#include "authn/password.h"
#include "domain/security.h"
#include "store/credential.h"

/* R_OK, or the first reason of authn_password_judge, or R_PASSWORD_REUSED: it is today's password, or one of as many
   before it as the policy says, each of which costs a hash. Therefore R_THROTTLED, whatever it is by that they may set
   one, when so many were tried in 15 minutes as may fail to sign in. `ret_policy` is what holds at the user's tenant. */
RESULT domain_password_check(struct signin *s, const struct store_credential *user, struct str password,
                             struct security_policy *ret_policy);

/* Everything that is wrong with it but its having been used, for who is typing. Nothing is kept. */
RESULT domain_password_judge(struct signin *s, const struct authn_caller *caller, struct str password,
                             struct authn_password_verdict *ret_verdict);

/* Whether they have to choose another before they get in: by its age, or since they did not choose it themselves, where
   the policy says so and of whoever holds what is privileged. */
bool domain_password_due(const struct signin *s, const struct security_policy *policy,
                         const struct store_credential *user);

/* R_PASSWORD_REUSED when it is the one that they have today. */
RESULT domain_password_differs(struct signin *s, const struct store_credential *user, struct str password);

/* How many passwords before the one that is being set are kept, for the check of the next. */
int64_t domain_password_kept(const struct security_policy *policy);
