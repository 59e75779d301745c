/* Statements on one-time tokens. */
#include "store/invitation.h"
#include "store/run.h"

static const struct str purposes[] = {[STORE_INVITATION] = {"invitation", 10}, [STORE_RESET] = {"reset", 5}};

static RESULT put_new(struct db_values *values, const struct store_invitation *invitation, struct uuid *id)
{
  TRY(uuid_new(id));
  db_put_uuid(values, id);
  db_put_uuid(values, &invitation->user);
  db_put_bytes(values, invitation->digest.p, invitation->digest.n);
  return R_OK;
}

RESULT store_invitation_put(struct store_tx *tx, const struct store_invitation *invitation)
{
  struct db_values values = {0};
  struct uuid id;
  TRY(put_new(&values, invitation, &id));
  db_put_text(&values, purposes[invitation->purpose]);
  db_put_time(&values, invitation->expires_at);
  store_run_put_id(&values, &invitation->issued_by);
  return store_run_touch(tx, SQL_invitation_put, &values);
}

RESULT store_invitation_ask(struct store_tx *tx, const struct store_invitation *invitation, int64_t most)
{
  struct db_values values = {0};
  struct db_rows rows;
  struct uuid id;
  TRY(put_new(&values, invitation, &id));
  db_put_time(&values, invitation->expires_at);
  db_put_int(&values, most);
  TRY(store_run(tx, SQL_invitation_ask, &values, &rows));
  return rows.count == 1 ? R_OK : R_LIMIT_REACHED;
}

static void put_claim(struct db_values *values, const struct store_invitation_claim *claim)
{
  db_put_bytes(values, claim->digest.p, claim->digest.n);
  db_put_time(values, claim->now);
  db_put_text(values, purposes[claim->purpose]);
}

RESULT store_invitation_find(const struct store_call *call, const struct store_invitation_claim *claim,
                             struct uuid *ret_user)
{
  struct db_values values = {0};
  struct db_rows rows;
  put_claim(&values, claim);
  TRY(store_read(call, SQL_invitation_find, &values, &rows));
  if (rows.count != 1)
    return R_NOT_FOUND;
  *ret_user = db_uuid(&rows, 0, 0);
  return R_OK;
}

RESULT store_invitation_use(struct store_tx *tx, const struct store_invitation_claim *claim, struct uuid *ret_user)
{
  struct db_values values = {0};
  struct db_rows rows;
  put_claim(&values, claim);
  TRY(store_run(tx, SQL_invitation_use, &values, &rows));
  if (rows.count != 1)
    return R_NOT_FOUND;
  *ret_user = db_uuid(&rows, 0, 0);
  return R_OK;
}

RESULT store_invitation_end(struct store_tx *tx, const struct uuid *user)
{
  struct db_values values = {0};
  db_put_uuid(&values, user);
  return store_queue(tx, SQL_invitation_end, &values);
}

RESULT store_invitation_issued(const struct store_call *call, const struct uuid *user, const struct uuid *issuer,
                               int64_t since, bool *ret_issued)
{
  struct db_values values = {0};
  struct db_rows rows;
  db_put_uuid(&values, user);
  db_put_uuid(&values, issuer);
  db_put_time(&values, since);
  TRY(store_read(call, SQL_invitation_issued, &values, &rows));
  if (rows.count != 1)
    return FAULT(R_INTERNAL);
  *ret_issued = db_bool(&rows, 0, 0);
  return R_OK;
}
