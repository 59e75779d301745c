/* Statements on mails on their way. */
#include "store/outbox.h"
#include "store/run.h"

static void put_bytes(struct db_values *values, struct str bytes)
{
  if (bytes.p)
    db_put_bytes(values, bytes.p, bytes.n);
  else
    db_put_null(values);
}

RESULT store_outbox_put(struct store_tx *tx, const struct store_outbox *mail)
{
  struct db_values values = {0};
  db_put_uuid(&values, &mail->id);
  db_put_uuid(&values, &mail->user);
  db_put_text(&values, mail->kind);
  db_put_text(&values, mail->recipient);
  put_bytes(&values, mail->sealed_token);
  db_put_time(&values, mail->happened_at);
  db_put_time(&values, mail->expires_at);
  if (mail->due)
    db_put_time(&values, mail->due);
  else
    db_put_null(&values);
  return store_queue(tx, SQL_outbox_put, &values);
}

RESULT store_outbox_tell(struct store_tx *tx, const struct store_outbox *mail, int64_t hush)
{
  struct db_values values = {0};
  db_put_uuid(&values, &mail->id);
  db_put_uuid(&values, &mail->user);
  db_put_text(&values, mail->kind);
  put_bytes(&values, mail->sealed_token);
  db_put_text(&values, mail->address);
  db_put_time(&values, mail->happened_at);
  db_put_time(&values, mail->expires_at);
  db_put_int(&values, hush);
  return store_queue(tx, SQL_outbox_tell, &values);
}

RESULT store_outbox_take(const struct store_call *call, int64_t lease, int64_t interval,
                         struct store_outbox_mail *ret_mail)
{
  enum {
    ID,
    USER,
    TENANT,
    KIND,
    RECIPIENT,
    TOKEN,
    ADDRESS,
    HAPPENED,
    EXPIRES,
    ATTEMPTS,
    REFUSALS,
    NAME,
    LOGIN,
    HOME,
    CODE
  };
  struct db_values values = {0};
  struct db_rows rows;
  db_put_int(&values, lease);
  db_put_int(&values, interval);
  TRY(store_read(call, SQL_outbox_take, &values, &rows));
  if (rows.count != 1)
    return R_NOT_FOUND;
  *ret_mail = (struct store_outbox_mail){.mail = {.id = db_uuid(&rows, 0, ID),
                                                  .user = db_uuid(&rows, 0, USER),
                                                  .kind = db_text(&rows, 0, KIND),
                                                  .recipient = db_text(&rows, 0, RECIPIENT),
                                                  .sealed_token = db_text(&rows, 0, TOKEN),
                                                  .address = db_text(&rows, 0, ADDRESS),
                                                  .happened_at = db_time(&rows, 0, HAPPENED),
                                                  .expires_at = db_time(&rows, 0, EXPIRES)},
                                         .tenant = db_uuid(&rows, 0, TENANT),
                                         .display_name = db_text(&rows, 0, NAME),
                                         .login = db_text(&rows, 0, LOGIN),
                                         .tenant_name = db_text(&rows, 0, HOME),
                                         .tenant_code = db_text(&rows, 0, CODE),
                                         .attempts = (int)db_int(&rows, 0, ATTEMPTS),
                                         .refusals = (int)db_int(&rows, 0, REFUSALS)};
  return R_OK;
}

RESULT store_outbox_end(struct store_tx *tx, const struct uuid *id, bool sent)
{
  struct db_values values = {0};
  struct db_rows rows;
  db_put_uuid(&values, id);
  db_put_text(&values, sent ? STR("sent") : STR("given_up"));
  TRY(store_run(tx, SQL_outbox_end, &values, &rows));
  return rows.count == 1 ? R_OK : R_NOT_FOUND;
}

RESULT store_outbox_defer(const struct store_call *call, const struct uuid *id, int64_t wait, bool refused)
{
  struct db_values values = {0};
  struct db_rows rows;
  db_put_uuid(&values, id);
  db_put_int(&values, wait);
  db_put_bool(&values, refused);
  return store_read(call, SQL_outbox_defer, &values, &rows);
}

RESULT store_outbox_waiting(const struct store_call *call, int64_t *ret_count, int64_t *ret_oldest)
{
  struct db_values values = {0};
  struct db_rows rows;
  TRY(store_read(call, SQL_outbox_waiting, &values, &rows));
  if (rows.count != 1)
    return FAULT(R_INTERNAL);
  *ret_count = db_int(&rows, 0, 0);
  *ret_oldest = db_time(&rows, 0, 1);
  return R_OK;
}
