/* Says of which pool too little is left, and whose quota that is. */
#pragma once
#include "api/call.h"

/* What a change at a tenant came to: with R_QUOTA_EXCEEDED the pool and the tenant are named, as far as the caller sees
   it. Gives `r` back. */
RESULT api_quota_explain(struct api_call *call, enum result r, const struct uuid *tenant, const char *pool);

/* The same of a tenant that was not restored, which may lack several. */
RESULT api_quota_explain_restore(struct api_call *call, enum result r);
