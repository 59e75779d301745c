/* Calls and transactions of the layers above, handed to db. */
#include "store/run.h"

static struct db_call db_call_of(const struct store_call *call)
{
  return (struct db_call){.pool = call->pool, .scope = call->scope, .arena = call->arena, .deadline = call->deadline};
}

RESULT store_tx_open(const struct store_call *call, struct store_tx **ret_tx)
{
  struct store_tx *tx = arena_alloc(call->arena, sizeof *tx);
  struct db_call db = db_call_of(call);
  if (!tx)
    return R_NO_MEMORY;
  tx->arena = call->arena;
  TRY(db_tx_open(&db, &tx->db));
  *ret_tx = tx;
  return R_OK;
}

RESULT store_tx_commit(struct store_tx *tx, uint64_t *ret_revision)
{
  int64_t revision;
  TRY(db_tx_commit(tx->db, &revision));
  *ret_revision = revision == DB_REVISION_UNKNOWN ? STORE_REVISION_UNKNOWN : (uint64_t)revision;
  return R_OK;
}

RESULT store_tx_scope(struct store_tx *tx, const struct scope *scope) { return db_tx_scope(tx->db, scope); }

RESULT store_tx_mark(struct store_tx *tx) { return db_tx_mark(tx->db); }

RESULT store_tx_forget(struct store_tx *tx) { return db_tx_forget(tx->db); }

RESULT store_tx_return(struct store_tx *tx) { return db_tx_return(tx->db); }

void store_tx_close(struct store_tx **tx)
{
  if (!tx || !*tx)
    return;
  db_tx_close(&(*tx)->db);
  *tx = NULL;
}

RESULT store_read(const struct store_call *call, enum statement statement, const struct db_values *values,
                  struct db_rows *ret_rows)
{
  struct db_call db = db_call_of(call);
  return call->tx ? db_tx_run(call->tx->db, statement, values, ret_rows) : db_read(&db, statement, values, ret_rows);
}

RESULT store_run(struct store_tx *tx, enum statement statement, const struct db_values *values,
                 struct db_rows *ret_rows)
{
  return db_tx_run(tx->db, statement, values, ret_rows);
}

RESULT store_queue(struct store_tx *tx, enum statement statement, const struct db_values *values)
{
  return db_tx_queue(tx->db, statement, values);
}

const char *store_last_error(void) { return db_last_error(); }
