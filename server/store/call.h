/* What a store call needs and gives: the layers above see no database, only this. */
#pragma once
#include "base/arena.h"
#include "base/result.h"
#include "base/uuid.h"
#include <stdint.h>

struct db_pool;
struct scope;
struct store_tx;

struct store_call {
  struct db_pool *pool;
  const struct scope *scope; /* which rows; NULL only for what runs before anyone is known, on the auth pool */
  struct arena *arena;       /* what is given back lives in it */
  int64_t deadline;          /* clock_monotonic(); 0: none */
  struct store_tx *tx;       /* reads run in it, and see what it wrote; NULL: each is a transaction of its own */
};

/* A thing as the API shows it. */
struct store_object {
  struct uuid id;
  struct str path; /* of its tenant: with id, its place in a list */
  struct str body; /* JSON */
  int64_t version; /* 0 where it has none */
};

/* Seconds from now: until what is over waits for its purge, and until others may have its names. */
struct store_end {
  int64_t grace, rest;
};

/* Where a list begins and how far it goes: a tenant, or it and all below, from behind the last item that was seen. */
struct store_range {
  struct str low;        /* the tenant's path */
  bool subtree;          /* and all below it */
  struct str after_path; /* of the last item; .n 0 for the first page */
  struct uuid after_id;
  int64_t limit;
};

/* One page of a list, in the list's order. */
struct store_page {
  const struct store_object *items;
  size_t count;
};

/* A transaction: begins with its first statement. It reads by the store_call it was opened with. */
RESULT store_tx_open(const struct store_call *call, struct store_tx **ret_tx);
/* Committed, but under which revision could not be read: policy_wait knows what to do. */
#define STORE_REVISION_UNKNOWN UINT64_MAX
/* As db_tx_commit. */
RESULT store_tx_commit(struct store_tx *tx, uint64_t *ret_revision);
/* As db_tx_scope, db_tx_mark, db_tx_forget and db_tx_return. */
RESULT store_tx_scope(struct store_tx *tx, const struct scope *scope);
RESULT store_tx_mark(struct store_tx *tx);
RESULT store_tx_forget(struct store_tx *tx);
RESULT store_tx_return(struct store_tx *tx);
/* Rolls back unless committed; NULL-safe; for CLEANUP. */
void store_tx_close(struct store_tx **tx);

/* Text of this thread's last failure in the database, for the log only. */
const char *store_last_error(void);
