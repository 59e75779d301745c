/* What can come of an operation, for the whole service: one list, and every value must be looked at. */
#pragma once
#include "base/log.h"
#include <fcntl.h>
#include <stdarg.h>
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

/* Why a result is no caller's doing, for the log: of each thread, because it follows its result up the same stack, as
   errno does. No value of a request stands in it. FAULT keeps the place in the source, and gives `r`. */
#define FAULT(r) (result_fault(__FILE__, __LINE__), (r))
void result_fault(const char *file, int line);
enum result result_blame(enum result r, const char *format, va_list arguments) __attribute__((format(printf, 2, 0)));
/* "" where nothing was kept since it was forgotten: whoever begins with something else forgets. */
const char *result_cause(void);
void result_forget(void);

/* The one macro that hides a return: with arena and cleanup attribute nothing leaks past it. */
#define TRY(call)                                                                                                      \
  do {                                                                                                                 \
    enum result try_result = (call);                                                                                   \
    if (try_result != R_OK)                                                                                            \
      return try_result;                                                                                               \
  } while (0)
