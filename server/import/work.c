/* What rows of every kind do: find the tenant, ask for leave, read, compare, change. Trusts: nothing of the row; what
   it names is looked for only where the actor reads. */
#include "import/work.h"
#include "store/tenant.h"

struct store_call import_work_reading(const struct import_work *w, const struct scope *scope)
{
  const struct import_actor *actor = w->apply->actor;
  if (actor->tx)
    (void)!store_tx_scope(actor->tx, scope);
  return (struct store_call){.pool = actor->domain->app, .scope = scope, .arena = w->arena, .tx = actor->tx};
}

RESULT import_work_leave(const struct import_work *w, const struct uuid *tenant, enum bw_permission permission,
                         struct import_leave *ret_leave)
{
  return import_actor_leave(w->apply->actor, tenant, permission, w->arena, ret_leave);
}

RESULT import_work_leave_below(const struct import_work *w, const struct uuid *tenant, enum bw_permission permission,
                               struct import_leave *ret_leave)
{
  TRY(import_work_leave(w, tenant, permission, ret_leave));
  return ret_leave->reach == BW_REACH_SUBTREE ? R_OK : R_FORBIDDEN;
}

RESULT import_work_change(struct import_work *w, const struct import_leave *under, import_change *run, void *what,
                          enum import_effect effect)
{
  const struct import_task task = {under, w->action, run, what};
  TRY(import_actor_change(w->apply->actor, &task, w->arena));
  w->applied.effect = effect;
  return R_OK;
}

RESULT import_work_remove(struct import_work *w, enum bw_permission permission, import_change *run,
                          const struct import_object *object)
{
  struct uuid id = object->id;
  struct import_leave under;
  w->applied.id = id;
  TRY(import_work_leave(w, &object->place, BW_IMPORT_RUN, &under));
  TRY(import_work_leave(w, &object->place, permission, &under));
  enum result r = import_work_change(w, &under, run, &id, IMPORT_REMOVED);
  return r == R_NOT_FOUND ? R_OK : r;
}

RESULT import_work_blame(struct import_work *w, const char *member, enum result r)
{
  if (r != R_OK)
    w->applied.about = str_of(member);
  return r;
}

static RESULT find_tenant(const struct import_work *w, const struct scope *scope, struct str external_id,
                          struct store_object *ret_tenant)
{
  struct str within = w->apply->actor->within_path;
  struct store_call call = import_work_reading(w, scope);
  return within.p ? store_tenant_find_within(&call, within, external_id, ret_tenant)
                  : store_tenant_find(&call, NULL, external_id, ret_tenant);
}

/* What may not be read is not there, by its id as by its external_id. */
static RESULT look_for(const struct import_work *w, const struct uuid *tenant)
{
  struct import_leave ignored;
  enum result r = import_work_leave(w, tenant, BW_TENANT_READ, &ignored);
  return r == R_FORBIDDEN ? R_NOT_FOUND : r;
}

/* The one tenant of that external_id, or that id, in all that the actor reads. */
static RESULT search(const struct import_work *w, struct str external_id, struct uuid *ret_tenant)
{
  const struct policy_root *roots;
  size_t count, found = 0;
  struct store_object tenant;
  if (import_row_id(external_id, ret_tenant))
    return look_for(w, ret_tenant);
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

RESULT import_work_locate(struct import_work *w, const struct import_reference *to, struct uuid *ret_tenant)
{
  struct str external_id = to->external_id->value;
  struct uuid tenant = w->apply->actor->home;
  if (external_id.p && !import_memo_find(w->apply->memo, external_id, &tenant)) {
    enum result r = search(w, external_id, &tenant);
    if (r != R_OK && r != R_NOT_FOUND)
      return import_work_blame(w, to->member, r);
    if (r == R_NOT_FOUND)
      tenant = (struct uuid){0};
    import_memo_put(w->apply->memo, external_id, &tenant);
  }
  if (uuid_is_zero(&tenant))
    return import_work_blame(w, to->member, R_NOT_FOUND);
  *ret_tenant = tenant;
  return R_OK;
}

RESULT import_work_enter(struct import_work *w, const struct import_reference *to, enum bw_permission reads,
                         struct uuid *ret_tenant, struct import_leave *ret_leave)
{
  TRY(import_work_locate(w, to, ret_tenant));
  TRY(import_work_blame(w, to->member, import_work_leave(w, ret_tenant, BW_IMPORT_RUN, ret_leave)));
  return import_work_blame(w, to->member, import_work_leave(w, ret_tenant, reads, ret_leave));
}

RESULT import_work_path(struct import_work *w, const struct uuid *tenant, const struct scope *scope,
                        struct str *ret_path)
{
  const struct import_actor *actor = w->apply->actor;
  struct bw_id id = policy_id(tenant);
  char path[BW_PATH];
  struct uuid ignored;
  struct store_place place;
  if (import_made_anchor(actor->made, tenant, &ignored)) {
    TRY(store_tx_scope(actor->tx, scope));
    TRY(store_tenant_place(actor->tx, tenant, &place));
    *ret_path = place.path;
    return R_OK;
  }
  if (bw_tenant_path(policy_model(actor->domain->policy), &id, path) == 0)
    return R_AGAIN;
  *ret_path = arena_copy(w->arena, str_of(path));
  return ret_path->p ? R_OK : R_NO_MEMORY;
}

RESULT import_work_found(struct import_work *w, const char *member)
{
  return import_work_blame(w, member, w->apply->mode == IMPORT_CREATE ? R_ALREADY_EXISTS : R_OK);
}

RESULT import_work_view(const struct import_work *w, const struct store_object *object, const struct json **ret_view)
{
  return json_parse(object->body, w->arena, ret_view) == R_OK ? R_OK : FAULT(R_INTERNAL);
}

RESULT import_work_expect(const struct import_work *w, const struct store_object *object, const char *member,
                          const struct uuid *id)
{
  const struct json *view;
  struct uuid found;
  TRY(import_work_view(w, object, &view));
  return uuid_parse(json_str(json_member(view, member)), &found) && uuid_equal(&found, id) ? R_OK : R_NOT_FOUND;
}

bool import_work_same_text(const struct json *view, const char *member, const struct json_text *wanted)
{
  struct str had = json_str(json_member(view, member));
  return !wanted->present || (!had.p == !wanted->value.p && str_equal(had, wanted->value));
}

bool import_work_same_texts(const struct json *view, const char *member, const struct json_texts *wanted)
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

bool import_work_is_over(const struct json *view) { return str_is(json_str(json_member(view, "state")), "terminated"); }

int64_t import_work_time(const struct json *view, const char *member)
{
  int64_t time = 0;
  (void)clock_parse(json_str(json_member(view, member)), &time);
  return time;
}

struct patch import_work_patch(const struct json_text *text) { return (struct patch){text->present, text->value}; }
