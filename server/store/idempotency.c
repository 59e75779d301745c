/* Claims keys and keeps replies. */
#include "store/idempotency.h"
#include "store/run.h"

static void put_key(struct db_values *v, const struct store_key *key)
{
  db_put_uuid(v, &key->root_tenant);
  db_put_uuid(v, &key->principal);
  db_put_text(v, key->key);
}

/* What an earlier transaction left: this statement sees it, for it began after the lock was held. */
static RESULT fetch(struct store_tx *tx, const struct store_key *key, enum store_claim *ret_claim,
                    struct store_reply *ret_reply)
{
  enum { DIGEST, STATUS, BODY, LOCATION };
  struct db_values v = {0};
  struct db_rows rows;
  put_key(&v, key);
  TRY(store_run(tx, SQL_idempotency_fetch, &v, &rows));
  if (rows.count == 0)
    return R_NOT_FOUND;
  bool same = str_equal(db_text(&rows, 0, DIGEST), key->digest);
  if (same && db_is_null(&rows, 0, STATUS))
    return R_IN_PROGRESS;
  *ret_claim = same ? STORE_CLAIM_REPLAY : STORE_CLAIM_MISMATCH;
  if (same)
    *ret_reply = (struct store_reply){.status = (int)db_int(&rows, 0, STATUS),
                                      .body = db_text(&rows, 0, BODY),
                                      .location = db_text(&rows, 0, LOCATION)};
  return R_OK;
}

RESULT store_idempotency_claim(struct store_tx *tx, const struct store_key *key, enum store_claim *ret_claim,
                               struct store_reply *ret_reply)
{
  enum { HELD, CLAIMED };
  struct db_values v = {0};
  struct db_rows rows;
  put_key(&v, key);
  db_put_bytes(&v, key->digest.p, key->digest.n);
  TRY(store_run(tx, SQL_idempotency_claim, &v, &rows));
  if (!db_bool(&rows, 0, HELD))
    return R_IN_PROGRESS;
  if (!db_bool(&rows, 0, CLAIMED))
    return fetch(tx, key, ret_claim, ret_reply);
  *ret_claim = STORE_CLAIM_NEW;
  return R_OK;
}

RESULT store_idempotency_keep(struct store_tx *tx, const struct store_key *key, const struct store_reply *reply)
{
  struct db_values v = {0};
  put_key(&v, key);
  db_put_int4(&v, reply->status);
  db_put_text(&v, reply->body);
  db_put_text(&v, reply->location);
  return store_queue(tx, SQL_idempotency_keep, &v);
}
