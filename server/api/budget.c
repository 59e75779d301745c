/* Charges requests to those who make them. */
#include "api/budget.h"
#include "api/call.h"
#include "api/routes.h"
#include "authn/throttle.h"

enum kind { CALLER = 1, TENANT, ADDRESS };

static const char *const policies[] = {[CALLER] = "client", [TENANT] = "tenant", [ADDRESS] = "address"};

static const int64_t costs[HTTP__LANES] = {
    [HTTP_LANE_DECISION] = 1, [HTTP_LANE_DATABASE] = BUDGET_REQUEST, [HTTP_LANE_HASH] = BUDGET_REQUEST};

static enum result charge(struct api_call *call, enum kind kind, struct str name, int64_t rate)
{
  enum http_lane lane = api_routes[call->route].http.lane;
  struct budget_charge c = {.kind = (int)kind, .name = name, .rate = rate, .cost = costs[lane]};
  struct budget_left left;
  if (rate == 0)
    return R_OK;
  bool there = budget_take(call->api->budget.buckets, &c, clock_monotonic(), &left);
  if (!there || kind != TENANT)
    call->spent = (struct api_budget_left){policies[kind], rate, left};
  if (there)
    return R_OK;
  call->retry_after = left.wait;
  return R_OVER_BUDGET;
}

static struct str bytes_of(const struct uuid *id) { return (struct str){(const char *)id->b, sizeof id->b}; }

RESULT api_budget_caller(struct api_call *call)
{
  TRY(charge(call, CALLER, bytes_of(&call->caller.principal), call->api->budget.caller));
  return charge(call, TENANT, bytes_of(&call->home), call->api->budget.tenant);
}

RESULT api_budget_address(struct api_call *call)
{
  char place[AUTHN_THROTTLE_PLACE_TEXT];
  if (call->api->budget.address == 0)
    return R_OK;
  authn_throttle_place(http_request_address(call->request), place);
  return charge(call, ADDRESS, str_of(place), call->api->budget.address);
}

void api_budget_tell(struct api_call *call)
{
  const struct api_budget_left *spent = &call->spent;
  int64_t quota = spent->rate * BUDGET_SECONDS;
  if (!spent->policy || spent->left.requests >= quota / 2)
    return;
  struct str policy = arena_print(call->arena, "\"%s\";q=%lld;w=%d", spent->policy, (long long)quota, BUDGET_SECONDS);
  struct str left = arena_print(call->arena, "\"%s\";r=%lld;t=%lld", spent->policy, (long long)spent->left.requests,
                                (long long)spent->left.full_in);
  if (!policy.p || !left.p)
    return;
  http_reply_header(call->reply, "RateLimit-Policy", policy);
  http_reply_header(call->reply, "RateLimit", left);
}
