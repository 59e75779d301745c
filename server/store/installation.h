/* What there is once in a database: its key, its root, and what is to be forgotten. */
#pragma once
#include "store/call.h"

/* The id of the master key under which this database's secrets are sealed: `ours` if nobody has said before. On the auth pool. */
RESULT store_installation_key(const struct store_call *call, const struct uuid *ours, struct uuid *ret_key);

/* The provider, and whether anybody is at home there. On the auth pool. */
RESULT store_installation_root(const struct store_call *call, struct uuid *ret_tenant, struct str *ret_code, bool *ret_settled);

/* The newest policy revision that is committed. On any pool. */
RESULT store_installation_revision(const struct store_call *call, uint64_t *ret_revision);

/* Removes from the vault what ended before that time, and policy events older than an hour. On the auth pool. */
RESULT store_installation_prune(const struct store_call *call, int64_t before);
/* Removes replies kept since before that time. On the app pool, under the scope of the whole tree. */
RESULT store_installation_prune_replies(const struct store_call *call, int64_t before);
