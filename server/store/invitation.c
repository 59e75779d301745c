/* Statements on invitations. */
#include "store/invitation.h"
#include "store/run.h"

static void put(struct db_values *values, struct str digest, int64_t now)
{
  db_put_bytes(values, digest.p, digest.n);
  db_put_time(values, now);
}

RESULT store_invitation_find(const struct store_call *call, struct str digest, int64_t now, struct uuid *ret_user)
{
  struct db_values values = {0};
  struct db_rows rows;
  put(&values, digest, now);
  TRY(store_read(call, SQL_invitation_find, &values, &rows));
  if (rows.count != 1)
    return R_NOT_FOUND;
  *ret_user = db_uuid(&rows, 0, 0);
  return R_OK;
}

RESULT store_invitation_use(struct store_tx *tx, struct str digest, int64_t now, struct uuid *ret_user)
{
  struct db_values values = {0};
  struct db_rows rows;
  put(&values, digest, now);
  TRY(store_run(tx, SQL_invitation_use, &values, &rows));
  if (rows.count != 1)
    return R_NOT_FOUND;
  *ret_user = db_uuid(&rows, 0, 0);
  return R_OK;
}
