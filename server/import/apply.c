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
  enum import_effect effect;
  struct str about;
};

static struct store_call reading(const struct work *w, const struct scope *scope)
{
  return (struct store_call){.pool = w->apply->actor->domain->app, .scope = scope, .arena = w->arena};
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

static RESULT change(struct work *w, const struct import_leave *under, import_change *run, void *what, enum import_effect effect)
{
  const struct import_task task = {under, w->action, run, what};
  TRY(import_actor_change(w->apply->actor, &task, w->arena));
  w->effect = effect;
  return R_OK;
}

static RESULT blame(struct work *w, const char *member, enum result r)
{
  if (r != R_OK)
    w->about = str_of(member);
  return r;
}

/* The one tenant of that external_id in all that the actor reads. */
static RESULT search(const struct work *w, struct str external_id, struct uuid *ret_tenant)
{
  const struct policy_root *roots;
  size_t count, found = 0;
  struct store_object tenant;
  TRY(import_actor_roots(w->apply->actor, BW_TENANT_READ, w->arena, &roots, &count));
  for (size_t i = 0; i < count; i++) {
    struct store_call call = reading(w, roots[i].scope);
    enum result r = store_tenant_find(&call, NULL, external_id, &tenant);
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
  struct uuid id;
  struct tenant_patch patch;
};

static RESULT create_tenant(struct change *c, void *what)
{
  struct outcome outcome;
  return domain_tenant_create(c, &((struct tenant_work *)what)->made, &outcome);
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
  return change(w, &under, create_tenant, &t, IMPORT_CREATED);
}

/* Users. */

struct user_work {
  struct user_new made;
  struct uuid id;
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
  const struct user_work *u = what;
  struct outcome outcome;
  TRY(domain_user_create(c, &u->made, &outcome));
  return adopt(c, u, &outcome.id);
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
  TRY(view_of(w, user, &view));
  if (str_is(json_str(json_member(view, "state")), "invited"))
    u.password_hash = row->password_hash.value;
  if (!u.password_hash.p && same_text(view, "login", &row->login) && same_text(view, "display_name", &row->display_name) &&
      same_text(view, "email", &row->email) && same_texts(view, "dialling_addresses", &row->dialling_addresses))
    return R_OK;
  TRY(may_adopt(w, home, &u));
  TRY(leave(w, home, BW_USER_UPDATE, &under));
  return change(w, &under, update_user, &u, IMPORT_UPDATED);
}

static RESULT apply_user(struct work *w, const struct import_row *row)
{
  const struct import_row_user *wanted = &row->user;
  struct user_work u = {.made = {.login = wanted->login.value,
                                 .display_name = wanted->display_name.value,
                                 .email = wanted->email.value,
                                 .external_id = wanted->external_id.value,
                                 .dialling = wanted->dialling_addresses.value,
                                 .dialling_count = wanted->dialling_addresses.count},
                        .password_hash = wanted->password_hash.value};
  const struct reference home = {"tenant_external_id", &wanted->tenant_external_id};
  struct import_leave under;
  struct store_object user;
  TRY(enter(w, &home, BW_USER_READ, &u.made.tenant, &under));
  struct store_call call = reading(w, under.scope);
  enum result r = store_user_find(&call, &u.made.tenant, wanted->external_id.value, STR_NONE, &user);
  if (r == R_OK)
    return user_found(w, &u.made.tenant, wanted, &user);
  if (r != R_NOT_FOUND)
    return r;
  TRY(may_adopt(w, &u.made.tenant, &u));
  TRY(leave(w, &u.made.tenant, BW_USER_CREATE, &under));
  r = change(w, &under, create_user, &u, IMPORT_CREATED);
  return r == R_MALFORMED ? blame(w, "login", r) : r;
}

/* Grants: one is never changed, but given anew in the same transaction. */

struct grant_work {
  struct grant_new made;
  struct uuid id; /* of the one that is replaced; zero: none */
};

static RESULT give(struct change *c, void *what)
{
  const struct grant_work *g = what;
  struct outcome outcome;
  if (!uuid_is_zero(&g->id))
    TRY(domain_grant_revoke(c, &g->id));
  return domain_grant_create(c, &g->made, &outcome);
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
  w->effect = IMPORT_UPDATED;
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
    w->effect = IMPORT_CREATED;
  if (w->effect == IMPORT_UNCHANGED)
    return r;
  if (g.made.expires_at != 0 && g.made.expires_at <= (g.made.not_before ? g.made.not_before : clock_now()))
    return blame(w, "expires_at", R_MALFORMED);
  TRY(leave(w, &g.made.tenant, BW_GRANT_ASSIGN, &under));
  return change(w, &under, give, &g, w->effect);
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

/* What somebody else made between look and change is found by the next look; so is what a lost connection left. */
static bool worth_another_look(enum result r) { return r == R_ALREADY_EXISTS || r == R_OUTCOME_UNKNOWN; }

RESULT import_apply(const struct import_apply *apply, const struct import_row *row, struct arena *arena,
                 enum import_effect *ret_effect, struct str *ret_about)
{
  struct work work = {apply, arena, kinds[row->kind].action, IMPORT_UNCHANGED, STR_NONE};
  enum result r = kinds[row->kind].apply(&work, row);
  if (worth_another_look(r)) {
    work.effect = IMPORT_UNCHANGED;
    r = kinds[row->kind].apply(&work, row);
  }
  *ret_effect = work.effect;
  *ret_about = work.about;
  return r;
}
