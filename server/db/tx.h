/* One transaction, or one read, on a leased connection. */
#pragma once
#include "db/pool.h"
#include "db/scope.h"
#include "db/statement.h"

struct db_tx;

/* What a call needs besides the statement. */
struct db_call {
  struct db_pool *pool;
  const struct scope *scope; /* NULL: only statements that need none may run (db/statement.h), else R_INTERNAL */
  struct arena *arena;       /* rows live in it */
  int64_t deadline;          /* clock_monotonic(): the statement is cancelled then; 0: never */
};

/* One statement in one round trip: set_config of the scope and the statement in one pipeline up to its Sync.
   R_UNAVAILABLE: no connection; R_AGAIN: serialization failure, deadlock; R_CONFLICT, R_ALREADY_EXISTS (23505);
   R_RULE and its kin (23514, and BW001 .. of our own triggers, by their table in db/sqlstate.def); R_INTERNAL: all
   else, with the cause kept for db_last_error. No row is R_OK with count 0. */
RESULT db_read(const struct db_call *call, enum statement statement, const struct db_values *values,
               struct db_rows *ret_rows);

/* Begins lazily: BEGIN and the scope's settings go out with the first statement, in one round trip. */
RESULT db_tx_open(const struct db_call *call, struct db_tx **ret_tx);

RESULT db_tx_run(struct db_tx *tx, enum statement statement, const struct db_values *values, struct db_rows *ret_rows);

/* Queues a statement whose rows nobody needs; it goes out with the next run or the commit, which report its failure. */
RESULT db_tx_queue(struct db_tx *tx, enum statement statement, const struct db_values *values);

/* What follows runs under another scope; nothing is sent where it is the same. */
RESULT db_tx_scope(struct db_tx *tx, const struct scope *scope);

/* Marks a place, and: forgets the last mark, having heard that all behind it was done; or returns to it, and all
   behind it is undone, also after a failure, which is forgiven unless the connection is lost. Marks may lie within
   each other. */
RESULT db_tx_mark(struct db_tx *tx);
RESULT db_tx_forget(struct db_tx *tx);
RESULT db_tx_return(struct db_tx *tx);

/* Committed, but the revision behind it could not be read: wait as for one that is yet to come. */
#define DB_REVISION_UNKNOWN INT64_MAX

/* Commits what was queued and run, in one round trip, and reads the policy revision behind it in the same one.
   R_OUTCOME_UNKNOWN: the connection died and PostgreSQL could not say within 5 s what became of it; R_AGAIN: certainly
   not committed, the whole may run again. */
RESULT db_tx_commit(struct db_tx *tx, int64_t *ret_revision);

/* Rolls back unless committed, gives the connection back. For CLEANUP; NULL-safe. */
void db_tx_close(struct db_tx **tx);

/* Text of this thread's last failure, for the log only: never for a reply. */
const char *db_last_error(void);
