/* Gives grants as rows want them: one is never changed, but given anew in the same transaction. Trusts: nothing of the
   row. */
#include "import/grant.h"
#include "domain/grant.h"
#include "import/holder.h"
#include "store/grant.h"
#include "store/role.h"
#include "store/tenant.h"

struct grant_work {
  struct grant_new made;
  struct uuid id; /* of the one that is replaced; zero: none */
  struct uuid given;
};

static RESULT give(struct change *c, void *what)
{
  struct grant_work *g = what;
  struct outcome outcome;
  TRY(uuid_is_zero(&g->id) ? domain_grant_create(c, &g->made, &outcome)
                           : domain_grant_replace(c, &g->id, &g->made, &outcome));
  g->given = outcome.id;
  return R_OK;
}

static RESULT find_holder(struct import_work *w, const struct import_row *row, struct uuid *ret_holder)
{
  const struct import_row_grant *grant = &row->grant;
  const struct import_reference home = {"user_tenant_external_id", grant->user_tenant_external_id.present
                                                                       ? &grant->user_tenant_external_id
                                                                       : &grant->tenant_external_id};
  struct import_holder holder = import_holder_of(row);
  struct uuid at;
  TRY(import_work_locate(w, &home, &at));
  return import_holder_find(w, &holder, &at, ret_holder);
}

/* One that can be used at the tenant with that path, by its name or its id. */
static RESULT find_role(const struct import_work *w, const struct scope *scope, struct str path, struct str name,
                        struct store_object *ret_role)
{
  struct uuid id;
  struct store_call call = import_work_reading(w, scope);
  if (!import_row_id(name, &id))
    return store_role_find(&call, path, name, ret_role);
  TRY(store_role_get(&call, &id, ret_role));
  return store_tenant_within(path, ret_role->path) ? R_OK : R_NOT_FOUND;
}

/* Where the grant holds, who is to hold it, and which role. */
static RESULT find_parts(struct import_work *w, const struct import_row *row, struct grant_new *grant,
                         struct import_leave *ret_leave)
{
  const struct import_reference place = {"tenant_external_id", &row->grant.tenant_external_id};
  struct store_object role;
  struct str path;
  TRY(import_work_enter(w, &place, BW_GRANT_READ, &grant->tenant, ret_leave));
  TRY(find_holder(w, row, &grant->principal));
  TRY(import_work_path(w, &grant->tenant, ret_leave->scope, &path));
  TRY(import_work_blame(w, "role", find_role(w, ret_leave->scope, path, row->grant.role.value, &role)));
  grant->role = role.id;
  return R_OK;
}

/* What the row leaves out stays as it is. */
static RESULT grant_found(struct import_work *w, const struct import_row_grant *row, const struct store_object *found,
                          struct grant_work *ret_grant)
{
  struct grant_new *grant = &ret_grant->made;
  const struct json *view;
  struct import_leave under;
  w->applied.id = found->id;
  TRY(import_work_found(w, "role"));
  TRY(import_work_view(w, found, &view));
  struct grant_new was = {.not_before = import_work_time(view, "not_before"),
                          .expires_at = import_work_time(view, "expires_at"),
                          .reason = json_str(json_member(view, "reason")),
                          .ticket = json_str(json_member(view, "ticket"))};
  bool same =
      import_work_same_text(view, "reason", &row->reason) && import_work_same_text(view, "ticket", &row->ticket);
  grant->not_before = row->not_before.present ? row->not_before.value : was.not_before;
  grant->expires_at = row->expires_at.present ? row->expires_at.value : was.expires_at;
  grant->reason = row->reason.present ? row->reason.value : was.reason;
  grant->ticket = row->ticket.present ? row->ticket.value : was.ticket;
  if (same && grant->not_before == was.not_before && grant->expires_at == was.expires_at)
    return R_OK;
  ret_grant->id = found->id;
  TRY(import_work_leave(w, &grant->tenant, BW_GRANT_REVOKE, &under));
  w->applied.effect = IMPORT_UPDATED;
  return R_OK;
}

/* The grant, where what it names is there: R_NOT_FOUND, with nothing to blame, where it alone is missing. */
static RESULT find(struct import_work *w, const struct import_row *row, struct grant_new *grant,
                   struct store_object *ret_found)
{
  struct import_leave under;
  TRY(find_parts(w, row, grant, &under));
  struct store_call call = import_work_reading(w, under.scope);
  struct store_grant_row key = {
      .tenant = grant->tenant, .principal = grant->principal, .role = grant->role, .reach = row->grant.scope.value};
  return store_grant_find(&call, &key, ret_found);
}

RESULT import_grant_apply(struct import_work *w, const struct import_row *row)
{
  const struct import_row_grant *wanted = &row->grant;
  struct grant_work g = {.made = {.reach = str_is(wanted->scope.value, "self") ? BW_REACH_SELF : BW_REACH_SUBTREE,
                                  .not_before = wanted->not_before.value,
                                  .expires_at = wanted->expires_at.value,
                                  .reason = wanted->reason.value,
                                  .ticket = wanted->ticket.value}};
  struct import_leave under;
  struct store_object found;
  enum result r = find(w, row, &g.made, &found);
  if (r == R_OK)
    r = grant_found(w, wanted, &found, &g);
  else if (r == R_NOT_FOUND && !w->applied.about.p)
    w->applied.effect = IMPORT_CREATED;
  if (w->applied.effect == IMPORT_UNCHANGED)
    return r;
  if (g.made.expires_at != 0 && g.made.expires_at <= (g.made.not_before ? g.made.not_before : clock_now()))
    return import_work_blame(w, "expires_at", R_MALFORMED);
  TRY(import_work_leave(w, &g.made.tenant, BW_GRANT_ASSIGN, &under));
  TRY(import_work_change(w, &under, give, &g, w->applied.effect));
  w->applied.id = g.given;
  w->applied.was = g.id;
  return R_OK;
}

static RESULT revoke_grant(struct change *c, void *what)
{
  const struct uuid *id = what;
  return domain_grant_revoke(c, id);
}

RESULT import_grant_end(struct import_work *w, const struct import_object *object)
{
  return import_work_remove(w, BW_GRANT_REVOKE, revoke_grant, object);
}

RESULT import_grant_remove(struct import_work *w, const struct import_row *row)
{
  struct grant_new grant = {0};
  struct store_object found;
  enum result r = find(w, row, &grant, &found);
  if (r == R_OK)
    return import_grant_end(w, &(struct import_object){found.id, grant.tenant});
  return r == R_NOT_FOUND && !w->applied.about.p ? R_OK : r;
}
