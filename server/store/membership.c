/* Reads and writes memberships. */
#include "store/membership.h"
#include "store/run.h"

RESULT store_membership_list(const struct store_call *call, const struct uuid *group, const struct store_range *range,
                             struct store_page *ret_page)
{
  struct db_values v = {0};
  TRY(store_run_put_range(&v, range, call->arena));
  db_put_uuid(&v, group);
  db_put_int(&v, range->limit);
  return store_run_page(call, SQL_membership_list, &v, ret_page);
}

RESULT store_membership_find(const struct store_call *call, const struct uuid *group, const struct uuid *member,
                             struct store_object *ret_membership)
{
  struct db_values v = {0};
  db_put_uuid(&v, group);
  db_put_uuid(&v, member);
  return store_run_one(call, SQL_membership_find, &v, ret_membership);
}

RESULT store_membership_sides(struct store_tx *tx, const struct uuid *id, struct uuid *ret_group,
                              struct uuid *ret_member)
{
  enum { GROUP, MEMBER };
  struct db_values v = {0};
  struct db_rows rows;
  db_put_uuid(&v, id);
  TRY(store_run(tx, SQL_membership_sides, &v, &rows));
  if (rows.count == 0)
    return R_NOT_FOUND;
  *ret_group = db_uuid(&rows, 0, GROUP);
  *ret_member = db_uuid(&rows, 0, MEMBER);
  return R_OK;
}

RESULT store_membership_lock(struct store_tx *tx, const struct uuid *group, const struct uuid *member,
                             struct store_membership_pair *ret_pair)
{
  enum { ID, KIND, STATE, TENANT };
  struct db_values v = {0};
  struct db_rows rows;
  db_put_uuid(&v, group);
  db_put_uuid(&v, member);
  TRY(store_run(tx, SQL_membership_lock, &v, &rows));
  int at = -1, other = -1;
  for (int i = 0; i < rows.count; i++) {
    struct uuid id = db_uuid(&rows, i, ID);
    if (uuid_equal(&id, group))
      at = i;
    if (uuid_equal(&id, member))
      other = i;
  }
  if (at < 0 || other < 0 || !str_is(db_text(&rows, at, KIND), "group"))
    return R_NOT_FOUND;
  struct uuid home = db_uuid(&rows, other, TENANT);
  struct store_membership_pair pair = {.tenant = db_uuid(&rows, at, TENANT), .state = db_text(&rows, other, STATE)};
  pair.home = uuid_equal(&pair.tenant, &home);
  *ret_pair = pair;
  return R_OK;
}

RESULT store_membership_facts(struct store_tx *tx, const struct uuid *group, const struct uuid *member,
                              struct store_membership_facts *ret_facts)
{
  enum { RING, DEEP, GROUPS, MACHINE };
  struct db_values v = {0};
  struct db_rows rows;
  db_put_uuid(&v, group);
  db_put_uuid(&v, member);
  TRY(store_run(tx, SQL_membership_facts, &v, &rows));
  if (rows.count != 1)
    return FAULT(R_INTERNAL);
  *ret_facts = (struct store_membership_facts){.ring = db_bool(&rows, 0, RING),
                                               .deep = db_int(&rows, 0, DEEP),
                                               .groups = db_int(&rows, 0, GROUPS),
                                               .machine = db_bool(&rows, 0, MACHINE)};
  return R_OK;
}

RESULT store_membership_gifts(struct store_tx *tx, const struct uuid *group, int64_t now,
                              const struct store_gift **ret_gifts, size_t *ret_count)
{
  enum { TENANT, PATH, BOUNDARY, KIND, ROLE, REACH };
  struct db_values v = {0};
  struct db_rows rows;
  db_put_uuid(&v, group);
  store_run_put_time(&v, now);
  TRY(store_run(tx, SQL_membership_gifts, &v, &rows));
  struct store_gift *gifts = arena_array(tx->arena, (size_t)rows.count + 1, sizeof *gifts);
  if (!gifts)
    return R_NO_MEMORY;
  for (int i = 0; i < rows.count; i++)
    gifts[i] = (struct store_gift){.tenant = db_uuid(&rows, i, TENANT),
                                   .role = db_uuid(&rows, i, ROLE),
                                   .place = {.path = db_text(&rows, i, PATH),
                                             .boundary = db_text(&rows, i, BOUNDARY),
                                             .kind = db_text(&rows, i, KIND)},
                                   .subtree = str_is(db_text(&rows, i, REACH), "subtree")};
  *ret_gifts = gifts;
  *ret_count = (size_t)rows.count;
  return R_OK;
}

RESULT store_membership_insert(struct store_tx *tx, const struct store_membership_row *row,
                               struct store_membership *ret_membership)
{
  enum { NAMED = STORE__COLUMNS };
  struct db_values v = {0};
  struct db_rows rows;
  db_put_uuid(&v, &row->id);
  db_put_uuid(&v, &row->group);
  db_put_uuid(&v, &row->member);
  store_run_put_id(&v, &row->added_by);
  db_put_text(&v, row->added_by_path);
  TRY(store_run(tx, SQL_membership_insert, &v, &rows));
  if (rows.count == 0)
    return R_NOT_FOUND;
  *ret_membership = (struct store_membership){
      .object = store_run_object(&rows, 0), .group = row->group, .named = db_text(&rows, 0, NAMED)};
  return R_OK;
}

static struct store_membership membership_of(const struct db_rows *rows, int row)
{
  enum { TENANT = STORE__COLUMNS, GROUP, NAMED };
  return (struct store_membership){.object = store_run_object(rows, row),
                                   .tenant = db_uuid(rows, row, TENANT),
                                   .group = db_uuid(rows, row, GROUP),
                                   .named = db_text(rows, row, NAMED)};
}

RESULT store_membership_delete(struct store_tx *tx, const struct uuid *group, const struct uuid *member,
                               struct store_membership *ret_membership)
{
  struct db_values v = {0};
  struct db_rows rows;
  db_put_uuid(&v, group);
  db_put_uuid(&v, member);
  TRY(store_run(tx, SQL_membership_delete, &v, &rows));
  if (rows.count == 0)
    return R_NOT_FOUND;
  *ret_membership = membership_of(&rows, 0);
  return R_OK;
}

RESULT store_membership_delete_all(struct store_tx *tx, const struct uuid *principal,
                                   const struct store_membership **ret_memberships, size_t *ret_count)
{
  struct db_values v = {0};
  struct db_rows rows;
  db_put_uuid(&v, principal);
  TRY(store_run(tx, SQL_membership_delete_all, &v, &rows));
  struct store_membership *memberships = arena_array(tx->arena, (size_t)rows.count + 1, sizeof *memberships);
  if (!memberships)
    return R_NO_MEMORY;
  for (int i = 0; i < rows.count; i++)
    memberships[i] = membership_of(&rows, i);
  *ret_memberships = memberships;
  *ret_count = (size_t)rows.count;
  return R_OK;
}
