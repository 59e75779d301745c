/* The live line of what takes long: rows, rate, errors, time left. */
#pragma once
#include "base/buf.h"
#include <stdint.h>

struct client_progress {
  int64_t done, refused;
  int64_t rate;     /* a second; 0: not known yet */
  int64_t left;     /* seconds; -1: not known yet */
  const char *what; /* "rows", "KiB sent" */
};

/* In the place of the line before it, and at most four times a second; silent unless standard error is a terminal. */
void client_progress_show(const struct client_progress *progress);

/* Takes the line away. */
void client_progress_end(void);

/* "12,345 rows, 2,100/s, 3 refused, 0:42 left" */
void client_progress_put(const struct client_progress *progress, struct buf *out);
