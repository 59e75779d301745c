/* The table of results. */
#include "base/result.h"

static const struct result_row rows[R__COUNT] = {
#define RESULT_ROW(name, status, code, level, title) [R_##name] = {status, code, LOG_##level, title},
#include "base/result.def"
#undef RESULT_ROW
};

const struct result_row *result_row(enum result r)
{
  return (unsigned)r < R__COUNT ? &rows[r] : &rows[R_INTERNAL];
}
