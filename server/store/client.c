/* Reads and writes clients. */
#include "store/client.h"
#include "store/run.h"

RESULT store_client_get(const struct store_call *call, const struct uuid *id, struct store_object *ret_client)
{
  struct db_values v = {0};
  db_put_uuid(&v, id);
  return store_run_one(call, SQL_client_get, &v, ret_client);
}

RESULT store_client_find(const struct store_call *call, const struct uuid *tenant, struct str external_id,
                         struct store_object *ret_client)
{
  struct db_values v = {0};
  db_put_uuid(&v, tenant);
  db_put_text(&v, external_id);
  return store_run_one(call, SQL_client_find, &v, ret_client);
}

RESULT store_client_list(const struct store_call *call, const struct store_client_filter *filter,
                         struct store_page *ret_page)
{
  struct db_values v = {0};
  TRY(store_run_put_range(&v, &filter->range, call->arena));
  db_put_text(&v, filter->state);
  db_put_text(&v, filter->external_id);
  db_put_int(&v, filter->range.limit);
  return store_run_page(call, SQL_client_list, &v, ret_page);
}

RESULT store_client_lock(struct store_tx *tx, const struct uuid *id, struct store_client *ret_client)
{
  enum { TENANT = STORE__COLUMNS };
  struct db_values v = {0};
  struct db_rows rows;
  db_put_uuid(&v, id);
  TRY(store_run(tx, SQL_client_lock, &v, &rows));
  if (rows.count == 0)
    return R_NOT_FOUND;
  *ret_client = (struct store_client){.object = store_run_object(&rows, 0), .tenant = db_uuid(&rows, 0, TENANT)};
  return R_OK;
}

RESULT store_client_insert(struct store_tx *tx, const struct store_client_row *row, struct store_object *ret_client)
{
  struct db_values v = {0};
  db_put_uuid(&v, &row->id);
  db_put_uuid(&v, &row->tenant);
  db_put_text(&v, row->display_name);
  db_put_text(&v, row->name_key);
  db_put_text(&v, row->external_id);
  db_put_text(&v, row->networks);
  return store_run_change_one(tx, SQL_client_insert, &v, ret_client);
}

RESULT store_client_update(struct store_tx *tx, const struct uuid *id, const struct store_client_change *change,
                           struct store_object *ret_client)
{
  struct db_values v = {0};
  db_put_uuid(&v, id);
  db_put_text(&v, change->display_name);
  db_put_text(&v, change->name_key);
  db_put_bool(&v, change->external_id_given);
  db_put_text(&v, change->external_id);
  db_put_text(&v, change->state);
  db_put_text(&v, change->networks);
  return store_run_change_one(tx, SQL_client_update, &v, ret_client);
}

RESULT store_client_delete(struct store_tx *tx, const struct uuid *id)
{
  struct db_values v = {0};
  db_put_uuid(&v, id);
  return store_run_touch(tx, SQL_client_delete, &v);
}
