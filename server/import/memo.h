/* Which tenant an external_id meant, or that it meant none, of a bounded number of them. */
#pragma once
#include "base/arena.h"
#include "base/uuid.h"

struct import_memo;

RESULT import_memo_new(struct arena *arena, struct import_memo **ret_memo);

/* False when it is not known, or not any more; a zero tenant: it meant none. */
bool import_memo_find(const struct import_memo *memo, struct str external_id, struct uuid *ret_tenant);
void import_memo_put(struct import_memo *memo, struct str external_id, const struct uuid *tenant);
void import_memo_forget(struct import_memo *memo, struct str external_id);
