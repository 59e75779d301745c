/* The follower's connection: LISTEN, and snapshots read in pipelines. Trusts: what connection.c trusts. */
#include "db/listen.h"
#include "db/connection.h"
#include <stdlib.h>

enum { OPEN_SECONDS = 10 };

struct db_listen {
  struct db_connection *connection;
};

static RESULT start(struct db_connection *c)
{
  TRY(db_connection_verb(c, DB_LISTEN));
  TRY(db_connection_sync(c));
  return db_connection_receive(c, NULL, clock_monotonic() + OPEN_SECONDS * CLOCK_SECOND);
}

RESULT db_listen_open(const char *conninfo, struct db_listen **ret_listen)
{
  struct db_listen *listen CLEANUP(db_listen_close) = calloc(1, sizeof *listen);
  if (!listen)
    return R_NO_MEMORY;
  TRY(db_connection_open(conninfo, DB_POLICY, &listen->connection));
  TRY(start(listen->connection));
  *ret_listen = listen;
  listen = NULL;
  return R_OK;
}

void db_listen_close(struct db_listen **listen)
{
  if (!listen || !*listen)
    return;
  db_connection_close(&(*listen)->connection);
  free(*listen);
  *listen = NULL;
}

RESULT db_listen_wait(struct db_listen *listen, int64_t deadline)
{
  return db_connection_await(listen->connection, deadline);
}

RESULT db_listen_begin(struct db_listen *listen) { return db_connection_verb(listen->connection, DB_BEGIN_SNAPSHOT); }

RESULT db_listen_queue(struct db_listen *listen, enum statement statement, const struct db_values *values,
                       struct db_rows *ret_rows)
{
  return db_connection_send(listen->connection, statement, values, ret_rows);
}

RESULT db_listen_end(struct db_listen *listen) { return db_connection_verb(listen->connection, DB_COMMIT); }

RESULT db_listen_run(struct db_listen *listen, struct arena *arena, int64_t deadline)
{
  TRY(db_connection_sync(listen->connection));
  return db_connection_receive(listen->connection, arena, deadline);
}

void db_listen_cancel(struct db_listen *listen) { db_connection_cancel(listen->connection); }
