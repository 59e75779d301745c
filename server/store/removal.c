/* Statements on what a job is to remove. */
#include "store/removal.h"
#include "base/buf.h"
#include "store/run.h"

enum { ARRAY_MOST = 1 << 20 };

RESULT store_removal_see(struct store_tx *tx, const struct uuid *job, const struct store_removal_seen *seen,
                         size_t count)
{
  struct buf kinds = buf_in(tx->arena, ARRAY_MOST), ids = buf_in(tx->arena, ARRAY_MOST);
  struct db_values v = {0};
  char text[UUID_TEXT];
  for (size_t i = 0; i < count; i++) {
    uuid_format(&seen[i].id, text);
    buf_print(&kinds, "%s%.*s", i ? "," : "{", (int)seen[i].kind.n, seen[i].kind.p);
    buf_print(&ids, "%s%s", i ? "," : "{", text);
  }
  buf_put(&kinds, STR("}"));
  buf_put(&ids, STR("}"));
  struct str kind_array = buf_str(&kinds), id_array = buf_str(&ids);
  if (!kind_array.p || !id_array.p)
    return R_NO_MEMORY;
  db_put_uuid(&v, job);
  db_put_text(&v, kind_array);
  db_put_text(&v, id_array);
  return store_queue(tx, SQL_removal_see, &v);
}

static RESULT plan(struct store_tx *tx, enum statement statement, const struct store_removal_span *span,
                   int64_t *ret_count)
{
  const struct store_range own = {.low = span->path, .subtree = true};
  struct db_values v = {0};
  struct db_rows rows;
  db_put_uuid(&v, &span->job);
  TRY(store_run_put_span(&v, &span->range, tx->arena));
  db_put_text(&v, span->root);
  db_put_uuid(&v, &span->submitter);
  TRY(store_run_put_span(&v, &own, tx->arena));
  db_put_int(&v, span->before);
  TRY(store_run(tx, statement, &v, &rows));
  *ret_count = db_int(&rows, 0, 0);
  return R_OK;
}

RESULT store_removal_plan_users(struct store_tx *tx, const struct store_removal_span *span, int64_t *ret_count)
{
  return plan(tx, SQL_removal_plan_users, span, ret_count);
}

RESULT store_removal_plan_grants(struct store_tx *tx, const struct store_removal_span *span, int64_t *ret_count)
{
  return plan(tx, SQL_removal_plan_grants, span, ret_count);
}

RESULT store_removal_plan_clients(struct store_tx *tx, const struct store_removal_span *span, int64_t *ret_count)
{
  return plan(tx, SQL_removal_plan_clients, span, ret_count);
}

RESULT store_removal_plan_groups(struct store_tx *tx, const struct store_removal_span *span, int64_t *ret_count)
{
  return plan(tx, SQL_removal_plan_groups, span, ret_count);
}

RESULT store_removal_plan_memberships(struct store_tx *tx, const struct store_removal_span *span, int64_t *ret_count)
{
  return plan(tx, SQL_removal_plan_memberships, span, ret_count);
}

RESULT store_removal_next(const struct store_call *call, const struct store_removal_page *page,
                          const struct store_removal **ret_removals, size_t *ret_count)
{
  enum { NUMBER, KIND, ID, PLACE };
  struct db_values v = {0};
  struct db_rows rows;
  db_put_uuid(&v, &page->job);
  db_put_int(&v, page->after);
  db_put_int(&v, page->limit);
  TRY(store_read(call, SQL_removal_next, &v, &rows));
  struct store_removal *removals = arena_array(call->arena, (size_t)rows.count + 1, sizeof *removals);
  if (!removals)
    return R_NO_MEMORY;
  for (int i = 0; i < rows.count; i++)
    removals[i] = (struct store_removal){db_int(&rows, i, NUMBER), db_text(&rows, i, KIND), db_uuid(&rows, i, ID),
                                         db_uuid(&rows, i, PLACE)};
  *ret_removals = removals;
  *ret_count = (size_t)rows.count;
  return R_OK;
}
