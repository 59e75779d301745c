/* Statements on recovery codes. */
#include "store/recovery.h"
#include "base/buf.h"
#include "store/run.h"

enum { ARRAY_MOST = 16 * 1024 };

/* PostgreSQL's text form of an array; a hash holds neither quotes nor backslashes. */
static RESULT array_of(const struct str *hashes, size_t count, struct arena *arena, struct str *ret_array)
{
  struct buf text = buf_in(arena, ARRAY_MOST);
  buf_put_char(&text, '{');
  for (size_t i = 0; i < count; i++)
    buf_print(&text, "%s\"%.*s\"", i ? "," : "", (int)hashes[i].n, hashes[i].p);
  buf_put_char(&text, '}');
  *ret_array = buf_str(&text);
  return ret_array->p ? R_OK : R_NO_MEMORY;
}

RESULT store_recovery_put(struct store_tx *tx, const struct uuid *id, const struct uuid *user, const struct str *hashes,
                          size_t count)
{
  struct db_values values = {0};
  struct str array;
  TRY(array_of(hashes, count, tx->arena, &array));
  db_put_uuid(&values, id);
  db_put_uuid(&values, user);
  db_put_text(&values, array);
  return store_run_touch(tx, SQL_recovery_put, &values);
}

RESULT store_recovery_take(struct store_tx *tx, const struct uuid *user, struct store_recovery *ret_recovery)
{
  struct db_values values = {0};
  struct db_rows rows;
  db_put_uuid(&values, user);
  TRY(store_run(tx, SQL_recovery_take, &values, &rows));
  if (rows.count == 0)
    return R_NOT_FOUND;
  struct str *hashes = arena_array(tx->arena, (size_t)rows.count, sizeof *hashes);
  if (!hashes)
    return R_NO_MEMORY;
  for (int i = 0; i < rows.count; i++)
    hashes[i] = db_text(&rows, i, 2);
  *ret_recovery = (struct store_recovery){.id = db_uuid(&rows, 0, 0),
                                          .tenant = db_uuid(&rows, 0, 1),
                                          .hashes = hashes,
                                          .count = (size_t)rows.count,
                                          .is_last = db_bool(&rows, 0, 3)};
  return R_OK;
}

RESULT store_recovery_spend(struct store_tx *tx, const struct uuid *id, struct str hash)
{
  struct db_values values = {0};
  db_put_uuid(&values, id);
  db_put_text(&values, hash);
  return store_run_touch(tx, SQL_recovery_spend, &values);
}
