/* Compares what is to be changed with who changes it, by the snapshot. Trusts: no right of an actor that is not in it.
 */
#include "domain/guard.h"

static bool bound(const struct change *change)
{
  return change->actor.kind != DOMAIN_ACTOR_OPERATOR && change->actor.kind != DOMAIN_ACTOR_SYSTEM;
}

static const struct bw_model *model_of(const struct change *change) { return policy_model(change->domain->policy); }

RESULT domain_guard_other(const struct change *change, const struct uuid *principal)
{
  struct bw_id actor = policy_id(&change->actor.id), id = policy_id(principal), groups[BW_GROUPS];
  if (!bound(change))
    return R_OK;
  size_t count = bw_groups(model_of(change), &actor, groups);
  bool own = uuid_equal(&change->actor.id, principal);
  for (size_t i = 0; i < count; i++)
    own |= memcmp(&groups[i], &id, sizeof id) == 0;
  return own ? R_SELF_SERVICE : R_OK;
}

struct str domain_guard_selves(const struct change *change)
{
  struct bw_id actor = policy_id(&change->actor.id), groups[BW_GROUPS];
  size_t count = bw_groups(model_of(change), &actor, groups);
  struct buf text = buf_in(change->arena, (BW_GROUPS + 1) * UUID_TEXT + 2);
  char id[UUID_TEXT];
  uuid_format(&change->actor.id, id);
  buf_print(&text, "{%s", id);
  for (size_t i = 0; i < count; i++) {
    struct uuid group = policy_uuid(&groups[i]);
    uuid_format(&group, id);
    buf_print(&text, ",%s", id);
  }
  buf_put_char(&text, '}');
  return buf_str(&text);
}

RESULT domain_guard_away(const struct change *change, const struct uuid *tenant)
{
  struct bw_id home = policy_id(&change->actor.home), id = policy_id(tenant);
  return bound(change) && bw_tenant_within(model_of(change), &home, &id) ? R_SELF_SERVICE : R_OK;
}

static RESULT by_privilege(const struct change *change, const struct bw_permission_set *held)
{
  if (!bw_permission_has(held, BW_GRANT_ASSIGN_PRIVILEGED))
    return R_PRIVILEGED;
  return change->actor.weak ? R_STEP_UP : R_OK;
}

RESULT domain_guard_principal(const struct change *change, const struct uuid *principal, const struct uuid *home)
{
  struct bw_id actor = policy_id(&change->actor.id), id = policy_id(principal), tenant = policy_id(home);
  struct bw_permission_set held = {0};
  if (!bound(change) || !bw_principal_privileged(model_of(change), &id, change->now))
    return R_OK;
  bw_held(model_of(change), &actor, &tenant, change->now, &held);
  return by_privilege(change, &held);
}

/* By paths, since a tenant that was made in this transaction is in no snapshot. */
static bool reaches(const struct bw_model *model, const struct bw_root *root, const struct domain_gift *gift)
{
  char path[BW_PATH];
  if (bw_tenant_path(model, &root->tenant, path) == 0)
    return false;
  struct str above = str_of(path), below = gift->place->path;
  if (str_equal(above, below))
    return root->reach == BW_REACH_SUBTREE || gift->reach == BW_REACH_SELF;
  return root->reach == BW_REACH_SUBTREE && str_starts(below, above) && below.p[above.n] == '/' &&
         str_starts(above, gift->place->boundary);
}

/* What the actor holds now, grant by grant. */
static RESULT roots_of(const struct change *change, const struct bw_root **ret_roots, size_t *ret_count)
{
  struct bw_id actor = policy_id(&change->actor.id);
  size_t room = 32, count = 0;
  struct bw_root *roots = arena_array(change->arena, room, sizeof *roots);
  while (roots && (count = bw_roots(model_of(change), &actor, change->now, room, roots)) > room) {
    room = count;
    roots = arena_array(change->arena, room, sizeof *roots);
  }
  if (!roots)
    return R_NO_MEMORY;
  *ret_roots = roots;
  *ret_count = count;
  return R_OK;
}

RESULT domain_guard_roles(const struct change *change, const struct uuid *roles, size_t count)
{
  const struct bw_root *roots;
  size_t root_count;
  if (!bound(change))
    return R_OK;
  TRY(roots_of(change, &roots, &root_count));
  for (size_t i = 0; i < root_count; i++)
    for (size_t k = 0; k < count; k++)
      if (memcmp(&roots[i].role, &roles[k], sizeof roles[k]) == 0)
        return R_SELF_SERVICE;
  return R_OK;
}

/* What the actor's grants of at least the gift's reach give them at its place. */
static RESULT held_for(const struct change *change, const struct domain_gift *gift, struct bw_permission_set *ret_held)
{
  const struct bw_root *roots;
  size_t count;
  TRY(roots_of(change, &roots, &count));
  for (size_t i = 0; i < count; i++)
    if (reaches(model_of(change), &roots[i], gift))
      bw_permission_unite(ret_held, &roots[i].permissions);
  return R_OK;
}

RESULT domain_guard_ceiling(const struct change *change, const struct domain_gift *gift)
{
  struct bw_permission_set held = {0};
  struct str rest = gift->permissions;
  if (!bound(change))
    return R_OK;
  TRY(held_for(change, gift, &held));
  while (rest.n > 0) {
    struct str name = str_cut(&rest, ' ');
    enum bw_permission permission = bw_permission_named(name.p, name.n);
    if (permission == BW_PERMISSION_NONE || !bw_permission_has(&held, permission))
      return R_CEILING;
  }
  return R_OK;
}

/* Whether one of those names is unknown, or has one of those flags. */
static bool any_has(struct str permissions, unsigned flags)
{
  while (permissions.n > 0) {
    struct str name = str_cut(&permissions, ' ');
    const struct bw_permission_row *row = bw_permission_row(bw_permission_named(name.p, name.n));
    if (!row || (row->flags & flags))
      return true;
  }
  return false;
}

bool domain_guard_known(struct str permissions) { return !any_has(permissions, 0); }

bool domain_guard_privileged(struct str permissions) { return any_has(permissions, BW_PERMISSION_PRIVILEGED); }

bool domain_guard_barred(struct str permissions) { return any_has(permissions, BW_PERMISSION_NO_MACHINE); }

/* The flags of what is not held at a tenant of that kind. */
static unsigned above(struct str kind)
{
  unsigned partner = str_is(kind, "provider") ? 0 : BW_PERMISSION_NOT_BELOW_PROVIDER;
  return partner == 0 || str_is(kind, "partner") ? partner : partner | BW_PERMISSION_NOT_AT_CUSTOMER;
}

RESULT domain_guard_kind(struct str kind, struct str permissions)
{
  return any_has(permissions, above(kind)) ? R_KIND_CEILING : R_OK;
}

RESULT domain_guard_gift(const struct change *change, const struct domain_gift *gift)
{
  struct bw_permission_set held = {0};
  struct bw_id holder = gift->holder ? policy_id(gift->holder) : (struct bw_id){{0}};
  if (!bound(change) || (!any_has(gift->permissions, BW_PERMISSION_PRIVILEGED) &&
                         !bw_principal_privileged(model_of(change), &holder, change->now)))
    return R_OK;
  TRY(held_for(change, gift, &held));
  return by_privilege(change, &held);
}
