/* Forward-only migrations, embedded from sql/migrate/, and the check that nothing escapes the tenant's wall. */
#pragma once
#include "base/arena.h"
#include "base/result.h"

/* Runs what is missing, each in its own transaction, under a lock so that several processes may call at once.
   `conninfo` says where; the login is bailiwick_migrate. R_RULE when an applied one is not the embedded one of its
   number any more. ret_count: how many ran here. */
RESULT db_migrate(const char *conninfo, struct arena *arena, int *ret_count);

/* Number of the newest embedded migration, and of the newest applied one (0: none). Serving needs applied == newest or
   newest + 1. */
int db_migration_newest(void);
RESULT db_migration_applied(const char *conninfo, int *ret_number);

/* Runs the escape-hatch query: R_OK only when it finds nothing; R_RULE when it does, and what it found goes to
   ret_found, a line each. */
RESULT db_escape_check(const char *conninfo, struct arena *arena, struct str *ret_found);
