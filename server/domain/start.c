/* Tells the start of a tenant from any other gift. Trusts: the snapshot alone for what stands where, so that a tenant
   of this very transaction is not started in it. */
#include "domain/start.h"
#include "domain/guard.h"
#include "store/audit.h"
#include "store/grant.h"

static const struct start {
  enum bw_tenant_kind parent, child;
  const char *permissions;
} starts[] = {
#define START(parent, child, permissions) {BW_TENANT_##parent, BW_TENANT_##child, permissions},
#include "domain/start.def"
#undef START
};

/* What its giver must hold in the parent; .p NULL where nobody starts a tenant of that kind there. */
static struct str demanded(const struct bw_tenant_fact *child, const struct bw_tenant_fact *parent)
{
  for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
    if (starts[i].child == child->kind && starts[i].parent == parent->kind)
      return str_of(starts[i].permissions);
  return STR_NONE;
}

/* The actor makes tenants of that kind in its parent. */
static RESULT check_giver(struct change *change, const struct bw_tenant_fact *child)
{
  const struct bw_model *model = policy_model(change->domain->policy);
  struct bw_tenant_fact parent;
  struct store_place place;
  struct uuid id;
  if (!bw_tenant(model, &child->parent, &parent))
    return R_CEILING;
  memcpy(&id, &parent.id, sizeof id);
  enum result r = store_tenant_place(change->tx, &id, &place);
  if (r != R_OK)
    return r == R_NOT_FOUND ? R_CEILING : r;
  struct domain_gift held = {.place = &place, .reach = BW_REACH_SUBTREE, .permissions = demanded(child, &parent)};
  return held.permissions.p ? domain_guard_ceiling(change, &held) : R_CEILING;
}

/* The receiver is at home in the tenant itself, has come in, and was brought there by others. */
static RESULT check_receiver(struct change *change, const struct grant_new *grant, const struct store_place *place)
{
  struct store_holder holder;
  bool touched;
  TRY(store_grant_holder(change->tx, &grant->principal, &holder));
  if (!str_equal(holder.path, place->path) || holder.machine || holder.group || !str_is(holder.state, "active"))
    return R_CEILING;
  TRY(store_audit_touched(change->tx, &grant->tenant, &change->actor.id, &grant->principal, &touched));
  return touched ? R_FOUR_EYES : R_OK;
}

RESULT domain_start_allowed(struct change *change, const struct grant_new *grant, const struct store_role *role)
{
  struct bw_id id = policy_id(&grant->tenant);
  struct bw_tenant_fact child;
  struct store_tenant held;
  struct store_place place;
  const struct store_admin *admins;
  size_t count;
  TRY(store_tenant_place(change->tx, &grant->tenant, &place));
  if (!str_equal(role->runs, place.kind) || !bw_tenant(policy_model(change->domain->policy), &id, &child))
    return R_CEILING;
  TRY(check_giver(change, &child));
  TRY(store_tenant_lock(change->tx, &grant->tenant, &held));
  TRY(store_grant_admins(change->tx, &grant->tenant, change->now, &admins, &count));
  return count > 0 ? R_CEILING : check_receiver(change, grant, &place);
}
