/* Many rows of users together, which is a tenth of the price. */
#pragma once
#include "import/rows.h"

/* Lines that wait. */
struct import_block_lines {
  const struct store_waiting *waiting;
  size_t count;
};

/* Gives how many rows stand together from that line on, and are gone through: fewer than two are none. It is the one
   where the job is, or the first of those that wait. */
RESULT import_block_run(struct import_rows *s, const struct import_line *first,
                        const struct import_block_lines *waiting, int *ret_count);
