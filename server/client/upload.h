/* Importing a file over the API: its content is sent in parts, then the job is followed to its end. */
#pragma once
#include "client/account.h"

struct client_upload {
  struct str file;      /* "-": standard input */
  struct str tenant_id; /* below which everything lands */
  struct str order;     /* ImportCreate, as JSON */
  struct str resume;    /* the id of a job to go on with; .p NULL: another is opened */
  bool json;            /* rows that were refused as the service tells of them */
};

/* What was counted of the job. */
struct client_upload_outcome {
  int64_t refused;
  bool done;  /* it came to its end */
  bool links; /* whom it made it may have invited by links, which were printed */
};

/* R_OK with what came of the job, whose refused rows and counts were printed; R_FORBIDDEN when the service refused the
   job, which was said; else it was not begun or not finished, and why was said. */
RESULT client_upload_run(struct client_account *account, const struct client_upload *upload, struct arena *arena,
                         struct client_upload_outcome *ret_outcome);
