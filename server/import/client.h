/* Rows of clients. */
#pragma once
#include "import/work.h"

/* Its keys are what the row says, where it says any; it gets no secret: that is shown once, and a row has nobody to
   show it to. R_PRIVATE_KEY, R_MALFORMED, R_RULE of `keys`. */
import_work_row import_client_apply;
/* With its secrets, keys and grants. One that is not there stays so. */
import_work_row import_client_remove;
import_work_end import_client_end;
