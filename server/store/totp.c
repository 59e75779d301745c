/* Statements on authenticators. */
#include "store/totp.h"
#include "store/run.h"

static struct store_totp totp_of(const struct db_rows *rows, int row)
{
  return (struct store_totp){.id = db_uuid(rows, row, 0),
                             .tenant = db_uuid(rows, row, 1),
                             .sealed_seed = db_text(rows, row, 2),
                             .last_step = db_int(rows, row, 3),
                             .algorithm = db_text(rows, row, 4),
                             .digits = (int)db_int(rows, row, 5)};
}

RESULT store_totp_take(struct store_tx *tx, const struct uuid *user, const struct store_totp **ret_list,
                       size_t *ret_count)
{
  struct db_values values = {0};
  struct db_rows rows;
  db_put_uuid(&values, user);
  TRY(store_run(tx, SQL_totp_take, &values, &rows));
  struct store_totp *list = arena_array(tx->arena, (size_t)rows.count + 1, sizeof *list);
  if (!list)
    return R_NO_MEMORY;
  for (int i = 0; i < rows.count; i++) {
    list[i] = totp_of(&rows, i);
    list[i].is_last = db_bool(&rows, i, 6);
  }
  *ret_list = list;
  *ret_count = (size_t)rows.count;
  return R_OK;
}

RESULT store_totp_pending(const struct store_call *call, const struct uuid *user, struct store_totp *ret_totp)
{
  struct db_values values = {0};
  struct db_rows rows;
  db_put_uuid(&values, user);
  TRY(store_read(call, SQL_totp_pending, &values, &rows));
  if (rows.count != 1)
    return R_NOT_FOUND;
  *ret_totp = totp_of(&rows, 0);
  return R_OK;
}

RESULT store_totp_create(struct store_tx *tx, const struct store_totp_row *row, int64_t most)
{
  struct db_values values = {0};
  struct db_rows rows;
  db_put_uuid(&values, &row->id);
  db_put_uuid(&values, &row->user);
  db_put_bytes(&values, row->sealed_seed.p, row->sealed_seed.n);
  db_put_text(&values, row->name);
  db_put_text(&values, row->algorithm);
  db_put_int4(&values, row->digits);
  db_put_int(&values, most);
  db_put_int4(&values, (int32_t)row->epoch);
  TRY(store_run(tx, SQL_totp_create, &values, &rows));
  if (rows.count != 1)
    return R_NOT_FOUND;
  return db_bool(&rows, 0, 0) ? R_LIMIT_REACHED : R_OK;
}

RESULT store_totp_confirm(struct store_tx *tx, const struct uuid *id, int64_t step, bool *ret_first)
{
  struct db_values values = {0};
  struct db_rows rows;
  db_put_uuid(&values, id);
  db_put_int(&values, step);
  TRY(store_run(tx, SQL_totp_confirm, &values, &rows));
  if (rows.count != 1)
    return R_NOT_FOUND;
  *ret_first = db_bool(&rows, 0, 0);
  return R_OK;
}

RESULT store_totp_step(struct store_tx *tx, const struct uuid *user, const struct uuid *id, int64_t step)
{
  struct db_values values = {0};
  db_put_uuid(&values, user);
  db_put_uuid(&values, id);
  db_put_int(&values, step);
  return store_run_touch(tx, SQL_totp_step, &values);
}

RESULT store_totp_rename(struct store_tx *tx, const struct uuid *user, const struct uuid *id, struct str name,
                         struct str *ret_body)
{
  struct db_values values = {0};
  struct db_rows rows;
  db_put_uuid(&values, user);
  db_put_uuid(&values, id);
  db_put_text(&values, name);
  TRY(store_run(tx, SQL_totp_rename, &values, &rows));
  if (rows.count != 1)
    return R_NOT_FOUND;
  *ret_body = db_text(&rows, 0, 1);
  return R_OK;
}

RESULT store_totp_remove(struct store_tx *tx, const struct uuid *user, const struct uuid *id, bool *ret_last)
{
  struct db_values values = {0};
  struct db_rows rows;
  db_put_uuid(&values, user);
  db_put_uuid(&values, id);
  TRY(store_run(tx, SQL_totp_remove, &values, &rows));
  if (rows.count != 1)
    return R_NOT_FOUND;
  *ret_last = db_bool(&rows, 0, 0);
  return R_OK;
}
