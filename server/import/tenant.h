/* Rows of tenants. */
#pragma once
#include "import/work.h"

import_work_row import_tenant_apply;
/* R_TENANT_STAYS, whether it is there or not. */
import_work_row import_tenant_remove;
