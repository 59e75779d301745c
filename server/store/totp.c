/* Statements on authenticators. */
#include "store/totp.h"
#include "store/run.h"

RESULT store_totp_find(const struct store_call *call, const struct uuid *user, bool confirmed, struct store_totp *ret_totp)
{
  struct db_values values = {0};
  struct db_rows rows;
  db_put_uuid(&values, user);
  db_put_bool(&values, confirmed);
  TRY(store_read(call, SQL_totp_find, &values, &rows));
  if (rows.count != 1)
    return R_NOT_FOUND;
  *ret_totp = (struct store_totp){db_uuid(&rows, 0, 0), db_uuid(&rows, 0, 1), db_text(&rows, 0, 2), db_int(&rows, 0, 3)};
  return R_OK;
}

RESULT store_totp_create(struct store_tx *tx, const struct uuid *id, const struct uuid *user, struct str sealed_seed)
{
  struct db_values values = {0};
  struct db_rows rows;
  db_put_uuid(&values, id);
  db_put_uuid(&values, user);
  db_put_bytes(&values, sealed_seed.p, sealed_seed.n);
  TRY(store_run(tx, SQL_totp_create, &values, &rows));
  return rows.count == 1 ? R_OK : R_NOT_FOUND;
}

static enum result advance(struct store_tx *tx, enum statement statement, const struct uuid *id, int64_t step)
{
  struct db_values values = {0};
  struct db_rows rows;
  db_put_uuid(&values, id);
  db_put_int(&values, step);
  TRY(store_run(tx, statement, &values, &rows));
  return rows.count == 1 ? R_OK : R_NOT_FOUND;
}

RESULT store_totp_confirm(struct store_tx *tx, const struct uuid *id, int64_t step)
{
  return advance(tx, SQL_totp_confirm, id, step);
}

RESULT store_totp_step(struct store_tx *tx, const struct uuid *id, int64_t step) { return advance(tx, SQL_totp_step, id, step); }
