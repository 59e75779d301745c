/* Reads and writes roles. */
#include "store/role.h"
#include "store/run.h"

RESULT store_role_get(const struct store_call *call, const struct uuid *id, struct store_object *ret_role)
{
  struct db_values v = {0};
  db_put_uuid(&v, id);
  return store_run_one(call, SQL_role_get, &v, ret_role);
}

RESULT store_role_list(const struct store_call *call, const struct store_range *range, struct store_page *ret_page)
{
  struct db_values v = {0};
  db_put_text(&v, range->low);
  db_put_text(&v, range->after_path.n ? range->after_path : STR(""));
  db_put_uuid(&v, &range->after_id);
  db_put_int(&v, range->limit);
  return store_run_page(call, SQL_role_list, &v, ret_page);
}

RESULT store_role_find(const struct store_call *call, struct str path, struct str name, struct store_object *ret_role)
{
  struct db_values v = {0};
  db_put_text(&v, path);
  db_put_text(&v, name);
  return store_run_one(call, SQL_role_find, &v, ret_role);
}

RESULT store_role_named(struct store_tx *tx, struct str path, struct str name, const struct uuid *self, bool *ret_taken)
{
  const struct store_range below = {.low = path, .subtree = true};
  struct db_values lock = {0}, v = {0};
  struct db_rows rows;
  bool taken = false;
  db_put_text(&lock, name);
  TRY(store_run(tx, SQL_role_name_lock, &lock, &rows));
  TRY(store_run_put_span(&v, &below, tx->arena));
  db_put_text(&v, name);
  TRY(store_run(tx, SQL_role_named, &v, &rows));
  for (int i = 0; i < rows.count; i++) {
    struct uuid id = db_uuid(&rows, i, 0);
    taken = taken || !self || !uuid_equal(&id, self);
  }
  *ret_taken = taken;
  return R_OK;
}

RESULT store_role_facts(struct store_tx *tx, const struct uuid *id, struct store_role *ret_role)
{
  enum { ID, PATH, PERMISSIONS, KINDS, BUILTIN, RUNS };
  struct db_values v = {0};
  struct db_rows rows;
  db_put_uuid(&v, id);
  TRY(store_run(tx, SQL_role_facts, &v, &rows));
  if (rows.count == 0)
    return R_NOT_FOUND;
  *ret_role = (struct store_role){.id = db_uuid(&rows, 0, ID),
                                  .path = db_text(&rows, 0, PATH),
                                  .permissions = db_text(&rows, 0, PERMISSIONS),
                                  .kinds = db_text(&rows, 0, KINDS),
                                  .builtin = db_bool(&rows, 0, BUILTIN),
                                  .runs = db_text(&rows, 0, RUNS)};
  return R_OK;
}

RESULT store_role_lock(struct store_tx *tx, const struct uuid *id, struct store_role_held *ret_role)
{
  enum { TENANT = STORE__COLUMNS, PERMISSIONS, KINDS, INCLUDES };
  struct db_values v = {0};
  struct db_rows rows;
  db_put_uuid(&v, id);
  TRY(store_run(tx, SQL_role_lock, &v, &rows));
  if (rows.count == 0)
    return R_NOT_FOUND;
  *ret_role = (struct store_role_held){.object = store_run_object(&rows, 0),
                                       .tenant = db_uuid(&rows, 0, TENANT),
                                       .permissions = db_text(&rows, 0, PERMISSIONS),
                                       .kinds = db_text(&rows, 0, KINDS),
                                       .includes = db_text(&rows, 0, INCLUDES)};
  return R_OK;
}

RESULT store_role_line(struct store_tx *tx, struct str path)
{
  struct db_values v = {0};
  struct db_rows rows;
  db_put_text(&v, path);
  return store_run(tx, SQL_role_line_lock, &v, &rows);
}

RESULT store_role_lock_includers(struct store_tx *tx, const struct uuid *id, const struct uuid **ret_includers,
                                 size_t *ret_count)
{
  struct db_values v = {0};
  struct db_rows rows;
  db_put_uuid(&v, id);
  TRY(store_run(tx, SQL_role_lock_includers, &v, &rows));
  struct uuid *includers = arena_array(tx->arena, (size_t)rows.count + 1, sizeof *includers);
  if (!includers)
    return R_NO_MEMORY;
  for (int i = 0; i < rows.count; i++)
    includers[i] = db_uuid(&rows, i, 0);
  *ret_includers = includers;
  *ret_count = (size_t)rows.count;
  return R_OK;
}

RESULT store_role_measure(struct store_tx *tx, const struct uuid *id, const struct store_role_measure **ret_measures,
                          size_t *ret_count)
{
  enum { ID, PERMISSIONS, KINDS, FITS, DEEP, INCLUDED, RING };
  struct db_values v = {0};
  struct db_rows rows;
  db_put_uuid(&v, id);
  TRY(store_run(tx, SQL_role_measure, &v, &rows));
  struct store_role_measure *measures = arena_array(tx->arena, (size_t)rows.count + 1, sizeof *measures);
  if (!measures)
    return R_NO_MEMORY;
  for (int i = 0; i < rows.count; i++)
    measures[i] = (struct store_role_measure){.id = db_uuid(&rows, i, ID),
                                              .permissions = db_text(&rows, i, PERMISSIONS),
                                              .kinds = db_text(&rows, i, KINDS),
                                              .fits = db_bool(&rows, i, FITS),
                                              .deep = db_int(&rows, i, DEEP),
                                              .included = db_int(&rows, i, INCLUDED),
                                              .ring = db_bool(&rows, i, RING)};
  *ret_measures = measures;
  *ret_count = (size_t)rows.count;
  return R_OK;
}

RESULT store_role_holders(struct store_tx *tx, const struct uuid *id, struct str actors,
                          const struct store_role_holder **ret_holders, size_t *ret_count)
{
  enum { PERMISSIONS, KINDS, PLACE, MACHINE, OWN };
  struct db_values v = {0};
  struct db_rows rows;
  db_put_uuid(&v, id);
  db_put_text(&v, actors);
  TRY(store_run(tx, SQL_role_holders, &v, &rows));
  struct store_role_holder *holders = arena_array(tx->arena, (size_t)rows.count + 1, sizeof *holders);
  if (!holders)
    return R_NO_MEMORY;
  for (int i = 0; i < rows.count; i++)
    holders[i] = (struct store_role_holder){.permissions = db_text(&rows, i, PERMISSIONS),
                                            .kinds = db_text(&rows, i, KINDS),
                                            .place = db_text(&rows, i, PLACE),
                                            .machine = db_bool(&rows, i, MACHINE),
                                            .own = db_bool(&rows, i, OWN)};
  *ret_holders = holders;
  *ret_count = (size_t)rows.count;
  return R_OK;
}

RESULT store_role_insert(struct store_tx *tx, const struct store_role_row *row, struct store_object *ret_role)
{
  struct db_values v = {0};
  db_put_uuid(&v, &row->id);
  db_put_uuid(&v, &row->tenant);
  db_put_text(&v, row->name);
  db_put_text(&v, row->description);
  db_put_text(&v, row->permissions);
  db_put_text(&v, row->kinds);
  return store_run_change_one(tx, SQL_role_insert, &v, ret_role);
}

RESULT store_role_include(struct store_tx *tx, const struct uuid *id, const struct uuid *included, size_t count)
{
  struct db_values v = {0};
  db_put_uuid(&v, id);
  TRY(store_run_put_ids(&v, included, count, tx->arena));
  return store_queue(tx, SQL_role_include_set, &v);
}

RESULT store_role_update(struct store_tx *tx, const struct store_role_row *row, bool included,
                         struct store_object *ret_role)
{
  struct db_values v = {0};
  db_put_uuid(&v, &row->id);
  db_put_text(&v, row->name);
  db_put_text(&v, row->description);
  db_put_text(&v, row->permissions);
  db_put_text(&v, row->kinds);
  db_put_bool(&v, included);
  return store_run_change_one(tx, SQL_role_update, &v, ret_role);
}

RESULT store_role_delete(struct store_tx *tx, const struct uuid *id)
{
  struct db_values v = {0};
  db_put_uuid(&v, id);
  return store_run_touch(tx, SQL_role_delete, &v);
}
