/* Sessions: the only file that makes one, and what every step towards one is given. */
#pragma once
#include "authn/caller.h"
#include "domain/change.h"
#include "store/session.h"

/* A step of somebody who may not be known yet. */
struct signin {
  const struct domain *domain;
  struct arena *arena;
  int64_t now, deadline; /* clock_now(), clock_monotonic() */
  struct store_tx *tx;   /* reads run in it, so that who has one connection needs no other; NULL: none is under way */
  struct str address, request_id;
  const struct authn_caller *relay; /* the client that states `address` for this step; NULL: nobody does */
  struct uuid stated_by;   /* that client, or the one that did when the session of this step began; zero: none */
  struct str device_token; /* as it was shown; .p NULL: none */
  bool remember_device;    /* they ask for one */
  const char *action;      /* the operation, for the audit event */
  struct uuid tenant;      /* set as soon as it is known: where a refusal is recorded */
  struct uuid principal;   /* set like it */
  int64_t retry_after;     /* seconds, set with R_THROTTLED */
  uint64_t revision;       /* policy revision to wait for; set by steps that end sessions or activate a principal */
};

/* What a login can be led through before it is a session. */
enum login_pending { LOGIN_WHOLE, LOGIN_TOTP, LOGIN_ENROLL, LOGIN_PASSWORD, LOGIN_PASSWORD_PROVED };

/* A whole session, or what is still missing. */
struct login {
  enum login_pending pending; /* then only pending_token and has_recovery are set */
  struct str pending_token;
  bool has_recovery;                      /* with LOGIN_TOTP: a recovery code will do */
  struct str access_token, refresh_token; /* refresh_token .p NULL for clients */
  int64_t expires_in;                     /* seconds of the access token */
  struct uuid session;
  struct str device_token; /* to be shown at the next login; .p NULL: none was asked for, or the one shown is good */
  bool new_device;         /* neither the device nor the place was known: worth telling its owner */
};

/* For store calls on the auth pool. */
struct store_call domain_session_store(const struct signin *s);

/* The principal is active in the snapshot, nothing above its home is suspended, and its epoch is that:
   R_LOGIN_FAILED else; R_UNAVAILABLE when the snapshot is not fresh. `session` may be NULL. */
RESULT domain_session_allowed(const struct signin *s, const struct uuid *principal, const struct uuid *session,
                              uint32_t epoch);

/* The same of the home alone, for who is not active yet. */
RESULT domain_session_housed(const struct signin *s, const struct uuid *home);

/* The person's home by the snapshot: zero for who is not in it. */
struct uuid domain_session_home(const struct signin *s, const struct uuid *person);

/* The client may relay for somebody: R_FORBIDDEN else. To be asked before anything that it states is believed, as for whom it
   means may never come out. */
RESULT domain_session_relays(const struct signin *s, const struct uuid *client);

/* Who relays a login may do so for people of the tenant: R_FORBIDDEN, for one that it does not see as for none,
   and the tenant is not told of it. R_OK when nobody relays. */
RESULT domain_session_relayed(struct signin *s, const struct uuid *tenant);
/* The same by the person, whose home is meant. */
RESULT domain_session_relayed_for(struct signin *s, const struct uuid *person);

/* Begins a session in `tx` and makes its tokens: row, refresh token (users only), audit event. R_LOGIN_FAILED
   when the principal changed meanwhile, or the session's id was used, or s->address lies outside the networks of
   their tenant; and
   with one factor where the policy of their tenant, or the portal, asks for two, whoever calls. */
RESULT domain_session_begin(struct signin *s, struct store_tx *tx, const struct store_session *session,
                            enum authn_kind kind, struct login *ret_login);

/* The next tokens of a session that lives: R_LOGIN_FAILED when one of its tenant's limits is over, for `tx` to
   end it; R_UNAUTHENTICATED when it ended meanwhile, or s->address lies outside the networks of its
   tenant. A limit that was tightened since it began holds; one that
   was loosened does not. */
RESULT domain_session_renew(struct signin *s, struct store_tx *tx, const struct store_session *session,
                            struct login *ret_login);

/* Somebody ends one of their own: R_NOT_FOUND when it is over or another's. Or all but the one by which they ask. */
RESULT domain_session_end(struct signin *s, const struct authn_caller *caller, const struct uuid *session);
RESULT domain_session_end_others(struct signin *s, const struct authn_caller *caller);

/* An administrator ends one of a user's (R_NOT_FOUND), or all, those that are just beginning too. R_PRIVILEGED. */
RESULT domain_session_revoke(struct change *change, const struct store_session_key *key);
RESULT domain_session_revoke_all(struct change *change, const struct uuid *user);

/* The event of somebody's own step, queued in `tx`. */
RESULT domain_session_event(const struct signin *s, struct store_tx *tx, const struct uuid *principal,
                            enum authn_kind kind, const char *object_kind, const struct uuid *object);
