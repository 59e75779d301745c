/* Reads and writes tenants. */
#include "store/tenant.h"
#include "store/run.h"

bool store_tenant_within(struct str below, struct str above)
{
  return str_starts(below, above) && (below.n == above.n || below.p[above.n] == '/');
}

RESULT store_tenant_get(const struct store_call *call, const struct uuid *id, struct store_object *ret_tenant)
{
  struct db_values v = {0};
  db_put_uuid(&v, id);
  return store_run_one(call, SQL_tenant_get, &v, ret_tenant);
}

static void put_filter(struct db_values *v, const struct store_tenant_filter *filter)
{
  db_put_text(v, filter->kind);
  db_put_text(v, filter->state);
  db_put_text(v, filter->external_id);
  db_put_text(v, filter->code);
  db_put_text(v, filter->name);
  db_put_int(v, filter->range.limit);
}

RESULT store_tenant_list(const struct store_call *call, const struct store_tenant_filter *filter,
                         struct store_page *ret_page)
{
  struct db_values v = {0};
  TRY(store_run_put_span(&v, &filter->range, call->arena));
  db_put_text(&v, filter->range.after_path.n ? filter->range.after_path : STR(""));
  put_filter(&v, filter);
  return store_run_page(call, SQL_tenant_list, &v, ret_page);
}

RESULT store_tenant_children(const struct store_call *call, const struct uuid *parent,
                             const struct store_tenant_filter *filter, struct store_page *ret_page)
{
  struct db_values v = {0};
  db_put_uuid(&v, parent);
  db_put_text(&v, filter->range.after_path.n ? filter->range.after_path : STR(""));
  put_filter(&v, filter);
  return store_run_page(call, SQL_tenant_children, &v, ret_page);
}

RESULT store_tenant_breadcrumb(const struct store_call *call, const struct uuid *id, struct store_page *ret_page)
{
  struct db_values v = {0};
  db_put_uuid(&v, id);
  return store_run_page(call, SQL_tenant_breadcrumb, &v, ret_page);
}

static RESULT find_one(const struct store_call *call, const struct db_values *v, struct store_object *ret_tenant)
{
  struct store_page page;
  TRY(store_run_page(call, SQL_tenant_find, v, &page));
  if (page.count != 1)
    return page.count == 0 ? R_NOT_FOUND : R_CONFLICT;
  *ret_tenant = page.items[0];
  return R_OK;
}

RESULT store_tenant_find(const struct store_call *call, const struct uuid *parent, struct str external_id,
                         struct store_object *ret_tenant)
{
  struct db_values v = {0};
  db_put_uuid(&v, parent);
  db_put_text(&v, external_id);
  db_put_null(&v);
  db_put_null(&v);
  return find_one(call, &v, ret_tenant);
}

RESULT store_tenant_find_within(const struct store_call *call, struct str path, struct str external_id,
                                struct store_object *ret_tenant)
{
  const struct store_range range = {.low = path, .subtree = true};
  struct db_values v = {0};
  db_put_null(&v);
  db_put_text(&v, external_id);
  TRY(store_run_put_span(&v, &range, call->arena));
  return find_one(call, &v, ret_tenant);
}

RESULT store_tenant_lock(struct store_tx *tx, const struct uuid *id, struct store_tenant *ret_tenant)
{
  enum { KIND = STORE__COLUMNS, STATE, REACH };
  struct db_values v = {0};
  struct db_rows rows;
  db_put_uuid(&v, id);
  TRY(store_run(tx, SQL_tenant_lock, &v, &rows));
  if (rows.count == 0)
    return R_NOT_FOUND;
  *ret_tenant = (struct store_tenant){.object = store_run_object(&rows, 0),
                                      .kind = db_text(&rows, 0, KIND),
                                      .state = db_text(&rows, 0, STATE),
                                      .reach = db_text(&rows, 0, REACH)};
  return R_OK;
}

RESULT store_tenant_place(struct store_tx *tx, const struct uuid *id, struct store_place *ret_place)
{
  enum { PATH, BOUNDARY, KIND };
  struct db_values v = {0};
  struct db_rows rows;
  db_put_uuid(&v, id);
  TRY(store_run(tx, SQL_tenant_place, &v, &rows));
  if (rows.count == 0)
    return R_NOT_FOUND;
  *ret_place = (struct store_place){
      .path = db_text(&rows, 0, PATH), .boundary = db_text(&rows, 0, BOUNDARY), .kind = db_text(&rows, 0, KIND)};
  return R_OK;
}

static RESULT release(struct store_tx *tx, const struct uuid *parent, struct str external_id)
{
  struct db_values v = {0};
  if (!external_id.p)
    return R_OK;
  db_put_uuid(&v, parent);
  db_put_text(&v, external_id);
  return store_queue(tx, SQL_tenant_release, &v);
}

RESULT store_tenant_insert(struct store_tx *tx, const struct store_tenant_row *row, struct store_object *ret_tenant,
                           struct str *ret_named)
{
  enum { NAMED = STORE__COLUMNS };
  struct db_values none = {0}, v = {0};
  struct db_rows rows;
  TRY(store_queue(tx, SQL_tenant_tree_share, &none));
  TRY(release(tx, &row->parent, row->external_id));
  db_put_uuid(&v, &row->id);
  db_put_text(&v, row->label);
  db_put_uuid(&v, &row->parent);
  db_put_text(&v, row->kind);
  db_put_text(&v, row->code);
  db_put_text(&v, row->name);
  db_put_text(&v, row->name_key);
  db_put_text(&v, row->external_id);
  TRY(store_run(tx, SQL_tenant_insert, &v, &rows));
  if (rows.count == 0)
    return R_NOT_FOUND;
  *ret_tenant = store_run_object(&rows, 0);
  *ret_named = db_text(&rows, 0, NAMED);
  return R_OK;
}

RESULT store_tenant_update(struct store_tx *tx, const struct uuid *id, const struct store_tenant_change *change,
                           struct store_object *ret_tenant)
{
  struct db_values v = {0};
  db_put_uuid(&v, id);
  db_put_text(&v, change->name);
  db_put_text(&v, change->name_key);
  db_put_bool(&v, change->external_id_given);
  db_put_text(&v, change->external_id);
  return store_run_change_one(tx, SQL_tenant_update, &v, ret_tenant);
}

RESULT store_tenant_suspend(struct store_tx *tx, const struct uuid *id, struct str reach,
                            struct store_object *ret_tenant)
{
  struct db_values v = {0};
  db_put_uuid(&v, id);
  db_put_text(&v, reach);
  return store_run_change_one(tx, SQL_tenant_suspend, &v, ret_tenant);
}

RESULT store_tenant_terminate(struct store_tx *tx, const struct uuid *id, const struct store_end *end,
                              struct store_object *ret_tenant)
{
  struct db_values v = {0};
  db_put_uuid(&v, id);
  db_put_int(&v, end->grace);
  db_put_int(&v, end->rest);
  return store_run_change_one(tx, SQL_tenant_terminate, &v, ret_tenant);
}

RESULT store_tenant_restore(struct store_tx *tx, const struct uuid *id, struct store_object *ret_tenant)
{
  struct db_values v = {0};
  db_put_uuid(&v, id);
  return store_run_change_one(tx, SQL_tenant_restore, &v, ret_tenant);
}
