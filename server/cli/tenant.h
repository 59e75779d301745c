/* A tenant as somebody at the machine names it. */
#pragma once
#include "domain/change.h"

/* By its id, its code or its external_id: R_NOT_FOUND, and R_CONFLICT for what names two. */
RESULT cli_tenant_find(const struct domain *domain, struct str name, struct arena *arena, struct uuid *ret_tenant);
