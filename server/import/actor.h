/* Who loads, a client or the operator, and what they may do where. */
#pragma once
#include "domain/session.h"
#include "import/made.h"

struct import_actor {
  const struct domain *domain;
  struct domain_actor who;
  struct uuid home;    /* the client's; the provider for the operator */
  struct uuid session; /* the client's; zero for the operator */
  /* Of a job: nothing outside that tenant's subtree is there, and whatever is done is done in one transaction. */
  struct uuid within; /* zero: the whole tree */
  struct str within_path;
  struct store_tx *tx;      /* NULL: each change is a transaction of its own */
  struct import_made *made; /* of a transaction that is never committed; else NULL */
};

/* A client by its id and secret, as POST /oauth2/token takes it: R_LOGIN_FAILED, R_THROTTLED. */
RESULT import_actor_client(const struct domain *domain, struct str id, struct str secret, struct arena *arena,
                           struct import_actor *ret_actor);

/* Whoever is at the machine and can read its keys: bound by no grant. */
RESULT import_actor_operator(const struct domain *domain, struct arena *arena, struct import_actor *ret_actor);

/* Ends the client's session. */
void import_actor_close(const struct import_actor *actor);

/* Under what a thing may be done: as the gate has it for a request. */
struct import_leave {
  const struct scope *scope;
  struct uuid root;
  enum bw_reach reach; /* from that root */
};

/* R_NOT_FOUND for a tenant that the actor does not see, whether there is one or not; R_FORBIDDEN for one that they see
   but hold no such permission at; R_STEP_UP where it is privileged and their session is weak; R_UNAVAILABLE while the
   snapshot is not fresh. What is committed counts, and what the actor has made. */
RESULT import_actor_leave(const struct import_actor *actor, const struct uuid *tenant, enum bw_permission permission,
                          struct arena *arena, struct import_leave *ret_leave);

/* R_UNAUTHENTICATED when the actor may not act, wherever that is. What is committed counts. */
RESULT import_actor_check(const struct import_actor *actor, struct arena *arena);

/* Everywhere that the actor may do this: disjoint roots, none when nowhere; R_UNAUTHENTICATED when they may not act. */
RESULT import_actor_roots(const struct import_actor *actor, enum bw_permission permission, struct arena *arena,
                          const struct policy_root **ret_roots, size_t *ret_count);

/* One change: it gives back what it made, or the reason. `what` is its own. */
typedef RESULT import_change(struct change *change, void *what);

struct import_task {
  const struct import_leave *leave;
  const char *action; /* for the audit */
  import_change *run;
  void *what;
};
/* Runs it in the actor's transaction, or in one of its own, at most three times while that is R_AGAIN, and commits. */
RESULT import_actor_change(const struct import_actor *actor, const struct import_task *task, struct arena *arena);
