/* The lines of a file of any size, one at a time, in memory that does not grow. */
#pragma once
#include "base/arena.h"
#include "base/result.h"

enum { CLI_LINE_MOST = 1 << 20 };

struct cli_lines;

/* Reads from the descriptor, which stays the caller's. */
RESULT cli_lines_open(int file, struct arena *arena, struct cli_lines **ret_lines);

/* The next line without its end, good until the next call; a byte order mark before the first is no part of it.
   R_NOT_FOUND behind the last; R_TOO_LARGE for one over CLI_LINE_MOST bytes, the call after it goes on behind it;
   R_UNAVAILABLE when the file cannot be read on. */
RESULT cli_lines_next(struct cli_lines *lines, struct str *ret_line);

/* Of the line that the last call was about; the first is 1. */
unsigned long long cli_lines_number(const struct cli_lines *lines);
