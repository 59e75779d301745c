/* Compares the session with what its tenant and a permission ask for. */
#include "api/assurance.h"
#include "api/routes.h"
#include "domain/security.h"

static int64_t factor_age(const struct api_call *call, const struct bw_assurance *asked)
{
  struct security_policy policy;
  if (asked->factor_minutes)
    return asked->factor_minutes * 60 * CLOCK_SECOND;
  domain_security_default(&call->api->domain->limits, &policy);
  return policy.factor_age;
}

/* The second factor was proved, and not too long ago. */
static bool strong(const struct api_call *call, const struct bw_assurance *asked)
{
  const struct authn_caller *caller = &call->caller;
  return caller->strength == AUTHN_TWO_FACTORS && caller->factor_at > 0 &&
         call->now - caller->factor_at < factor_age(call, asked);
}

RESULT api_assurance_session(struct api_call *call)
{
  struct bw_id home = policy_id(&call->home);
  struct bw_assurance asked;
  call->weak = call->single = false;
  if (call->caller.kind != AUTHN_USER)
    return R_OK;
  (void)bw_tenant_assurance(policy_model(call->api->domain->policy), &home, &asked);
  call->single = !strong(call, &asked);
  call->weak = call->single && asked.rule >= BW_FACTOR_PRIVILEGED;
  bool shut = asked.rule >= BW_FACTOR_EVERYONE && call->caller.strength != AUTHN_TWO_FACTORS;
  return shut && api_routes[call->route].permission != BW_SINGLE ? R_STEP_UP : R_OK;
}

RESULT api_assurance_permission(struct api_call *call, enum bw_permission permission)
{
  const struct bw_permission_row *row = bw_permission_row(permission);
  if (row->flags & BW_PERMISSION_TWO_FACTORS) {
    if (call->caller.kind != AUTHN_USER)
      return R_FORBIDDEN;
    if (call->single)
      return R_STEP_UP;
  }
  return row->flags & BW_PERMISSION_PRIVILEGED && call->weak ? R_STEP_UP : R_OK;
}
