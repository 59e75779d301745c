/* Gives and takes roles. Trusts: nobody to know their own limits. */
#include "domain/grant.h"
#include "domain/admin.h"
#include "domain/audit.h"
#include "domain/guard.h"
#include "domain/start.h"
#include "store/grant.h"
#include "store/group.h"
#include "store/role.h"

static const char *const reaches[] = {[BW_REACH_SELF] = "self", [BW_REACH_SUBTREE] = "subtree"};

static bool listed(struct str names, struct str name)
{
  while (names.n > 0)
    if (str_equal(str_cut(&names, ' '), name))
      return true;
  return false;
}

/* What a group holds a machine may have that is in it. The tenant is held, so that none comes in meanwhile. */
static RESULT look_inside(struct change *change, const struct uuid *group, struct store_holder *holder)
{
  struct store_tenant home;
  TRY(store_tenant_lock(change->tx, &holder->home, &home));
  return store_group_machine(change->tx, group, &holder->machine);
}

/* Whether this principal can hold this role there, whoever gives it. */
static RESULT check_place(struct change *change, const struct grant_new *grant, const struct store_place *place,
                          const struct store_role *role)
{
  struct store_holder holder;
  if (!store_tenant_within(place->path, role->path))
    return R_NOT_FOUND;
  TRY(store_grant_holder(change->tx, &grant->principal, &holder));
  if (!store_tenant_within(place->path, holder.path))
    return R_OUTSIDE_HOME;
  if (str_is(holder.state, "terminated"))
    return R_WRONG_STATE;
  if (!listed(role->kinds, place->kind))
    return R_KIND_CEILING;
  if (holder.group)
    TRY(look_inside(change, &grant->principal, &holder));
  return holder.machine && domain_guard_barred(role->permissions) ? R_NOT_FOR_MACHINES : R_OK;
}

static RESULT insert(struct change *change, const struct grant_new *grant, struct store_object *ret_grant,
                     struct str *ret_named)
{
  struct bw_id home = policy_id(&change->actor.home);
  char path[BW_PATH] = "";
  struct store_grant_row row = {.tenant = grant->tenant,
                                .principal = grant->principal,
                                .role = grant->role,
                                .granted_by = change->actor.id,
                                .reach = str_of(reaches[grant->reach]),
                                .reason = grant->reason,
                                .ticket = grant->ticket,
                                .not_before = grant->not_before,
                                .expires_at = grant->expires_at};
  if (!uuid_is_zero(&change->actor.id)) {
    if (bw_tenant_path(policy_model(change->domain->policy), &home, path) == 0)
      return R_AGAIN;
    row.granted_by_path = str_of(path);
  }
  TRY(uuid_new(&row.id));
  return store_grant_insert(change->tx, &row, ret_grant, ret_named);
}

/* The grant's key holds the role from here on; what it was measured by may have changed before. */
static RESULT check_unchanged(struct change *change, const struct store_role *measured)
{
  struct store_role role;
  TRY(store_role_facts(change->tx, &measured->id, &role));
  return str_equal(role.permissions, measured->permissions) && str_equal(role.kinds, measured->kinds) ? R_OK : R_AGAIN;
}

RESULT domain_grant_create(struct change *change, const struct grant_new *grant, struct outcome *ret_outcome)
{
  struct store_place place;
  struct store_role role;
  struct store_object made;
  struct audit_record event = {.tenant = grant->tenant, .object_kind = "grant"};
  if (grant->expires_at && grant->expires_at <= (grant->not_before ? grant->not_before : change->now))
    return R_RULE;
  TRY(domain_guard_other(change, &grant->principal));
  TRY(store_tenant_place(change->tx, &grant->tenant, &place));
  TRY(store_role_facts(change->tx, &grant->role, &role));
  TRY(check_place(change, grant, &place, &role));
  struct domain_gift gift = {
      .place = &place, .reach = grant->reach, .permissions = role.permissions, .holder = &grant->principal};
  enum result ceiling = domain_guard_ceiling(change, &gift);
  TRY(ceiling == R_CEILING ? domain_start_allowed(change, grant, &role) : ceiling);
  TRY(domain_guard_gift(change, &gift));
  TRY(insert(change, grant, &made, &event.named));
  TRY(check_unchanged(change, &role));
  event.object = made.id;
  event.after = made.body;
  TRY(domain_audit_done(change, &event));
  *ret_outcome = (struct outcome){.id = made.id, .body = made.body, .version = made.version};
  return R_OK;
}

static RESULT take(struct change *change, const struct uuid *id, const struct store_role *role)
{
  struct store_grant grant;
  struct store_place place;
  TRY(store_grant_lock(change->tx, id, &grant));
  TRY(domain_guard_other(change, &grant.principal));
  TRY(store_tenant_place(change->tx, &grant.tenant, &place));
  struct domain_gift gift = {
      .place = &place, .reach = BW_REACH_SELF, .permissions = role->permissions, .holder = &grant.principal};
  TRY(domain_guard_gift(change, &gift));
  TRY(store_grant_delete(change->tx, id));
  struct audit_record event = {
      .tenant = grant.tenant, .object_kind = "grant", .object = *id, .before = grant.object.body, .named = grant.named};
  return domain_audit_done(change, &event);
}

/* Takes a grant, and gives another instead where there is one: what both come to is what counts. */
static RESULT exchange(struct change *change, const struct uuid *id, const struct grant_new *instead,
                       struct outcome *ret_outcome)
{
  struct domain_admin_watch watch = {0};
  struct store_grant_place place;
  struct store_role role;
  struct outcome outcome = {0};
  TRY(store_grant_place(change->tx, id, &place));
  TRY(store_role_facts(change->tx, &place.role, &role));
  if (role.runs.n > 0)
    TRY(domain_admin_watch(change, &place.tenant, &watch));
  TRY(take(change, id, &role));
  if (instead)
    TRY(domain_grant_create(change, instead, &outcome));
  TRY(domain_admin_keep(change, &watch));
  *ret_outcome = outcome;
  return R_OK;
}

RESULT domain_grant_revoke(struct change *change, const struct uuid *id)
{
  struct outcome none;
  return exchange(change, id, NULL, &none);
}

RESULT domain_grant_replace(struct change *change, const struct uuid *id, const struct grant_new *grant,
                            struct outcome *ret_outcome)
{
  return exchange(change, id, grant, ret_outcome);
}

RESULT domain_grant_end(struct change *change, const struct uuid *principal)
{
  const struct store_grant *grants;
  size_t count;
  TRY(store_grant_delete_held(change->tx, principal, &grants, &count));
  for (size_t i = 0; i < count; i++) {
    struct audit_record event = {.action = "revokeGrant",
                                 .tenant = grants[i].tenant,
                                 .object_kind = "grant",
                                 .object = grants[i].object.id,
                                 .before = grants[i].object.body,
                                 .named = grants[i].named};
    TRY(domain_audit_done(change, &event));
  }
  return R_OK;
}

RESULT domain_grant_end_all(struct change *change, const struct uuid *principal, const struct uuid *home)
{
  const struct scope *whole;
  TRY(domain_grant_end(change, principal));
  TRY(policy_scope_home(change->domain->policy, home, change->arena, &whole));
  TRY(store_tx_scope(change->tx, whole));
  TRY(domain_grant_end(change, principal));
  return store_tx_scope(change->tx, change->scope);
}
