/* Makes and changes groups as rows want them. Trusts: nothing of the row. */
#include "import/group.h"
#include "authn/name.h"
#include "domain/group.h"
#include "store/group.h"

struct group_work {
  struct group_new made;
  struct uuid id; /* of what is changed, or was made */
  struct group_patch patch;
};

static RESULT create_group(struct change *change, void *what)
{
  struct group_work *g = what;
  struct outcome outcome;
  TRY(domain_group_create(change, &g->made, &outcome));
  g->id = outcome.id;
  return g->patch.state.given ? domain_group_update(change, &g->id, 0, &g->patch, &outcome) : R_OK;
}

static RESULT update_group(struct change *change, void *what)
{
  const struct group_work *g = what;
  struct outcome outcome;
  return domain_group_update(change, &g->id, 0, &g->patch, &outcome);
}

static RESULT look_for(struct import_work *w, const struct import_row_group *row, const struct store_call *call,
                       const struct uuid *home, struct store_object *ret_group)
{
  struct str key = STR_NONE;
  struct uuid id;
  if (import_row_id(row->external_id.value, &id)) {
    TRY(store_group_get(call, &id, ret_group));
    return import_work_expect(w, ret_group, "tenant_id", home);
  }
  if (!row->external_id.present)
    TRY(import_work_blame(w, "display_name", authn_name_fold(row->display_name.value, w->arena, &key)));
  return store_group_find(call, home, row->external_id.value, key, ret_group);
}

static RESULT find(struct import_work *w, const struct import_row_group *row, struct import_object *ret_object,
                   struct store_object *ret_group)
{
  const struct import_reference home = {"tenant_external_id", &row->tenant_external_id};
  struct import_leave under;
  TRY(import_work_enter(w, &home, BW_GROUP_READ, &ret_object->place, &under));
  struct store_call call = import_work_reading(w, under.scope);
  TRY(look_for(w, row, &call, &ret_object->place, ret_group));
  w->applied.id = ret_object->id = ret_group->id;
  return R_OK;
}

static RESULT group_found(struct import_work *w, const struct import_row_group *row, const struct import_object *object,
                          const struct store_object *group)
{
  struct group_work g = {.id = group->id};
  const struct json *view;
  struct import_leave under;
  TRY(import_work_found(w, row->external_id.present ? "external_id" : "display_name"));
  TRY(import_work_view(w, group, &view));
  if (!import_work_same_text(view, "display_name", &row->display_name))
    g.patch.display_name = import_work_patch(&row->display_name);
  if (!import_work_same_text(view, "state", &row->state))
    g.patch.state = import_work_patch(&row->state);
  if (!g.patch.display_name.given && !g.patch.state.given)
    return R_OK;
  if (g.patch.display_name.given)
    w->applied.freed = json_str(json_member(view, "display_name"));
  TRY(import_work_leave(w, &object->place, BW_GROUP_UPDATE, &under));
  return import_work_change(w, &under, update_group, &g, IMPORT_UPDATED);
}

static RESULT make(struct import_work *w, const struct import_row_group *row, const struct uuid *home)
{
  struct group_work g = {.made = {.tenant = *home,
                                  .display_name = row->display_name.value,
                                  .external_id = row->external_id.value}};
  struct import_leave under;
  if (str_is(row->state.value, "suspended")) {
    TRY(import_work_leave(w, home, BW_GROUP_UPDATE, &under));
    g.patch.state = import_work_patch(&row->state);
  }
  TRY(import_work_leave(w, home, BW_GROUP_CREATE, &under));
  enum result r = import_work_change(w, &under, create_group, &g, IMPORT_CREATED);
  if (r == R_OK)
    w->applied.id = g.id;
  return r;
}

RESULT import_group_apply(struct import_work *w, const struct import_row *row)
{
  const struct import_row_group *wanted = &row->group;
  struct import_object object;
  struct store_object group;
  struct uuid id;
  enum result r = find(w, wanted, &object, &group);
  if (r == R_OK)
    r = group_found(w, wanted, &object, &group);
  else if (r == R_NOT_FOUND && !w->applied.about.p)
    r = import_row_id(wanted->external_id.value, &id) ? import_work_blame(w, "external_id", r)
                                                      : make(w, wanted, &object.place);
  return r == R_MALFORMED ? import_work_blame(w, "display_name", r) : r;
}

static RESULT delete_group(struct change *change, void *what)
{
  const struct uuid *id = what;
  return domain_group_delete(change, id);
}

RESULT import_group_end(struct import_work *w, const struct import_object *object)
{
  return import_work_remove(w, BW_GROUP_DELETE, delete_group, object);
}

RESULT import_group_remove(struct import_work *w, const struct import_row *row)
{
  struct import_object object;
  struct store_object group;
  enum result r = find(w, &row->group, &object, &group);
  if (r == R_OK)
    return import_group_end(w, &object);
  return r == R_NOT_FOUND && !w->applied.about.p ? R_OK : r;
}
