/* Sessions, with their refresh tokens in the vault: on the auth pool but where a scope is asked for; and the events of
   those who sign in. */
#pragma once
#include "store/call.h"

struct store_session {
  struct uuid id, principal, tenant;
  uint32_t epoch;
  int strength;
  struct str audience;
  int64_t expires_at, idle_at; /* idle_at: over then unless refreshed before */
  int64_t refreshed_at;        /* when its newest tokens were made */
  int64_t authenticated_at,
      factor_at; /* when the password and the second factor were last proved; factor_at 0: never */
};

/* R_NOT_FOUND when the principal is not active or of another epoch by now; R_ALREADY_EXISTS for an id that was used. */
RESULT store_session_create(struct store_tx *tx, const struct store_session *session, struct str address);
/* R_NOT_FOUND when it is over already, or somebody else's. */
RESULT store_session_end(struct store_tx *tx, const struct uuid *session, const struct uuid *principal);
/* Ends it for another to take its place; gives what that goes on from: tenant, principal, epoch, audience, times.
 * R_NOT_FOUND. */
RESULT store_session_replace(struct store_tx *tx, const struct uuid *session, const struct uuid *principal, int64_t now,
                             struct store_session *ret_session);
RESULT store_session_end_others(struct store_tx *tx, const struct uuid *principal, const struct uuid *kept);

/* Whose living sessions; `asking` is the session of who asks. */
struct store_session_query {
  struct uuid principal, asking;
  struct store_range range;
};
/* Under a scope, without addresses. */
RESULT store_session_list(const struct store_call *call, const struct store_session_query *query,
                          struct store_page *ret_page);
/* One's own, on the auth pool, with addresses. */
RESULT store_session_list_own(const struct store_call *call, const struct store_session_query *query,
                              struct store_page *ret_page);

/* Under a scope: one session of a user's, R_NOT_FOUND when it is over or another's; or all of them, by a new epoch. */
struct store_session_key {
  struct uuid session, user, asking;
};
RESULT store_session_revoke(struct store_tx *tx, const struct store_session_key *key, struct store_object *ret_session);
RESULT store_session_revoke_all(struct store_tx *tx, const struct uuid *user);

RESULT store_session_refresh_create(struct store_tx *tx, struct str digest, const struct uuid *session,
                                    int64_t expires_at);
/* Spends the token: R_NOT_FOUND when it is unknown, spent, expired, or its session over. */
RESULT store_session_refresh_use(struct store_tx *tx, struct str digest, int64_t now,
                                 struct store_session *ret_session);
/* Of a token that was spent before: the session lives on when that was just now (raced), and else ends. */
struct store_session_reuse {
  struct uuid session, principal, tenant;
  uint32_t epoch;
  bool raced;
};
/* R_NOT_FOUND when it was not, or its session is over already. */
RESULT store_session_refresh_reused(struct store_tx *tx, struct str digest, struct store_session_reuse *ret_reuse);
/* Newer tokens: refreshed_at, idle_at and, when that is sooner, expires_at. R_NOT_FOUND when the session ended
 * meanwhile. */
RESULT store_session_renew(struct store_tx *tx, const struct store_session *session);

/* Ends the session of a token, spent or not: *ret_session is its id, principal and tenant. R_NOT_FOUND when there is
   none to end. */
RESULT store_session_refresh_end(struct store_tx *tx, struct str digest, struct store_session *ret_session);

struct store_session_event {
  struct uuid principal;
  const char *actor_kind, *actor_title, *action, *object_kind;
  struct uuid object;
  int64_t at;
  struct str address, request_id;
  struct uuid stated_by; /* the client whose word `address` is; zero: none */
};
/* Queued: goes out with the commit. */
RESULT store_session_event(struct store_tx *tx, const struct store_session_event *event);
