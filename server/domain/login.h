/* Coming in and going out: every way to a session, and the only file that makes one.
   Trusts: nothing that is passed in. Unknown, wrong, suspended, throttled accounts take one path and one time. */
#pragma once
#include "authn/caller.h"
#include "domain/change.h"

/* A step of somebody who may not be known yet. */
struct signin {
  const struct domain *domain;
  struct arena *arena;
  int64_t now, deadline; /* clock_now(), clock_monotonic() */
  struct str address, request_id;
  const char *action;    /* the operation, for the audit event */
  struct uuid tenant;    /* set when the step fails after the tenant became known: where the refusal is recorded */
  struct uuid principal; /* set like it */
  int64_t retry_after;   /* seconds, set with R_THROTTLED */
  uint64_t revision;     /* policy revision to wait for, set by steps that end sessions or activate a principal */
};

/* A whole session, or what is still missing. */
struct login {
  bool pending; /* a second factor is missing: only pending_token and session-less */
  struct str pending_token;
  struct str access_token, refresh_token; /* refresh_token .p NULL for clients */
  int64_t expires_in;                     /* seconds of the access token */
  struct uuid session;
};

struct login_request {
  struct str login, password;
  struct str tenant;   /* the tenant's code */
  struct str audience; /* "service" when .p NULL; "partner", "analytics" */
};

/* R_LOGIN_FAILED for every reason but R_THROTTLED. analytics without an enrolled factor: R_LOGIN_FAILED too. */
RESULT domain_login(struct signin *s, const struct login_request *request, struct login *ret_login);
/* R_LOGIN_FAILED: token or code wrong, code spent. */
RESULT domain_login_totp(struct signin *s, struct str pending_token, struct str code, struct login *ret_login);
/* Each refresh token works once; a second use ends the session (R_UNAUTHENTICATED). */
RESULT domain_login_refresh(struct signin *s, struct str refresh_token, struct login *ret_login);
/* client_credentials (RFC 6749 section 4.4): the client's id and secret. */
RESULT domain_login_client(struct signin *s, struct str client_id, struct str secret, struct login *ret_login);
RESULT domain_logout(struct signin *s, const struct authn_caller *caller);

/* Sets the first or a new password by a one-time token: R_TOKEN_SPENT, R_PASSWORD_*. The user becomes active, other sessions end.
   Gives the login name to use and the tenant's code. */
RESULT domain_invitation_accept(struct signin *s, struct str token, struct str password, struct str *ret_login,
                                struct str *ret_tenant_code);
/* R_PASSWORD_WRONG, R_PASSWORD_*; every session of the user ends. */
RESULT domain_password_change(struct signin *s, const struct authn_caller *caller, struct str current, struct str wanted);

struct totp_enrolment {
  struct uuid id;
  struct str secret; /* base32, shown once */
  struct str uri;    /* otpauth:// */
};
/* Needs the password again (R_PASSWORD_WRONG). An unconfirmed one counts for nothing and is replaced by the next.
   R_CONFLICT when one is confirmed already. */
RESULT domain_totp_enrol(struct signin *s, const struct authn_caller *caller, struct str password, struct totp_enrolment *ret_enrolment);
/* R_CODE_WRONG. From now on the login asks for it; single-factor sessions of the user end. */
RESULT domain_totp_confirm(struct signin *s, const struct authn_caller *caller, struct str code);

/* First start: the provider's first administrator, invited; R_CONFLICT when the provider has a principal already. */
RESULT domain_bootstrap(struct signin *s, struct str *ret_token, struct str *ret_tenant_code);
