/* Rows of tenants. */
#pragma once
#include "import/work.h"

RESULT import_tenant_apply(struct import_work *w, const struct import_row *row);
