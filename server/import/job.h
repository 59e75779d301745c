/* Import jobs as requests see them: opened, filled, started, cancelled. */
#pragma once
#include "domain/change.h"
#include "store/import.h"

/* The words that a job is given in, between bars. */
#define IMPORT_JOB_KINDS "tenants|users|grants|clients|groups|memberships|mixed"
#define IMPORT_JOB_FORMATS "ndjson|csv"
#define IMPORT_JOB_MODES "create|upsert|delete|sync"
#define IMPORT_JOB_ON_ERROR "stop|continue"

enum { IMPORT_JOB_REMOVALS_MOST = 1000000, IMPORT_JOB_UNBOUND = -1 };

struct import_job_new {
  struct uuid tenant;
  struct str kind, format, mode, on_error, invitations;
  bool dry_run;
  int64_t removals_most; /* of mode sync: with more than these to remove nothing is removed */
  int64_t mail_pace;     /* letters a minute; 0: it sends none */
};

/* What of a job does not go with the rest of it. */
struct import_job_fault {
  const char *member, *code, *message;
};
/* Removals go with a bound, which is IMPORT_JOB_UNBOUND where none was said, and with sync alone; no job removes
   tenants. */
bool import_job_fits(const struct import_job_new *job, struct import_job_fault *ret_fault);

/* It acts for whoever opens it, a user, a client or the operator: nothing outside `tenant` is there for it. */
RESULT import_job_open(struct change *change, const struct import_job_new *job, struct outcome *ret_outcome);

/* What is sent at a time. */
struct import_job_span {
  struct store_import_key key;
  int64_t offset, size; /* of its first byte, and how many they are */
};
/* Says that so much will come, before any of it does: the event of this stands for its pieces. R_FORBIDDEN for whoever
   has not opened the job, since it would run with their rights; R_CONFLICT when it was started; R_WRONG_OFFSET, with
   what is expected in *ret_offset; R_TOO_LARGE beyond what a job may bring. */
RESULT import_job_announce(struct change *change, const struct import_job_span *span, int64_t *ret_offset);

/* A piece of what was announced, with no event of its own. As above, each time. */
RESULT import_job_fill(struct change *change, const struct import_job_span *span, const char *bytes,
                       int64_t *ret_offset);

/* R_FORBIDDEN as above; R_CONFLICT unless it is open; R_INCOMPLETE, with where to go on in *ret_offset, while less has
   come than was announced. */
RESULT import_job_start(struct change *change, const struct store_import_key *key, struct outcome *ret_outcome,
                        int64_t *ret_offset);

/* By whoever may run imports there. Waits for the step under way: what that has applied stays. R_CONFLICT when it has
   ended; its content is gone. */
RESULT import_job_cancel(struct change *change, const struct store_import_key *key, struct outcome *ret_outcome);
