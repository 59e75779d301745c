/* Replies kept for requests that may come again. */
#pragma once
#include "store/call.h"

enum store_claim { STORE_CLAIM_NEW = 1, STORE_CLAIM_REPLAY, STORE_CLAIM_MISMATCH };

/* Which request it is: of whom, under which root, by which key; the digest tells it from others with that key. */
struct store_key {
  struct uuid root_tenant, principal;
  struct str key, digest;
};

struct store_reply {
  int status;
  struct str body, location; /* .p NULL: none */
};

/* NEW: nobody used the key within 24 hours, and it is this transaction's; REPLAY: the reply of then; MISMATCH: that
   request had another digest. R_IN_PROGRESS while another transaction has it. */
RESULT store_idempotency_claim(struct store_tx *tx, const struct store_key *key, enum store_claim *ret_claim,
                               struct store_reply *ret_reply);

/* Queued: the reply to a claim that was NEW. */
RESULT store_idempotency_keep(struct store_tx *tx, const struct store_key *key, const struct store_reply *reply);
