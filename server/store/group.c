/* Reads and writes groups. */
#include "store/group.h"
#include "store/run.h"

RESULT store_group_get(const struct store_call *call, const struct uuid *id, struct store_object *ret_group)
{
  struct db_values v = {0};
  db_put_uuid(&v, id);
  return store_run_one(call, SQL_group_get, &v, ret_group);
}

RESULT store_group_find(const struct store_call *call, const struct uuid *tenant, struct str external_id,
                        struct str name_key, struct store_object *ret_group)
{
  struct db_values v = {0};
  db_put_uuid(&v, tenant);
  db_put_text(&v, external_id);
  db_put_text(&v, name_key);
  return store_run_one(call, SQL_group_find, &v, ret_group);
}

RESULT store_group_list(const struct store_call *call, const struct store_group_filter *filter,
                        struct store_page *ret_page)
{
  struct db_values v = {0};
  TRY(store_run_put_range(&v, &filter->range, call->arena));
  db_put_text(&v, filter->state);
  db_put_text(&v, filter->external_id);
  db_put_int(&v, filter->range.limit);
  return store_run_page(call, SQL_group_list, &v, ret_page);
}

RESULT store_group_lock(struct store_tx *tx, const struct uuid *id, struct store_group *ret_group)
{
  enum { TENANT = STORE__COLUMNS };
  struct db_values v = {0};
  struct db_rows rows;
  db_put_uuid(&v, id);
  TRY(store_run(tx, SQL_group_lock, &v, &rows));
  if (rows.count == 0)
    return R_NOT_FOUND;
  *ret_group = (struct store_group){.object = store_run_object(&rows, 0), .tenant = db_uuid(&rows, 0, TENANT)};
  return R_OK;
}

RESULT store_group_insert(struct store_tx *tx, const struct store_group_row *row, struct store_object *ret_group)
{
  struct db_values v = {0};
  db_put_uuid(&v, &row->id);
  db_put_uuid(&v, &row->tenant);
  db_put_text(&v, row->display_name);
  db_put_text(&v, row->name_key);
  db_put_text(&v, row->external_id);
  return store_run_change_one(tx, SQL_group_insert, &v, ret_group);
}

RESULT store_group_update(struct store_tx *tx, const struct uuid *id, const struct store_group_change *change,
                          struct store_object *ret_group)
{
  struct db_values v = {0};
  db_put_uuid(&v, id);
  db_put_text(&v, change->display_name);
  db_put_text(&v, change->name_key);
  db_put_bool(&v, change->external_id_given);
  db_put_text(&v, change->external_id);
  db_put_text(&v, change->state);
  return store_run_change_one(tx, SQL_group_update, &v, ret_group);
}

RESULT store_group_delete(struct store_tx *tx, const struct uuid *id)
{
  struct db_values v = {0};
  db_put_uuid(&v, id);
  return store_run_touch(tx, SQL_group_delete, &v);
}

RESULT store_group_machine(struct store_tx *tx, const struct uuid *id, bool *ret_machine)
{
  struct db_values v = {0};
  struct db_rows rows;
  db_put_uuid(&v, id);
  TRY(store_run(tx, SQL_group_machine, &v, &rows));
  *ret_machine = rows.count > 0 && db_bool(&rows, 0, 0);
  return R_OK;
}
