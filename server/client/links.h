/* The links by which those are invited whom an import made. */
#pragma once
#include "base/buf.h"
#include "client/account.h"

/* Has them made and prints them, a line each: "line 7: https://..."; with `json` as the service tells of them. `job` is
   the job's path. Failures as client_upload_run has them; they are said. */
RESULT client_links_show(struct client_account *account, struct str job, bool json);

/* The lines of one page. R_MALFORMED when it is none. */
RESULT client_links_put(struct str page, bool json, struct arena *arena, struct buf *out);
