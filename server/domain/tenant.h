/* What may be done to tenants. */
#pragma once
#include "domain/change.h"

struct tenant_new {
  struct uuid parent;
  enum bw_tenant_kind kind;
  struct str name;        /* 1-200 code points */
  struct str external_id; /* .p NULL: none */
};

/* R_KIND_NOT_ALLOWED, R_TOO_DEEP, R_ALREADY_EXISTS (external_id among siblings). The caller has checked the permission
   for the kind at the parent; the label and the code are made here. */
RESULT domain_tenant_create(struct change *change, const struct tenant_new *tenant, struct outcome *ret_outcome);

struct tenant_patch {
  struct patch name, external_id;
};
/* `if_version` 0: whatever it is; else R_STALE when it is another. R_FORBIDDEN for the external_id of the change's own root:
   it is the parent's name for it. */
RESULT domain_tenant_update(struct change *change, const struct uuid *id, int64_t if_version,
                            const struct tenant_patch *patch, struct outcome *ret_outcome);

/* BW_REACH_SELF: the tenant's own staff; BW_REACH_SUBTREE: everyone at and below it. Suspending a suspended tenant with
   another reach replaces it; with the same changes nothing (and still writes an event). R_SELF_SERVICE for the actor's
   home and above. */
RESULT domain_tenant_suspend(struct change *change, const struct uuid *id, enum bw_reach reach,
                             struct outcome *ret_outcome);
RESULT domain_tenant_resume(struct change *change, const struct uuid *id, struct outcome *ret_outcome);

/* It and all below it are over: nobody who is at home there acts, and nothing there changes. Until
   limits.termination_grace has passed a restoring brings back what was, exactly; from then on it waits for its purge.
   R_SELF_SERVICE as above; R_WRONG_STATE for what is over already, or is not, or for too long. */
RESULT domain_tenant_terminate(struct change *change, const struct uuid *id, struct outcome *ret_outcome);
RESULT domain_tenant_restore(struct change *change, const struct uuid *id, struct outcome *ret_outcome);
