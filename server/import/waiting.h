/* Rows of a mixed job that name what a row further down may make: they wait until the last row was gone through, and
   are tried again in their order as often as that makes one of them a good one. What is left then is refused. */
#pragma once
#include "import/rows.h"

/* Whether a row is to wait because of what became of it. */
bool import_waiting_may(const struct import_rows *s, const struct import_verdict *verdict);
/* The row where the job is waits. */
void import_waiting_begin(struct import_rows *s);

/* Whether rows that wait are what the job is at. */
bool import_waiting_is_on(const struct import_rows *s);
/* One of them, where the text at hand has it. */
bool import_waiting_line(const struct import_rows *s, const struct store_waiting *one, struct import_line *ret_line);
/* It waits no longer. */
void import_waiting_end(struct import_rows *s, const struct store_waiting *one);
/* Tries it once more, and goes behind it. */
RESULT import_waiting_one(struct import_rows *s, const struct store_waiting *one, const struct import_line *line);
/* The text from where the first of a step begins, and as many of them as lie in it. */
RESULT import_waiting_run(struct import_rows *s);
