/* A tenant keeps somebody who runs it: who is at home in it or below cannot leave it without. Seen by domain alone. */
#pragma once
#include "domain/change.h"
#include "store/grant.h"

/* Who ran a tenant before a change. Zeroed: nobody asks. */
struct domain_admin_watch {
  struct uuid tenant;
  const struct store_admin *admins;
  size_t count;
};

/* Before whatever may take the role that runs it from somebody at that tenant, or make it end earlier. The tenant is
   held until the transaction ends, so that of two who take from each other one comes after the other: whoever holds a
   user too holds them first, and grants after. Nothing is watched for an actor who is not at home there or below. */
RESULT domain_admin_watch(struct change *change, const struct uuid *tenant, struct domain_admin_watch *ret_watch);

/* The same before what may take from a principal, or from who is in a group, at their home. */
RESULT domain_admin_watch_of(struct change *change, const struct uuid *principal, const struct uuid *home,
                             struct domain_admin_watch *ret_watch);

/* After it. R_LAST_ADMIN: somebody holds the role no longer, or not as far or as long, and none of the tenant's own who
   are active holds it as far and as long instead. Whose grant is not in force yet is no successor, and who comes from
   above the tenant is none either. */
RESULT domain_admin_keep(struct change *change, const struct domain_admin_watch *watch);
