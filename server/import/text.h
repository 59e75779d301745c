/* The content from a place on, as far as a step has use for it. */
#pragma once
#include "import/rows.h"

/* At least one line, unless the longest would not reach. */
RESULT import_text_read(const struct import_rows *s, int64_t place, struct arena *arena, struct import_text *ret_text);
