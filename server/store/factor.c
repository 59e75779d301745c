/* Statements on second factors as one. */
#include "store/factor.h"
#include "store/run.h"

RESULT store_factor_list(const struct store_call *call, const struct uuid *user, struct str *ret_body)
{
  struct db_values values = {0};
  struct db_rows rows;
  db_put_uuid(&values, user);
  TRY(store_read(call, SQL_factor_list, &values, &rows));
  if (rows.count != 1)
    return FAULT(R_INTERNAL);
  *ret_body = db_text(&rows, 0, 0);
  return R_OK;
}

static RESULT touch(struct store_tx *tx, enum statement statement, const struct uuid *user)
{
  struct db_values values = {0};
  db_put_uuid(&values, user);
  return store_run_touch(tx, statement, &values);
}

RESULT store_factor_hold(struct store_tx *tx, const struct uuid *user) { return touch(tx, SQL_factor_hold, user); }

RESULT store_factor_forget(struct store_tx *tx, const struct uuid *user) { return touch(tx, SQL_factor_forget, user); }

RESULT store_factor_reset(struct store_tx *tx, const struct uuid *user, struct store_object *ret_user)
{
  struct db_values values = {0};
  db_put_uuid(&values, user);
  return store_run_change_one(tx, SQL_factor_reset, &values, ret_user);
}

static const char *const kinds[] = {[STORE_RESET_PASSWORD] = "password", [STORE_RESET_FACTOR] = "factor"};

RESULT store_factor_note(struct store_tx *tx, const struct uuid *user, enum store_factor_reset kind, const struct uuid *actor)
{
  struct db_values values = {0};
  struct uuid id;
  TRY(uuid_new(&id));
  db_put_uuid(&values, &id);
  db_put_uuid(&values, user);
  db_put_text(&values, str_of(kinds[kind]));
  db_put_uuid(&values, actor);
  return store_queue(tx, SQL_reset_note, &values);
}

RESULT store_factor_recent(struct store_tx *tx, const struct uuid *user, enum store_factor_reset kind,
                           const struct uuid *actor, bool *ret_recent)
{
  struct db_values values = {0};
  struct db_rows rows;
  db_put_uuid(&values, user);
  db_put_text(&values, str_of(kinds[kind]));
  db_put_uuid(&values, actor);
  TRY(store_run(tx, SQL_reset_recent, &values, &rows));
  if (rows.count != 1)
    return FAULT(R_INTERNAL);
  *ret_recent = db_bool(&rows, 0, 0);
  return R_OK;
}
