/* Rows of grants. */
#pragma once
#include "import/work.h"

RESULT import_grant_apply(struct import_work *w, const struct import_row *row);
