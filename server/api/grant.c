/* Grants over HTTP. Trusts: nothing of the request. */
#include "domain/grant.h"
#include "api/list.h"
#include "api/routes.h"
#include "store/grant.h"
#include "store/role.h"

api_handler api_grant_get;
RESULT api_grant_get(struct api_call *call)
{
  struct store_call store = api_store(call, call->scope);
  struct store_object grant;
  TRY(store_grant_get(&store, &call->object, &grant));
  return api_reply_found(call, &grant);
}

struct grant_query {
  API_LIST_MEMBERS;
  struct json_text scope;
  struct json_id principal_id, role_id;
  struct json_time expires_before;
};
BODY(api_grant_query, "GrantQuery", API_LIST_FIELDS(struct grant_query),
     FIELD_CHOICE(struct grant_query, scope, OPTIONAL, 1, 16, "self|subtree"),
     FIELD(struct grant_query, principal_id, OPTIONAL, 0, 0), FIELD(struct grant_query, role_id, OPTIONAL, 0, 0),
     FIELD(struct grant_query, expires_before, OPTIONAL, 0, 0));

api_handler api_grant_list;
RESULT api_grant_list(struct api_call *call)
{
  struct store_call store = api_store(call, call->scope);
  struct grant_query query = {0};
  struct store_range range;
  struct store_page page;
  struct api_list list;
  TRY(api_query(call, &api_grant_query, &query));
  TRY(api_list_begin(call, &query.limit, &query.cursor, &list));
  TRY(api_list_range(call, &list, &call->tenant, api_list_subtree(&query.scope), &range));
  struct store_grant_filter filter = {.principal = query.principal_id.value,
                                      .role = query.role_id.value,
                                      .ends_before = query.expires_before.value};
  TRY(store_grant_list(&store, &range, &filter, &page));
  api_list_take(&list, &page);
  return api_list_reply(call, &list);
}

struct held_query {
  API_LIST_MEMBERS;
};
BODY(api_held_query, "HeldQuery", API_LIST_FIELDS(struct held_query));

/* What a user holds lies at their home or below it. */
api_handler api_grant_list_of_user;
RESULT api_grant_list_of_user(struct api_call *call)
{
  struct store_call store = api_store(call, call->scope);
  struct held_query query = {0};
  struct store_range range;
  struct store_page page;
  struct api_list list;
  TRY(api_query(call, &api_held_query, &query));
  TRY(api_list_begin(call, &query.limit, &query.cursor, &list));
  TRY(api_list_range(call, &list, &call->tenant, true, &range));
  TRY(store_grant_held(&store, &call->object, &range, &page));
  api_list_take(&list, &page);
  return api_list_reply(call, &list);
}

enum { TICKET_MOST = 100 };

struct grant_create {
  struct json_id principal_id, role_id;
  struct json_text role, scope, reason, ticket;
  struct json_time not_before, expires_at;
};
BODY(api_grant_create_body, "GrantCreate", FIELD(struct grant_create, principal_id, REQUIRED, 0, 0),
     FIELD(struct grant_create, role_id, OPTIONAL, 0, 0), FIELD(struct grant_create, role, OPTIONAL, 1, 64),
     FIELD_CHOICE(struct grant_create, scope, REQUIRED, 1, 16, "self|subtree"),
     FIELD(struct grant_create, not_before, OPTIONAL, 0, 0), FIELD(struct grant_create, expires_at, OPTIONAL, 0, 0),
     FIELD(struct grant_create, reason, OPTIONAL, 1, 500),
     FIELD(struct grant_create, ticket, OPTIONAL, 1, TICKET_MOST));

/* By id or by the name under which it is known at the tenant. */
static enum result find_role(struct api_call *call, const struct grant_create *body, struct uuid *ret_role)
{
  struct store_call store = api_store(call, call->scope);
  struct api_list nowhere = {0};
  struct store_range range;
  struct store_object role;
  if (body->role_id.present == body->role.present)
    return api_wrong(call, "role_id", "required", "either role_id or role must be there");
  TRY(api_list_range(call, &nowhere, &call->tenant, false, &range));
  enum result r = body->role_id.present ? store_role_get(&store, &body->role_id.value, &role)
                                        : store_role_find(&store, range.low, body->role.value, &role);
  if (r == R_NOT_FOUND)
    return api_wrong(call, body->role_id.present ? "role_id" : "role", "unknown", "there is no such role here");
  TRY(r);
  *ret_role = role.id;
  return R_OK;
}

api_handler api_grant_create;
RESULT api_grant_create(struct api_call *call)
{
  struct grant_create body = {0};
  struct outcome outcome;
  struct grant_new grant = {.tenant = call->tenant};
  TRY(api_body(call, &api_grant_create_body, &body));
  TRY(find_role(call, &body, &grant.role));
  if (body.expires_at.present && body.expires_at.value <= (body.not_before.present ? body.not_before.value : call->now))
    return api_wrong(call, "expires_at", "out_of_range", "must lie in the future and after not_before");
  grant.principal = body.principal_id.value;
  grant.reach = str_is(body.scope.value, "self") ? BW_REACH_SELF : BW_REACH_SUBTREE;
  grant.not_before = body.not_before.value;
  grant.expires_at = body.expires_at.value;
  grant.reason = body.reason.value;
  grant.ticket = body.ticket.value;
  enum result r = domain_grant_create(&call->change, &grant, &outcome);
  if (r == R_NOT_FOUND)
    return api_wrong(call, "principal_id", "unknown", "there is no such user, client or group here");
  TRY(r);
  return api_reply_created(call, "/v1/grants/", &outcome);
}

api_handler api_grant_revoke;
RESULT api_grant_revoke(struct api_call *call)
{
  TRY(domain_grant_revoke(&call->change, &call->object));
  return api_reply_nothing(call);
}
