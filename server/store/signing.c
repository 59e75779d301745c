/* Statements on signing keys. */
#include "store/signing.h"
#include "store/run.h"

RESULT store_signing_list(const struct store_call *call, int64_t life, const struct store_signing_key **ret_keys,
                          size_t *ret_count)
{
  struct db_values values = {0};
  struct db_rows rows;
  db_put_int(&values, life);
  TRY(store_read(call, SQL_signing_list, &values, &rows));
  struct store_signing_key *keys = arena_array(call->arena, (size_t)rows.count + 1, sizeof *keys);
  if (!keys)
    return R_NO_MEMORY;
  for (int i = 0; i < rows.count; i++)
    keys[i] = (struct store_signing_key){.generation = (int)db_int(&rows, i, 0),
                                         .kid = db_text(&rows, i, 1),
                                         .sealed = db_text(&rows, i, 2),
                                         .signs_from = db_time(&rows, i, 3),
                                         .ends_at = db_time(&rows, i, 4)};
  *ret_keys = keys;
  *ret_count = (size_t)rows.count;
  return R_OK;
}

RESULT store_signing_insert(struct store_tx *tx, const struct store_signing_row *row, int64_t *ret_signs_from)
{
  struct db_values values = {0};
  struct db_rows rows;
  db_put_int4(&values, row->generation);
  db_put_text(&values, row->kid);
  db_put_bytes(&values, row->sealed.p, row->sealed.n);
  db_put_int(&values, row->lead);
  db_put_bool(&values, row->alone);
  TRY(store_run(tx, SQL_signing_insert, &values, &rows));
  if (rows.count != 1)
    return R_ALREADY_EXISTS;
  *ret_signs_from = db_time(&rows, 0, 0);
  return R_OK;
}

RESULT store_signing_event(struct store_tx *tx, const struct store_signing_event *event)
{
  struct db_values values = {0};
  struct uuid id;
  TRY(uuid_new(&id));
  db_put_uuid(&values, &id);
  db_put_time(&values, event->at);
  db_put_text(&values, str_of(event->actor_kind));
  db_put_text(&values, str_of(event->action));
  db_put_text(&values, event->kid);
  db_put_time(&values, event->signs_from);
  db_put_bool(&values, event->alone);
  return store_queue(tx, SQL_audit_signing, &values);
}

RESULT store_signing_prune(const struct store_call *call, int64_t life)
{
  struct db_values values = {0};
  struct db_rows rows;
  db_put_int(&values, life);
  return store_read(call, SQL_signing_prune, &values, &rows);
}
