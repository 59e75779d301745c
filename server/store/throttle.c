/* Statements on counters of attempts. */
#include "store/throttle.h"
#include "store/run.h"

RESULT store_throttle_take(const struct store_call *call, struct str subject, int64_t now, int64_t window_start,
                           int64_t *ret_count, int64_t *ret_since)
{
  struct db_values values = {0};
  struct db_rows rows;
  db_put_bytes(&values, subject.p, subject.n);
  db_put_time(&values, now);
  db_put_time(&values, window_start);
  TRY(store_read(call, SQL_throttle_take, &values, &rows));
  if (rows.count != 1)
    return R_INTERNAL;
  *ret_count = db_int(&rows, 0, 0);
  *ret_since = db_time(&rows, 0, 1);
  return R_OK;
}

static enum result on_subject(struct store_tx *tx, enum statement statement, struct str subject)
{
  struct db_values values = {0};
  db_put_bytes(&values, subject.p, subject.n);
  return store_queue(tx, statement, &values);
}

RESULT store_throttle_clear(struct store_tx *tx, struct str subject) { return on_subject(tx, SQL_throttle_clear, subject); }

RESULT store_throttle_return(struct store_tx *tx, struct str subject) { return on_subject(tx, SQL_throttle_return, subject); }
