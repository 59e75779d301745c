/* Statements on lines that wait. */
#include "store/waiting.h"
#include "base/buf.h"
#include "store/run.h"

enum { ARRAY_MOST = 1 << 20 };

/* One member of each, as an array. */
static RESULT put_numbers(struct db_values *v, struct arena *arena, const int64_t *first, size_t count)
{
  enum { STRIDE = sizeof(struct store_waiting) / sizeof(int64_t) };
  struct buf text = buf_in(arena, ARRAY_MOST);
  buf_put_char(&text, '{');
  for (size_t i = 0; i < count; i++)
    buf_print(&text, "%s%lld", i ? "," : "", (long long)first[i * STRIDE]);
  buf_put_char(&text, '}');
  struct str array = buf_str(&text);
  db_put_text(v, array);
  return array.p ? R_OK : R_NO_MEMORY;
}

RESULT store_waiting_put(struct store_tx *tx, const struct uuid *job, const struct store_waiting *lines, size_t count)
{
  struct db_values v = {0};
  db_put_uuid(&v, job);
  TRY(put_numbers(&v, tx->arena, &lines->line, count));
  TRY(put_numbers(&v, tx->arena, &lines->place, count));
  return store_queue(tx, SQL_waiting_put, &v);
}

RESULT store_waiting_drop(struct store_tx *tx, const struct uuid *job, const struct store_waiting *lines, size_t count)
{
  struct db_values v = {0};
  db_put_uuid(&v, job);
  TRY(put_numbers(&v, tx->arena, &lines->line, count));
  return store_queue(tx, SQL_waiting_drop, &v);
}

RESULT store_waiting_next(const struct store_call *call, const struct store_waiting_page *page,
                          const struct store_waiting **ret_lines, size_t *ret_count)
{
  enum { LINE, PLACE };
  struct db_values v = {0};
  struct db_rows rows;
  db_put_uuid(&v, &page->job);
  db_put_int(&v, page->after);
  db_put_int(&v, page->limit);
  TRY(store_read(call, SQL_waiting_next, &v, &rows));
  struct store_waiting *lines = arena_array(call->arena, (size_t)rows.count + 1, sizeof *lines);
  if (!lines)
    return R_NO_MEMORY;
  for (int i = 0; i < rows.count; i++)
    lines[i] = (struct store_waiting){db_int(&rows, i, LINE), db_int(&rows, i, PLACE)};
  *ret_lines = lines;
  *ret_count = (size_t)rows.count;
  return R_OK;
}
