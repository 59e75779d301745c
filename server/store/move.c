/* Asks what a move would do, and makes it. */
#include "store/move.h"
#include "base/buf.h"
#include "store/run.h"

enum { ARRAY_MOST = 8 << 20 };

static RESULT end_array(struct buf *text, struct db_values *v)
{
  buf_put(text, text->n == 0 ? STR("{}") : STR("}"));
  struct str array = buf_str(text);
  db_put_text(v, array);
  return array.p ? R_OK : R_TOO_LARGE;
}

static void put_item(struct buf *text, struct str item)
{
  buf_put(text, text->n == 0 ? STR("{") : STR(","));
  buf_put(text, item);
}

/* Ids that stand so far apart. */
static RESULT put_ids(struct db_values *v, const struct uuid *first, size_t stride, size_t count, struct arena *arena)
{
  struct buf array = buf_in(arena, ARRAY_MOST);
  char text[UUID_TEXT];
  for (size_t i = 0; i < count; i++) {
    uuid_format((const struct uuid *)(const void *)((const char *)first + i * stride), text);
    put_item(&array, str_of(text));
  }
  return end_array(&array, v);
}

static RESULT put_span(struct db_values *v, struct str path, struct arena *arena)
{
  return store_run_put_span(v, &(struct store_range){.low = path, .subtree = true}, arena);
}

static RESULT plan(const struct store_call *call, enum statement statement, const struct uuid *object,
                   const struct uuid *destination, struct store_move *ret_move)
{
  enum { PATH, FROM, FROM_PATH, TO_PATH, DEEPEST, FITS, CLASHES, EXTERNAL_ID, ROWS, MEMBERSHIPS, INCLUDES, QUOTAS };
  struct db_values v = {0};
  struct db_rows rows;
  db_put_uuid(&v, object);
  db_put_uuid(&v, destination);
  TRY(store_read(call, statement, &v, &rows));
  if (rows.count == 0)
    return R_NOT_FOUND;
  *ret_move = (struct store_move){.object = *object,
                                  .destination = *destination,
                                  .from = db_uuid(&rows, 0, FROM),
                                  .path = db_text(&rows, 0, PATH),
                                  .from_path = db_text(&rows, 0, FROM_PATH),
                                  .to_path = db_text(&rows, 0, TO_PATH),
                                  .external_id = db_text(&rows, 0, EXTERNAL_ID),
                                  .rows = db_text(&rows, 0, ROWS),
                                  .memberships = db_int(&rows, 0, MEMBERSHIPS),
                                  .includes = db_int(&rows, 0, INCLUDES),
                                  .deepest = db_int(&rows, 0, DEEPEST),
                                  .fits = db_bool(&rows, 0, FITS),
                                  .clashes = db_text(&rows, 0, CLASHES),
                                  .quotas = db_text(&rows, 0, QUOTAS)};
  return R_OK;
}

RESULT store_move_tenant_plan(const struct store_call *call, const struct uuid *tenant, const struct uuid *parent,
                              struct store_move *ret_move)
{
  return plan(call, SQL_move_tenant_plan, tenant, parent, ret_move);
}

RESULT store_move_user_plan(const struct store_call *call, const struct uuid *user, const struct uuid *tenant,
                            struct store_move *ret_move)
{
  return plan(call, SQL_move_user_plan, user, tenant, ret_move);
}

static RESULT ends_of(const struct db_rows *rows, struct arena *arena, struct store_move_ends *ret_ends)
{
  enum { GRANT, TENANT };
  struct store_move_end *list = arena_array(arena, (size_t)rows->count + 1, sizeof *list);
  if (!list)
    return R_NO_MEMORY;
  for (int i = 0; i < rows->count; i++)
    list[i] = (struct store_move_end){db_uuid(rows, i, GRANT), db_uuid(rows, i, TENANT)};
  *ret_ends = (struct store_move_ends){list, (size_t)rows->count};
  return R_OK;
}

RESULT store_move_tenant_left(const struct store_call *call, const struct store_move *move,
                              struct store_move_ends *ret_ends)
{
  struct db_values v = {0};
  struct db_rows rows;
  TRY(put_span(&v, move->path, call->arena));
  db_put_text(&v, move->to_path);
  TRY(store_read(call, SQL_move_tenant_left, &v, &rows));
  return ends_of(&rows, call->arena, ret_ends);
}

RESULT store_move_user_left(const struct store_call *call, const struct store_move *move,
                            struct store_move_ends *ret_ends)
{
  struct db_values v = {0};
  struct db_rows rows;
  db_put_uuid(&v, &move->object);
  db_put_text(&v, move->to_path);
  TRY(store_read(call, SQL_move_user_left, &v, &rows));
  return ends_of(&rows, call->arena, ret_ends);
}

RESULT store_move_show(const struct store_call *call, const struct store_move_ends *ends, size_t most,
                       struct str *ret_json)
{
  struct db_values v = {0};
  struct db_rows rows;
  TRY(put_ids(&v, &ends->list->grant, sizeof *ends->list, ends->count < most ? ends->count : most, call->arena));
  TRY(store_read(call, SQL_move_show, &v, &rows));
  if (rows.count == 0)
    return FAULT(R_INTERNAL);
  *ret_json = db_text(&rows, 0, 0);
  return R_OK;
}

RESULT store_move_share(struct store_tx *tx)
{
  struct db_values none = {0};
  return store_queue(tx, SQL_tenant_tree_share, &none);
}

RESULT store_move_hold(struct store_tx *tx, struct str patience)
{
  struct db_values v = {0};
  struct db_rows rows;
  db_put_text(&v, patience);
  return store_run(tx, SQL_move_hold, &v, &rows);
}

RESULT store_move_end(struct store_tx *tx, const struct store_move_ends *ends, const struct uuid *events,
                      const struct str *pseudonyms, const struct store_audit *event)
{
  struct db_values v = {0};
  struct buf names = buf_in(tx->arena, ARRAY_MOST);
  TRY(put_ids(&v, &ends->list->grant, sizeof *ends->list, ends->count, tx->arena));
  TRY(put_ids(&v, events, sizeof *events, ends->count, tx->arena));
  for (size_t i = 0; i < ends->count; i++)
    put_item(&names, pseudonyms[i].p ? pseudonyms[i] : STR("NULL"));
  TRY(end_array(&names, &v));
  db_put_time(&v, event->at);
  db_put_text(&v, event->actor_kind);
  store_run_put_id(&v, &event->actor);
  store_run_put_id(&v, &event->actor_tenant);
  db_put_text(&v, event->actor_path);
  db_put_text(&v, event->actor_title);
  db_put_text(&v, event->address);
  db_put_text(&v, event->request_id);
  return store_queue(tx, SQL_move_end, &v);
}

RESULT store_move_includes(struct store_tx *tx, const struct store_move *move, const struct store_move_role **ret_roles,
                           size_t *ret_count)
{
  enum { ID, TENANT, BEFORE, AFTER };
  struct db_values v = {0};
  struct db_rows rows;
  TRY(put_span(&v, move->path, tx->arena));
  db_put_text(&v, move->to_path);
  TRY(store_run(tx, SQL_move_includes, &v, &rows));
  struct store_move_role *roles = arena_array(tx->arena, (size_t)rows.count + 1, sizeof *roles);
  if (!roles)
    return R_NO_MEMORY;
  for (int i = 0; i < rows.count; i++)
    roles[i] = (struct store_move_role){.id = db_uuid(&rows, i, ID),
                                        .tenant = db_uuid(&rows, i, TENANT),
                                        .before = db_text(&rows, i, BEFORE),
                                        .after = db_text(&rows, i, AFTER)};
  *ret_roles = roles;
  *ret_count = (size_t)rows.count;
  return R_OK;
}

static RESULT carry(struct store_tx *tx, enum statement statement, const struct store_move *move, struct str new_path,
                    struct str meeting)
{
  struct db_values v = {0};
  TRY(put_span(&v, move->path, tx->arena));
  db_put_text(&v, new_path);
  db_put_text(&v, meeting);
  db_put_text(&v, move->to_path);
  return store_queue(tx, statement, &v);
}

/* What names people by paths that no key carries. */
static RESULT carry_names(struct store_tx *tx, const struct store_move *move, struct str meeting)
{
  struct str label = {move->path.p + move->from_path.n, move->path.n - move->from_path.n};
  struct str path = arena_print(tx->arena, "%.*s%.*s", (int)move->to_path.n, move->to_path.p, (int)label.n, label.p);
  if (!path.p)
    return R_NO_MEMORY;
  TRY(carry(tx, SQL_move_granters, move, path, meeting));
  TRY(carry(tx, SQL_move_joiners, move, path, meeting));
  return carry(tx, SQL_move_submitters, move, path, meeting);
}

/* Others come in by creations alone, which are held off: what is checked here stays so. */
static RESULT settle(struct store_tx *tx)
{
  struct db_values none = {0};
  struct db_rows rows;
  enum result r = store_run(tx, SQL_move_settle, &none, &rows);
  /* Somebody was given something there meanwhile. */
  return r == R_OUTSIDE_HOME ? R_AGAIN : r;
}

RESULT store_move_tenant(struct store_tx *tx, const struct store_move *move, struct str meeting,
                         struct store_object *ret_tenant)
{
  struct db_values id = {0}, names = {0}, v = {0};
  db_put_uuid(&id, &move->object);
  TRY(store_queue(tx, SQL_move_remember, &id));
  TRY(carry_names(tx, move, meeting));
  if (move->external_id.p) {
    db_put_uuid(&names, &move->destination);
    db_put_text(&names, move->external_id);
    TRY(store_queue(tx, SQL_tenant_release, &names));
  }
  db_put_uuid(&v, &move->object);
  db_put_uuid(&v, &move->destination);
  TRY(store_run_change_one(tx, SQL_move_tenant, &v, ret_tenant));
  return settle(tx);
}

RESULT store_move_user(struct store_tx *tx, const struct store_move *move, struct str meeting,
                       struct store_object *ret_user)
{
  struct db_values names = {0}, v = {0};
  (void)meeting;
  db_put_uuid(&names, &move->object);
  db_put_uuid(&names, &move->destination);
  TRY(store_queue(tx, SQL_move_user_release, &names));
  db_put_uuid(&v, &move->object);
  db_put_uuid(&v, &move->destination);
  TRY(store_run_change_one(tx, SQL_move_user, &v, ret_user));
  return settle(tx);
}
