/* Statements on passwords. */
#include "store/credential.h"
#include "store/run.h"

RESULT store_credential_find(const struct store_call *call, struct str code, struct str login_key,
                             struct store_credential *ret_credential)
{
  struct db_values values = {0};
  struct db_rows rows;
  db_put_text(&values, code);
  db_put_text(&values, login_key);
  TRY(store_read(call, SQL_login_find, &values, &rows));
  if (rows.count != 1)
    return R_NOT_FOUND;
  *ret_credential = (struct store_credential){.tenant = db_uuid(&rows, 0, 0),
                                              .principal = db_uuid(&rows, 0, 1),
                                              .state = db_text(&rows, 0, 2),
                                              .epoch = (uint32_t)db_int(&rows, 0, 3),
                                              .hash = db_text(&rows, 0, 4),
                                              .has_totp = db_bool(&rows, 0, 5),
                                              .has_recovery = db_bool(&rows, 0, 6),
                                              .changed_at = db_time(&rows, 0, 7),
                                              .chosen = db_bool(&rows, 0, 8)};
  return R_OK;
}

RESULT store_credential_get(const struct store_call *call, const struct uuid *user, struct store_credential *ret_credential)
{
  struct db_values values = {0};
  struct db_rows rows;
  db_put_uuid(&values, user);
  TRY(store_read(call, SQL_credential_find, &values, &rows));
  if (rows.count != 1)
    return R_NOT_FOUND;
  *ret_credential = (struct store_credential){.principal = *user,
                                              .tenant = db_uuid(&rows, 0, 0),
                                              .state = db_text(&rows, 0, 1),
                                              .epoch = (uint32_t)db_int(&rows, 0, 2),
                                              .login = db_text(&rows, 0, 3),
                                              .email = db_text(&rows, 0, 4),
                                              .tenant_name = db_text(&rows, 0, 5),
                                              .tenant_code = db_text(&rows, 0, 6),
                                              .hash = db_text(&rows, 0, 7),
                                              .has_totp = db_bool(&rows, 0, 8),
                                              .changed_at = db_time(&rows, 0, 9),
                                              .chosen = db_bool(&rows, 0, 10)};
  return R_OK;
}

RESULT store_credential_set(struct store_tx *tx, const struct uuid *user, uint32_t epoch, struct str hash, int64_t kept)
{
  struct db_values values = {0};
  struct db_rows rows;
  db_put_uuid(&values, user);
  db_put_text(&values, hash);
  db_put_int(&values, kept);
  db_put_int(&values, epoch);
  TRY(store_run(tx, SQL_credential_set, &values, &rows));
  return rows.count == 1 ? R_OK : R_NOT_FOUND;
}

static RESULT hashes_of(const struct store_call *call, const struct db_rows *rows, struct store_hashes *ret_hashes)
{
  struct str *hashes = arena_array(call->arena, (size_t)rows->count + 1, sizeof *hashes);
  if (!hashes)
    return R_NO_MEMORY;
  for (int i = 0; i < rows->count; i++)
    hashes[i] = db_text(rows, i, 0);
  *ret_hashes = (struct store_hashes){hashes, (size_t)rows->count};
  return R_OK;
}

RESULT store_credential_history(const struct store_call *call, const struct uuid *user, int64_t limit,
                                struct store_hashes *ret_hashes)
{
  struct db_values values = {0};
  struct db_rows rows;
  db_put_uuid(&values, user);
  db_put_int(&values, limit);
  TRY(store_read(call, SQL_credential_history, &values, &rows));
  return hashes_of(call, &rows, ret_hashes);
}

RESULT store_credential_rehash(const struct store_call *call, const struct uuid *user, struct str before, struct str hash)
{
  struct db_values values = {0};
  struct db_rows rows;
  db_put_uuid(&values, user);
  db_put_text(&values, before);
  db_put_text(&values, hash);
  return store_read(call, SQL_credential_rehash, &values, &rows);
}

RESULT store_credential_raise_epoch(struct store_tx *tx, const struct uuid *principal, uint32_t *ret_epoch)
{
  struct db_values values = {0};
  struct db_rows rows;
  db_put_uuid(&values, principal);
  TRY(store_run(tx, SQL_epoch_raise, &values, &rows));
  if (rows.count != 1)
    return R_NOT_FOUND;
  *ret_epoch = (uint32_t)db_int(&rows, 0, 0);
  return R_OK;
}

RESULT store_credential_tenant(const struct store_call *call, struct str code, struct uuid *ret_tenant)
{
  struct db_values values = {0};
  struct db_rows rows;
  db_put_text(&values, code);
  TRY(store_read(call, SQL_tenant_by_code, &values, &rows));
  if (rows.count != 1)
    return R_NOT_FOUND;
  *ret_tenant = db_uuid(&rows, 0, 0);
  return R_OK;
}
