/* Lines of an import job that wait for what stands further down. */
#pragma once
#include "store/call.h"

struct store_waiting {
  int64_t line, place; /* place: where in the content it begins */
};
/* Queued. */
RESULT store_waiting_put(struct store_tx *tx, const struct uuid *job, const struct store_waiting *lines, size_t count);
/* They wait no longer. Queued. */
RESULT store_waiting_drop(struct store_tx *tx, const struct uuid *job, const struct store_waiting *lines, size_t count);

struct store_waiting_page {
  struct uuid job;
  int64_t after, limit; /* after: the last line that was seen */
};
RESULT store_waiting_next(const struct store_call *call, const struct store_waiting_page *page,
                          const struct store_waiting **ret_lines, size_t *ret_count);
