/* What `bailiwick import` at the machine is told besides settings: by the names that it has over the API. */
#pragma once
#include "import/job.h"

struct cli_order {
  struct str file;   /* "-": standard input */
  struct str tenant; /* its id, code or external_id; .p NULL: the home of whoever loads */
  struct import_job_new job;
};

/* Moves the words that are not settings, in their order, before those that are, and gives how many they are. */
int cli_order_gather(int count, char **words);

/* Reads `FILE`, `--name value`, `--name=value` and `--dry-run`. A file whose name ends in .csv is CSV unless another
   format is said. R_MALFORMED, with the first that is wrong and why in *ret_wrong. */
RESULT cli_order_read(int count, char **words, struct arena *arena, struct cli_order *ret_order,
                      struct str *ret_wrong);
