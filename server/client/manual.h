/* The page of the manual, made of the table of commands. */
#pragma once
#include "base/buf.h"

/* What the program is beside the table. */
struct client_program {
  const char *version;
  const char *commands; /* that the table does not have, a space between them */
  struct str usage;     /* of those, and their settings: lines that are shown as they are */
};

/* bailiwick(1) in roff's man macros. */
void client_manual_put(const struct client_program *program, struct buf *out);
