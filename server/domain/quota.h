/* Quotas: what a tenant may have with all below it, given from above out of what is had there. */
#pragma once
#include "domain/change.h"
#include "store/quota.h"

enum { QUOTA_LEVELS = 8, QUOTA_POOL = 40 };

/* What becomes of one pool of a tenant. */
struct quota_patch {
  struct str pool; /* "users" and "tenants" are counted; of any other only what is given is known */
  bool taken_away;
  bool allotted_given, warn_at_given;
  int64_t allotted;
  int64_t warn_at[QUOTA_LEVELS]; /* percent, 1 to 100 */
  size_t level_count;
};

/* A word of lower-case letters, digits and underscores that begins with a letter. */
bool domain_quota_pool(struct str name);

/* Nobody gives or makes anything near the tenant until the change is done. R_FORBIDDEN: the giver does not stand above;
   R_NOT_FOUND outside the scope. */
RESULT domain_quota_hold(struct change *change, const struct uuid *tenant);

/* Of a tenant that is held: all or nothing, with its event. R_QUOTA_IN_USE: more is used or given
   there; R_QUOTA_EXCEEDED: too little is left above; R_NOT_FOUND: no quota to be warned of. ret_failed: the patch that
   was refused, else `count`. */
RESULT domain_quota_set(struct change *change, const struct uuid *tenant, const struct quota_patch *patches,
                        size_t count, size_t *ret_failed);

/* Tells, by an event and a mail to who runs the tenant, which quotas reached a level of which they warn; each once.
   ret_count: how many were looked at, at most 50. */
RESULT domain_quota_tell(const struct domain *domain, struct arena *arena, size_t *ret_count);
