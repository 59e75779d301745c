/* A step under way: the job, who acts, and its lines one after the other. */
#pragma once
#include "import/apply.h"
#include "import/csv.h"
#include "import/draft.h"
#include "import/line.h"
#include "import/result.h"
#include "import/step.h"
#include "store/draft.h"
#include "store/removal.h"
#include "store/waiting.h"

struct import_rows {
  const struct domain *domain;
  const struct import_pace *pace;
  struct arena *arena;
  struct store_tx *tx;
  const struct scope *whole;
  struct store_import_step job;
  struct import_actor actor;
  struct import_apply apply;
  struct import_inviting inviting;
  struct store_import_progress progress;
  struct import_results results;
  struct store_removal_seen *seen; /* what rows have named, for what is removed behind them; NULL: nothing is */
  size_t seen_count;
  struct store_waiting *waiting; /* of this step: lines that wait from now on, or no longer */
  size_t waiting_count;
  struct import_draft *draft;  /* of a dry run; else NULL */
  struct store_draft *drafted; /* by rows of this step */
  size_t drafted_count;
  struct import_csv_header header; /* of a CSV; .count 0 until it is read */
  struct import_text text;         /* of the content, from where the job is */
  size_t at;                       /* gone through */
  enum import_row_kind kind;       /* of the rows that changed something in this step */
  int rows, most;
  bool closed; /* no row more in this step */
  bool plain;  /* each row by itself */
  unsigned kept_out[IMPORT_ROW__KINDS][R__COUNT];
};

/* Lines until the step has enough of them, or the next one needs what this step has made. */
RESULT import_rows_run(struct import_rows *s);

/* One line: as a row, and what to say where it is none. */
RESULT import_rows_parse(struct import_rows *s, const struct import_line *line, struct arena *arena,
                         struct import_verdict *verdict, struct import_row *row);
/* The same for a line that is to be applied, which may be one that has failed the step by itself. */
RESULT import_rows_read(struct import_rows *s, const struct import_line *line, struct arena *arena,
                        struct import_verdict *verdict, struct import_row *row);
/* The reason for which the first row of the step is refused, since with it the step failed by itself; R_OK: none. */
RESULT import_rows_stuck(const struct import_rows *s);
/* What a step has done about a row. */
enum import_settled {
  IMPORT_LEFT,    /* nothing: it is the next one's */
  IMPORT_SETTLED, /* what became of it is counted */
  IMPORT_WAITS    /* it names what a row further down may make */
};
/* Reads and applies the row of a line of that number. */
RESULT import_rows_settle(struct import_rows *s, const struct import_line *line, int64_t number,
                          enum import_settled *ret_settled);
/* The same for the line where the job is, which it goes behind. */
RESULT import_rows_one(struct import_rows *s, const struct import_line *line);
/* What became of a row. */
void import_rows_count(struct import_rows *s, struct import_verdict *verdict);
/* Where in the content it begins. */
int64_t import_rows_place(const struct import_rows *s, const struct import_line *line);
/* Goes behind the line. */
void import_rows_pass(struct import_rows *s, const struct import_line *line);
/* Ends the job. */
void import_rows_stop(struct import_rows *s, enum result why);

/* Between two marks; undone unless it is R_OK. */
typedef RESULT import_rows_try(struct import_rows *s, const void *what, struct arena *arena,
                               struct import_applied *ret_applied);
RESULT import_rows_marked(struct import_rows *s, import_rows_try *run, const void *what, struct arena *arena,
                          struct import_applied *ret_applied);

/* What a failure means for the step: R_OK, it is the row's, which is counted; R_UNAUTHENTICATED ends the job. */
RESULT import_rows_judge(struct import_rows *s, struct import_verdict *verdict);

/* Not the row's doing: the step is to be taken again. */
bool import_rows_is_passing(enum result r);
/* The kind of rows of a job that takes no other; NULL: it takes several. */
const char *import_rows_only_kind(const struct import_rows *s);
