/* One connection to PostgreSQL: made, checked, and spoken to in pipelines. Seen by db alone. */
#pragma once
#include "db/scope.h"
#include "db/statement.h"

struct db_connection;

/* Logs in as the role's user, whatever user `conninfo` names, and refuses (R_UNAVAILABLE, the reason in db_last_error)
   a server older than 15.20, an encoding other than UTF8, a superuser, and a network without sslmode=verify-full. */
RESULT db_connection_open(const char *conninfo, enum db_role role, struct db_connection **ret_connection);
void db_connection_close(struct db_connection **connection);

/* Sending puts into the pipeline and waits for nothing; only memory or a lost connection makes it fail. Preparing comes
   before the first use by itself. `ret_rows` is filled by receive and may be NULL. */
RESULT db_connection_send(struct db_connection *connection, enum statement statement, const struct db_values *values,
                          struct db_rows *ret_rows);
RESULT db_connection_send_scope(struct db_connection *connection, const struct scope *scope);

enum db_verb { DB_BEGIN, DB_BEGIN_SNAPSHOT, DB_COMMIT, DB_ROLLBACK, DB_MARK, DB_FORGET, DB_RETURN, DB_LISTEN };
RESULT db_connection_verb(struct db_connection *connection, enum db_verb verb);

/* Asks the server to send what it has up to here before it goes on. */
RESULT db_connection_flush(struct db_connection *connection);

/* Ends a group: a failure skips what comes behind it up to here. */
RESULT db_connection_sync(struct db_connection *connection);

/* Sends what is left and reads every answer: R_OK, or the first failure. Rows live in `arena`. What takes longer than
   `deadline` (0: never) is cancelled: R_UNAVAILABLE. */
RESULT db_connection_receive(struct db_connection *connection, struct arena *arena, int64_t deadline);

/* Statements that wait for an answer: no more than DB_STEPS may be sent before a receive. */
enum { DB_STEPS = 256 };
int db_connection_pending(const struct db_connection *connection);

/* Runs an embedded script (a migration) as a whole. */
RESULT db_connection_script(struct db_connection *connection, const char *script);

/* Waits, with nothing under way, until the policy is told to have changed or `deadline` has come: R_OK either way. */
RESULT db_connection_await(struct db_connection *connection, int64_t deadline);

/* Whether the last COMMIT was answered with COMMIT. */
bool db_connection_committed(const struct db_connection *connection);

/* Closed from the other side, given up, or cancelled: good for nothing but closing. */
bool db_connection_lost(const struct db_connection *connection);

/* Outside a transaction, with nothing under way: may serve the next caller. */
bool db_connection_idle(const struct db_connection *connection);

/* Whether an idle one still has its server; sees what arrived meanwhile, sends nothing. */
bool db_connection_alive(struct db_connection *connection);

/* Makes the thread that waits for an answer cancel its statement, and every later receive fail. Any thread may call
   while the connection is sure not to be closed. */
void db_connection_cancel(struct db_connection *connection);
