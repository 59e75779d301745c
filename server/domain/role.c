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

static bool listed(struct str names, struct str name)
{
  while (names.n > 0)
    if (str_equal(str_cut(&names, ' '), name))
      return true;
  return false;
}

static void put_name(struct buf *text, struct str name)
{
  buf_print(text, "%s%.*s", text->n ? " " : "", (int)name.n, name.p);
}

/* The names of `wanted` that `had` has not, or those that it has. */
static struct str chosen(struct arena *arena, struct str wanted, struct str had, bool has)
{
  struct buf text = buf_in(arena, wanted.n + 1);
  while (wanted.n > 0) {
    struct str name = str_cut(&wanted, ' ');
    if (listed(had, name) == has)
      put_name(&text, name);
  }
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

/* What roles that are to be included bring: all that they permit, and at which of some kinds all of them can be held.
 */
struct included {
  struct str permissions, kinds;
};

enum { PERMISSIONS_MOST = 64 * 1024 };

/* Of those whose ids `had` has not. */
static RESULT look_at(struct change *change, const struct store_place *place, const struct role_includes *includes,
                      struct str had, struct included *included)
{
  struct buf permissions = buf_in(change->arena, PERMISSIONS_MOST);
  for (size_t i = 0; i < includes->count; i++) {
    struct store_role facts;
    char id[UUID_TEXT];
    uuid_format(&includes->list[i], id);
    if (listed(had, str_of(id)))
      continue;
    TRY(store_role_facts(change->tx, &includes->list[i], &facts));
    if (!store_tenant_within(place->path, facts.path))
      return R_NOT_FOUND;
    put_name(&permissions, facts.permissions);
    included->kinds = chosen(change->arena, included->kinds, facts.kinds, true);
    if (!included->kinds.p)
      return R_NO_MEMORY;
  }
  included->permissions = buf_str(&permissions);
  return included->permissions.p ? R_OK : R_NO_MEMORY;
}

/* Each of both, and what is in both twice. */
static struct str joined(struct arena *arena, struct str a, struct str b)
{
  struct buf text = buf_in(arena, a.n + b.n + 2);
  put_name(&text, a);
  if (b.n > 0)
    put_name(&text, b);
  return buf_str(&text);
}

static RESULT check_gift(struct change *change, const struct store_place *place, struct str permissions)
{
  struct domain_gift gift = {.place = place, .reach = BW_REACH_SUBTREE, .permissions = permissions};
  if (!permissions.p)
    return R_NO_MEMORY;
  TRY(domain_guard_ceiling(change, &gift));
  return domain_guard_gift(change, &gift);
}

static RESULT check_guarded(struct change *change, const struct store_place *place, struct str permissions)
{
  struct domain_gift gift = {.place = place, .reach = BW_REACH_SUBTREE, .permissions = permissions};
  return domain_guard_gift(change, &gift);
}

/* A role as a change begins, with all that it permits, and where it stands. */
struct taken {
  struct store_role_held held;
  struct store_place place;
  struct str permissions;
};

/* All below its tenant, also where the root of the change does not reach: who changes a role changes it there. */
static RESULT see_all(struct change *change, const struct uuid *tenant, const struct store_place *place)
{
  const struct scope *whole;
  struct bw_id id = policy_id(tenant);
  char path[BW_PATH];
  if (!bw_tenant_path(policy_model(change->domain->policy), &id, path) || !str_equal(str_of(path), place->path))
    return R_AGAIN;
  TRY(policy_scope_home(change->domain->policy, tenant, change->arena, &whole));
  return store_tx_scope(change->tx, whole);
}

/* The one that is changed and all that include it, against being given meanwhile. */
static RESULT hold_includers(struct change *change, const struct uuid *id, size_t *ret_count)
{
  const struct uuid *includers;
  TRY(domain_guard_roles(change, id, 1));
  TRY(store_role_lock_includers(change->tx, id, &includers, ret_count));
  return domain_guard_roles(change, includers, *ret_count);
}

static RESULT check_measure(const struct store_role_measure *measure)
{
  if (measure->ring)
    return R_ROLE_RING;
  if (measure->deep > DOMAIN_ROLE_DEPTH || measure->included > DOMAIN_ROLE_INCLUDES)
    return R_LIMIT_REACHED;
  return measure->fits ? check_kinds(measure->kinds, measure->permissions) : R_KIND_CEILING;
}

/* Nobody adds to it what they do not hold there. */
static RESULT check_added(struct change *change, const struct taken *was, const struct store_role_measure *measure)
{
  if (!uuid_equal(&measure->id, &was->held.object.id))
    return R_OK;
  struct str added = chosen(change->arena, measure->permissions, was->permissions, false);
  TRY(check_gift(change, &was->place, added));
  return measure->permissions.n > 0 ? R_OK : R_RULE;
}

/* What it comes to, and what those that include it do. */
static RESULT check_measures(struct change *change, const struct taken *was)
{
  const struct store_role_measure *measures;
  struct str privileged = STR_NONE;
  size_t count;
  TRY(store_role_measure(change->tx, &was->held.object.id, &measures, &count));
  for (size_t i = 0; i < count; i++)
    TRY(check_added(change, was, &measures[i]));
  for (size_t i = 0; i < count; i++) {
    TRY(check_measure(&measures[i]));
    if (domain_guard_privileged(measures[i].permissions))
      privileged = measures[i].permissions;
  }
  return privileged.p ? check_guarded(change, &was->place, privileged) : R_OK;
}

/* Whoever holds it, or one that includes it, may hold what it has become, and the actor is none of them. */
static RESULT check_holders(struct change *change, const struct uuid *id)
{
  const struct store_role_holder *holders;
  size_t count;
  struct str selves = domain_guard_selves(change);
  if (!selves.p)
    return R_NO_MEMORY;
  TRY(store_role_holders(change->tx, id, selves, &holders, &count));
  for (size_t i = 0; i < count; i++) {
    if (holders[i].own)
      return R_SELF_SERVICE;
    if (!listed(holders[i].kinds, holders[i].place))
      return R_KIND_CEILING;
    if (holders[i].machine && domain_guard_barred(holders[i].permissions))
      return R_NOT_FOR_MACHINES;
  }
  return R_OK;
}

/* Measured once it is written, by what the database makes of it; a refusal takes it back. */
static RESULT check_outcome(struct change *change, const struct taken *was)
{
  size_t includers;
  TRY(see_all(change, &was->held.tenant, &was->place));
  TRY(hold_includers(change, &was->held.object.id, &includers));
  TRY(check_measures(change, was));
  TRY(check_holders(change, &was->held.object.id));
  return store_tx_scope(change->tx, change->scope);
}

static RESULT include(struct change *change, const struct taken *made, const struct role_includes *includes,
                      struct store_object *ret_role)
{
  struct store_call call = {.pool = change->domain->app,
                            .scope = change->scope,
                            .arena = change->arena,
                            .deadline = change->deadline,
                            .tx = change->tx};
  TRY(store_role_include(change->tx, &made->held.object.id, includes->list, includes->count));
  TRY(check_outcome(change, made));
  return store_role_get(&call, &made->held.object.id, ret_role);
}

RESULT domain_role_create(struct change *change, const struct role_new *role, struct outcome *ret_outcome)
{
  struct store_role_row row = {.tenant = role->tenant,
                               .name = role->name,
                               .description = role->description,
                               .permissions = role->permissions,
                               .kinds = role->kinds};
  struct taken made = {.held.tenant = role->tenant};
  struct included included = {.kinds = STR("provider partner customer")};
  if (!domain_guard_known(role->permissions))
    return R_MALFORMED;
  TRY(store_tenant_place(change->tx, &role->tenant, &made.place));
  if (role->includes.count > 0)
    TRY(store_role_line(change->tx, made.place.path));
  TRY(look_at(change, &made.place, &role->includes, STR_NONE, &included));
  made.permissions = joined(change->arena, role->permissions, included.permissions);
  TRY(check_gift(change, &made.place, made.permissions));
  if (!row.kinds.p)
    row.kinds = chosen(change->arena, allowed(change->arena, made.permissions), included.kinds, true);
  TRY(check_kinds(row.kinds, made.permissions));
  TRY(check_name(change, &made.place, row.name, NULL));
  TRY(uuid_new(&row.id));
  TRY(store_role_insert(change->tx, &row, &made.held.object));
  if (role->includes.count > 0)
    TRY(include(change, &made, &role->includes, &made.held.object));
  return record(change, &row.tenant, STR_NONE, &made.held.object, ret_outcome);
}

/* A role that stands in the scope, held. `alone`: with all that it is part of, or that is part of it. */
static RESULT take(struct change *change, const struct uuid *id, bool alone, struct taken *ret_taken)
{
  struct store_role facts;
  struct taken taken;
  TRY(store_role_facts(change->tx, id, &facts));
  if (facts.builtin)
    return R_BUILTIN;
  struct str path = facts.path;
  if (alone)
    TRY(store_role_line(change->tx, path));
  TRY(store_role_lock(change->tx, id, &taken.held));
  TRY(store_tenant_place(change->tx, &taken.held.tenant, &taken.place));
  TRY(store_role_facts(change->tx, id, &facts));
  taken.permissions = facts.permissions;
  *ret_taken = taken;
  return str_equal(taken.place.path, path) ? R_OK : R_AGAIN;
}

/* What can be said before it is written: of what it was, and of what it is to include. */
static RESULT check_intent(struct change *change, const struct taken *was, const struct role_patch *patch)
{
  struct included included = {.kinds = STR("provider partner customer")};
  if (patch->permissions.p && !domain_guard_known(patch->permissions))
    return R_MALFORMED;
  TRY(check_guarded(change, &was->place, was->permissions));
  TRY(look_at(change, &was->place, &patch->includes, was->held.includes, &included));
  return check_gift(change, &was->place, included.permissions);
}

RESULT domain_role_update(struct change *change, const struct uuid *id, int64_t if_version,
                          const struct role_patch *patch, struct outcome *ret_outcome)
{
  struct taken was;
  struct store_object changed;
  const struct role_includes *includes = &patch->includes;
  bool otherwise = patch->permissions.p || patch->kinds.p || includes->given;
  TRY(take(change, id, otherwise, &was));
  if (if_version != 0 && if_version != was.held.object.version)
    return R_STALE;
  struct store_role_row row = {.id = *id,
                               .name = patch->name,
                               .description = patch->description,
                               .permissions = patch->permissions,
                               .kinds = patch->kinds};
  if (otherwise)
    TRY(check_intent(change, &was, patch));
  if (patch->name.p)
    TRY(check_name(change, &was.place, patch->name, id));
  if (includes->given)
    TRY(store_role_include(change->tx, id, includes->list, includes->count));
  TRY(store_role_update(change->tx, &row, includes->given, &changed));
  if (otherwise)
    TRY(check_outcome(change, &was));
  return record(change, &was.held.tenant, was.held.object.body, &changed, ret_outcome);
}

/* Nobody loses what they were not meant to: it goes when nothing hangs on it. */
static RESULT check_unused(struct change *change, const struct taken *role)
{
  const struct store_role_holder *holders;
  const struct uuid *includers;
  size_t count;
  struct str selves = domain_guard_selves(change);
  if (!selves.p)
    return R_NO_MEMORY;
  TRY(see_all(change, &role->held.tenant, &role->place));
  TRY(store_role_lock_includers(change->tx, &role->held.object.id, &includers, &count));
  if (count > 0)
    return R_IN_USE;
  TRY(store_role_holders(change->tx, &role->held.object.id, selves, &holders, &count));
  if (count > 0)
    return R_IN_USE;
  return store_tx_scope(change->tx, change->scope);
}

RESULT domain_role_delete(struct change *change, const struct uuid *id)
{
  struct taken role;
  TRY(take(change, id, true, &role));
  TRY(check_guarded(change, &role.place, role.permissions));
  TRY(check_unused(change, &role));
  TRY(store_role_delete(change->tx, id));
  struct audit_record event = {
      .tenant = role.held.tenant, .object_kind = "role", .object = *id, .before = role.held.object.body};
  return domain_audit_done(change, &event);
}
