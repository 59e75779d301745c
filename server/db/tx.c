/* Reads and transactions, each as few pipelines as it can be; what became of a COMMIT that nobody answered is found
 * out. */
#include "db/tx.h"
#include "base/clock.h"
#include "db/failure.h"
#include "db/lease.h"
#include "db/scope_mint.h"
#include <assert.h>
#include <time.h>

enum { OUTCOME_SECONDS = 5, OUTCOME_PAUSE_MS = 100, ROLLBACK_SECONDS = 2 };

struct db_tx {
  struct db_call call;
  struct db_connection *connection; /* NULL until the first statement */
  struct db_rows id;                /* pg_current_xact_id(), fetched with the first statements */
  bool custom_plan, committed;
  struct scope scope;         /* the one that was set last, where it is not the first */
  bool scope_known;           /* call.scope is what holds now: a return may have undone it */
  enum result failure; /* the first one; nothing runs after it */
};

static RESULT check_scope(const struct db_call *call, enum statement statement)
{
  if (call->scope || !db_statements[statement].scoped)
    return R_OK;
  return db_failure_say(R_INTERNAL, "%s runs with a scope only", db_statements[statement].name);
}

static RESULT send_custom_plan(struct db_connection *c)
{
  return db_connection_send(c, SQL_session_custom_plan, &(struct db_values){0}, NULL);
}

static RESULT send_read(struct db_connection *c, const struct db_call *call, enum statement statement,
                        const struct db_values *values, struct db_rows *ret_rows)
{
  if (call->scope)
    TRY(db_connection_send_scope(c, call->scope));
  if (db_statements[statement].custom_plan)
    TRY(send_custom_plan(c));
  TRY(db_connection_send(c, statement, values, ret_rows));
  TRY(db_connection_sync(c));
  return db_connection_receive(c, call->arena, call->deadline);
}

RESULT db_read(const struct db_call *call, enum statement statement, const struct db_values *values,
               struct db_rows *ret_rows)
{
  struct db_connection *connection = NULL;
  struct db_rows rows = {0};
  TRY(check_scope(call, statement));
  TRY(db_pool_lease(call->pool, call->deadline, &connection));
  enum result r = send_read(connection, call, statement, values, &rows);
  db_pool_release(call->pool, connection);
  if (r == R_OK)
    *ret_rows = rows;
  return r;
}

RESULT db_tx_open(const struct db_call *call, struct db_tx **ret_tx)
{
  struct db_tx *tx = arena_alloc(call->arena, sizeof *tx);
  if (!tx)
    return R_NO_MEMORY;
  tx->call = *call;
  tx->failure = R_OK;
  tx->scope_known = true;
  *ret_tx = tx;
  return R_OK;
}

/* BEGIN, the scope, and the number by which to ask for this transaction; the server sends that one ahead, so that it is
   here even when the connection dies in the COMMIT of the same pipeline. */
static RESULT begin(struct db_tx *tx)
{
  TRY(db_pool_lease(tx->call.pool, tx->call.deadline, &tx->connection));
  TRY(db_connection_verb(tx->connection, DB_BEGIN));
  if (tx->call.scope)
    TRY(db_connection_send_scope(tx->connection, tx->call.scope));
  TRY(db_connection_send(tx->connection, SQL_transaction_id, &(struct db_values){0}, &tx->id));
  return db_connection_flush(tx->connection);
}

static RESULT hear(struct db_tx *tx)
{
  TRY(db_connection_sync(tx->connection));
  return db_connection_receive(tx->connection, tx->call.arena, tx->call.deadline);
}

/* The connection, with room for more in its pipeline. */
static RESULT make_room(struct db_tx *tx)
{
  if (!tx->connection)
    TRY(begin(tx));
  return db_connection_pending(tx->connection) < DB_STEPS ? R_OK : hear(tx);
}

static RESULT send(struct db_tx *tx, enum statement statement, const struct db_values *values, struct db_rows *ret_rows)
{
  TRY(check_scope(&tx->call, statement));
  TRY(make_room(tx));
  if (db_statements[statement].custom_plan && !tx->custom_plan) {
    TRY(send_custom_plan(tx->connection));
    tx->custom_plan = true;
  }
  return db_connection_send(tx->connection, statement, values, ret_rows);
}

static RESULT send_and_receive(struct db_tx *tx, enum statement statement, const struct db_values *values,
                               struct db_rows *ret_rows)
{
  TRY(send(tx, statement, values, ret_rows));
  return hear(tx);
}

RESULT db_tx_run(struct db_tx *tx, enum statement statement, const struct db_values *values, struct db_rows *ret_rows)
{
  assert(!tx->committed);
  struct db_rows rows = {0};
  TRY(tx->failure);
  tx->failure = send_and_receive(tx, statement, values, &rows);
  if (tx->failure == R_OK)
    *ret_rows = rows;
  return tx->failure;
}

RESULT db_tx_queue(struct db_tx *tx, enum statement statement, const struct db_values *values)
{
  assert(!tx->committed);
  TRY(tx->failure);
  tx->failure = send(tx, statement, values, NULL);
  return tx->failure;
}

static bool same_scope(const struct scope *a, const struct scope *b)
{
  return a && b && strcmp(a->low, b->low) == 0 && strcmp(a->high, b->high) == 0 &&
         strcmp(a->ancestors, b->ancestors) == 0 && strcmp(a->consents, b->consents) == 0;
}

static RESULT send_scope(struct db_tx *tx, const struct scope *scope)
{
  TRY(make_room(tx));
  return db_connection_send_scope(tx->connection, scope);
}

RESULT db_tx_scope(struct db_tx *tx, const struct scope *scope)
{
  assert(!tx->committed);
  TRY(tx->failure);
  if (tx->scope_known && same_scope(tx->call.scope, scope))
    return R_OK;
  tx->scope = *scope;
  tx->call.scope = &tx->scope;
  tx->scope_known = true;
  return tx->failure = send_scope(tx, scope);
}

static RESULT send_verb(struct db_tx *tx, enum db_verb verb)
{
  TRY(make_room(tx));
  return db_connection_verb(tx->connection, verb);
}

RESULT db_tx_mark(struct db_tx *tx)
{
  TRY(tx->failure);
  return tx->failure = send_verb(tx, DB_MARK);
}

RESULT db_tx_forget(struct db_tx *tx)
{
  TRY(tx->failure);
  tx->failure = send_verb(tx, DB_FORGET);
  if (tx->failure == R_OK)
    tx->failure = hear(tx);
  return tx->failure;
}

/* What was set behind the mark, for the transaction alone, is undone too. */
RESULT db_tx_return(struct db_tx *tx)
{
  if (!tx->connection || db_connection_lost(tx->connection))
    return db_failure_say(R_UNAVAILABLE, "the connection was lost behind a mark");
  /* What waits to be sent may fail like what failed before: neither counts any more. */
  if (db_connection_pending(tx->connection) > 0)
    (void)!hear(tx);
  tx->scope_known = tx->custom_plan = false;
  tx->failure = send_verb(tx, DB_RETURN);
  if (tx->failure == R_OK)
    tx->failure = hear(tx);
  return tx->failure;
}

static RESULT read_revision(struct db_connection *c, struct arena *arena, int64_t deadline, int64_t *ret_revision)
{
  struct db_rows rows = {0};
  TRY(db_connection_send(c, SQL_policy_revision, &(struct db_values){0}, &rows));
  TRY(db_connection_sync(c));
  TRY(db_connection_receive(c, arena, deadline));
  if (rows.count != 1)
    return db_failure_say(R_INTERNAL, "policy_revision gave %d rows", rows.count);
  *ret_revision = db_int(&rows, 0, 0);
  return R_OK;
}

/* Asks once, on a connection of its own. R_UNAVAILABLE: not known yet. */
static RESULT ask_outcome(struct db_tx *tx, int64_t deadline, int64_t *ret_revision)
{
  CLEANUP(db_connection_close) struct db_connection *c = NULL;
  struct db_values id = {0};
  struct db_rows rows = {0};
  TRY(db_pool_spare(tx->call.pool, &c));
  if (tx->committed)
    return read_revision(c, tx->call.arena, deadline, ret_revision);
  db_put_int(&id, db_int(&tx->id, 0, 0));
  TRY(db_connection_send(c, SQL_transaction_status, &id, &rows));
  TRY(db_connection_sync(c));
  enum result r = db_connection_receive(c, tx->call.arena, deadline);
  if (r != R_OK) /* "in the future" (22023): the server forgot it in a crash, so nothing of it was kept */
    return db_failure_was("22023") ? R_AGAIN : r;
  struct str status = rows.count == 1 ? db_text(&rows, 0, 0) : STR_NONE;
  if (str_is(status, "aborted"))
    return db_failure_say(R_AGAIN, "the connection was lost at COMMIT, and the transaction rolled back");
  if (!str_is(status, "committed"))
    return R_UNAVAILABLE;
  tx->committed = true;
  return read_revision(c, tx->call.arena, deadline, ret_revision);
}

/* Asks until there is an answer, a few seconds long. */
static RESULT find_outcome(struct db_tx *tx, int64_t *ret_revision)
{
  int64_t until = clock_monotonic() + OUTCOME_SECONDS * CLOCK_SECOND;
  if (!tx->committed && tx->id.count != 1)
    return db_failure_say(R_OUTCOME_UNKNOWN, "the connection was lost at COMMIT, before the transaction had a number");
  while (clock_monotonic() < until) {
    enum result r = ask_outcome(tx, until, ret_revision);
    if (r != R_UNAVAILABLE)
      return r;
    nanosleep(&(struct timespec){0, OUTCOME_PAUSE_MS * 1000000L}, NULL);
  }
  return db_failure_say(R_OUTCOME_UNKNOWN, "the connection was lost at COMMIT, and nobody can say what came of it");
}

/* COMMIT and, as a transaction of its own behind it, the revision. */
static RESULT send_commit(struct db_tx *tx, struct db_rows *ret_revision)
{
  TRY(db_connection_verb(tx->connection, DB_COMMIT));
  TRY(db_connection_sync(tx->connection));
  TRY(db_connection_send(tx->connection, SQL_policy_revision, &(struct db_values){0}, ret_revision));
  TRY(db_connection_sync(tx->connection));
  return db_connection_receive(tx->connection, tx->call.arena, tx->call.deadline);
}

RESULT db_tx_commit(struct db_tx *tx, int64_t *ret_revision)
{
  assert(!tx->committed);
  struct db_rows revision = {0};
  TRY(tx->failure);
  if (!tx->connection)
    TRY(begin(tx));
  if (db_connection_lost(tx->connection))
    return db_failure_say(R_UNAVAILABLE, "the connection was lost before COMMIT");
  enum result r = send_commit(tx, &revision);
  tx->committed = db_connection_committed(tx->connection);
  tx->failure = R_INTERNAL; /* whatever came of it, nothing more runs */
  if (tx->committed && revision.count == 1) {
    *ret_revision = db_int(&revision, 0, 0);
    return R_OK;
  }
  if (!tx->committed && db_connection_pending(tx->connection) == 0)
    return r == R_OK ? db_failure_say(R_INTERNAL, "COMMIT was answered with ROLLBACK") : r;
  int64_t found = DB_REVISION_UNKNOWN;
  r = find_outcome(tx, &found);
  if (!tx->committed)
    return r == R_AGAIN ? R_AGAIN : R_OUTCOME_UNKNOWN;
  *ret_revision = found;
  return R_OK;
}

void db_tx_close(struct db_tx **tx)
{
  struct db_tx *t = tx ? *tx : NULL;
  if (!t)
    return;
  *tx = NULL;
  struct db_connection *c = t->connection;
  if (!c)
    return;
  if (!db_connection_idle(c) && !db_connection_lost(c)) {
    int64_t deadline = clock_monotonic() + ROLLBACK_SECONDS * CLOCK_SECOND;
    bool sent = db_connection_verb(c, DB_ROLLBACK) == R_OK && db_connection_sync(c) == R_OK;
    if (sent)
      (void)!db_connection_receive(c, t->call.arena, deadline);
  }
  db_pool_release(t->call.pool, c);
}
