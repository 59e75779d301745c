/* Reads and writes users. */
#include "store/user.h"
#include "base/buf.h"
#include "store/run.h"

enum { ARRAY_MOST = 64 * 1024 };

RESULT store_user_get(const struct store_call *call, const struct uuid *id, struct store_object *ret_user)
{
  struct db_values v = {0};
  db_put_uuid(&v, id);
  return store_run_one(call, SQL_user_get, &v, ret_user);
}

RESULT store_user_list(const struct store_call *call, const struct store_user_filter *filter,
                       struct store_page *ret_page)
{
  struct db_values v = {0};
  TRY(store_run_put_range(&v, &filter->range, call->arena));
  db_put_text(&v, filter->state);
  db_put_text(&v, filter->external_id);
  db_put_text(&v, filter->q);
  db_put_int(&v, filter->range.limit);
  return store_run_page(call, SQL_user_list, &v, ret_page);
}

RESULT store_user_find(const struct store_call *call, const struct uuid *tenant, struct str external_id,
                       struct str login_key, struct store_object *ret_user)
{
  struct db_values v = {0};
  db_put_uuid(&v, tenant);
  db_put_text(&v, external_id);
  db_put_text(&v, login_key);
  return store_run_one(call, SQL_user_find, &v, ret_user);
}

RESULT store_user_lock(struct store_tx *tx, const struct uuid *id, struct store_user *ret_user)
{
  enum { TENANT = STORE__COLUMNS, STATE, LOGIN, EMAIL };
  struct db_values v = {0};
  struct db_rows rows;
  db_put_uuid(&v, id);
  TRY(store_run(tx, SQL_user_lock, &v, &rows));
  if (rows.count == 0)
    return R_NOT_FOUND;
  *ret_user = (struct store_user){.object = store_run_object(&rows, 0),
                                  .tenant = db_uuid(&rows, 0, TENANT),
                                  .state = db_text(&rows, 0, STATE),
                                  .login = db_text(&rows, 0, LOGIN),
                                  .email = db_text(&rows, 0, EMAIL)};
  return R_OK;
}

/* PostgreSQL's text form of an array: every item in quotes, with a backslash before quotes and backslashes. */
static RESULT array_of(const struct str *items, size_t count, struct arena *arena, struct str *ret_array)
{
  struct buf text = buf_in(arena, ARRAY_MOST);
  for (size_t i = 0; i < count; i++) {
    buf_put(&text, i == 0 ? STR("{\"") : STR(",\""));
    for (size_t j = 0; j < items[i].n; j++) {
      if (items[i].p[j] == '"' || items[i].p[j] == '\\')
        buf_put_char(&text, '\\');
      buf_put_char(&text, items[i].p[j]);
    }
    buf_put_char(&text, '"');
  }
  buf_put(&text, count == 0 ? STR("{}") : STR("}"));
  *ret_array = buf_str(&text);
  return ret_array->p ? R_OK : R_TOO_LARGE;
}

RESULT store_user_insert(struct store_tx *tx, const struct uuid *id, const struct uuid *tenant,
                         const struct store_user_names *names, struct store_object *ret_user)
{
  struct db_values v = {0};
  struct str dialling;
  TRY(array_of(names->dialling, names->dialling_count, tx->arena, &dialling));
  db_put_uuid(&v, id);
  db_put_uuid(&v, tenant);
  db_put_text(&v, names->login);
  db_put_text(&v, names->login_key);
  db_put_text(&v, names->display_name);
  db_put_text(&v, names->name_key);
  db_put_text(&v, names->email);
  db_put_text(&v, names->email_key);
  db_put_text(&v, names->external_id);
  db_put_text(&v, dialling);
  return store_run_change_one(tx, SQL_user_insert, &v, ret_user);
}

RESULT store_user_update(struct store_tx *tx, const struct uuid *id, const struct store_user_names *names,
                         struct store_object *ret_user)
{
  struct db_values v = {0};
  struct str dialling = STR_NONE;
  if (names->dialling_given)
    TRY(array_of(names->dialling, names->dialling_count, tx->arena, &dialling));
  db_put_uuid(&v, id);
  db_put_text(&v, names->login);
  db_put_text(&v, names->login_key);
  db_put_text(&v, names->display_name);
  db_put_text(&v, names->name_key);
  db_put_bool(&v, names->email_given);
  db_put_text(&v, names->email);
  db_put_text(&v, names->email_key);
  db_put_bool(&v, names->external_id_given);
  db_put_text(&v, names->external_id);
  db_put_text(&v, dialling);
  return store_run_change_one(tx, SQL_user_update, &v, ret_user);
}

static RESULT turn(struct store_tx *tx, enum statement statement, const struct uuid *id, struct store_object *ret_user)
{
  struct db_values v = {0};
  db_put_uuid(&v, id);
  return store_run_change_one(tx, statement, &v, ret_user);
}

RESULT store_user_adopt(struct store_tx *tx, const struct uuid *id, struct str hash, struct store_object *ret_user)
{
  struct db_values v = {0};
  db_put_uuid(&v, id);
  db_put_text(&v, hash);
  return store_run_change_one(tx, SQL_user_adopt, &v, ret_user);
}

RESULT store_user_suspend(struct store_tx *tx, const struct uuid *id, struct store_object *ret_user)
{
  return turn(tx, SQL_user_suspend, id, ret_user);
}

RESULT store_user_resume(struct store_tx *tx, const struct uuid *id, struct store_object *ret_user)
{
  return turn(tx, SQL_user_resume, id, ret_user);
}

RESULT store_user_terminate(struct store_tx *tx, const struct uuid *id, struct store_object *ret_user)
{
  return turn(tx, SQL_user_terminate, id, ret_user);
}
