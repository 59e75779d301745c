/* What became of the rows of a step, as lines of JSON: {line, action, id, outcome, code, field, message}. */
#pragma once
#include "base/buf.h"
#include "base/result.h"
#include "import/apply.h"

/* Refused rows that are listed; the count goes on. */
enum { IMPORT_REFUSED_LISTED = 100000 };

/* Results are kept by places, each of so many lines of the content; removals, which no line names, are numbered behind
   the last line that there can be. */
enum { IMPORT_PLACE = 1024 };
#define IMPORT_REMOVALS_BEGIN (INT64_C(1) << 41)

/* Results of one place that follow one another. */
struct import_results_piece {
  int64_t place;
  bool refused;
  size_t begins; /* in the text of their kind, and end where the next of it begins */
};

struct import_results {
  struct buf done, refused;
  struct import_results_piece *pieces;
  size_t count, room, last[2]; /* last: of pieces that are done and that are refused, one more than its index */
  int64_t listed;              /* refused rows before this step and in it */
};

/* Room for as many as there are rows in a step. */
RESULT import_results_in(struct arena *arena, int64_t refused_before, size_t rows, struct import_results *ret_results);

struct import_verdict {
  int64_t line;    /* 0: none says so */
  int64_t removal; /* the number of one that no line names */
  int64_t place;   /* where in the content the line begins */
  const struct import_row *row;
  struct import_applied applied;
  enum result why;    /* R_OK: applied */
  struct str message; /* .p NULL: the result's own */
};
void import_results_put(struct import_results *results, const struct import_verdict *verdict);

/* The lines of a piece; .p NULL after a failure. */
struct str import_results_lines(struct import_results *results, size_t piece);

/* The lines of one place in their order, without those up to `after`. */
RESULT import_results_sort(struct str lines, int64_t after, struct arena *arena, struct str *ret_lines);

/* The same lines as CSV (RFC 4180), and the line of their members' names. */
RESULT import_results_csv(struct str lines, struct arena *arena, struct buf *text);
void import_results_csv_header(struct buf *text);
