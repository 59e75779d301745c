/* A connection taken out of a pool, and given back. Seen by db alone. */
#pragma once
#include "db/connection.h"
#include "db/pool.h"

/* Waits until `deadline` (0: a few seconds) for a free one. R_UNAVAILABLE: none came free, or the database cannot be
   reached, at once while the last failure is recent. */
RESULT db_pool_lease(struct db_pool *pool, int64_t deadline, struct db_connection **ret_connection);

/* Keeps it for the next caller if it is idle, closes it if not. */
void db_pool_release(struct db_pool *pool, struct db_connection *connection);

/* One outside the pool, for asking what became of a transaction; the caller closes it. */
RESULT db_pool_spare(struct db_pool *pool, struct db_connection **ret_connection);

enum db_role db_pool_role(const struct db_pool *pool);
