/* Moving tenants and users: first what it would do, with a token of that plan, then the same and nothing else. */
#pragma once
#include "domain/setting.h"

enum move_kind { MOVE_TENANT = 1, MOVE_USER };

struct move {
  enum move_kind kind;
  struct uuid object, destination; /* what goes, and the tenant below which it is to stand, or be at home in */
  struct str plan;                 /* what domain_move_plan gave */
};

enum { MOVE_SHOWN = 50 };

struct move_plan {
  struct str rows;    /* JSON: how many of each kind go along */
  int64_t membership_count; /* that end: groups stay behind a user */
  int64_t include_count;    /* that end: of roles which stay behind one that goes along */
  size_t grant_count; /* that end, since they reach where they cannot, or somebody or a role stays behind */
  struct str grants;  /* JSON: the first MOVE_SHOWN of them */
  const struct setting_shift *settings;
  size_t setting_count;
  struct str clashes; /* JSON: names of its that are taken there: then there is no token */
  struct str quotas;  /* JSON: pools of which too little is left there, and whose quota that is: no token then either */
  struct str token;
  int64_t expires_at;
};

/* R_NOT_FOUND: one of both is not to be seen; R_RING: it would stand below itself; R_WRONG_STATE: it stands there
   already, or one of both is over; R_KIND_NOT_ALLOWED, R_TOO_DEEP; of a user R_SELF_SERVICE, R_PRIVILEGED, R_STEP_UP. */
RESULT domain_move_plan(struct change *change, const struct move *move, struct move_plan *ret_plan);

/* As above; R_PLAN_STALE: the plan is of another move, another's, too old, or no longer what would be done;
   R_ALREADY_EXISTS: a name; R_QUOTA_EXCEEDED; R_AGAIN. Both lines are told, each of its own, and a tenant of what it
   sees. */
RESULT domain_move(struct change *change, const struct move *move, struct outcome *ret_outcome);
