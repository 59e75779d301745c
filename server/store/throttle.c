/* Statements on counters of attempts. */
#include "store/throttle.h"
#include "store/run.h"

RESULT store_throttle_take(const struct store_call *call, struct str subject, int64_t now, int64_t window_start,
                           struct store_throttle *ret_counter)
{
  struct db_values values = {0};
  struct db_rows rows;
  db_put_bytes(&values, subject.p, subject.n);
  db_put_time(&values, now);
  db_put_time(&values, window_start);
  TRY(store_read(call, SQL_throttle_take, &values, &rows));
  if (rows.count != 1)
    return FAULT(R_INTERNAL);
  *ret_counter = (struct store_throttle){db_int(&rows, 0, 0), db_time(&rows, 0, 1), db_int(&rows, 0, 2)};
  return R_OK;
}

static enum result on_subject(struct store_tx *tx, enum statement statement, struct str subject)
{
  struct db_values values = {0};
  db_put_bytes(&values, subject.p, subject.n);
  return store_queue(tx, statement, &values);
}

RESULT store_throttle_clear(struct store_tx *tx, struct str subject)
{
  return on_subject(tx, SQL_throttle_clear, subject);
}

RESULT store_throttle_return(struct store_tx *tx, struct str subject)
{
  return on_subject(tx, SQL_throttle_return, subject);
}

static void put_subject(struct db_values *values, struct str subject)
{
  if (subject.p)
    db_put_bytes(values, subject.p, subject.n);
  else
    db_put_null(values);
}

static void put_attempt(struct db_values *values, const struct store_attempt *attempt)
{
  put_subject(values, attempt->device);
  put_subject(values, attempt->place);
  put_subject(values, attempt->account);
  put_subject(values, attempt->share);
  put_subject(values, attempt->address);
  put_subject(values, attempt->tenant);
}

static void put_attempts(struct db_values *values, const struct store_attempts *attempts)
{
  db_put_int4(values, (int32_t)attempts->account);
  db_put_int4(values, (int32_t)attempts->address);
  db_put_int4(values, (int32_t)attempts->tenant);
}

RESULT store_throttle_login(const struct store_call *call, const struct store_attempt *attempt, int64_t now,
                            struct store_attempted *ret_attempted)
{
  struct db_values values = {0};
  struct db_rows rows;
  db_put_uuid(&values, &attempt->person);
  put_attempt(&values, attempt);
  put_attempts(&values, &attempt->most);
  put_attempts(&values, &attempt->told);
  db_put_time(&values, now);
  TRY(store_read(call, SQL_throttle_login, &values, &rows));
  if (rows.count != 1)
    return FAULT(R_INTERNAL);
  *ret_attempted = (struct store_attempted){
      db_text(&rows, 0, 0), db_int(&rows, 0, 1), db_bool(&rows, 0, 2), db_bool(&rows, 0, 3)};
  return R_OK;
}

RESULT store_throttle_login_done(struct store_tx *tx, const struct store_attempt *attempt, struct str known)
{
  struct db_values values = {0};
  db_put_text(&values, known);
  put_attempt(&values, attempt);
  return store_queue(tx, SQL_throttle_login_done, &values);
}

RESULT store_throttle_state(const struct store_call *call, const struct store_attempt *attempt, int64_t now,
                            struct str *ret_body)
{
  struct db_values values = {0};
  struct db_rows rows;
  db_put_uuid(&values, &attempt->person);
  put_subject(&values, attempt->account);
  db_put_int4(&values, (int32_t)attempt->most.account);
  db_put_time(&values, now);
  TRY(store_read(call, SQL_throttle_state, &values, &rows));
  if (rows.count != 1)
    return R_NOT_FOUND;
  *ret_body = db_text(&rows, 0, 0);
  return R_OK;
}

RESULT store_throttle_know(struct store_tx *tx, const struct store_known *known, int64_t now, bool *ret_device,
                           bool *ret_place)
{
  struct db_values values = {0};
  struct db_rows rows;
  db_put_uuid(&values, &known->person);
  put_subject(&values, known->device_shown);
  put_subject(&values, known->device_new);
  put_subject(&values, known->place);
  db_put_time(&values, now);
  TRY(store_run(tx, SQL_known_put, &values, &rows));
  if (rows.count != 1)
    return FAULT(R_INTERNAL);
  *ret_device = db_bool(&rows, 0, 0);
  *ret_place = db_bool(&rows, 0, 1);
  return R_OK;
}
