/* A dry run keeps nothing of what its rows would make, but where they stand. A later row that depends on them has them
   applied again first, in the transaction that is undone at the end of the step: so each row finds what it would find.
 */
#pragma once
#include "base/result.h"
#include <stddef.h>

struct import_draft;
struct import_row;
struct import_rows;
struct import_verdict;

/* Into s->draft, at the beginning of a step. */
RESULT import_draft_open(struct import_rows *s);

/* Has all applied that earlier steps would have made, and that rows may depend on; between no marks that are to be
   returned to. Where that is more than a step can hold the job ends, with R_LIMIT_REACHED. */
RESULT import_draft_bring(struct import_rows *s, const struct import_row *rows, size_t count);

/* What became of a row: kept where it made a difference. An id that is of this step alone is shown to nobody. A failure
   is told at the end. */
void import_draft_keep(struct import_rows *s, struct import_verdict *verdict);

/* At the end of a step. Queued. */
RESULT import_draft_put(struct import_rows *s);
