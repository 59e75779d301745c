/* Reads and writes audit events. */
#include "store/audit.h"
#include "store/run.h"

RESULT store_audit_list(const struct store_call *call, const struct uuid *tenant,
                        const struct store_audit_filter *filter, struct store_page *ret_page)
{
  struct db_values v = {0};
  struct uuid last;
  memset(last.b, 0xff, sizeof last.b);
  db_put_uuid(&v, tenant);
  db_put_uuid(&v, uuid_is_zero(&filter->before_id) ? &last : &filter->before_id);
  db_put_text(&v, filter->action);
  db_put_text(&v, filter->outcome);
  store_run_put_id(&v, &filter->actor);
  store_run_put_id(&v, &filter->object);
  store_run_put_time(&v, filter->from);
  store_run_put_time(&v, filter->to);
  db_put_int(&v, filter->limit);
  return store_run_page(call, SQL_audit_list, &v, ret_page);
}

RESULT store_audit_touched(struct store_tx *tx, const struct uuid *tenant, const struct uuid *actor,
                           const struct uuid *object, bool *ret_touched)
{
  struct db_values v = {0};
  struct db_rows rows;
  db_put_uuid(&v, tenant);
  db_put_uuid(&v, actor);
  db_put_uuid(&v, object);
  TRY(store_run(tx, SQL_audit_touched, &v, &rows));
  *ret_touched = rows.count == 0 || db_bool(&rows, 0, 0);
  return R_OK;
}

RESULT store_audit_write(struct store_tx *tx, const struct store_audit *event)
{
  struct db_values v = {0};
  db_put_uuid(&v, &event->id);
  db_put_uuid(&v, &event->tenant);
  db_put_time(&v, event->at);
  db_put_text(&v, event->actor_kind);
  store_run_put_id(&v, &event->actor);
  store_run_put_id(&v, &event->actor_tenant);
  db_put_text(&v, event->actor_path);
  db_put_text(&v, event->actor_title);
  db_put_text(&v, event->actor_pseudonym);
  db_put_text(&v, event->action);
  db_put_text(&v, event->outcome);
  db_put_text(&v, event->reason);
  db_put_text(&v, event->object_kind);
  store_run_put_id(&v, &event->object);
  db_put_text(&v, event->before);
  db_put_text(&v, event->after);
  db_put_text(&v, event->named);
  db_put_text(&v, event->address);
  db_put_text(&v, event->request_id);
  db_put_int(&v, event->count);
  return store_queue(tx, SQL_audit_write, &v);
}

RESULT store_audit_of_person(struct store_tx *tx, const struct store_audit_of_person *event)
{
  struct db_values v = {0};
  struct uuid id;
  TRY(uuid_new(&id));
  db_put_uuid(&v, &id);
  db_put_time(&v, event->at);
  db_put_uuid(&v, &event->person);
  db_put_text(&v, event->actor_kind);
  db_put_text(&v, event->action);
  db_put_text(&v, event->outcome);
  db_put_text(&v, event->reason);
  db_put_text(&v, event->address);
  db_put_text(&v, event->request_id);
  store_run_put_id(&v, &event->stated_by);
  return store_queue(tx, SQL_audit_of_person, &v);
}
