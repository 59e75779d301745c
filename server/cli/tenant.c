/* Finds a tenant in the whole tree by whatever names it. Trusts: the operator. */
#include "cli/tenant.h"
#include "policy/mint.h"
#include "policy/policy.h"
#include "store/credential.h"
#include "store/tenant.h"

/* R_OK once for each name that it goes by; *ret_tenant is of the last. */
static RESULT add(enum result r, const struct uuid *found, bool *named, struct uuid *tenant)
{
  if (r == R_NOT_FOUND)
    return R_OK;
  TRY(r);
  if (*named && !uuid_equal(found, tenant))
    return R_CONFLICT;
  *named = true;
  *tenant = *found;
  return R_OK;
}

RESULT cli_tenant_find(const struct domain *domain, struct str name, struct arena *arena, struct uuid *ret_tenant)
{
  struct store_call app = {.pool = domain->app, .arena = arena}, auth = {.pool = domain->auth, .arena = arena};
  struct store_object found;
  struct uuid id, tenant;
  bool named = false;
  TRY(policy_scope_whole(domain->policy, arena, &app.scope));
  enum result r = uuid_parse(name, &id) ? store_tenant_get(&app, &id, &found) : R_NOT_FOUND;
  TRY(add(r, &id, &named, &tenant));
  r = store_credential_tenant(&auth, name, &id);
  TRY(add(r, &id, &named, &tenant));
  r = store_tenant_find(&app, NULL, name, &found);
  TRY(add(r, &found.id, &named, &tenant));
  if (!named)
    return R_NOT_FOUND;
  *ret_tenant = tenant;
  return R_OK;
}
