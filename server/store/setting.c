/* Statements on settings of tenants. */
#include "store/setting.h"
#include "store/run.h"

static RESULT list(const struct store_call *call, enum statement statement, const struct db_values *values,
                   struct store_settings *ret_settings)
{
  enum { PATH, TENANT, SET_PATH, NAME, VALUE };
  struct db_rows rows;
  TRY(store_read(call, statement, values, &rows));
  if (rows.count == 0)
    return R_NOT_FOUND;
  /* Where nothing is set, one row tells where the tenant stands. */
  size_t count = db_is_null(&rows, 0, NAME) ? 0 : (size_t)rows.count;
  struct store_setting *found = arena_array(call->arena, count + 1, sizeof *found);
  if (!found)
    return R_NO_MEMORY;
  for (int i = 0; i < (int)count; i++)
    found[i] = (struct store_setting){.tenant = db_uuid(&rows, i, TENANT),
                                      .path = db_text(&rows, i, SET_PATH),
                                      .name = db_text(&rows, i, NAME),
                                      .value = db_text(&rows, i, VALUE)};
  *ret_settings = (struct store_settings){db_text(&rows, 0, PATH), found, count};
  return R_OK;
}

RESULT store_setting_list(const struct store_call *call, const struct uuid *tenant, struct str section,
                          struct store_settings *ret_settings)
{
  struct db_values v = {0};
  db_put_uuid(&v, tenant);
  db_put_text(&v, section);
  return list(call, SQL_setting_list, &v, ret_settings);
}

RESULT store_setting_in_force(const struct store_call *call, const struct uuid *tenant, struct str section,
                              struct store_settings *ret_settings)
{
  struct db_values v = {0};
  db_put_uuid(&v, tenant);
  db_put_text(&v, section);
  return list(call, SQL_setting_in_force, &v, ret_settings);
}

static void put_key(struct db_values *v, const struct store_setting_key *key)
{
  db_put_uuid(v, &key->tenant);
  db_put_text(v, key->section);
  db_put_text(v, key->name);
}

RESULT store_setting_put(struct store_tx *tx, const struct store_setting_key *key, struct str kind, struct str value)
{
  struct db_values v = {0};
  put_key(&v, key);
  db_put_text(&v, kind);
  db_put_text(&v, value);
  return store_run_touch(tx, SQL_setting_put, &v);
}

RESULT store_setting_delete(struct store_tx *tx, const struct store_setting_key *key)
{
  struct db_values v = {0};
  put_key(&v, key);
  return store_queue(tx, SQL_setting_delete, &v);
}

RESULT store_setting_own(const struct store_call *call, const struct uuid *tenant, struct str section,
                         struct str *ret_json)
{
  struct db_values v = {0};
  struct db_rows rows;
  db_put_uuid(&v, tenant);
  db_put_text(&v, section);
  TRY(store_read(call, SQL_setting_own, &v, &rows));
  if (rows.count != 1)
    return FAULT(R_INTERNAL);
  *ret_json = db_text(&rows, 0, 0);
  return R_OK;
}

RESULT store_setting_below(const struct store_call *call, struct str path, struct str section, int64_t most,
                           struct store_settings *ret_settings)
{
  struct db_values v = {0};
  TRY(store_run_put_span(&v, &(struct store_range){.low = path, .subtree = true}, call->arena));
  db_put_text(&v, section);
  db_put_int(&v, most);
  enum result r = list(call, SQL_setting_below, &v, ret_settings);
  if (r == R_NOT_FOUND)
    *ret_settings = (struct store_settings){.path = path};
  return r == R_NOT_FOUND ? R_OK : r;
}
