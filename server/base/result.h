/* What can come of an operation, for the whole service: one list, and every value must be looked at. */
#pragma once
#include "base/log.h"
#include <fcntl.h>
#include <unistd.h>

/* Both define R_OK as 4, a mode of access(): read here first, they cannot do so later. Open a file instead. */
#undef R_OK

enum result {
#define RESULT_ROW(name, status, code, level, title) R_##name,
#include "base/result.def"
#undef RESULT_ROW
  R__COUNT
};

/* The type of every function that can fail or say no. The caller must look. */
#define RESULT __attribute__((warn_unused_result)) enum result

struct result_row {
  int status;           /* of HTTP */
  const char *code;     /* stable on the wire */
  enum log_level level; /* at which the gate logs it */
  const char *title;    /* for people */
};

/* The row of a result; a value outside the table gives the row of R_INTERNAL. */
const struct result_row *result_row(enum result r);

/* The one macro that hides a return: with arena and cleanup attribute nothing leaks past it. */
#define TRY(call)                                                                                                      \
  do {                                                                                                                 \
    enum result try_result = (call);                                                                                   \
    if (try_result != R_OK)                                                                                            \
      return try_result;                                                                                               \
  } while (0)
