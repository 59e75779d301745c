/* What keeps actors from what their permissions alone would let them do. Seen by domain alone. Who works at the
   machine, and the service itself, are not bound. */
#pragma once
#include "domain/change.h"
#include "store/tenant.h"

/* R_SELF_SERVICE when it is the actor, or a group that the actor is in. */
RESULT domain_guard_other(const struct change *change, const struct uuid *principal);

/* R_SELF_SERVICE when the actor holds one of those roles now, wherever: also where the scope does not reach. */
RESULT domain_guard_roles(const struct change *change, const struct uuid *roles, size_t count);

/* The actor and all groups that they are in: "{...,...}". .p NULL: memory is out. */
struct str domain_guard_selves(const struct change *change);

/* R_SELF_SERVICE when the actor is at home there or below. */
RESULT domain_guard_away(const struct change *change, const struct uuid *tenant);

/* R_PRIVILEGED when the principal holds a privileged role and the actor lacks grant:assign_privileged at its home; R_STEP_UP when
   the actor holds it and has no second factor for it. */
RESULT domain_guard_principal(const struct change *change, const struct uuid *principal, const struct uuid *home);

/* What a role lets do, by names parted by spaces, to be given or taken at a place with a reach. */
struct domain_gift {
  const struct store_place *place;
  enum bw_reach reach;
  struct str permissions;
  const struct uuid *holder; /* NULL: nobody in particular */
};
/* R_CEILING when the actor does not hold all of it there, with at least that reach. */
RESULT domain_guard_ceiling(const struct change *change, const struct domain_gift *gift);
/* R_PRIVILEGED when some of it is privileged, or its holder is, and the actor lacks grant:assign_privileged there;
   R_STEP_UP as above. */
RESULT domain_guard_gift(const struct change *change, const struct domain_gift *gift);

/* Each of those names is a permission. */
bool domain_guard_known(struct str permissions);

/* Some of it is privileged; what is unknown counts as that. */
bool domain_guard_privileged(struct str permissions);

/* Some of it no machine may hold; what is unknown counts as that. */
bool domain_guard_barred(struct str permissions);

/* R_KIND_CEILING when no role gives some of it at a tenant of that kind, by its flags in
   bailiwick/permissions.def; what is unknown counts as that. */
RESULT domain_guard_kind(struct str kind, struct str permissions);
