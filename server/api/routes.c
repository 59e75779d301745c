/* The table of endpoints as http and the gate read it. */
#include "api/routes.h"

/* Every handler is declared by its type: a wrong signature does not compile, nor a route without a permission or one that is
   public in one column only. */
#define ROUTE(operation, method, path, permission, rule, lane, handler)                                                \
  extern api_handler handler;                                                                                          \
  _Static_assert((int)BW_##permission > (int)BW_PERMISSION_NONE, #operation ": a route names its permission");         \
  _Static_assert(((int)BW_##permission == (int)BW_PUBLIC) == (SCOPE_##rule == SCOPE_PUBLIC), #operation ": public");   \
  _Static_assert(((int)BW_##permission == (int)BW_SELF || (int)BW_##permission == (int)BW_SINGLE) ==                   \
                     (SCOPE_##rule == SCOPE_SELF),                                                                     \
                 #operation ": self");
#include "api/routes.def"
#undef ROUTE

/* Bytes of a body that anybody may send: none of these holds more than a few names and secrets. */
enum { PUBLIC_BODY = 64 << 10 };

/* Takes bytes of a file, as many as there are. */
#define IS_CONTENT(route) ((route) == ROUTE_fillImport)

/* Endpoints to which a standard gives forms. */
#define IS_FORM(route)                                                                                                 \
  ((route) == ROUTE_issueClientToken || (route) == ROUTE_introspectToken || (route) == ROUTE_revokeToken)

#define MEDIA(route) (IS_FORM(route) ? HTTP_MEDIA_FORM : IS_CONTENT(route) ? HTTP_MEDIA_ROWS : HTTP_MEDIA_JSON)

const struct route api_routes[ROUTE__COUNT] = {
#define ROUTE(op, verb, where, perm, rule, in, handler)                                                                \
  [ROUTE_##op] = {.http = {.operation = #op,                                                                           \
                           .method = HTTP_##verb,                                                                      \
                           .path = where,                                                                              \
                           .lane = HTTP_LANE_##in,                                                                     \
                           .media = MEDIA(ROUTE_##op),                                                                 \
                           .body = SCOPE_##rule == SCOPE_PUBLIC || SCOPE_##rule == SCOPE_MACHINE ? PUBLIC_BODY : 0},    \
                  .permission = BW_##perm,                                                                             \
                  .scope = SCOPE_##rule,                                                                               \
                  .run = handler},
#include "api/routes.def"
#undef ROUTE
};

bool api_route_changes(const struct route *route)
{
  return route->http.method != HTTP_GET && route->scope != SCOPE_PUBLIC && route->scope != SCOPE_SELF &&
         route->scope != SCOPE_MACHINE && route->scope != SCOPE_ROOTS;
}

bool api_route_permission_changes(enum bw_permission permission)
{
  bool asked = false;
  for (int i = 0; i < ROUTE__COUNT; i++) {
    bool asks = api_routes[i].permission == (int)permission;
    if (asks && !api_route_changes(&api_routes[i]))
      return false;
    asked = asked || asks;
  }
  return asked;
}

bool api_route_creates(const struct route *route) { return route->http.method == HTTP_POST && api_route_changes(route); }
