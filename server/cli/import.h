/* `bailiwick import FILE`: tenants, users and grants from NDJSON, each line applied or refused by name. */
#pragma once
#include "cli/setting.h"

/* As the client that BAILIWICK_CLIENT_ID and _SECRET name, else as the operator at the machine. "-" is standard input.
   The file and the secret are read with the rights of who calls, before the process leaves root. A line is a
   transaction of its own: what was done before a line that breaks it off stays, and the file may be loaded again. What
   was refused, and a summary, go to standard output. Exit status: 0 all lines applied or unchanged, 2 some refused, 3
   not started or broken off. */
int cli_import(const struct settings *settings, const char *file, struct arena *arena);
