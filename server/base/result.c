/* The table of results, and the cause of the last one that was a fault. */
#include "base/result.h"
#include <stdio.h>

enum { CAUSE = 512 };

static _Thread_local char cause[CAUSE];

static const struct result_row rows[R__COUNT] = {
#define RESULT_ROW(name, status, code, level, title) [R_##name] = {status, code, LOG_##level, title},
#include "base/result.def"
#undef RESULT_ROW
};

const struct result_row *result_row(enum result r)
{
  return (unsigned)r < R__COUNT ? &rows[r] : &rows[R_INTERNAL];
}

void result_fault(const char *file, int line) { snprintf(cause, sizeof cause, "%s:%d", file, line); }

enum result result_blame(enum result r, const char *format, va_list arguments)
{
  vsnprintf(cause, sizeof cause, format, arguments);
  return r;
}

const char *result_cause(void) { return cause; }

void result_forget(void) { cause[0] = '\0'; }
