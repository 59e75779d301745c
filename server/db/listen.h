/* A connection of the policy role that hears of changes, and reads what it reads as of one moment. */
#pragma once
#include "db/statement.h"

struct db_listen;

/* Connects; what is committed from then on is told. R_UNAVAILABLE with the reason in db_last_error. */
RESULT db_listen_open(const char *conninfo, struct db_listen **ret_listen);
void db_listen_close(struct db_listen **listen);

/* Waits until a change was told of since the last wait, or `deadline` (clock_monotonic()): R_OK either way. */
RESULT db_listen_wait(struct db_listen *listen, int64_t deadline);

/* Between begin and end all reads see one state (REPEATABLE READ). What is queued goes out with the next run, in one
   round trip, and is answered then: `ret_rows` lives until that and its rows as long as the arena. After a failure the
   connection is good for nothing but closing. */
RESULT db_listen_begin(struct db_listen *listen);
RESULT db_listen_queue(struct db_listen *listen, enum statement statement, const struct db_values *values,
                       struct db_rows *ret_rows);
RESULT db_listen_end(struct db_listen *listen);
RESULT db_listen_run(struct db_listen *listen, struct arena *arena, int64_t deadline);

/* Makes the wait or run under way, and every later one, give R_UNAVAILABLE. Any thread may call while the connection is
   sure not to be closed. */
void db_listen_cancel(struct db_listen *listen);
