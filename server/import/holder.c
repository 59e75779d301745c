/* Finds users, clients and groups by what rows call them. Trusts: nothing of the row. */
#include "import/holder.h"
#include "authn/name.h"
#include "store/client.h"
#include "store/group.h"
#include "store/user.h"

typedef RESULT normalise(struct str name, struct arena *arena, struct str *ret_key);
typedef RESULT get(const struct store_call *call, const struct uuid *id, struct store_object *ret_object);
typedef RESULT find(const struct store_call *call, const struct uuid *home, struct str external_id, struct str key,
                    struct store_object *ret_object);

static RESULT find_client(const struct store_call *call, const struct uuid *home, struct str external_id,
                          struct str key, struct store_object *ret_client)
{
  (void)key;
  return store_client_find(call, home, external_id, ret_client);
}

static const struct {
  enum bw_permission reads;
  normalise *key; /* of a name; NULL: it has none */
  get *get;
  find *find;
} kinds[IMPORT_HOLDER__KINDS] = {
    [IMPORT_HOLDER_USER] = {BW_USER_READ, authn_name_normalise, store_user_get, store_user_find},
    [IMPORT_HOLDER_CLIENT] = {BW_CLIENT_READ, NULL, store_client_get, find_client},
    [IMPORT_HOLDER_GROUP] = {BW_GROUP_READ, authn_name_fold, store_group_get, store_group_find},
};

static const struct {
  const char *member;
  enum import_holder_kind kind;
  bool by_name;
} members[] = {{"user_external_id", IMPORT_HOLDER_USER, false},
               {"user_login", IMPORT_HOLDER_USER, true},
               {"client_external_id", IMPORT_HOLDER_CLIENT, false},
               {"group_external_id", IMPORT_HOLDER_GROUP, false},
               {"group_display_name", IMPORT_HOLDER_GROUP, true}};

struct import_holder import_holder_of(const struct import_row *row)
{
  struct import_holder holder = {.member = row->naming, .home = "user_tenant_external_id", .name = row->name};
  if (row->kind == IMPORT_ROW_MEMBERSHIP)
    holder.home = "tenant_external_id";
  for (size_t i = 0; i < sizeof members / sizeof *members; i++)
    if (str_is(str_of(row->naming), members[i].member)) {
      holder.kind = members[i].kind;
      holder.by_name = members[i].by_name;
    }
  return holder;
}

struct import_holder import_holder_group(const struct import_row_membership *row)
{
  bool by_name = !row->external_id.present;
  return (struct import_holder){.kind = IMPORT_HOLDER_GROUP,
                                .member = by_name ? "display_name" : "external_id",
                                .home = "tenant_external_id",
                                .name = by_name ? row->display_name.value : row->external_id.value,
                                .by_name = by_name};
}

RESULT import_holder_key(const struct import_holder *holder, struct arena *arena, struct str *ret_key)
{
  return holder->by_name ? kinds[holder->kind].key(holder->name, arena, ret_key) : FAULT(R_INTERNAL);
}

static RESULT look_for(struct import_work *w, const struct import_holder *holder, const struct uuid *home,
                       struct store_call *call, struct store_object *ret_object)
{
  struct str key = STR_NONE;
  struct uuid id;
  if (!holder->by_name && import_row_id(holder->name, &id)) {
    TRY(kinds[holder->kind].get(call, &id, ret_object));
    return import_work_expect(w, ret_object, "tenant_id", home);
  }
  if (holder->by_name)
    TRY(import_holder_key(holder, w->arena, &key));
  return kinds[holder->kind].find(call, home, holder->by_name ? STR_NONE : holder->name, key, ret_object);
}

RESULT import_holder_find(struct import_work *w, const struct import_holder *holder, const struct uuid *home,
                          struct uuid *ret_id)
{
  struct import_leave under;
  struct store_object found;
  TRY(import_work_blame(w, holder->home, import_work_leave(w, home, kinds[holder->kind].reads, &under)));
  struct store_call call = import_work_reading(w, under.scope);
  TRY(import_work_blame(w, holder->member, look_for(w, holder, home, &call, &found)));
  *ret_id = found.id;
  return R_OK;
}
