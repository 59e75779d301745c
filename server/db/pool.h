/* Connections of one database role, kept open, made again with backoff when they are lost. */
#pragma once
#include "base/result.h"
#include <stdbool.h>
#include <stdint.h>

struct db_pool;

/* Whom the connections log in as (ARCHITECTURE.md section 4). */
enum db_role { DB_APP = 1, DB_AUTH, DB_POLICY, DB_MIGRATE, DB__ROLES, DB_ANY = DB__ROLES };

struct db_config {
  const char *conninfo; /* URL or key=value; its user is replaced by the role's name */
  enum db_role role;
  unsigned connections; /* at most */
};

/* Opens nothing yet: a database that is down is no reason not to start. */
RESULT db_pool_open(const struct db_config *config, struct db_pool **ret_pool);
void db_pool_close(struct db_pool **pool);

/* True after an answer, false after a failure to connect. */
bool db_pool_reachable(const struct db_pool *pool);

/* Cancels whatever statements `thread` of this process has under way on this pool's connections (PQcancel). Any thread
   may call; the cancelled call returns R_UNAVAILABLE. */
void db_pool_cancel(struct db_pool *pool, uint64_t thread);

/* The number of the calling thread for db_pool_cancel. */
uint64_t db_thread(void);
