/* Who holds which role where, and what limits the giving. */
#pragma once
#include "domain/change.h"

struct grant_new {
  struct uuid tenant, principal, role;
  enum bw_reach reach;
  int64_t not_before, expires_at; /* 0: unbounded */
  struct str reason, ticket;      /* .p NULL: none */
};

/* R_CEILING: the actor does not hold every permission of the role there, with at least that reach, and starts no
   tenant (domain/start.h, of which R_FOUR_EYES is too); R_PRIVILEGED: the role or the principal is privileged and
   the actor lacks grant:assign_privileged there; R_SELF_SERVICE: to oneself, or to a group that one is in;
   R_KIND_CEILING: the role is not for that kind of tenant; R_NOT_FOR_MACHINES: to a client, or to a group with one in
   it, of a role with what no machine may hold; R_OUTSIDE_HOME; R_RULE: it ends before it begins, or is over;
   R_NOT_FOUND with `principal` or `role` invisible (the api names the field); R_ALREADY_EXISTS; R_AGAIN: the role
   changed meanwhile. An operator at the machine has no ceiling. */
RESULT domain_grant_create(struct change *change, const struct grant_new *grant, struct outcome *ret_outcome);

/* R_SELF_SERVICE for one's own; R_PRIVILEGED as above; R_LAST_ADMIN: as domain/admin.h says of its tenant. */
RESULT domain_grant_revoke(struct change *change, const struct uuid *id);

/* Both in one, for what changes its dates: R_LAST_ADMIN is then measured by what comes of it. */
RESULT domain_grant_replace(struct change *change, const struct uuid *id, const struct grant_new *grant,
                            struct outcome *ret_outcome);

/* All that a principal who goes holds within the scope, with an event each where it stood. The principal is held. Who
   may end them may end what they hold: without them it is nothing. */
RESULT domain_grant_end(struct change *change, const struct uuid *principal);

/* The same of who is deleted, at home at `home`: what they hold outside of the scope goes too, and nobody but the audit
   where it stood is told. */
RESULT domain_grant_end_all(struct change *change, const struct uuid *principal, const struct uuid *home);
