/* Reads roles. */
#include "store/role.h"
#include "store/run.h"

RESULT store_role_get(const struct store_call *call, const struct uuid *id, struct store_object *ret_role)
{
  struct db_values v = {0};
  db_put_uuid(&v, id);
  return store_run_one(call, SQL_role_get, &v, ret_role);
}

RESULT store_role_list(const struct store_call *call, const struct store_range *range, struct store_page *ret_page)
{
  struct db_values v = {0};
  db_put_text(&v, range->low);
  db_put_text(&v, range->after_path.n ? range->after_path : STR(""));
  db_put_uuid(&v, &range->after_id);
  db_put_int(&v, range->limit);
  return store_run_page(call, SQL_role_list, &v, ret_page);
}

RESULT store_role_find(const struct store_call *call, struct str path, struct str name, struct store_object *ret_role)
{
  struct db_values v = {0};
  db_put_text(&v, path);
  db_put_text(&v, name);
  return store_run_one(call, SQL_role_find, &v, ret_role);
}

RESULT store_role_facts(struct store_tx *tx, const struct uuid *id, struct store_role *ret_role)
{
  enum { ID, PATH, PERMISSIONS, KINDS };
  struct db_values v = {0};
  struct db_rows rows;
  db_put_uuid(&v, id);
  TRY(store_run(tx, SQL_role_facts, &v, &rows));
  if (rows.count == 0)
    return R_NOT_FOUND;
  *ret_role = (struct store_role){.id = db_uuid(&rows, 0, ID),
                                  .path = db_text(&rows, 0, PATH),
                                  .permissions = db_text(&rows, 0, PERMISSIONS),
                                  .kinds = db_text(&rows, 0, KINDS)};
  return R_OK;
}
