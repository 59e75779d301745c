/* Statements on requests to reset a password. */
#include "store/reset.h"
#include "store/run.h"

RESULT store_reset_put(const struct store_call *call, const struct store_reset *request)
{
  struct db_values values = {0};
  struct db_rows rows;
  db_put_bytes(&values, request->subject.p, request->subject.n);
  db_put_bytes(&values, request->sealed.p, request->sealed.n);
  db_put_text(&values, request->address);
  db_put_text(&values, request->request_id);
  db_put_text(&values, request->kind);
  db_put_text(&values, request->place);
  store_run_put_id(&values, &request->stated_by);
  return store_read(call, SQL_reset_request_put, &values, &rows);
}

RESULT store_reset_take(struct store_tx *tx, struct store_reset *ret_request)
{
  struct db_values values = {0};
  struct db_rows rows;
  TRY(store_run(tx, SQL_reset_request_take, &values, &rows));
  if (rows.count != 1)
    return R_NOT_FOUND;
  *ret_request = (struct store_reset){.subject = db_text(&rows, 0, 0),
                                      .sealed = db_text(&rows, 0, 1),
                                      .address = db_text(&rows, 0, 2),
                                      .request_id = db_text(&rows, 0, 3),
                                      .created_at = db_time(&rows, 0, 4),
                                      .stated_by = db_uuid(&rows, 0, 5)};
  return R_OK;
}

RESULT store_reset_find(struct store_tx *tx, const struct store_reset_name *name,
                        struct store_reset_person ret_people[STORE_RESET_PEOPLE], size_t *ret_count)
{
  struct db_values values = {0};
  struct db_rows rows;
  db_put_text(&values, name->code);
  db_put_text(&values, name->login_key);
  db_put_text(&values, name->email_key);
  TRY(store_run(tx, SQL_reset_find, &values, &rows));
  for (int i = 0; i < rows.count && i < STORE_RESET_PEOPLE; i++)
    ret_people[i] = (struct store_reset_person){db_uuid(&rows, i, 0), db_uuid(&rows, i, 1)};
  *ret_count = (size_t)rows.count;
  return R_OK;
}
