/* Finds what a row is about, compares, decides and changes. Trusts: nothing of the row; what it names is looked for
   only where the actor reads. */
#include "import/apply.h"
#include "domain/grant.h"
#include "domain/tenant.h"
#include "domain/user.h"
#include "store/grant.h"
#include "store/role.h"
#include "store/tenant.h"
#include "store/user.h"

/* One row under way. */
struct work {
  const struct import_apply *apply;
  struct arena *arena;
  const char *action;
  struct import_applied applied;
};

/* In the actor's transaction, where there is one: a scope that cannot be set there fails what is read under it. */
static struct store_call reading(const struct work *w, const struct scope *scope)
{
  const struct import_actor *actor = w->apply->actor;
  if (actor->tx)
    (void)!store_tx_scope(actor->tx, scope);
  return (struct store_call){.pool = actor->domain->app, .scope = scope, .arena = w->arena, .tx = actor->tx};
}

static RESULT leave(const struct work *w, const struct uuid *tenant, enum bw_permission permission,
                    struct import_leave *ret_leave)
{
  return import_actor_leave(w->apply->actor, tenant, permission, w->arena, ret_leave);
}

/* To put something below the tenant, which a grant that reaches the tenant alone does not let do. */
static RESULT leave_below(const struct work *w, const struct uuid *tenant, enum bw_permission permission,
                          struct import_leave *ret_leave)
{
  TRY(leave(w, tenant, permission, ret_leave));
  return ret_leave->reach == BW_REACH_SUBTREE ? R_OK : R_FORBIDDEN;
}

static RESULT change(struct work *w, const struct import_leave *under, import_change *run, void *what,
                     enum import_effect effect)
{
  const struct import_task task = {under, w->action, run, what};
  TRY(import_actor_change(w->apply->actor, &task, w->arena));
  w->applied.effect = effect;
  return R_OK;
}

static RESULT blame(struct work *w, const char *member, enum result r)
{
  if (r != R_OK)
    w->applied.about = str_of(member);
  return r;
}

static RESULT find_tenant(const struct work *w, const struct scope *scope, struct str external_id,
                          struct store_object *ret_tenant)
{
  struct str within = w->apply->actor->within_path;
  struct store_call call = reading(w, scope);
  return within.p ? store_tenant_find_within(&call, within, external_id, ret_tenant)
                  : store_tenant_find(&call, NULL, external_id, ret_tenant);
}

/* The one tenant of that external_id in all that the actor reads. */
static RESULT search(const struct work *w, struct str external_id, struct uuid *ret_tenant)
{
  const struct policy_root *roots;
  size_t count, found = 0;
  struct store_object tenant;
  TRY(import_actor_roots(w->apply->actor, BW_TENANT_READ, w->arena, &roots, &count));
  for (size_t i = 0; i < count; i++) {
    enum result r = find_tenant(w, roots[i].scope, external_id, &tenant);
    if (r == R_NOT_FOUND)
      continue;
    TRY(r);
    if (found++ > 0)
      return R_CONFLICT;
    *ret_tenant = tenant.id;
  }
  return found ? R_OK : R_NOT_FOUND;
}

/* A member that names a tenant. Absent or null: the actor's home. */
struct reference {
  const char *member;
  const struct json_text *external_id;
};

static RESULT locate(struct work *w, const struct reference *to, struct uuid *ret_tenant)
{
  struct str external_id = to->external_id->value;
  struct uuid tenant = w->apply->actor->home;
  if (external_id.p && !import_memo_find(w->apply->memo, external_id, &tenant)) {
    TRY(blame(w, to->member, search(w, external_id, &tenant)));
    import_memo_put(w->apply->memo, external_id, &tenant);
  }
  *ret_tenant = tenant;
  return R_OK;
}

/* Both locate it and be let in there, to load and to read. */
static RESULT enter(struct work *w, const struct reference *to, enum bw_permission reads, struct uuid *ret_tenant,
                    struct import_leave *ret_leave)
{
  TRY(locate(w, to, ret_tenant));
  TRY(blame(w, to->member, leave(w, ret_tenant, BW_IMPORT_RUN, ret_leave)));
  return blame(w, to->member, leave(w, ret_tenant, reads, ret_leave));
}

static RESULT view_of(const struct work *w, const struct store_object *object, const struct json **ret_view)
{
  return json_parse(object->body, w->arena, ret_view) == R_OK ? R_OK : R_INTERNAL;
}

static bool same_text(const struct json *view, const char *member, const struct json_text *wanted)
{
  struct str had = json_str(json_member(view, member));
  return !wanted->present || (!had.p == !wanted->value.p && str_equal(had, wanted->value));
}

static bool same_texts(const struct json *view, const char *member, const struct json_texts *wanted)
{
  const struct json *had = json_member(view, member);
  if (!wanted->present)
    return true;
  if (json_count(had) != wanted->count)
    return false;
  for (size_t i = 0; i < wanted->count; i++)
    if (!str_equal(json_str(json_at(had, i)), wanted->value[i]))
      return false;
  return true;
}

static int64_t time_in(const struct json *view, const char *member)
{
  int64_t time = 0;
  (void)clock_parse(json_str(json_member(view, member)), &time);
  return time;
}

static struct patch patch_of(const struct json_text *text) { return (struct patch){text->present, text->value}; }

/* Tenants. */

struct tenant_work {
  struct tenant_new made;
  struct uuid id; /* of what is changed, or was made */
  struct tenant_patch patch;
};

static RESULT create_tenant(struct change *c, void *what)
{
  struct tenant_work *t = what;
  struct outcome outcome;
  TRY(domain_tenant_create(c, &t->made, &outcome));
  t->id = outcome.id;
  return R_OK;
}

static RESULT update_tenant(struct change *c, void *what)
{
  const struct tenant_work *t = what;
  struct outcome outcome;
  return domain_tenant_update(c, &t->id, 0, &t->patch, &outcome);
}

static RESULT tenant_found(struct work *w, const struct import_row_tenant *row, const struct store_object *tenant)
{
  struct tenant_work t = {.id = tenant->id, .patch.name = patch_of(&row->name)};
  const struct json *view;
  struct import_leave under;
  w->applied.id = tenant->id;
  TRY(view_of(w, tenant, &view));
  if (!str_equal(json_str(json_member(view, "kind")), row->tenant_kind.value))
    return blame(w, "tenant_kind", R_CONFLICT);
  if (same_text(view, "name", &row->name))
    return R_OK;
  TRY(leave(w, &tenant->id, BW_TENANT_UPDATE, &under));
  return change(w, &under, update_tenant, &t, IMPORT_UPDATED);
}

static RESULT apply_tenant(struct work *w, const struct import_row *row)
{
  const struct import_row_tenant *wanted = &row->tenant;
  bool partner = str_is(wanted->tenant_kind.value, "partner");
  struct tenant_work t = {.made = {.kind = partner ? BW_TENANT_PARTNER : BW_TENANT_CUSTOMER,
                                   .name = wanted->name.value,
                                   .external_id = wanted->external_id.value}};
  const struct reference parent = {"tenant_external_id", &wanted->tenant_external_id};
  struct import_leave under;
  struct store_object tenant;
  TRY(enter(w, &parent, BW_TENANT_READ, &t.made.parent, &under));
  struct store_call call = reading(w, under.scope);
  enum result r = store_tenant_find(&call, &t.made.parent, wanted->external_id.value, &tenant);
  if (r == R_OK)
    return tenant_found(w, wanted, &tenant);
  if (r != R_NOT_FOUND)
    return r;
  TRY(leave_below(w, &t.made.parent, BW_TENANT_CREATE_CUSTOMER, &under));
  if (partner)
    TRY(leave_below(w, &t.made.parent, BW_TENANT_CREATE_PARTNER, &under));
  /* From now on it may mean another tenant than before, or two. */
  import_memo_forget(w->apply->memo, wanted->external_id.value);
  TRY(change(w, &under, create_tenant, &t, IMPORT_CREATED));
  w->applied.id = t.id;
  return R_OK;
}

/* Users. */

struct user_work {
  struct user_new made;
  struct uuid id; /* of whoever is changed, or was made */
  struct user_patch patch;
  struct str password_hash; /* .p NULL: none, or they have a password */
};

static RESULT adopt(struct change *c, const struct user_work *u, const struct uuid *id)
{
  struct outcome outcome;
  return u->password_hash.p ? domain_user_adopt(c, id, u->password_hash, &outcome) : R_OK;
}

static RESULT create_user(struct change *c, void *what)
{
  struct user_work *u = what;
  struct outcome outcome;
  TRY(domain_user_create(c, &u->made, &outcome));
  u->id = outcome.id;
  return adopt(c, u, &u->id);
}

static RESULT update_user(struct change *c, void *what)
{
  const struct user_work *u = what;
  struct outcome outcome;
  TRY(domain_user_update(c, &u->id, 0, &u->patch, &outcome));
  return adopt(c, u, &u->id);
}

/* Who gives somebody a way in must be able to invite them. */
static RESULT may_adopt(struct work *w, const struct uuid *home, const struct user_work *u)
{
  struct import_leave ignored;
  return u->password_hash.p ? blame(w, "password_hash", leave(w, home, BW_USER_INVITE, &ignored)) : R_OK;
}

static RESULT user_found(struct work *w, const struct uuid *home, const struct import_row_user *row,
                         const struct store_object *user)
{
  struct user_work u = {.id = user->id,
                        .patch = {.login = patch_of(&row->login),
                                  .display_name = patch_of(&row->display_name),
                                  .email = patch_of(&row->email),
                                  .dialling_given = row->dialling_addresses.present,
                                  .dialling = row->dialling_addresses.value,
                                  .dialling_count = row->dialling_addresses.count}};
  const struct json *view;
  struct import_leave under;
  w->applied.id = user->id;
  TRY(view_of(w, user, &view));
  if (str_is(json_str(json_member(view, "state")), "invited"))
    u.password_hash = row->password_hash.value;
  if (!u.password_hash.p && same_text(view, "login", &row->login) &&
      same_text(view, "display_name", &row->display_name) && same_text(view, "email", &row->email) &&
      same_texts(view, "dialling_addresses", &row->dialling_addresses))
    return R_OK;
  TRY(may_adopt(w, home, &u));
  TRY(leave(w, home, BW_USER_UPDATE, &under));
  return change(w, &under, update_user, &u, IMPORT_UPDATED);
}

static struct user_new user_of(const struct import_row_user *row, struct uuid home)
{
  return (struct user_new){.tenant = home,
                           .login = row->login.value,
                           .display_name = row->display_name.value,
                           .email = row->email.value,
                           .external_id = row->external_id.value,
                           .dialling = row->dialling_addresses.value,
                           .dialling_count = row->dialling_addresses.count};
}

static RESULT apply_user(struct work *w, const struct import_row *row)
{
  const struct import_row_user *wanted = &row->user;
  struct user_work u = {.password_hash = wanted->password_hash.value};
  const struct reference home = {"tenant_external_id", &wanted->tenant_external_id};
  struct import_leave under;
  struct store_object user;
  TRY(enter(w, &home, BW_USER_READ, &u.made.tenant, &under));
  u.made = user_of(wanted, u.made.tenant);
  struct store_call call = reading(w, under.scope);
  enum result r = store_user_find(&call, &u.made.tenant, wanted->external_id.value, STR_NONE, &user);
  if (r == R_OK)
    return user_found(w, &u.made.tenant, wanted, &user);
  if (r != R_NOT_FOUND)
    return r;
  TRY(may_adopt(w, &u.made.tenant, &u));
  TRY(leave(w, &u.made.tenant, BW_USER_CREATE, &under));
  r = change(w, &under, create_user, &u, IMPORT_CREATED);
  if (r == R_OK)
    w->applied.id = u.id;
  return r == R_MALFORMED ? blame(w, "login", r) : r;
}

/* Many users. */

/* Where rows of users may be looked for, made and changed alike. */
struct user_place {
  struct uuid tenant;
  struct import_leave leave;
};

static bool same_leave(const struct import_leave *a, const struct import_leave *b)
{
  return uuid_equal(&a->root, &b->root) && a->reach == b->reach;
}

/* R_RULE: not alike. */
static RESULT open_place(struct work *w, const struct import_row *row, struct user_place *ret_place)
{
  static const enum bw_permission needed[] = {BW_USER_READ, BW_USER_CREATE, BW_USER_UPDATE};
  const struct reference home = {"tenant_external_id", &row->user.tenant_external_id};
  struct import_leave other;
  TRY(locate(w, &home, &ret_place->tenant));
  TRY(leave(w, &ret_place->tenant, BW_IMPORT_RUN, &ret_place->leave));
  for (size_t i = 0; i < sizeof needed / sizeof *needed; i++) {
    TRY(leave(w, &ret_place->tenant, needed[i], &other));
    if (!same_leave(&ret_place->leave, &other))
      return R_RULE;
  }
  return R_OK;
}

/* Rows that have one scope in common, each with its tenant. */
struct crowd {
  struct import_apply_user **users;
  struct uuid *tenants;
  size_t count;
  struct import_leave leave;
};

static bool same_home(const struct import_row *a, const struct import_row *b)
{
  return str_equal(a->user.tenant_external_id.value, b->user.tenant_external_id.value);
}

static RESULT gather(struct work *w, struct import_apply_user *users, size_t count, struct crowd *ret_crowd)
{
  struct crowd crowd = {.users = arena_array(w->arena, count + 1, sizeof *crowd.users),
                        .tenants = arena_array(w->arena, count + 1, sizeof *crowd.tenants)};
  struct user_place place = {0};
  enum result r = R_RULE;
  if (!crowd.users || !crowd.tenants)
    return R_NO_MEMORY;
  for (size_t i = 0; i < count; i++) {
    if (i == 0 || !same_home(users[i].row, users[i - 1].row))
      r = open_place(w, users[i].row, &place);
    if (r == R_UNAVAILABLE || r == R_NO_MEMORY)
      return r;
    bool apart = crowd.count > 0 && !same_leave(&crowd.leave, &place.leave);
    if (r != R_OK || apart || users[i].row->user.password_hash.value.p)
      continue;
    crowd.leave = place.leave;
    crowd.tenants[crowd.count] = place.tenant;
    crowd.users[crowd.count++] = &users[i];
  }
  *ret_crowd = crowd;
  return R_OK;
}

static RESULT compare_crowd(struct work *w, const struct crowd *crowd, struct store_user_compared *ret_compared)
{
  struct store_user_wanted *wanted = arena_array(w->arena, crowd->count, sizeof *wanted);
  struct store_call call = reading(w, crowd->leave.scope);
  if (!wanted)
    return R_NO_MEMORY;
  for (size_t i = 0; i < crowd->count; i++) {
    const struct import_row_user *row = &crowd->users[i]->row->user;
    wanted[i] = (struct store_user_wanted){.tenant = crowd->tenants[i],
                                           .external_id = row->external_id.value,
                                           .login = row->login.value,
                                           .display_name = row->display_name.value,
                                           .email_given = row->email.present,
                                           .email = row->email.value,
                                           .dialling_given = row->dialling_addresses.present,
                                           .dialling = row->dialling_addresses.value,
                                           .dialling_count = row->dialling_addresses.count};
  }
  return store_user_compare(&call, wanted, crowd->count, ret_compared);
}

struct crowd_work {
  struct user_new *users;
  size_t count;
  struct uuid *ids;
};

static RESULT create_users(struct change *c, void *what)
{
  const struct crowd_work *many = what;
  TRY(domain_user_create_many(c, many->users, many->count, many->ids));
  return c->events > 0 ? R_OK : R_NOT_FOUND;
}

static void settle(struct import_apply_user *user, enum import_effect effect, const struct uuid *id)
{
  user->settled = true;
  user->applied = (struct import_applied){.effect = effect, .id = *id};
}

/* Whoever is as they are wanted is settled; ret_missing has the places of those who are not there. */
static size_t sort_out(const struct crowd *crowd, const struct store_user_compared *compared, size_t *ret_missing)
{
  size_t count = 0;
  for (size_t i = 0; i < crowd->count; i++)
    if (uuid_is_zero(&compared[i].id))
      ret_missing[count++] = i;
    else if (compared[i].same)
      settle(crowd->users[i], IMPORT_UNCHANGED, &compared[i].id);
  return count;
}

static RESULT create_missing(struct work *w, const struct crowd *crowd, const size_t *missing, size_t count)
{
  struct crowd_work many = {arena_array(w->arena, count + 1, sizeof *many.users), count,
                            arena_array(w->arena, count + 1, sizeof *many.ids)};
  if (!many.users || !many.ids)
    return R_NO_MEMORY;
  for (size_t i = 0; i < count; i++)
    many.users[i] = user_of(&crowd->users[missing[i]]->row->user, crowd->tenants[missing[i]]);
  if (count > 0) {
    enum result r = change(w, &crowd->leave, create_users, &many, IMPORT_CREATED);
    if (r != R_OK && r != R_NOT_FOUND)
      return r;
  }
  for (size_t i = 0; i < count; i++)
    if (!uuid_is_zero(&many.ids[i]))
      settle(crowd->users[missing[i]], IMPORT_CREATED, &many.ids[i]);
  return R_OK;
}

static RESULT apply_crowd(struct work *w, struct import_apply_user *users, size_t count)
{
  struct crowd crowd;
  TRY(gather(w, users, count, &crowd));
  if (crowd.count == 0)
    return R_OK;
  struct store_user_compared *compared = arena_array(w->arena, crowd.count, sizeof *compared);
  size_t *missing = arena_array(w->arena, crowd.count, sizeof *missing);
  if (!compared || !missing)
    return R_NO_MEMORY;
  TRY(compare_crowd(w, &crowd, compared));
  return create_missing(w, &crowd, missing, sort_out(&crowd, compared, missing));
}

RESULT import_apply_users(const struct import_apply *apply, struct import_apply_user *users, size_t count,
                          struct arena *arena)
{
  struct work work = {apply, arena, import_apply_action(IMPORT_ROW_USER), {.effect = IMPORT_UNCHANGED}};
  enum result r = apply_crowd(&work, users, count);
  for (size_t i = 0; r != R_OK && i < count; i++)
    users[i].settled = false;
  return r;
}

/* Grants: one is never changed, but given anew in the same transaction. */

struct grant_work {
  struct grant_new made;
  struct uuid id; /* of the one that is replaced; zero: none */
  struct uuid given;
};

static RESULT give(struct change *c, void *what)
{
  struct grant_work *g = what;
  struct outcome outcome;
  if (!uuid_is_zero(&g->id))
    TRY(domain_grant_revoke(c, &g->id));
  TRY(domain_grant_create(c, &g->made, &outcome));
  g->given = outcome.id;
  return R_OK;
}

static RESULT find_holder(struct work *w, const struct import_row_grant *row, struct uuid *ret_user)
{
  const struct reference home = {"user_tenant_external_id", row->user_tenant_external_id.present
                                                                ? &row->user_tenant_external_id
                                                                : &row->tenant_external_id};
  struct uuid at;
  struct import_leave under;
  struct store_object user;
  TRY(locate(w, &home, &at));
  TRY(blame(w, home.member, leave(w, &at, BW_USER_READ, &under)));
  struct store_call call = reading(w, under.scope);
  TRY(blame(w, "user_external_id", store_user_find(&call, &at, row->user_external_id.value, STR_NONE, &user)));
  *ret_user = user.id;
  return R_OK;
}

/* Where the grant holds, who is to hold it, and which role. */
static RESULT find_parts(struct work *w, const struct import_row_grant *row, struct grant_new *grant,
                         struct import_leave *ret_leave)
{
  const struct bw_model *model = policy_model(w->apply->actor->domain->policy);
  const struct reference place = {"tenant_external_id", &row->tenant_external_id};
  struct store_object role;
  char path[BW_PATH];
  TRY(enter(w, &place, BW_GRANT_READ, &grant->tenant, ret_leave));
  TRY(find_holder(w, row, &grant->principal));
  struct bw_id tenant = policy_id(&grant->tenant);
  if (bw_tenant_path(model, &tenant, path) == 0)
    return R_AGAIN;
  struct store_call call = reading(w, ret_leave->scope);
  TRY(blame(w, "role", store_role_find(&call, str_of(path), row->role.value, &role)));
  grant->role = role.id;
  return R_OK;
}

/* What the row leaves out stays as it is. */
static RESULT grant_found(struct work *w, const struct import_row_grant *row, const struct store_object *found,
                          struct grant_work *ret_grant)
{
  struct grant_new *grant = &ret_grant->made;
  const struct json *view;
  struct import_leave under;
  w->applied.id = found->id;
  TRY(view_of(w, found, &view));
  struct grant_new was = {.not_before = time_in(view, "not_before"),
                          .expires_at = time_in(view, "expires_at"),
                          .reason = json_str(json_member(view, "reason"))};
  bool same = same_text(view, "reason", &row->reason);
  grant->not_before = row->not_before.present ? row->not_before.value : was.not_before;
  grant->expires_at = row->expires_at.present ? row->expires_at.value : was.expires_at;
  grant->reason = row->reason.present ? row->reason.value : was.reason;
  if (same && grant->not_before == was.not_before && grant->expires_at == was.expires_at)
    return R_OK;
  ret_grant->id = found->id;
  TRY(leave(w, &grant->tenant, BW_GRANT_REVOKE, &under));
  w->applied.effect = IMPORT_UPDATED;
  return R_OK;
}

static RESULT apply_grant(struct work *w, const struct import_row *row)
{
  const struct import_row_grant *wanted = &row->grant;
  struct grant_work g = {.made = {.reach = str_is(wanted->scope.value, "self") ? BW_REACH_SELF : BW_REACH_SUBTREE,
                                  .not_before = wanted->not_before.value,
                                  .expires_at = wanted->expires_at.value,
                                  .reason = wanted->reason.value}};
  struct import_leave under;
  struct store_object found;
  TRY(find_parts(w, wanted, &g.made, &under));
  struct store_call call = reading(w, under.scope);
  struct store_grant_row key = {
      .tenant = g.made.tenant, .principal = g.made.principal, .role = g.made.role, .reach = wanted->scope.value};
  enum result r = store_grant_find(&call, &key, &found);
  if (r == R_OK)
    r = grant_found(w, wanted, &found, &g);
  else if (r == R_NOT_FOUND)
    w->applied.effect = IMPORT_CREATED;
  if (w->applied.effect == IMPORT_UNCHANGED)
    return r;
  if (g.made.expires_at != 0 && g.made.expires_at <= (g.made.not_before ? g.made.not_before : clock_now()))
    return blame(w, "expires_at", R_MALFORMED);
  TRY(leave(w, &g.made.tenant, BW_GRANT_ASSIGN, &under));
  TRY(change(w, &under, give, &g, w->applied.effect));
  w->applied.id = g.given;
  return R_OK;
}

static const struct {
  const char *action;
  RESULT (*apply)(struct work *w, const struct import_row *row);
} kinds[IMPORT_ROW__KINDS] = {
    [IMPORT_ROW_NONE] = {"import", NULL},
    [IMPORT_ROW_TENANT] = {"importTenant", apply_tenant},
    [IMPORT_ROW_USER] = {"importUser", apply_user},
    [IMPORT_ROW_GRANT] = {"importGrant", apply_grant},
};

const char *import_apply_action(enum import_row_kind kind) { return kinds[kind].action; }

static const bool kept_out[R__COUNT] = {
    [R_FORBIDDEN] = true,        [R_NOT_FOUND] = true,  [R_CEILING] = true,      [R_KIND_CEILING] = true,
    [R_NOT_FOR_MACHINES] = true, [R_PRIVILEGED] = true, [R_SELF_SERVICE] = true, [R_OUTSIDE_HOME] = true,
    [R_LOGIN_FAILED] = true,     [R_THROTTLED] = true,
};

bool import_apply_keeps_out(enum result r) { return kept_out[r]; }

/* What somebody else made between look and change is found by the next look; so is what a lost connection left. */
static bool worth_another_look(enum result r) { return r == R_ALREADY_EXISTS || r == R_OUTCOME_UNKNOWN; }

RESULT import_apply(const struct import_apply *apply, const struct import_row *row, struct arena *arena,
                    struct import_applied *ret_applied)
{
  struct work work = {apply, arena, kinds[row->kind].action, {.effect = IMPORT_UNCHANGED}};
  enum result r = kinds[row->kind].apply(&work, row);
  bool again = worth_another_look(r) && (!apply->actor->tx || store_tx_return(apply->actor->tx) == R_OK);
  if (again) {
    work.applied = (struct import_applied){.effect = IMPORT_UNCHANGED};
    r = kinds[row->kind].apply(&work, row);
  }
  *ret_applied = work.applied;
  return r;
}
