/* The roles that tenants make. */
#pragma once
#include "domain/change.h"

/* Names parted by spaces, each once; the kinds of tenant at which it can be held. */
struct role_new {
  struct uuid tenant;
  struct str name, description, permissions;
  struct str kinds; /* .p NULL: all whose ceiling allows the permissions */
};
/* It is for the tenant's subtree. R_MALFORMED: a permission that there is not; R_CEILING, R_PRIVILEGED, R_STEP_UP: as
   domain/guard.h says of a gift to the whole subtree; R_KIND_CEILING: as domain_guard_kind says of a kind;
   R_ALREADY_EXISTS: a role of that name is known there, its own or from above, or to
   a tenant below it. */
RESULT domain_role_create(struct change *change, const struct role_new *role, struct outcome *ret_outcome);

struct role_patch {
  struct str name, description, permissions, kinds; /* .p NULL: as it is */
};
/* For all who hold it, at once. What it permits is changed within the same limits as it is made: what is added by the
   ceiling, both by the guard of what is privileged. R_KIND_CEILING also when it is held at a tenant of a kind that is
   not left; R_NOT_FOR_MACHINES: a machine holds it; R_SELF_SERVICE: the actor does; R_BUILTIN; R_STALE. */
RESULT domain_role_update(struct change *change, const struct uuid *id, int64_t if_version,
                          const struct role_patch *patch, struct outcome *ret_outcome);

/* R_IN_USE while somebody holds it; R_PRIVILEGED, R_STEP_UP, R_BUILTIN as above. */
RESULT domain_role_delete(struct change *change, const struct uuid *id);
