/* Statements on sessions. */
#include "store/session.h"
#include "store/run.h"

RESULT store_session_create(struct store_tx *tx, const struct store_session *session, struct str address)
{
  struct db_values values = {0};
  struct db_rows rows;
  db_put_uuid(&values, &session->id);
  db_put_uuid(&values, &session->principal);
  db_put_int4(&values, (int32_t)session->epoch);
  db_put_int4(&values, session->strength);
  db_put_text(&values, session->audience);
  db_put_time(&values, session->expires_at);
  db_put_text(&values, address);
  db_put_time(&values, session->authenticated_at);
  store_run_put_time(&values, session->factor_at);
  db_put_time(&values, session->idle_at);
  db_put_time(&values, session->refreshed_at);
  TRY(store_run(tx, SQL_session_create, &values, &rows));
  return rows.count == 1 ? R_OK : R_NOT_FOUND;
}

RESULT store_session_end(struct store_tx *tx, const struct uuid *session, const struct uuid *principal)
{
  struct db_values values = {0};
  struct db_rows rows;
  db_put_uuid(&values, session);
  db_put_uuid(&values, principal);
  TRY(store_run(tx, SQL_session_end, &values, &rows));
  return rows.count == 1 ? R_OK : R_NOT_FOUND;
}

RESULT store_session_replace(struct store_tx *tx, const struct uuid *session, const struct uuid *principal, int64_t now,
                             struct store_session *ret_session)
{
  struct db_values values = {0};
  struct db_rows rows;
  db_put_uuid(&values, session);
  db_put_uuid(&values, principal);
  db_put_time(&values, now);
  TRY(store_run(tx, SQL_session_replace, &values, &rows));
  if (rows.count != 1)
    return R_NOT_FOUND;
  *ret_session = (struct store_session){.principal = *principal,
                                        .tenant = db_uuid(&rows, 0, 0),
                                        .epoch = (uint32_t)db_int(&rows, 0, 1),
                                        .audience = db_text(&rows, 0, 2),
                                        .expires_at = db_time(&rows, 0, 3),
                                        .authenticated_at = db_time(&rows, 0, 4)};
  return R_OK;
}

RESULT store_session_end_others(struct store_tx *tx, const struct uuid *principal, const struct uuid *kept)
{
  struct db_values values = {0};
  db_put_uuid(&values, principal);
  db_put_uuid(&values, kept);
  return store_queue(tx, SQL_session_end_others, &values);
}

static RESULT list(const struct store_call *call, enum statement statement, const struct store_session_query *query,
                   struct store_page *ret_page)
{
  struct db_values values = {0};
  TRY(store_run_put_range(&values, &query->range, call->arena));
  db_put_uuid(&values, &query->principal);
  db_put_uuid(&values, &query->asking);
  db_put_int(&values, query->range.limit);
  return store_run_page(call, statement, &values, ret_page);
}

RESULT store_session_list(const struct store_call *call, const struct store_session_query *query,
                          struct store_page *ret_page)
{
  return list(call, SQL_session_list, query, ret_page);
}

RESULT store_session_list_own(const struct store_call *call, const struct store_session_query *query,
                              struct store_page *ret_page)
{
  return list(call, SQL_session_list_own, query, ret_page);
}

RESULT store_session_revoke(struct store_tx *tx, const struct store_session_key *key, struct store_object *ret_session)
{
  struct db_values values = {0};
  db_put_uuid(&values, &key->session);
  db_put_uuid(&values, &key->user);
  db_put_uuid(&values, &key->asking);
  return store_run_change_one(tx, SQL_session_revoke, &values, ret_session);
}

RESULT store_session_revoke_all(struct store_tx *tx, const struct uuid *user)
{
  struct db_values values = {0};
  db_put_uuid(&values, user);
  return store_run_touch(tx, SQL_session_revoke_all, &values);
}

RESULT store_session_refresh_create(struct store_tx *tx, struct str digest, const struct uuid *session,
                                    int64_t expires_at)
{
  struct db_values values = {0};
  db_put_bytes(&values, digest.p, digest.n);
  db_put_uuid(&values, session);
  db_put_time(&values, expires_at);
  return store_queue(tx, SQL_refresh_create, &values);
}

RESULT store_session_refresh_use(struct store_tx *tx, struct str digest, int64_t now, struct store_session *ret_session)
{
  struct db_values values = {0};
  struct db_rows rows;
  db_put_bytes(&values, digest.p, digest.n);
  db_put_time(&values, now);
  TRY(store_run(tx, SQL_refresh_use, &values, &rows));
  if (rows.count != 1)
    return R_NOT_FOUND;
  *ret_session = (struct store_session){.id = db_uuid(&rows, 0, 0),
                                        .principal = db_uuid(&rows, 0, 1),
                                        .epoch = (uint32_t)db_int(&rows, 0, 2),
                                        .strength = (int)db_int(&rows, 0, 3),
                                        .audience = db_text(&rows, 0, 4),
                                        .expires_at = db_time(&rows, 0, 5),
                                        .authenticated_at = db_time(&rows, 0, 6),
                                        .factor_at = db_time(&rows, 0, 7),
                                        .tenant = db_uuid(&rows, 0, 8),
                                        .refreshed_at = db_time(&rows, 0, 9)};
  return R_OK;
}

RESULT store_session_refresh_reused(struct store_tx *tx, struct str digest, struct store_session_reuse *ret_reuse)
{
  struct db_values values = {0};
  struct db_rows rows;
  db_put_bytes(&values, digest.p, digest.n);
  TRY(store_run(tx, SQL_refresh_reused, &values, &rows));
  if (rows.count != 1)
    return R_NOT_FOUND;
  *ret_reuse = (struct store_session_reuse){.session = db_uuid(&rows, 0, 0),
                                            .principal = db_uuid(&rows, 0, 1),
                                            .tenant = db_uuid(&rows, 0, 2),
                                            .epoch = (uint32_t)db_int(&rows, 0, 3),
                                            .raced = db_bool(&rows, 0, 4)};
  return R_OK;
}

RESULT store_session_renew(struct store_tx *tx, const struct store_session *session)
{
  struct db_values values = {0};
  db_put_uuid(&values, &session->id);
  db_put_time(&values, session->refreshed_at);
  db_put_time(&values, session->idle_at);
  db_put_time(&values, session->expires_at);
  return store_run_touch(tx, SQL_session_renew, &values);
}

RESULT store_session_refresh_end(struct store_tx *tx, struct str digest, struct store_session *ret_session)
{
  struct db_values values = {0};
  struct db_rows rows;
  db_put_bytes(&values, digest.p, digest.n);
  TRY(store_run(tx, SQL_refresh_end, &values, &rows));
  if (rows.count != 1)
    return R_NOT_FOUND;
  *ret_session = (struct store_session){
      .id = db_uuid(&rows, 0, 0), .principal = db_uuid(&rows, 0, 1), .tenant = db_uuid(&rows, 0, 2)};
  return R_OK;
}

RESULT store_session_event(struct store_tx *tx, const struct store_session_event *event)
{
  struct db_values values = {0};
  struct uuid id;
  TRY(uuid_new(&id));
  db_put_uuid(&values, &id);
  db_put_time(&values, event->at);
  db_put_uuid(&values, &event->principal);
  db_put_text(&values, str_of(event->actor_kind));
  db_put_text(&values, str_of(event->action));
  db_put_text(&values, str_of(event->object_kind));
  db_put_uuid(&values, &event->object);
  db_put_text(&values, event->address);
  db_put_text(&values, event->request_id);
  db_put_text(&values, str_of(event->actor_title));
  store_run_put_id(&values, &event->stated_by);
  return store_queue(tx, SQL_audit_sign_in, &values);
}
