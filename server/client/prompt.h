/* Asking people: a line from the terminal, or from standard input where that is none. */
#pragma once
#include "base/arena.h"
#include "base/result.h"

/* The line without its end. On a terminal the question is put, and a hidden answer is not shown. R_NOT_FOUND when there
   is no line; R_TOO_LARGE over 1 KiB; R_BUSY when it was broken off by a signal. */
RESULT client_prompt_line(const char *question, bool hidden, struct arena *arena, struct str *ret_line);
