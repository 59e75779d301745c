/* The roles that tenants make. */
#pragma once
#include "domain/change.h"

/* How many roles stand one in another at most, the first counted; and how many one includes, by others too. */
enum { DOMAIN_ROLE_DEPTH = 4, DOMAIN_ROLE_INCLUDES = 16 };

struct role_includes {
  bool given; /* else: none of a new role, and of another as it is */
  const struct uuid *list;
  size_t count;
};

/* Names parted by spaces, each once; the kinds of tenant at which it can be held. */
struct role_new {
  struct uuid tenant;
  struct str name, description, permissions;
  struct str kinds; /* .p NULL: all whose ceiling allows the permissions, and at which what it includes can be held */
  struct role_includes includes;
};
/* It is for the tenant's subtree. R_MALFORMED: a permission that there is not; R_CEILING, R_PRIVILEGED, R_STEP_UP: as
   domain/guard.h says of a gift to the whole subtree, with all that it includes; R_KIND_CEILING: as domain_guard_kind
   says of a kind, or something that it includes cannot be held there; R_ALREADY_EXISTS: a role of that name is known
   there, its own or from above, or to a tenant below it; R_NOT_FOUND: one to be included is not known there;
   R_LIMIT_REACHED: it would include more than there may be, or deeper. */
RESULT domain_role_create(struct change *change, const struct role_new *role, struct outcome *ret_outcome);

struct role_patch {
  struct str name, description, permissions, kinds; /* .p NULL: as it is */
  struct role_includes includes;
};
/* For all who hold it or a role that includes it, at once. What it permits is changed within the same limits as it is
   made: what is added by the ceiling, all by the guard of what is privileged; a role that it is to include is measured
   as if it were given. R_KIND_CEILING also when one is held at a tenant of a kind that is not left; R_NOT_FOR_MACHINES:
   a machine holds one; R_SELF_SERVICE: the actor does; R_ROLE_RING: it would come to include itself; R_RULE: it would
   permit nothing; R_BUILTIN; R_STALE. */
RESULT domain_role_update(struct change *change, const struct uuid *id, int64_t if_version,
                          const struct role_patch *patch, struct outcome *ret_outcome);

/* R_IN_USE while somebody holds it or a role includes it; R_PRIVILEGED, R_STEP_UP, R_BUILTIN as above. */
RESULT domain_role_delete(struct change *change, const struct uuid *id);
