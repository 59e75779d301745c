/* Reads and writes grants. */
#include "store/grant.h"
#include "store/run.h"

RESULT store_grant_get(const struct store_call *call, const struct uuid *id, struct store_object *ret_grant)
{
  struct db_values v = {0};
  db_put_uuid(&v, id);
  return store_run_one(call, SQL_grant_get, &v, ret_grant);
}

RESULT store_grant_list(const struct store_call *call, const struct store_range *range,
                        const struct store_grant_filter *filter, struct store_page *ret_page)
{
  struct db_values v = {0};
  TRY(store_run_put_range(&v, range, call->arena));
  store_run_put_id(&v, &filter->principal);
  store_run_put_id(&v, &filter->role);
  store_run_put_time(&v, filter->ends_before);
  db_put_int(&v, range->limit);
  return store_run_page(call, SQL_grant_list, &v, ret_page);
}

RESULT store_grant_show(const struct store_call *call, const struct store_shown *shown, struct store_page *ret_page)
{
  struct db_values v = {0};
  TRY(store_run_put_ids(&v, shown->grants, shown->count, call->arena));
  TRY(store_run_put_ids(&v, shown->roles, shown->count, call->arena));
  db_put_text(&v, shown->permission);
  return store_run_page(call, SQL_grant_show, &v, ret_page);
}

RESULT store_grant_held(const struct store_call *call, const struct uuid *principal, const struct store_range *range,
                        struct store_page *ret_page)
{
  struct db_values v = {0};
  TRY(store_run_put_range(&v, range, call->arena));
  db_put_uuid(&v, principal);
  db_put_int(&v, range->limit);
  return store_run_page(call, SQL_grant_held, &v, ret_page);
}

RESULT store_grant_list_of(const struct store_call *call, struct str principals, const struct store_range *range,
                           struct store_page *ret_page)
{
  struct db_values v = {0};
  TRY(store_run_put_range(&v, range, call->arena));
  db_put_text(&v, principals);
  db_put_int(&v, range->limit);
  return store_run_page(call, SQL_grant_list_of, &v, ret_page);
}

RESULT store_grant_find(const struct store_call *call, const struct store_grant_row *row,
                        struct store_object *ret_grant)
{
  struct db_values v = {0};
  db_put_uuid(&v, &row->tenant);
  db_put_uuid(&v, &row->principal);
  db_put_uuid(&v, &row->role);
  db_put_text(&v, row->reach);
  return store_run_one(call, SQL_grant_find, &v, ret_grant);
}

RESULT store_grant_holder(struct store_tx *tx, const struct uuid *principal, struct store_holder *ret_holder)
{
  enum { PATH, STATE, KIND, HOME };
  struct db_values v = {0};
  struct db_rows rows;
  db_put_uuid(&v, principal);
  TRY(store_run(tx, SQL_grant_holder, &v, &rows));
  if (rows.count == 0)
    return R_NOT_FOUND;
  *ret_holder = (struct store_holder){.path = db_text(&rows, 0, PATH),
                                      .state = db_text(&rows, 0, STATE),
                                      .home = db_uuid(&rows, 0, HOME),
                                      .group = str_is(db_text(&rows, 0, KIND), "group"),
                                      .machine = str_is(db_text(&rows, 0, KIND), "client")};
  return R_OK;
}

RESULT store_grant_insert(struct store_tx *tx, const struct store_grant_row *row, struct store_object *ret_grant,
                          struct str *ret_named)
{
  enum { NAMED = STORE__COLUMNS };
  struct db_values v = {0};
  struct db_rows rows;
  db_put_uuid(&v, &row->id);
  db_put_uuid(&v, &row->tenant);
  db_put_uuid(&v, &row->principal);
  db_put_uuid(&v, &row->role);
  db_put_text(&v, row->reach);
  store_run_put_time(&v, row->not_before);
  store_run_put_time(&v, row->expires_at);
  db_put_text(&v, row->reason);
  store_run_put_id(&v, &row->granted_by);
  db_put_text(&v, row->granted_by_path);
  db_put_text(&v, row->ticket);
  TRY(store_run(tx, SQL_grant_insert, &v, &rows));
  if (rows.count == 0)
    return R_NOT_FOUND;
  *ret_grant = store_run_object(&rows, 0);
  *ret_named = db_text(&rows, 0, NAMED);
  return R_OK;
}

RESULT store_grant_place(struct store_tx *tx, const struct uuid *id, struct store_grant_place *ret_place)
{
  enum { TENANT, ROLE };
  struct db_values v = {0};
  struct db_rows rows;
  db_put_uuid(&v, id);
  TRY(store_run(tx, SQL_grant_place, &v, &rows));
  if (rows.count == 0)
    return R_NOT_FOUND;
  *ret_place = (struct store_grant_place){.tenant = db_uuid(&rows, 0, TENANT), .role = db_uuid(&rows, 0, ROLE)};
  return R_OK;
}

static struct store_grant grant_of(const struct db_rows *rows, int row)
{
  enum { TENANT = STORE__COLUMNS, PRINCIPAL, ROLE, NAMED };
  return (struct store_grant){.object = store_run_object(rows, row),
                              .tenant = db_uuid(rows, row, TENANT),
                              .principal = db_uuid(rows, row, PRINCIPAL),
                              .role = db_uuid(rows, row, ROLE),
                              .named = db_text(rows, row, NAMED)};
}

RESULT store_grant_lock(struct store_tx *tx, const struct uuid *id, struct store_grant *ret_grant)
{
  struct db_values v = {0};
  struct db_rows rows;
  db_put_uuid(&v, id);
  TRY(store_run(tx, SQL_grant_lock, &v, &rows));
  if (rows.count == 0)
    return R_NOT_FOUND;
  *ret_grant = grant_of(&rows, 0);
  return R_OK;
}

RESULT store_grant_delete(struct store_tx *tx, const struct uuid *id)
{
  struct db_values v = {0};
  db_put_uuid(&v, id);
  return store_run_touch(tx, SQL_grant_delete, &v);
}

RESULT store_grant_delete_held(struct store_tx *tx, const struct uuid *principal, const struct store_grant **ret_grants,
                               size_t *ret_count)
{
  struct db_values v = {0};
  struct db_rows rows;
  db_put_uuid(&v, principal);
  TRY(store_run(tx, SQL_grant_delete_held, &v, &rows));
  struct store_grant *grants = arena_array(tx->arena, (size_t)rows.count + 1, sizeof *grants);
  if (!grants)
    return R_NO_MEMORY;
  for (int i = 0; i < rows.count; i++)
    grants[i] = grant_of(&rows, i);
  *ret_grants = grants;
  *ret_count = (size_t)rows.count;
  return R_OK;
}

RESULT store_grant_admins(struct store_tx *tx, const struct uuid *tenant, int64_t now,
                          const struct store_admin **ret_admins, size_t *ret_count)
{
  enum { PRINCIPAL, REACH, EXPIRES_AT, OWN };
  struct db_values v = {0};
  struct db_rows rows;
  db_put_uuid(&v, tenant);
  store_run_put_time(&v, now);
  TRY(store_run(tx, SQL_grant_admins, &v, &rows));
  struct store_admin *admins = arena_array(tx->arena, (size_t)rows.count + 1, sizeof *admins);
  if (!admins)
    return R_NO_MEMORY;
  for (int i = 0; i < rows.count; i++)
    admins[i] = (struct store_admin){.principal = db_uuid(&rows, i, PRINCIPAL),
                                     .subtree = str_is(db_text(&rows, i, REACH), "subtree"),
                                     .expires_at = db_time(&rows, i, EXPIRES_AT),
                                     .own = db_bool(&rows, i, OWN)};
  *ret_admins = admins;
  *ret_count = (size_t)rows.count;
  return R_OK;
}

RESULT store_grant_runs(struct store_tx *tx, const struct uuid *principal, const struct uuid *tenant, bool *ret_runs)
{
  struct db_values v = {0};
  struct db_rows rows;
  db_put_uuid(&v, principal);
  db_put_uuid(&v, tenant);
  TRY(store_run(tx, SQL_grant_runs, &v, &rows));
  *ret_runs = rows.count > 0 && db_bool(&rows, 0, 0);
  return R_OK;
}
