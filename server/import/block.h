/* Many rows of users together, which is a tenth of the price. */
#pragma once
#include "import/rows.h"

/* Gives how many rows stand together here, and are gone through: fewer than two are none. */
RESULT import_block_run(struct import_rows *s, int *ret_count);
