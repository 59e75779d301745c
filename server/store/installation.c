/* Statements on what there is once. */
#include "store/installation.h"
#include "store/run.h"

RESULT store_installation_key(const struct store_call *call, const struct uuid *ours, struct uuid *ret_key)
{
  struct db_values values = {0};
  struct db_rows rows;
  db_put_uuid(&values, ours);
  TRY(store_read(call, SQL_installation_key, &values, &rows));
  if (rows.count != 1)
    return FAULT(R_INTERNAL);
  *ret_key = db_uuid(&rows, 0, 0);
  return R_OK;
}

RESULT store_installation_root(const struct store_call *call, struct uuid *ret_tenant, struct str *ret_code, bool *ret_settled)
{
  struct db_values values = {0};
  struct db_rows rows;
  TRY(store_read(call, SQL_installation_root, &values, &rows));
  if (rows.count != 1)
    return FAULT(R_INTERNAL);
  *ret_tenant = db_uuid(&rows, 0, 0);
  *ret_code = db_text(&rows, 0, 1);
  *ret_settled = db_bool(&rows, 0, 2);
  return R_OK;
}

RESULT store_installation_revision(const struct store_call *call, uint64_t *ret_revision)
{
  struct db_values values = {0};
  struct db_rows rows;
  TRY(store_read(call, SQL_policy_revision, &values, &rows));
  if (rows.count != 1)
    return FAULT(R_INTERNAL);
  *ret_revision = (uint64_t)db_int(&rows, 0, 0);
  return R_OK;
}

static enum result prune(const struct store_call *call, enum statement statement, int64_t before)
{
  struct db_values values = {0};
  struct db_rows rows;
  db_put_time(&values, before);
  return store_read(call, statement, &values, &rows);
}

RESULT store_installation_prune(const struct store_call *call, int64_t before)
{
  struct db_values values = {0};
  struct db_rows rows;
  TRY(prune(call, SQL_vault_prune, before));
  db_put_text(&values, STR("1 hour"));
  return store_read(call, SQL_policy_prune, &values, &rows);
}

RESULT store_installation_prune_replies(const struct store_call *call, int64_t before)
{
  return prune(call, SQL_idempotency_prune, before);
}
