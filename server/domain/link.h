/* Links by which a person sets a password: from the settings alone, whatever a request says of its host. */
#pragma once
#include "domain/change.h"
#include "store/invitation.h"

/* The token stands in the fragment: no server is told it, so none logs it. */
RESULT domain_link_make(const struct domain *domain, enum store_invitation_purpose purpose, struct str token,
                        struct arena *arena, struct str *ret_link);
