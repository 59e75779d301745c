/* Exporting over the API: what comes is written as it comes. */
#pragma once
#include "client/account.h"

/* Writes the reply to standard output. R_FORBIDDEN when the service refused, which was said; R_UNAVAILABLE when only a
   part came, or could be written. */
RESULT client_download_run(struct client_account *account, struct str target, struct arena *arena);
