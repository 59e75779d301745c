/* What became of the rows of a step, as lines of JSON: {line, action, id, outcome, code, field, message}. */
#pragma once
#include "base/buf.h"
#include "base/result.h"
#include "import/apply.h"

/* Refused rows that are listed; the count goes on. */
enum { IMPORT_REFUSED_LISTED = 100000 };

struct import_results {
  struct buf done, refused;
  int64_t listed; /* refused rows before this step and in it */
};

struct import_results import_results_in(struct arena *arena, int64_t refused_before);

struct import_verdict {
  int64_t line; /* 0: none says so */
  const struct import_row *row;
  struct import_applied applied;
  enum result why;    /* R_OK: applied */
  struct str message; /* .p NULL: the result's own */
};
void import_results_put(struct import_results *results, const struct import_verdict *verdict);

/* The same lines as CSV (RFC 4180), and the line of their members' names. */
RESULT import_results_csv(struct str lines, struct arena *arena, struct buf *text);
void import_results_csv_header(struct buf *text);
