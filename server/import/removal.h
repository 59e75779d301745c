/* What no row of a job has named is removed behind the last one: found and counted before any of it is. */
#pragma once
#include "import/rows.h"

/* At the last row: what does not end with a line's end may have lost more than that. */
bool import_removal_is_cut_short(const struct import_rows *s);

/* Behind the last row. Nothing is removed, and the job ends with the reason, where a row was refused (R_ROWS_REFUSED),
   and where there is more to remove than was said (R_TOO_MANY_REMOVALS). */
RESULT import_removal_plan(struct import_rows *s);

/* As many removals as a step has time for. */
RESULT import_removal_run(struct import_rows *s);
