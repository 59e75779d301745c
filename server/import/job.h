/* Import jobs as requests see them: opened, filled, started, cancelled. */
#pragma once
#include "domain/change.h"
#include "store/import.h"

/* Words as the API has them: "users", "ndjson", "upsert", "continue", ... */
struct import_job_new {
  struct uuid tenant;
  struct str kind, format, mode, on_error;
  bool dry_run;
};
/* It acts for whoever opens it: nothing outside `tenant` is there for it. */
RESULT import_job_open(struct change *change, const struct import_job_new *job, struct outcome *ret_outcome);

struct import_job_piece {
  struct store_import_key key;
  int64_t offset; /* of its first byte */
  struct str bytes;
};
/* R_FORBIDDEN for whoever has not opened it, since it would run with their rights; R_CONFLICT when it was started;
   R_WRONG_OFFSET, with what is expected in *ret_offset; R_TOO_LARGE beyond what a job may bring. */
RESULT import_job_fill(struct change *change, const struct import_job_piece *piece, struct outcome *ret_outcome,
                       int64_t *ret_offset);

/* R_FORBIDDEN as above; R_CONFLICT unless it is open. */
RESULT import_job_start(struct change *change, const struct store_import_key *key, struct outcome *ret_outcome);

/* By whoever may run imports there. Waits for the step under way: what that has applied stays. R_CONFLICT when it has
   ended; its content is gone. */
RESULT import_job_cancel(struct change *change, const struct store_import_key *key, struct outcome *ret_outcome);
