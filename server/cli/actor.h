/* Who works at the command line, a client or the operator, and what they may do where. */
#pragma once
#include "domain/session.h"

struct cli_actor {
  const struct domain *domain;
  struct domain_actor who;
  struct uuid home;    /* the client's; the provider for the operator */
  struct uuid session; /* the client's; zero for the operator */
};

/* A client by its id and secret, as POST /oauth2/token takes it: R_LOGIN_FAILED, R_THROTTLED. */
RESULT cli_actor_client(const struct domain *domain, struct str id, struct str secret, struct arena *arena,
                        struct cli_actor *ret_actor);

/* Whoever is at the machine and can read its keys: bound by no grant. */
RESULT cli_actor_operator(const struct domain *domain, struct arena *arena, struct cli_actor *ret_actor);

/* Ends the client's session. */
void cli_actor_close(const struct cli_actor *actor);

/* Under what a thing may be done: as the gate has it for a request. */
struct cli_leave {
  const struct scope *scope;
  struct uuid root;
  enum bw_reach reach; /* from that root */
};

/* R_NOT_FOUND for a tenant that the actor does not see, whether there is one or not; R_FORBIDDEN for one that they see
   but hold no such permission at; R_UNAVAILABLE while the snapshot is not fresh. What is committed counts. */
RESULT cli_actor_leave(const struct cli_actor *actor, const struct uuid *tenant, enum bw_permission permission,
                       struct arena *arena, struct cli_leave *ret_leave);

/* Everywhere that the actor may do this: disjoint roots, none when nowhere. */
RESULT cli_actor_roots(const struct cli_actor *actor, enum bw_permission permission, struct arena *arena,
                       const struct policy_root **ret_roots, size_t *ret_count);

/* One change: it gives back what it made, or the reason. `what` is its own. */
typedef RESULT cli_change(struct change *change, void *what);

struct cli_task {
  const struct cli_leave *leave;
  const char *action; /* for the audit */
  cli_change *run;
  void *what;
};
/* Runs it in a transaction of its own, at most three times while that is R_AGAIN, and commits. */
RESULT cli_actor_change(const struct cli_actor *actor, const struct cli_task *task, struct arena *arena);
