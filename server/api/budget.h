/* Budgets of requests, in this process: for each caller, for each tenant (of those at home in it, whatever they touch),
   and for each address of who says nobody's name. One that is spent answers 429 with Retry-After and, as in
   draft-ietf-httpapi-ratelimit-headers-11, RateLimit-Policy and RateLimit; these come too once less than half is left.

   The whole is for what needs the database or a hash; what memory alone answers counts a hundredth. A caller is told of
   the tenant's budget only when that is spent: how much others there use is not theirs to know. */
#pragma once
#include "base/budget.h"

struct api_call;

/* Requests a second; 0: no budget. */
struct api_budget {
  struct budget *buckets;
  int64_t caller, tenant, address;
};

/* What was charged last, for the headers. */
struct api_budget_left {
  const char *policy; /* "client", "tenant" or "address"; NULL: nothing was charged */
  int64_t rate;
  struct budget_left left;
};

/* Of the caller, who has been authenticated, and of their home: R_OVER_BUDGET. */
RESULT api_budget_caller(struct api_call *call);

/* Of the address, of a request in nobody's name or in one that is not believed: R_OVER_BUDGET. */
RESULT api_budget_address(struct api_call *call);

/* Writes the headers into the reply, which is otherwise ready. */
void api_budget_tell(struct api_call *call);
