/* Running PostgreSQL's own programs. Seen by db alone. */
#pragma once
#include "base/result.h"
#include <sys/types.h>

struct db_command {
  const char *const *words; /* the program's path first, NULL last */
  const char *folder;       /* it runs there */
  const char *log;          /* its output is appended to this file */
  const char *input;        /* text for its standard input; NULL: none */
};

/* Starts it in a session of its own (a Ctrl-C at our terminal is not meant for it), with default signals and nothing of
   our environment. */
RESULT db_command_start(const struct db_command *command, pid_t *ret_pid);

/* Starts it and waits for its end: R_OK only when it exits with 0. */
RESULT db_command_run(const struct db_command *command);
