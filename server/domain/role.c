/* Makes, changes and deletes the roles of tenants. Trusts: nobody to keep to what they hold. */
#include "domain/role.h"
#include "domain/audit.h"
#include "domain/guard.h"
#include "store/role.h"

static const char *const kinds[] = {"provider", "partner", "customer"};

enum { KINDS = sizeof kinds / sizeof *kinds, KINDS_TEXT = 32 };

/* The kinds whose ceiling allows those permissions. */
static struct str allowed(struct arena *arena, struct str permissions)
{
  struct buf text = buf_in(arena, KINDS_TEXT);
  for (size_t i = 0; i < KINDS; i++)
    if (domain_guard_kind(str_of(kinds[i]), permissions) == R_OK)
      buf_print(&text, "%s%s", text.n ? " " : "", kinds[i]);
  return buf_str(&text);
}

static RESULT check_kinds(struct str names, struct str permissions)
{
  if (names.n == 0)
    return R_KIND_CEILING;
  while (names.n > 0)
    TRY(domain_guard_kind(str_cut(&names, ' '), permissions));
  return R_OK;
}

/* A role of that name above or below would mean another one here than there. */
static RESULT check_name(struct change *change, const struct store_place *place, struct str name,
                         const struct uuid *self)
{
  bool taken;
  TRY(store_role_named(change->tx, place->path, name, self, &taken));
  return taken ? R_ALREADY_EXISTS : R_OK;
}

static RESULT record(struct change *change, const struct uuid *tenant, struct str before,
                     const struct store_object *role, struct outcome *ret_outcome)
{
  struct audit_record event = {
      .tenant = *tenant, .object_kind = "role", .object = role->id, .before = before, .after = role->body};
  TRY(domain_audit_done(change, &event));
  *ret_outcome = (struct outcome){.id = role->id, .body = role->body, .version = role->version};
  return R_OK;
}

RESULT domain_role_create(struct change *change, const struct role_new *role, struct outcome *ret_outcome)
{
  struct store_role_row row = {.tenant = role->tenant,
                               .name = role->name,
                               .description = role->description,
                               .permissions = role->permissions,
                               .kinds = role->kinds};
  struct store_place place;
  struct store_object made;
  if (!domain_guard_known(role->permissions))
    return R_MALFORMED;
  TRY(store_tenant_place(change->tx, &role->tenant, &place));
  struct domain_gift gift = {.place = &place, .reach = BW_REACH_SUBTREE, .permissions = role->permissions};
  TRY(domain_guard_ceiling(change, &gift));
  TRY(domain_guard_gift(change, &gift));
  if (!row.kinds.p)
    row.kinds = allowed(change->arena, row.permissions);
  TRY(check_kinds(row.kinds, row.permissions));
  TRY(check_name(change, &place, row.name, NULL));
  TRY(uuid_new(&row.id));
  TRY(store_role_insert(change->tx, &row, &made));
  return record(change, &row.tenant, STR_NONE, &made, ret_outcome);
}

/* A role that stands in the scope, held. */
static RESULT take(struct change *change, const struct uuid *id, struct store_role_held *ret_role)
{
  struct store_role facts;
  TRY(store_role_facts(change->tx, id, &facts));
  return facts.builtin ? R_BUILTIN : store_role_lock(change->tx, id, ret_role);
}

static bool listed(struct str names, struct str name)
{
  while (names.n > 0)
    if (str_equal(str_cut(&names, ' '), name))
      return true;
  return false;
}

/* The names of `wanted` that `had` has not. */
static struct str added(struct arena *arena, struct str had, struct str wanted)
{
  struct buf text = buf_in(arena, wanted.n + 1);
  while (wanted.n > 0) {
    struct str name = str_cut(&wanted, ' ');
    if (!listed(had, name))
      buf_print(&text, "%s%.*s", text.n ? " " : "", (int)name.n, name.p);
  }
  return buf_str(&text);
}

/* Whoever holds it may hold it as it will be, and the actor is none of them. */
static RESULT check_holders(struct change *change, const struct uuid *id, const struct store_role_row *as)
{
  const struct store_role_holder *holders;
  size_t count;
  bool barred = domain_guard_barred(as->permissions);
  struct str selves = domain_guard_selves(change);
  if (!selves.p)
    return R_NO_MEMORY;
  TRY(domain_guard_role(change, id));
  TRY(store_role_holders(change->tx, id, selves, &holders, &count));
  for (size_t i = 0; i < count; i++) {
    if (holders[i].own)
      return R_SELF_SERVICE;
    if (!listed(as->kinds, holders[i].place))
      return R_KIND_CEILING;
    if (holders[i].machine && barred)
      return R_NOT_FOR_MACHINES;
  }
  return R_OK;
}

/* What it permits or where it can be held, from what it was to `as`. */
static RESULT check_change(struct change *change, const struct store_role_held *was, const struct store_role_row *as)
{
  struct store_place place;
  struct domain_gift gift = {.place = &place, .reach = BW_REACH_SUBTREE, .permissions = was->permissions};
  if (!domain_guard_known(as->permissions))
    return R_MALFORMED;
  TRY(store_tenant_place(change->tx, &was->tenant, &place));
  TRY(domain_guard_gift(change, &gift));
  gift.permissions = added(change->arena, was->permissions, as->permissions);
  if (!gift.permissions.p)
    return R_NO_MEMORY;
  TRY(domain_guard_ceiling(change, &gift));
  TRY(domain_guard_gift(change, &gift));
  TRY(check_kinds(as->kinds, as->permissions));
  return check_holders(change, &was->object.id, as);
}

RESULT domain_role_update(struct change *change, const struct uuid *id, int64_t if_version,
                          const struct role_patch *patch, struct outcome *ret_outcome)
{
  struct store_role_held was;
  struct store_object changed;
  TRY(take(change, id, &was));
  if (if_version != 0 && if_version != was.object.version)
    return R_STALE;
  struct store_role_row row = {.id = *id,
                               .name = patch->name,
                               .description = patch->description,
                               .permissions = patch->permissions.p ? patch->permissions : was.permissions,
                               .kinds = patch->kinds.p ? patch->kinds : was.kinds};
  if (patch->permissions.p || patch->kinds.p)
    TRY(check_change(change, &was, &row));
  if (patch->name.p) {
    struct store_place place;
    TRY(store_tenant_place(change->tx, &was.tenant, &place));
    TRY(check_name(change, &place, patch->name, id));
  }
  TRY(store_role_update(change->tx, &row, &changed));
  return record(change, &was.tenant, was.object.body, &changed, ret_outcome);
}

RESULT domain_role_delete(struct change *change, const struct uuid *id)
{
  struct store_role_held role;
  struct store_place place;
  const struct store_role_holder *holders;
  size_t count;
  struct str selves = domain_guard_selves(change);
  if (!selves.p)
    return R_NO_MEMORY;
  TRY(take(change, id, &role));
  TRY(store_tenant_place(change->tx, &role.tenant, &place));
  struct domain_gift gift = {.place = &place, .reach = BW_REACH_SUBTREE, .permissions = role.permissions};
  TRY(domain_guard_gift(change, &gift));
  TRY(store_role_holders(change->tx, id, selves, &holders, &count));
  if (count > 0)
    return R_IN_USE;
  TRY(store_role_delete(change->tx, id));
  struct audit_record event = {.tenant = role.tenant, .object_kind = "role", .object = *id, .before = role.object.body};
  return domain_audit_done(change, &event);
}
