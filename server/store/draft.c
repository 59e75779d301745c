/* Statements on what a dry run would have made. */
#include "store/draft.h"
#include "base/buf.h"
#include "store/run.h"

enum { ARRAY_MOST = 16 << 20 };

static RESULT put_array(struct db_values *v, struct buf *text)
{
  buf_put_char(text, '}');
  struct str array = buf_str(text);
  db_put_text(v, array);
  return array.p ? R_OK : R_NO_MEMORY;
}

static void put_key(struct buf *text, const struct uuid *key)
{
  char id[UUID_TEXT];
  uuid_format(key, id);
  buf_print(text, "%s%s", text->n > 1 ? "," : "", id);
}

RESULT store_draft_put(struct store_tx *tx, const struct uuid *job, const struct store_draft *drafts, size_t count)
{
  struct db_values v = {0};
  struct buf keys = buf_in(tx->arena, ARRAY_MOST), numbers = buf_in(tx->arena, ARRAY_MOST),
             places = buf_in(tx->arena, ARRAY_MOST);
  buf_put_char(&keys, '{');
  buf_put_char(&numbers, '{');
  buf_put_char(&places, '{');
  for (size_t i = 0; i < count; i++) {
    put_key(&keys, &drafts[i].key);
    buf_print(&numbers, "%s%lld", i ? "," : "", (long long)drafts[i].number);
    buf_print(&places, "%s%lld", i ? "," : "", (long long)drafts[i].place);
  }
  db_put_uuid(&v, job);
  TRY(put_array(&v, &keys));
  TRY(put_array(&v, &numbers));
  TRY(put_array(&v, &places));
  return store_queue(tx, SQL_draft_put, &v);
}

RESULT store_draft_find(const struct store_call *call, const struct uuid *job, const struct store_draft_keys *wanted,
                        const struct store_draft **ret_drafts, size_t *ret_count)
{
  enum { NUMBER, PLACE };
  struct db_values v = {0};
  struct db_rows rows;
  struct buf keys = buf_in(call->arena, ARRAY_MOST);
  buf_put_char(&keys, '{');
  for (size_t i = 0; i < wanted->count; i++)
    put_key(&keys, &wanted->keys[i]);
  db_put_uuid(&v, job);
  TRY(put_array(&v, &keys));
  db_put_int(&v, wanted->limit);
  TRY(store_read(call, SQL_draft_find, &v, &rows));
  struct store_draft *drafts = arena_array(call->arena, (size_t)rows.count + 1, sizeof *drafts);
  if (!drafts)
    return R_NO_MEMORY;
  for (int i = 0; i < rows.count; i++)
    drafts[i] = (struct store_draft){.number = db_int(&rows, i, NUMBER), .place = db_int(&rows, i, PLACE)};
  *ret_drafts = drafts;
  *ret_count = (size_t)rows.count;
  return R_OK;
}
