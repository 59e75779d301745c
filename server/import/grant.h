/* Rows of grants. */
#pragma once
#include "import/work.h"

import_work_row import_grant_apply;
/* One that is not there stays so. */
import_work_row import_grant_remove;
import_work_end import_grant_end;
