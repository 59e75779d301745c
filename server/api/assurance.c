/* Compares the session with what its tenant and a permission ask for. */
#include "api/assurance.h"
#include "api/routes.h"
#include "domain/security.h"

/* What a home asks of who came by a portal; what no tenant has to say, the service says. */
static void find_asked(const struct domain *domain, const struct bw_id *home, enum authn_audience audience,
                       enum security_factor *ret_of, int64_t *ret_age)
{
  struct bw_assurance asked;
  struct security_policy policy;
  (void)bw_tenant_assurance(policy_model(domain->policy), home, audience, &asked);
  domain_security_default(&domain->limits, &policy);
  struct security_portal portal = domain_security_portal(&policy, audience);
  enum security_factor of = (enum security_factor)asked.rule;
  *ret_of = of > portal.second_factor ? of : portal.second_factor;
  *ret_age = asked.factor_minutes ? asked.factor_minutes * 60 * CLOCK_SECOND : portal.factor_age;
}

/* The second factor was proved, and not too long ago. */
static bool strong(const struct api_call *call, int64_t age)
{
  const struct authn_caller *caller = &call->caller;
  return caller->strength == AUTHN_TWO_FACTORS && caller->factor_at > 0 && call->now - caller->factor_at < age;
}

RESULT api_assurance_session(struct api_call *call)
{
  enum security_factor of;
  int64_t age;
  call->weak = call->single = false;
  if (call->caller.kind != AUTHN_USER)
    return R_OK;
  struct bw_id home = policy_id(&call->home);
  find_asked(call->api->domain, &home, call->audience, &of, &age);
  call->single = !strong(call, age);
  call->weak = call->single && of >= SECURITY_PRIVILEGED;
  bool shut = of >= SECURITY_EVERYONE && call->caller.strength != AUTHN_TWO_FACTORS;
  return shut && api_routes[call->route].permission != BW_SINGLE ? R_STEP_UP : R_OK;
}

_Static_assert((int)SECURITY_PRIVILEGED == (int)BW_FACTOR_PRIVILEGED &&
                   (int)SECURITY_EVERYONE == (int)BW_FACTOR_EVERYONE,
               "one order of strictness");
_Static_assert(AUTHN_SERVICE == 1 && (int)AUTHN_ANALYTICS == (int)BW_PORTALS, "the snapshot knows every portal");

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

bool api_assurance_needed(const struct api_call *call, const struct bw_principal_fact *subject,
                          enum bw_permission permission)
{
  const struct bw_permission_row *row = bw_permission_row(permission);
  enum security_factor of;
  int64_t age;
  if (row->flags & BW_PERMISSION_TWO_FACTORS)
    return true;
  find_asked(call->api->domain, &subject->home, AUTHN_SERVICE, &of, &age);
  bool strict = of >= SECURITY_EVERYONE || (of >= SECURITY_PRIVILEGED && row->flags & BW_PERMISSION_PRIVILEGED);
  return subject->kind == BW_PRINCIPAL_USER && strict;
}
