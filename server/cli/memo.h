/* Which tenant an external_id meant, of a bounded number of them. */
#pragma once
#include "base/arena.h"
#include "base/uuid.h"

struct cli_memo;

RESULT cli_memo_new(struct arena *arena, struct cli_memo **ret_memo);

/* False when it is not known, or not any more. */
bool cli_memo_find(const struct cli_memo *memo, struct str external_id, struct uuid *ret_tenant);
void cli_memo_put(struct cli_memo *memo, struct str external_id, const struct uuid *tenant);
void cli_memo_forget(struct cli_memo *memo, struct str external_id);
