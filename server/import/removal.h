/* What no row of a job has named is removed behind the last one: found and counted before any of it is. */
#pragma once
#include "import/rows.h"

/* Behind the last row. Nothing is removed, and the job ends with the reason, where a row was refused (R_ROWS_REFUSED),
   where the content may have been cut short (R_TRUNCATED), and where there is more to remove than was said
   (R_TOO_MANY). */
RESULT import_removal_plan(struct import_rows *s);

/* As many removals as a step has time for. */
RESULT import_removal_run(struct import_rows *s);
