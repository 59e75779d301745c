/* Whether a session is strong enough for what is asked of it: by what its verified token says, and nothing of the request. */
#pragma once
#include "api/call.h"

/* Of the caller, once known: R_STEP_UP where everybody at home there needs two factors and the route is not for a single one. */
RESULT api_assurance_session(struct api_call *call);

/* Of a permission that the caller holds: R_STEP_UP; R_FORBIDDEN for a machine, which has no factors to show. */
RESULT api_assurance_permission(struct api_call *call, enum bw_permission permission);

/* Whether a session of somebody's in the service portal needs a second factor for a permission; a machine has none to
   show. */
bool api_assurance_needed(const struct api_call *call, const struct bw_principal_fact *subject,
                          enum bw_permission permission);
