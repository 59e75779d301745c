/* Makes, changes and deletes groups. */
#include "domain/group.h"
#include "authn/name.h"
#include "domain/admin.h"
#include "domain/audit.h"
#include "domain/grant.h"
#include "domain/guard.h"
#include "domain/membership.h"
#include "store/group.h"

static RESULT record(struct change *change, const struct uuid *tenant, struct str before,
                     const struct store_object *group, struct outcome *ret_outcome)
{
  struct audit_record event = {
      .tenant = *tenant, .object_kind = "group", .object = group->id, .before = before, .after = group->body};
  TRY(domain_audit_done(change, &event));
  *ret_outcome = (struct outcome){.id = group->id, .body = group->body, .version = group->version};
  return R_OK;
}

RESULT domain_group_create(struct change *change, const struct group_new *group, struct outcome *ret_outcome)
{
  struct store_group_row row = {
      .tenant = group->tenant, .display_name = group->display_name, .external_id = group->external_id};
  struct store_object made;
  TRY(authn_name_fold(row.display_name, change->arena, &row.name_key));
  TRY(uuid_new(&row.id));
  TRY(store_group_insert(change->tx, &row, &made));
  return record(change, &row.tenant, STR_NONE, &made, ret_outcome);
}

/* The group, held; who may not touch a privileged one stops here. */
static RESULT take(struct change *change, const struct uuid *id, struct store_group *ret_group)
{
  TRY(store_group_lock(change->tx, id, ret_group));
  return domain_guard_principal(change, id, &ret_group->tenant);
}

RESULT domain_group_update(struct change *change, const struct uuid *id, int64_t if_version,
                           const struct group_patch *patch, struct outcome *ret_outcome)
{
  struct store_group_change set = {.external_id_given = patch->external_id.given,
                                   .external_id = patch->external_id.value};
  struct domain_admin_watch watch = {0};
  struct store_group group;
  struct store_object changed;
  if (patch->display_name.given) {
    set.display_name = patch->display_name.value;
    TRY(authn_name_fold(set.display_name, change->arena, &set.name_key));
  }
  if (patch->state.given && !str_is(patch->state.value, "active") && !str_is(patch->state.value, "suspended"))
    return R_MALFORMED;
  TRY(take(change, id, &group));
  if (if_version != 0 && if_version != group.object.version)
    return R_STALE;
  if (patch->state.given) {
    set.state = patch->state.value;
    TRY(domain_guard_other(change, id));
    TRY(domain_admin_watch_of(change, id, &group.tenant, &watch));
  }
  TRY(store_group_update(change->tx, id, &set, &changed));
  TRY(domain_admin_keep(change, &watch));
  return record(change, &group.tenant, group.object.body, &changed, ret_outcome);
}

RESULT domain_group_delete(struct change *change, const struct uuid *id)
{
  struct domain_admin_watch watch = {0};
  struct store_group group;
  TRY(take(change, id, &group));
  TRY(domain_guard_other(change, id));
  TRY(domain_admin_watch_of(change, id, &group.tenant, &watch));
  TRY(domain_grant_end_all(change, id, &group.tenant));
  TRY(domain_membership_end_all(change, id));
  TRY(store_group_delete(change->tx, id));
  TRY(domain_admin_keep(change, &watch));
  struct audit_record event = {
      .tenant = group.tenant, .object_kind = "group", .object = *id, .before = group.object.body};
  return domain_audit_done(change, &event);
}
