/* Reads and writes users. */
#include "store/user.h"
#include "base/buf.h"
#include "store/audit.h"
#include "store/run.h"

enum { ARRAY_MOST = 64 * 1024, COLUMN_MOST = 16 << 20 };

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

/* PostgreSQL's text form of an array: every item in quotes, with a backslash before quotes and backslashes; .p NULL is
   null. */
static void put_item(struct buf *text, struct str item)
{
  buf_put_char(text, text->n == 0 ? '{' : ',');
  if (!item.p) {
    buf_put(text, STR("NULL"));
    return;
  }
  buf_put_char(text, '"');
  for (size_t i = 0; i < item.n; i++) {
    if (item.p[i] == '"' || item.p[i] == '\\')
      buf_put_char(text, '\\');
    buf_put_char(text, item.p[i]);
  }
  buf_put_char(text, '"');
}

static RESULT end_array(struct buf *text, struct str *ret_array)
{
  buf_put(text, text->n == 0 ? STR("{}") : STR("}"));
  *ret_array = buf_str(text);
  return ret_array->p ? R_OK : R_TOO_LARGE;
}

static RESULT array_of(const struct str *items, size_t count, struct arena *arena, struct str *ret_array)
{
  struct buf text = buf_in(arena, ARRAY_MOST);
  for (size_t i = 0; i < count; i++)
    put_item(&text, items[i]);
  return end_array(&text, ret_array);
}

static RESULT release(struct store_tx *tx, const struct uuid *tenant, const struct store_user_names *names)
{
  struct db_values v = {0};
  if (!names->login_key.p && !names->external_id.p)
    return R_OK;
  db_put_uuid(&v, tenant);
  db_put_text(&v, names->login_key);
  db_put_text(&v, names->external_id);
  return store_queue(tx, SQL_user_release, &v);
}

RESULT store_user_insert(struct store_tx *tx, const struct uuid *id, const struct uuid *tenant,
                         const struct store_user_names *names, struct store_object *ret_user)
{
  struct db_values v = {0};
  struct str dialling;
  TRY(array_of(names->dialling, names->dialling_count, tx->arena, &dialling));
  TRY(release(tx, tenant, names));
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

RESULT store_user_update(struct store_tx *tx, const struct uuid *id, const struct uuid *tenant,
                         const struct store_user_names *names, struct store_object *ret_user)
{
  struct db_values v = {0};
  struct str dialling = STR_NONE;
  if (names->dialling_given)
    TRY(array_of(names->dialling, names->dialling_count, tx->arena, &dialling));
  TRY(release(tx, tenant, names));
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

/* Columns of many rows, each an array that is a value of a statement. */
struct columns {
  struct arena *arena;
  struct db_values *values;
  enum result failure;
};

static void put_column(struct columns *c, struct buf *column)
{
  struct str array = STR_NONE;
  if (c->failure == R_OK)
    c->failure = end_array(column, &array);
  db_put_text(c->values, array);
}

/* One member of many structs, so far apart. */
static void put_texts(struct columns *c, const struct str *first, size_t stride, size_t count)
{
  struct buf column = buf_in(c->arena, COLUMN_MOST);
  for (size_t i = 0; i < count; i++)
    put_item(&column, *(const struct str *)(const void *)((const char *)first + i * stride));
  put_column(c, &column);
}

static void put_ids(struct columns *c, const struct uuid *first, size_t stride, size_t count)
{
  struct buf column = buf_in(c->arena, COLUMN_MOST);
  char text[UUID_TEXT];
  for (size_t i = 0; i < count; i++) {
    uuid_format((const struct uuid *)(const void *)((const char *)first + i * stride), text);
    put_item(&column, str_of(text));
  }
  put_column(c, &column);
}

#define PUT_TEXTS(columns, rows, member, count) put_texts(columns, &(rows)->member, sizeof *(rows), count)
#define PUT_IDS(columns, rows, member, count) put_ids(columns, &(rows)->member, sizeof *(rows), count)

/* An array of arrays may not be ragged: each is a text in the outer one. */
static RESULT put_dialling(struct columns *c, const struct store_user_new *users, size_t count)
{
  struct buf column = buf_in(c->arena, COLUMN_MOST);
  for (size_t i = 0; i < count; i++) {
    struct str array;
    TRY(array_of(users[i].names.dialling, users[i].names.dialling_count, c->arena, &array));
    put_item(&column, array);
  }
  put_column(c, &column);
  return R_OK;
}

static void put_event(struct db_values *v, const struct store_audit *event)
{
  db_put_time(v, event->at);
  db_put_text(v, event->actor_kind);
  store_run_put_id(v, &event->actor);
  store_run_put_id(v, &event->actor_tenant);
  db_put_text(v, event->actor_path);
  db_put_text(v, event->actor_title);
  db_put_text(v, event->action);
  db_put_text(v, event->address);
  db_put_text(v, event->request_id);
}

RESULT store_user_insert_many(struct store_tx *tx, const struct store_user_new *users, size_t count,
                              const struct store_audit *event, bool *ret_made)
{
  struct db_values v = {0};
  struct columns c = {tx->arena, &v, R_OK};
  struct db_rows rows;
  PUT_IDS(&c, users, id, count);
  PUT_IDS(&c, users, tenant, count);
  PUT_TEXTS(&c, users, names.login, count);
  PUT_TEXTS(&c, users, names.login_key, count);
  PUT_TEXTS(&c, users, names.display_name, count);
  PUT_TEXTS(&c, users, names.name_key, count);
  PUT_TEXTS(&c, users, names.email, count);
  PUT_TEXTS(&c, users, names.email_key, count);
  PUT_TEXTS(&c, users, names.external_id, count);
  TRY(put_dialling(&c, users, count));
  PUT_IDS(&c, users, event, count);
  PUT_TEXTS(&c, users, pseudonym, count);
  put_event(&v, event);
  TRY(c.failure);
  TRY(store_run(tx, SQL_user_insert_many, &v, &rows));
  memset(ret_made, 0, count * sizeof *ret_made);
  for (int i = 0; i < rows.count; i++) {
    int64_t number = db_int(&rows, i, 0);
    if (number >= 1 && number <= (int64_t)count)
      ret_made[number - 1] = true;
  }
  return R_OK;
}

static void put_emails_given(struct columns *c, const struct store_user_wanted *wanted, size_t count)
{
  struct buf column = buf_in(c->arena, COLUMN_MOST);
  for (size_t i = 0; i < count; i++)
    put_item(&column, wanted[i].email_given ? STR("t") : STR("f"));
  put_column(c, &column);
}

static RESULT put_dialling_wanted(struct columns *c, const struct store_user_wanted *wanted, size_t count)
{
  struct buf column = buf_in(c->arena, COLUMN_MOST);
  for (size_t i = 0; i < count; i++) {
    struct str array = STR_NONE;
    if (wanted[i].dialling_given)
      TRY(array_of(wanted[i].dialling, wanted[i].dialling_count, c->arena, &array));
    put_item(&column, array);
  }
  put_column(c, &column);
  return R_OK;
}

RESULT store_user_compare(const struct store_call *call, const struct store_user_wanted *wanted, size_t count,
                          struct store_user_compared *ret_compared)
{
  enum { NUMBER, ID, SAME };
  struct db_values v = {0};
  struct columns c = {call->arena, &v, R_OK};
  struct db_rows rows;
  PUT_IDS(&c, wanted, tenant, count);
  PUT_TEXTS(&c, wanted, external_id, count);
  PUT_TEXTS(&c, wanted, login, count);
  PUT_TEXTS(&c, wanted, display_name, count);
  put_emails_given(&c, wanted, count);
  PUT_TEXTS(&c, wanted, email, count);
  TRY(put_dialling_wanted(&c, wanted, count));
  TRY(c.failure);
  TRY(store_read(call, SQL_user_compare, &v, &rows));
  memset(ret_compared, 0, count * sizeof *ret_compared);
  for (int i = 0; i < rows.count; i++) {
    int64_t number = db_int(&rows, i, NUMBER);
    if (number >= 1 && number <= (int64_t)count)
      ret_compared[number - 1] = (struct store_user_compared){db_uuid(&rows, i, ID), db_bool(&rows, i, SAME)};
  }
  return R_OK;
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

RESULT store_user_unlock(struct store_tx *tx, const struct uuid *id, struct store_object *ret_user)
{
  return turn(tx, SQL_user_unlock, id, ret_user);
}

RESULT store_user_terminate(struct store_tx *tx, const struct uuid *id, const struct store_end *end,
                            struct store_object *ret_user)
{
  struct db_values v = {0};
  db_put_uuid(&v, id);
  db_put_int(&v, end->grace);
  db_put_int(&v, end->rest);
  return store_run_change_one(tx, SQL_user_terminate, &v, ret_user);
}
