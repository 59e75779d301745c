/* Compares who runs a tenant before and after a change. Trusts: no order in which two changes come. */
#include "domain/admin.h"
#include "domain/guard.h"
#include "store/tenant.h"

RESULT domain_admin_watch(struct change *change, const struct uuid *tenant, struct domain_admin_watch *ret_watch)
{
  struct domain_admin_watch watch = {.tenant = *tenant};
  struct store_tenant held;
  if (domain_guard_away(change, tenant) == R_OK)
    return R_OK;
  TRY(store_tenant_lock(change->tx, tenant, &held));
  TRY(store_grant_admins(change->tx, tenant, change->now, &watch.admins, &watch.count));
  *ret_watch = watch;
  return R_OK;
}

RESULT domain_admin_watch_of(struct change *change, const struct uuid *principal, const struct uuid *home,
                             struct domain_admin_watch *ret_watch)
{
  bool runs;
  TRY(store_grant_runs(change->tx, principal, home, &runs));
  return runs ? domain_admin_watch(change, home, ret_watch) : R_OK;
}

static bool as_long(const struct store_admin *a, const struct store_admin *b)
{
  return a->expires_at == 0 || (b->expires_at != 0 && a->expires_at >= b->expires_at);
}

/* Whether `left` goes on as `was` did, as the same one or as one of the tenant's own. */
static bool goes_on(const struct store_admin *was, const struct store_admin *left)
{
  return (left->own || uuid_equal(&left->principal, &was->principal)) && (left->subtree || !was->subtree) &&
         as_long(left, was);
}

RESULT domain_admin_keep(struct change *change, const struct domain_admin_watch *watch)
{
  const struct store_admin *left;
  size_t count;
  if (watch->count == 0)
    return R_OK;
  TRY(store_grant_admins(change->tx, &watch->tenant, change->now, &left, &count));
  for (size_t i = 0; i < watch->count; i++) {
    size_t successor = 0;
    while (successor < count && !goes_on(&watch->admins[i], &left[successor]))
      successor++;
    if (successor == count)
      return R_LAST_ADMIN;
  }
  return R_OK;
}
