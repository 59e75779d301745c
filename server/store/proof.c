/* Statements on proofs. */
#include "store/proof.h"
#include "store/run.h"

static const char *const kinds[] = {[STORE_PROOF_SECRET] = "secret", [STORE_PROOF_KEY] = "key"};

RESULT store_proof_insert(struct store_tx *tx, const struct store_proof_row *row, struct store_object *ret_proof)
{
  struct db_values v = {0};
  db_put_uuid(&v, &row->id);
  db_put_uuid(&v, &row->client);
  db_put_text(&v, str_of(kinds[row->kind]));
  db_put_text(&v, row->name);
  db_put_text(&v, row->kid);
  db_put_text(&v, row->algorithm);
  db_put_text(&v, row->public_key);
  store_run_put_time(&v, row->expires_at);
  return store_run_change_one(tx, SQL_proof_insert, &v, ret_proof);
}

RESULT store_proof_secret(struct store_tx *tx, const struct uuid *id, const struct uuid *client, struct str digest)
{
  struct db_values v = {0};
  db_put_uuid(&v, id);
  db_put_uuid(&v, client);
  db_put_bytes(&v, digest.p, digest.n);
  return store_run_touch(tx, SQL_proof_secret, &v);
}

RESULT store_proof_live(struct store_tx *tx, const struct uuid *client, enum store_proof_kind kind, int64_t *ret_live)
{
  struct db_values v = {0};
  struct db_rows rows;
  db_put_uuid(&v, client);
  db_put_text(&v, str_of(kinds[kind]));
  TRY(store_run(tx, SQL_proof_live, &v, &rows));
  if (rows.count != 1)
    return FAULT(R_INTERNAL);
  *ret_live = db_int(&rows, 0, 0);
  return R_OK;
}

RESULT store_proof_list(const struct store_call *call, const struct uuid *client, enum store_proof_kind kind,
                        const struct store_range *range, struct store_page *ret_page)
{
  struct db_values v = {0};
  TRY(store_run_put_range(&v, range, call->arena));
  db_put_uuid(&v, client);
  db_put_text(&v, str_of(kinds[kind]));
  db_put_int(&v, range->limit);
  return store_run_page(call, SQL_proof_list, &v, ret_page);
}

RESULT store_proof_delete(struct store_tx *tx, const struct store_proof_key *key, struct store_object *ret_proof)
{
  struct db_values v = {0};
  db_put_uuid(&v, &key->id);
  db_put_uuid(&v, &key->client);
  db_put_text(&v, str_of(kinds[key->kind]));
  return store_run_change_one(tx, SQL_proof_delete, &v, ret_proof);
}

static struct store_proof proof_of(const struct db_rows *rows)
{
  enum { TENANT, EPOCH, PROOF, EXPIRES_AT, ALGORITHM, PUBLIC_KEY };
  return (struct store_proof){.tenant = db_uuid(rows, 0, TENANT),
                              .epoch = (uint32_t)db_int(rows, 0, EPOCH),
                              .id = db_uuid(rows, 0, PROOF),
                              .expires_at = db_time(rows, 0, EXPIRES_AT),
                              .algorithm = db_text(rows, 0, ALGORITHM),
                              .public_key = db_text(rows, 0, PUBLIC_KEY)};
}

RESULT store_proof_by_digest(const struct store_call *call, const struct store_claim *claim,
                             struct store_proof *ret_proof)
{
  struct db_values v = {0};
  struct db_rows rows;
  db_put_uuid(&v, &claim->client);
  db_put_bytes(&v, claim->digest.p, claim->digest.n);
  db_put_time(&v, claim->now);
  db_put_text(&v, claim->address);
  TRY(store_read(call, SQL_proof_by_digest, &v, &rows));
  if (rows.count != 1)
    return R_NOT_FOUND;
  *ret_proof = proof_of(&rows);
  return R_OK;
}

RESULT store_proof_by_kid(const struct store_call *call, const struct store_claim *claim, struct store_proof *ret_proof)
{
  struct db_values v = {0};
  struct db_rows rows;
  db_put_uuid(&v, &claim->client);
  db_put_text(&v, claim->kid);
  db_put_time(&v, claim->now);
  db_put_text(&v, claim->address);
  TRY(store_read(call, SQL_proof_by_kid, &v, &rows));
  if (rows.count == 0)
    return R_NOT_FOUND;
  struct store_proof proof = proof_of(&rows);
  if (rows.count > 1) /* which of them is not said */
    proof = (struct store_proof){.tenant = proof.tenant, .epoch = proof.epoch};
  *ret_proof = proof;
  return R_OK;
}

RESULT store_proof_spend(struct store_tx *tx, struct str digest, int64_t expires_at)
{
  struct db_values v = {0};
  db_put_bytes(&v, digest.p, digest.n);
  db_put_time(&v, expires_at);
  return store_run_touch(tx, SQL_assertion_spend, &v);
}

RESULT store_proof_note(struct store_tx *tx, const struct uuid *proof, const struct uuid *client)
{
  struct db_values v = {0};
  db_put_uuid(&v, proof);
  db_put_uuid(&v, client);
  return store_run_touch(tx, SQL_proof_note, &v);
}

RESULT store_proof_use(struct store_tx *tx, const struct uuid *session, const struct uuid *proof, const struct uuid *client)
{
  struct db_values v = {0};
  db_put_uuid(&v, session);
  db_put_uuid(&v, proof);
  db_put_uuid(&v, client);
  return store_run_touch(tx, SQL_proof_use, &v);
}
