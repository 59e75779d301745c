/* Roles over HTTP. Trusts: nothing of the request. */
#include "domain/role.h"
#include "api/etag.h"
#include "api/list.h"
#include "api/routes.h"
#include "store/role.h"
#include "store/tenant.h"

struct role_query {
  API_LIST_MEMBERS;
};
BODY(api_role_query, "RoleQuery", API_LIST_FIELDS(struct role_query));

api_handler api_role_list;
RESULT api_role_list(struct api_call *call)
{
  struct store_call store = api_store(call, call->scope);
  struct role_query query = {0};
  struct store_range range;
  struct store_page page;
  struct api_list list;
  TRY(api_query(call, &api_role_query, &query));
  TRY(api_list_begin(call, &query.limit, &query.cursor, &list));
  TRY(api_list_range(call, &list, &call->tenant, false, &range));
  TRY(store_role_list(&store, &range, &page));
  api_list_take(&list, &page);
  return api_list_reply(call, &list);
}

/* A role from above is seen from each of the caller's roots: the first that shows it answers. */
api_handler api_role_get;
RESULT api_role_get(struct api_call *call)
{
  struct store_object role;
  enum result r = R_NOT_FOUND;
  for (size_t i = 0; i < call->root_count && r == R_NOT_FOUND; i++) {
    struct store_call store = api_store(call, call->roots[i].scope);
    r = store_role_get(&store, &call->object, &role);
    call->root = call->roots[i].tenant;
  }
  TRY(r);
  return api_reply_found(call, &role);
}

enum { NAME_MOST = 64, DESCRIPTION_MOST = 500, PERMISSIONS_MOST = 128, INCLUDES_MOST = 16, KINDS_MOST = 3 };
_Static_assert((int)INCLUDES_MOST == (int)DOMAIN_ROLE_INCLUDES, "the body takes what the rule allows");

/* As scripts and files name it: nothing that looks like another name. */
static bool is_name(struct str name)
{
  static const char letters[] = "abcdefghijklmnopqrstuvwxyz", more[] = "0123456789_-.";
  for (size_t i = 0; i < name.n; i++)
    if (!strchr(letters, name.p[i]) && (i == 0 || !strchr(more, name.p[i])))
      return false;
  return true;
}

static enum result check_name(struct api_call *call, const struct json_text *name)
{
  return !name->present || is_name(name->value)
             ? R_OK
             : api_wrong(call, "name", "malformed", "must be lower case letters, digits, _ - and ., a letter first");
}

static bool is_permission(struct str name) { return bw_permission_named(name.p, name.n) != BW_PERMISSION_NONE; }

static bool is_kind(struct str name)
{
  return str_is(name, "provider") || str_is(name, "partner") || str_is(name, "customer");
}

/* A member that lists names of one sort. */
struct names {
  const char *field;
  const struct json_texts *list;
  bool (*known)(struct str name); /* NULL: any */
};

static bool said_before(const struct json_texts *list, size_t place)
{
  for (size_t i = 0; i < place; i++)
    if (str_equal(list->value[i], list->value[place]))
      return true;
  return false;
}

/* Parted by spaces, as domain/role.h takes them; .p NULL where the member is not there. */
static enum result names_of(struct api_call *call, const struct names *names, struct str *ret_text)
{
  size_t most = 1;
  *ret_text = STR_NONE;
  for (size_t i = 0; i < names->list->count; i++)
    most += names->list->value[i].n + 1;
  if (!names->list->present)
    return R_OK;
  struct buf text = buf_in(call->arena, most);
  for (size_t i = 0; i < names->list->count; i++) {
    struct str name = names->list->value[i];
    if ((names->known && !names->known(name)) || said_before(names->list, i)) {
      struct str field = arena_print(call->arena, "%s[%zu]", names->field, i);
      return field.p ? api_wrong(call, field.p, "unknown", "must be one that there is, and stand there once")
                     : R_NO_MEMORY;
    }
    buf_print(&text, "%s%.*s", i ? " " : "", (int)name.n, name.p);
  }
  *ret_text = buf_str(&text);
  return ret_text->p ? R_OK : R_NO_MEMORY;
}

static enum result lists_of(struct api_call *call, const struct json_texts *permissions, const struct json_texts *kinds,
                            struct str ret_lists[static 2])
{
  TRY(names_of(call, &(struct names){"permissions", permissions, is_permission}, &ret_lists[0]));
  return names_of(call, &(struct names){"kinds", kinds, is_kind}, &ret_lists[1]);
}

/* A role by id, or by the name under which it is known at the tenant. */
static enum result find_included(struct api_call *call, struct str low, struct str named, struct uuid *ret_id)
{
  struct store_call store = api_store(call, call->scope);
  struct store_object role;
  struct uuid id;
  enum result r =
      uuid_parse(named, &id) ? store_role_get(&store, &id, &role) : store_role_find(&store, low, named, &role);
  TRY(r);
  *ret_id = role.id;
  return store_tenant_within(low, role.path) ? R_OK : R_NOT_FOUND;
}

static enum result find_includes(struct api_call *call, const struct json_texts *includes,
                                 struct role_includes *ret_includes)
{
  struct api_list nowhere = {0};
  struct store_range range;
  struct uuid *list = arena_array(call->arena, includes->count + 1, sizeof *list);
  struct str text;
  TRY(names_of(call, &(struct names){"includes", includes, NULL}, &text));
  TRY(api_list_range(call, &nowhere, &call->tenant, false, &range));
  if (!list)
    return R_NO_MEMORY;
  for (size_t i = 0; i < includes->count; i++) {
    enum result r = find_included(call, range.low, includes->value[i], &list[i]);
    struct str field = arena_print(call->arena, "includes[%zu]", i);
    if (r == R_NOT_FOUND && field.p)
      return api_wrong(call, field.p, "unknown", "there is no such role here");
    TRY(r);
  }
  *ret_includes = (struct role_includes){includes->present, list, includes->count};
  return R_OK;
}

struct role_create {
  struct json_text name, description;
  struct json_texts permissions, includes, kinds;
};
BODY(api_role_create_body, "RoleCreate", FIELD(struct role_create, name, REQUIRED, 1, NAME_MOST),
     FIELD(struct role_create, description, OPTIONAL, 0, DESCRIPTION_MOST),
     FIELD(struct role_create, permissions, REQUIRED, 0, PERMISSIONS_MOST),
     FIELD(struct role_create, includes, OPTIONAL, 0, INCLUDES_MOST),
     FIELD(struct role_create, kinds, OPTIONAL, 1, KINDS_MOST));

api_handler api_role_create;
RESULT api_role_create(struct api_call *call)
{
  struct role_create body = {0};
  struct str lists[2];
  struct outcome outcome;
  TRY(api_body(call, &api_role_create_body, &body));
  TRY(check_name(call, &body.name));
  TRY(lists_of(call, &body.permissions, &body.kinds, lists));
  if (body.permissions.count == 0 && body.includes.count == 0)
    return api_wrong(call, "permissions", "too_short", "must name one, unless it includes a role");
  struct role_new role = {.tenant = call->tenant,
                          .name = body.name.value,
                          .description = body.description.present ? body.description.value : STR(""),
                          .permissions = lists[0],
                          .kinds = lists[1]};
  TRY(find_includes(call, &body.includes, &role.includes));
  TRY(domain_role_create(&call->change, &role, &outcome));
  return api_reply_created(call, "/v1/roles/", &outcome);
}

static enum result get(struct api_call *call, struct store_object *ret_role)
{
  struct store_call store = api_store(call, call->scope);
  return store_role_get(&store, &call->object, ret_role);
}

struct role_update {
  struct json_text name, description;
  struct json_texts permissions, includes, kinds;
};
BODY(api_role_update_body, "RoleUpdate", FIELD(struct role_update, name, OPTIONAL, 1, NAME_MOST),
     FIELD(struct role_update, description, OPTIONAL, 0, DESCRIPTION_MOST),
     FIELD(struct role_update, permissions, OPTIONAL, 0, PERMISSIONS_MOST),
     FIELD(struct role_update, includes, OPTIONAL, 0, INCLUDES_MOST),
     FIELD(struct role_update, kinds, OPTIONAL, 1, KINDS_MOST));

api_handler api_role_update;
RESULT api_role_update(struct api_call *call)
{
  struct role_update body = {0};
  struct str lists[2];
  struct outcome outcome;
  int64_t version;
  TRY(api_body(call, &api_role_update_body, &body));
  TRY(check_name(call, &body.name));
  TRY(lists_of(call, &body.permissions, &body.kinds, lists));
  TRY(api_etag_demanded(call, get, &version));
  struct role_patch patch = {
      .name = body.name.value, .description = body.description.value, .permissions = lists[0], .kinds = lists[1]};
  TRY(find_includes(call, &body.includes, &patch.includes));
  TRY(domain_role_update(&call->change, &call->object, version, &patch, &outcome));
  return api_reply_object(call, &outcome);
}

api_handler api_role_delete;
RESULT api_role_delete(struct api_call *call)
{
  TRY(domain_role_delete(&call->change, &call->object));
  return api_reply_nothing(call);
}
