/* The start of a tenant: the one case in which somebody gives what they do not hold. Seen by domain alone. */
#pragma once
#include "domain/grant.h"
#include "store/role.h"

/* R_OK where the grant is that of the role which runs a tenant of its kind, to the first who runs it, by who may
   make such tenants in its parent (start.def), and the safeguards hold: the receiver is a person at home in the
   tenant itself, who has come in already; R_FOUR_EYES when the giver made, invited, changed or reset them, so that
   nobody alone makes themselves the ruler of a tenant that they started. Else R_CEILING. The tenant is held until
   the transaction ends. What else limits a gift still does, and the tenant's own record shows it. */
RESULT domain_start_allowed(struct change *change, const struct grant_new *grant, const struct store_role *role);
