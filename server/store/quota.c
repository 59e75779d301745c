/* Statements on quotas of tenants. */
#include "store/quota.h"
#include "store/run.h"

RESULT store_quota_show(const struct store_call *call, const struct uuid *tenant, struct store_object *ret_quotas)
{
  struct db_values v = {0};
  db_put_uuid(&v, tenant);
  return store_run_one(call, SQL_quota_show, &v, ret_quotas);
}

static struct uuid bound_of(const struct db_rows *rows, int row, int column)
{
  return db_is_null(rows, row, column) ? (struct uuid){0} : db_uuid(rows, row, column);
}

RESULT store_quota_bound(const struct store_call *call, const struct uuid *tenant, struct str pool,
                         struct store_quota_bound *ret_bound)
{
  enum { BOUND, SPOKEN };
  struct db_values v = {0};
  struct db_rows rows;
  db_put_uuid(&v, tenant);
  db_put_text(&v, pool);
  TRY(store_read(call, SQL_quota_bound, &v, &rows));
  if (rows.count == 0)
    return R_NOT_FOUND;
  *ret_bound = (struct store_quota_bound){bound_of(&rows, 0, BOUND), db_int(&rows, 0, SPOKEN)};
  return R_OK;
}

RESULT store_quota_short(const struct store_call *call, const struct uuid *tenant,
                         const struct store_quota_short **ret_pools, size_t *ret_count)
{
  enum { POOL, BOUND };
  struct db_values v = {0};
  struct db_rows rows;
  db_put_uuid(&v, tenant);
  TRY(store_read(call, SQL_quota_short, &v, &rows));
  struct store_quota_short *pools = arena_array(call->arena, (size_t)rows.count + 1, sizeof *pools);
  if (!pools)
    return R_NO_MEMORY;
  for (int i = 0; i < rows.count; i++)
    pools[i] = (struct store_quota_short){db_text(&rows, i, POOL), bound_of(&rows, i, BOUND)};
  *ret_pools = pools;
  *ret_count = (size_t)rows.count;
  return R_OK;
}

RESULT store_quota_hold(struct store_tx *tx, const struct uuid *tenant)
{
  struct db_values none = {0}, v = {0};
  struct db_rows rows;
  TRY(store_queue(tx, SQL_tenant_tree_share, &none));
  db_put_uuid(&v, tenant);
  TRY(store_run(tx, SQL_quota_gate, &v, &rows));
  return rows.count == 1 ? R_OK : R_NOT_FOUND;
}

RESULT store_quota_own(const struct store_call *call, const struct uuid *tenant, struct str *ret_body)
{
  struct db_values v = {0};
  struct db_rows rows;
  db_put_uuid(&v, tenant);
  TRY(store_read(call, SQL_quota_own, &v, &rows));
  *ret_body = db_text(&rows, 0, 0);
  return R_OK;
}

RESULT store_quota_put(struct store_tx *tx, const struct uuid *tenant, struct str pool, int64_t allotted,
                       struct str warn_at)
{
  struct db_values v = {0};
  db_put_uuid(&v, tenant);
  db_put_text(&v, pool);
  db_put_int(&v, allotted);
  db_put_text(&v, warn_at);
  return store_run_touch(tx, SQL_quota_put, &v);
}

RESULT store_quota_warn(struct store_tx *tx, const struct uuid *tenant, struct str pool, struct str warn_at)
{
  struct db_values v = {0};
  db_put_uuid(&v, tenant);
  db_put_text(&v, pool);
  db_put_text(&v, warn_at);
  return store_run_touch(tx, SQL_quota_warn, &v);
}

RESULT store_quota_delete(struct store_tx *tx, const struct uuid *tenant, struct str pool)
{
  struct db_values v = {0};
  db_put_uuid(&v, tenant);
  db_put_text(&v, pool);
  return store_run_touch(tx, SQL_quota_delete, &v);
}

RESULT store_quota_tell(struct store_tx *tx, int64_t most, const struct store_quota_told **ret_told, size_t *ret_count)
{
  enum { TENANT, POOL, LEVEL, WAS };
  struct db_values v = {0};
  struct db_rows rows;
  db_put_int(&v, most);
  TRY(store_run(tx, SQL_quota_tell, &v, &rows));
  struct store_quota_told *told = arena_array(tx->arena, (size_t)rows.count + 1, sizeof *told);
  if (!told)
    return R_NO_MEMORY;
  for (int i = 0; i < rows.count; i++)
    told[i] = (struct store_quota_told){db_uuid(&rows, i, TENANT), db_text(&rows, i, POOL), db_int(&rows, i, LEVEL),
                                        db_int(&rows, i, WAS)};
  *ret_told = told;
  *ret_count = (size_t)rows.count;
  return R_OK;
}
