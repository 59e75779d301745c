/* What may be done to groups, which hold grants for who is in them. */
#pragma once
#include "domain/change.h"

struct group_new {
  struct uuid tenant;
  struct str display_name, external_id;
};
RESULT domain_group_create(struct change *change, const struct group_new *group, struct outcome *ret_outcome);

struct group_patch {
  struct patch display_name, external_id;
  struct patch state; /* "active" or "suspended": what a suspended group holds counts for nobody */
};
/* R_SELF_SERVICE: the actor is in it, and its state is to change; R_PRIVILEGED: it holds a privileged role and the
   actor lacks grant:assign_privileged at its home; R_LAST_ADMIN: as domain/admin.h says of its
   home. */
RESULT domain_group_update(struct change *change, const struct uuid *id, int64_t if_version,
                           const struct group_patch *patch, struct outcome *ret_outcome);
/* The group and its grants are gone, and nobody is in it. R_SELF_SERVICE and R_PRIVILEGED as above. */
RESULT domain_group_delete(struct change *change, const struct uuid *id);
