/* Puts principals into groups and takes them out. Trusts: no group to hold less than its table says. */
#include "domain/membership.h"
#include "domain/admin.h"
#include "domain/audit.h"
#include "domain/guard.h"
#include "store/membership.h"
#include "store/role.h"

/* Both, held, and then their tenant: of two changes of its groups one comes after the other and sees what that did. */
static RESULT take(struct change *change, const struct membership_new *membership,
                   struct store_membership_pair *ret_pair)
{
  struct store_tenant tenant;
  TRY(store_membership_lock(change->tx, &membership->group, &membership->member, ret_pair));
  TRY(domain_guard_other(change, &membership->member));
  return store_tenant_lock(change->tx, &ret_pair->tenant, &tenant);
}

/* What is to be checked of each grant that a group gives. */
struct giving {
  const struct uuid *member;
  bool adds;    /* else it is taken */
  bool machine; /* one is among those to whom it is given */
};

static RESULT check_gift(struct change *change, const struct store_gift *gift, const struct giving *giving)
{
  struct store_role role;
  TRY(store_role_facts(change->tx, &gift->role, &role));
  struct domain_gift given = {
      .place = &gift->place, .reach = BW_REACH_SELF, .permissions = role.permissions, .holder = giving->member};
  if (giving->adds && gift->subtree)
    given.reach = BW_REACH_SUBTREE;
  if (giving->adds)
    TRY(domain_guard_ceiling(change, &given));
  TRY(domain_guard_gift(change, &given));
  return giving->machine && domain_guard_barred(role.permissions) ? R_NOT_FOR_MACHINES : R_OK;
}

/* Wherever the grants stand: the scope may be of the group's tenant alone. */
static RESULT check_gifts(struct change *change, const struct uuid *group, const struct uuid *home,
                          const struct giving *giving)
{
  const struct scope *whole;
  const struct store_gift *gifts;
  size_t count;
  enum result r = policy_scope_home(change->domain->policy, home, change->arena, &whole);
  if (r == R_NOT_FOUND) /* made in this transaction, it is in no snapshot */
    r = policy_scope_whole(change->domain->policy, change->arena, &whole);
  TRY(r);
  TRY(store_tx_scope(change->tx, whole));
  TRY(store_membership_gifts(change->tx, group, change->now, &gifts, &count));
  for (size_t i = 0; i < count; i++)
    TRY(check_gift(change, &gifts[i], giving));
  return store_tx_scope(change->tx, change->scope);
}

static RESULT insert(struct change *change, const struct membership_new *membership,
                     struct store_membership *ret_membership)
{
  struct bw_id home = policy_id(&change->actor.home);
  char path[BW_PATH] = "";
  struct store_membership_row row = {
      .id = membership->id, .group = membership->group, .member = membership->member, .added_by = change->actor.id};
  if (!uuid_is_zero(&change->actor.id)) {
    if (bw_tenant_path(policy_model(change->domain->policy), &home, path) == 0)
      return R_AGAIN;
    row.added_by_path = str_of(path);
  }
  if (uuid_is_zero(&row.id))
    TRY(uuid_new(&row.id));
  return store_membership_insert(change->tx, &row, ret_membership);
}

RESULT domain_membership_add(struct change *change, const struct membership_new *membership,
                             struct outcome *ret_outcome)
{
  struct store_membership_pair pair;
  struct store_membership_facts facts;
  struct store_membership made;
  TRY(take(change, membership, &pair));
  if (!pair.home)
    return R_NOT_AT_HOME;
  if (str_is(pair.state, "terminated"))
    return R_WRONG_STATE;
  TRY(store_membership_facts(change->tx, &membership->group, &membership->member, &facts));
  if (facts.ring)
    return R_GROUP_RING;
  if (facts.deep > DOMAIN_GROUP_DEPTH || facts.groups > BW_GROUPS)
    return R_LIMIT_REACHED;
  struct giving giving = {.member = &membership->member, .adds = true, .machine = facts.machine};
  TRY(check_gifts(change, &membership->group, &pair.tenant, &giving));
  TRY(insert(change, membership, &made));
  struct audit_record event = {.tenant = pair.tenant,
                               .object_kind = "membership",
                               .object = membership->group,
                               .after = made.object.body,
                               .named = made.named};
  TRY(domain_audit_done(change, &event));
  *ret_outcome = (struct outcome){.id = membership->member, .body = made.object.body};
  return R_OK;
}

static struct audit_record ended(const struct store_membership *membership)
{
  return (struct audit_record){.tenant = membership->tenant,
                               .object_kind = "membership",
                               .object = membership->group,
                               .before = membership->object.body,
                               .named = membership->named};
}

RESULT domain_membership_end(struct change *change, const struct membership_new *membership)
{
  struct store_membership_pair pair;
  struct store_membership gone;
  struct domain_admin_watch watch = {0};
  struct giving taking = {.member = &membership->member};
  TRY(take(change, membership, &pair));
  TRY(domain_admin_watch_of(change, &membership->group, &pair.tenant, &watch));
  TRY(check_gifts(change, &membership->group, &pair.tenant, &taking));
  TRY(store_membership_delete(change->tx, &membership->group, &membership->member, &gone));
  TRY(domain_admin_keep(change, &watch));
  struct audit_record event = ended(&gone);
  return domain_audit_done(change, &event);
}

RESULT domain_membership_end_all(struct change *change, const struct uuid *principal)
{
  const struct store_membership *gone;
  size_t count;
  TRY(store_membership_delete_all(change->tx, principal, &gone, &count));
  for (size_t i = 0; i < count; i++) {
    struct audit_record event = ended(&gone[i]);
    event.action = "removeGroupMember";
    TRY(domain_audit_done(change, &event));
  }
  return R_OK;
}
