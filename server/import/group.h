/* Rows of groups. */
#pragma once
#include "import/work.h"

/* By external_id, or where the row has none by name. R_MALFORMED of a name that has no letters to be found by. */
import_work_row import_group_apply;
/* With its grants, and nobody is in it any more. One that is not there stays so. */
import_work_row import_group_remove;
import_work_end import_group_end;
