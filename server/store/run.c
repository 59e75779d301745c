/* What the aggregates do alike: one thing, a page of things, a change of one, a range. */
#include "store/run.h"
#include "base/buf.h"

enum { ARRAY_MOST = 1 << 20 };

struct store_object store_run_object(const struct db_rows *rows, int row)
{
  return (struct store_object){.id = db_uuid(rows, row, STORE_ID),
                               .path = db_text(rows, row, STORE_PATH),
                               .body = db_text(rows, row, STORE_BODY),
                               .version = db_int(rows, row, STORE_VERSION)};
}

RESULT store_run_one(const struct store_call *call, enum statement statement, const struct db_values *values,
                     struct store_object *ret_object)
{
  struct db_rows rows;
  TRY(store_read(call, statement, values, &rows));
  if (rows.count == 0)
    return R_NOT_FOUND;
  *ret_object = store_run_object(&rows, 0);
  return R_OK;
}

RESULT store_run_page(const struct store_call *call, enum statement statement, const struct db_values *values,
                      struct store_page *ret_page)
{
  struct db_rows rows;
  TRY(store_read(call, statement, values, &rows));
  struct store_object *items = arena_array(call->arena, (size_t)rows.count + 1, sizeof *items);
  if (!items)
    return R_NO_MEMORY;
  for (int i = 0; i < rows.count; i++)
    items[i] = store_run_object(&rows, i);
  *ret_page = (struct store_page){items, (size_t)rows.count};
  return R_OK;
}

RESULT store_run_change_one(struct store_tx *tx, enum statement statement, const struct db_values *values,
                            struct store_object *ret_object)
{
  struct db_rows rows;
  TRY(store_run(tx, statement, values, &rows));
  if (rows.count == 0)
    return R_NOT_FOUND;
  *ret_object = store_run_object(&rows, 0);
  return R_OK;
}

RESULT store_run_touch(struct store_tx *tx, enum statement statement, const struct db_values *values)
{
  struct db_rows rows;
  TRY(store_run(tx, statement, values, &rows));
  return rows.changed == 0 ? R_NOT_FOUND : R_OK;
}

/* Behind a path come, in this order, '/' and what stands below it, then '0'. */
RESULT store_run_put_span(struct db_values *v, const struct store_range *range, struct arena *arena)
{
  struct str high = arena_print(arena, "%.*s%c", (int)range->low.n, range->low.p, range->subtree ? '0' : '/');
  if (!high.p)
    return R_NO_MEMORY;
  db_put_text(v, range->low);
  db_put_text(v, high);
  return R_OK;
}

RESULT store_run_put_range(struct db_values *v, const struct store_range *range, struct arena *arena)
{
  TRY(store_run_put_span(v, range, arena));
  db_put_text(v, range->after_path.n ? range->after_path : range->low);
  db_put_uuid(v, &range->after_id);
  return R_OK;
}

void store_run_put_id(struct db_values *v, const struct uuid *id) { db_put_uuid(v, uuid_is_zero(id) ? NULL : id); }

RESULT store_run_put_ids(struct db_values *v, const struct uuid *ids, size_t count, struct arena *arena)
{
  struct buf array = buf_in(arena, ARRAY_MOST);
  char text[UUID_TEXT];
  buf_put_char(&array, '{');
  for (size_t i = 0; i < count; i++) {
    uuid_format(&ids[i], text);
    buf_print(&array, "%s%s", i ? "," : "", text);
  }
  buf_put_char(&array, '}');
  struct str whole = buf_str(&array);
  if (!whole.p)
    return R_NO_MEMORY;
  db_put_text(v, whole);
  return R_OK;
}

void store_run_put_time(struct db_values *v, int64_t time)
{
  if (time)
    db_put_time(v, time);
  else
    db_put_null(v);
}
