/* The system user as whom the service and its private cluster run. */
#pragma once
#include "base/arena.h"
#include "base/result.h"

/* For a process that root started, before it has threads: picks the owner of an existing cluster, else the system user
   bailiwick, else postgres; makes `data` for it; leaves root for good. Gives the data folder to use:
   /var/lib/bailiwick/... when that user cannot reach `data`. Any other process stays who it is. R_RULE with the reason
   in db_last_error. */
RESULT db_account_enter(const char *data, struct arena *arena, const char **ret_data);
