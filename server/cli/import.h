/* `bailiwick import FILE` at the machine: tenants, users and grants, each line applied or refused by name. */
#pragma once
#include "cli/setting.h"

/* As the client that BAILIWICK_CLIENT_ID and _SECRET name, else as the operator at the machine. `words` are those that
   cli/order.h reads. The file is opened and the secret read with the rights of who calls, before the process leaves
   root. It is an import job, at the home of whoever loads it unless a tenant is named, which this process runs beside
   any service on the database; a signal cancels it, and a service goes on with it where the process dies. What was
   refused, and a summary, go to standard output. Exit status: 0 all lines applied or unchanged, 2 some refused, 3 not
   started or broken off. */
int cli_import(const struct settings *settings, int count, char **words, struct arena *arena);
