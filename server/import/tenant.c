/* Makes and changes tenants as rows want them. Trusts: nothing of the row. */
#include "import/tenant.h"
#include "domain/tenant.h"
#include "store/tenant.h"

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

/* Right below the parent, by external_id or id. */
static RESULT find(struct import_work *w, const struct scope *scope, const struct uuid *parent, struct str name,
                   struct store_object *ret_tenant)
{
  struct uuid id;
  struct store_call call = import_work_reading(w, scope);
  if (!import_row_id(name, &id))
    return store_tenant_find(&call, parent, name, ret_tenant);
  enum result r = store_tenant_get(&call, &id, ret_tenant);
  if (r == R_OK)
    r = import_work_expect(w, ret_tenant, "parent_id", parent);
  return import_work_blame(w, "external_id", r);
}

static RESULT tenant_found(struct import_work *w, const struct import_row_tenant *row,
                           const struct store_object *tenant)
{
  struct tenant_work t = {.id = tenant->id, .patch.name = import_work_patch(&row->name)};
  const struct json *view;
  struct import_leave under;
  w->applied.id = tenant->id;
  TRY(import_work_found(w, "external_id"));
  TRY(import_work_view(w, tenant, &view));
  if (import_work_is_over(view))
    return R_WRONG_STATE;
  if (!str_equal(json_str(json_member(view, "kind")), row->tenant_kind.value))
    return import_work_blame(w, "tenant_kind", R_CONFLICT);
  if (import_work_same_text(view, "name", &row->name))
    return R_OK;
  TRY(import_work_leave(w, &tenant->id, BW_TENANT_UPDATE, &under));
  return import_work_change(w, &under, update_tenant, &t, IMPORT_UPDATED);
}

RESULT import_tenant_apply(struct import_work *w, const struct import_row *row)
{
  const struct import_row_tenant *wanted = &row->tenant;
  bool partner = str_is(wanted->tenant_kind.value, "partner");
  struct tenant_work t = {.made = {.kind = partner ? BW_TENANT_PARTNER : BW_TENANT_CUSTOMER,
                                   .name = wanted->name.value,
                                   .external_id = wanted->external_id.value}};
  const struct import_reference parent = {"tenant_external_id", &wanted->tenant_external_id};
  struct import_leave under;
  struct store_object tenant;
  TRY(import_work_enter(w, &parent, BW_TENANT_READ, &t.made.parent, &under));
  enum result r = find(w, under.scope, &t.made.parent, wanted->external_id.value, &tenant);
  if (r == R_OK)
    return tenant_found(w, wanted, &tenant);
  if (r != R_NOT_FOUND || w->applied.about.p)
    return r;
  TRY(import_work_leave_below(w, &t.made.parent, BW_TENANT_CREATE_CUSTOMER, &under));
  if (partner)
    TRY(import_work_leave_below(w, &t.made.parent, BW_TENANT_CREATE_PARTNER, &under));
  /* From now on it may mean another tenant than before, or two. */
  import_memo_forget(w->apply->memo, wanted->external_id.value);
  TRY(import_work_change(w, &under, create_tenant, &t, IMPORT_CREATED));
  w->applied.id = t.id;
  import_made_put(w->apply->actor->made, &t.id, &t.made.parent, !partner);
  return R_OK;
}

RESULT import_tenant_remove(struct import_work *w, const struct import_row *row)
{
  (void)w;
  (void)row;
  return R_TENANT_STAYS;
}
