/* `bailiwick import FILE`: tenants, users and grants from NDJSON, each line applied or refused by name. */
#pragma once
#include "cli/process.h"

/* As the client that BAILIWICK_CLIENT_ID and _SECRET name, else as the operator at the machine. "-" is standard input.
   Exit status: 0 all lines applied or unchanged, 2 some refused, 3 not started. */
int cli_import(struct cli_process *process, const char *file, struct arena *arena);
