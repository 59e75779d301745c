/* What every command that touches the database stands on: cluster, schema, connections, keys, snapshot. */
#pragma once
#include "cli/setting.h"
#include "domain/change.h"

struct db_cluster;
struct db_keeper;

enum cli_process_kind {
  CLI_SERVE = 1, /* starts the private cluster, brings the schema up to date */
  CLI_COMMAND    /* uses a cluster that runs, else starts it for as long as the command runs */
};

struct cli_process {
  struct db_cluster *cluster; /* NULL when the database is somebody else's, or another process's */
  struct db_keeper *keeper;   /* of a cluster that serves */
  const char *conninfo, *data;
  struct crypto_keys *keys;
  struct domain domain;
};

/* Everything that can be wrong is said in the log. `arena` lives as long as the process. */
RESULT cli_process_open(const struct settings *settings, enum cli_process_kind kind, struct arena *arena,
                        struct cli_process *ret_process);
void cli_process_close(struct cli_process *process);
