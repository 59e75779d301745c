/* What rows of a dry run would have made, by keys of it. */
#pragma once
#include "store/call.h"

struct store_draft {
  struct uuid key;
  int64_t number, place; /* of the row in the order in which they were gone through; where in the content it begins */
};
/* Queued. */
RESULT store_draft_put(struct store_tx *tx, const struct uuid *job, const struct store_draft *drafts, size_t count);

struct store_draft_keys {
  const struct uuid *keys;
  size_t count;
  int64_t limit; /* rows, at most */
};
/* Each row once, in their order and without its key. */
RESULT store_draft_find(const struct store_call *call, const struct uuid *job, const struct store_draft_keys *wanted,
                        const struct store_draft **ret_drafts, size_t *ret_count);
