/* Coming in and going out: every way to a session.
   Trusts: nothing that is passed in. Unknown, wrong, suspended: one answer, after one hash. What that and all else takes
   is not the same for everybody: whoever answers R_LOGIN_FAILED hides it (http_reply_hold). */
#pragma once
#include "domain/enrolment.h"

struct login_request {
  struct str login, password;
  struct str tenant;   /* the tenant's code */
  struct str audience; /* "service" when .p NULL; "partner", "analytics" */
};

struct login_code {
  struct str pending_token, code;
};

/* R_LOGIN_FAILED for every reason but R_THROTTLED, R_BUSY and their like. Whoever has a second factor goes on with it;
   whoever has none and needs one enrols it: where the tenant's policy asks for it, for analytics, and with a password
   that is too short to stand alone. */
RESULT domain_login(struct signin *s, const struct login_request *request, struct login *ret_login);

/* The second factor: R_LOGIN_FAILED: token or code wrong, code spent. */
RESULT domain_login_totp(struct signin *s, struct str pending_token, struct str code, struct login *ret_login);
RESULT domain_login_recovery(struct signin *s, struct str pending_token, struct str code, struct login *ret_login);

/* The first second factor, on the way in. R_LOGIN_FAILED: the token is wrong or spent, or the user has a factor by now.
 */
RESULT domain_login_enroll(struct signin *s, struct str pending_token, const struct enrolment_wish *wish,
                           struct enrolment *ret_enrolment);
/* R_CODE_WRONG, and R_CONFLICT where none waits, leave the token good. Earlier sessions of the user end. */
RESULT domain_login_enroll_confirm(struct signin *s, const struct login_code *given, struct login *ret_login,
                                   struct recovery_codes *ret_codes);

/* Each refresh token works once; a second use ends the session (R_UNAUTHENTICATED). */
RESULT domain_login_refresh(struct signin *s, struct str refresh_token, struct login *ret_login);

/* A session with two factors in place of the caller's, which ends and is outlived by nothing of the new one; by a code of
   an authenticator or a recovery code. R_CODE_WRONG,
   R_THROTTLED; R_FORBIDDEN for a client, R_UNAUTHENTICATED when the session is over already. */
RESULT domain_login_step_up(struct signin *s, const struct authn_caller *caller, struct str code, struct login *ret_login);

/* Ends the session of a refresh token, spent or not. R_UNAUTHENTICATED when there is none to end. */
RESULT domain_login_revoke(struct signin *s, struct str refresh_token);

/* Finishes LOGIN_PASSWORD: the new password is set, and the session begins. R_LOGIN_FAILED: the token is not good, or was
   used; R_PASSWORD_*, which leave it good. */
RESULT domain_login_password(struct signin *s, struct str pending_token, struct str password, struct login *ret_login);

/* R_UNAUTHENTICATED when the session is over already. */
RESULT domain_logout(struct signin *s, const struct authn_caller *caller);
