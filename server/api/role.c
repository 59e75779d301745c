/* Roles over HTTP. Trusts: nothing of the request. */
#include "api/list.h"
#include "api/routes.h"
#include "store/role.h"

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
