/* Groups, and who is in them, over HTTP. Trusts: nothing of the request. */
#include "domain/group.h"
#include "api/etag.h"
#include "api/list.h"
#include "api/routes.h"
#include "authn/name.h"
#include "domain/membership.h"
#include "store/group.h"
#include "store/membership.h"

static enum result get(struct api_call *call, struct store_object *ret_group)
{
  struct store_call store = api_store(call, call->scope);
  return store_group_get(&store, &call->object, ret_group);
}

api_handler api_group_get;
RESULT api_group_get(struct api_call *call)
{
  struct store_object group;
  TRY(get(call, &group));
  return api_reply_found(call, &group);
}

struct group_query {
  API_LIST_MEMBERS;
  struct json_text scope, state, external_id;
};
BODY(api_group_query, "GroupQuery", API_LIST_FIELDS(struct group_query),
     FIELD_CHOICE(struct group_query, scope, OPTIONAL, 1, 16, "self|subtree"),
     FIELD_CHOICE(struct group_query, state, OPTIONAL, 1, 16, "active|suspended"),
     FIELD(struct group_query, external_id, OPTIONAL, 1, 200));

api_handler api_group_list;
RESULT api_group_list(struct api_call *call)
{
  struct store_call store = api_store(call, call->scope);
  struct group_query query = {0};
  struct store_group_filter filter = {0};
  struct store_page page;
  struct api_list list;
  TRY(api_query(call, &api_group_query, &query));
  TRY(api_list_begin(call, &query.limit, &query.cursor, &list));
  TRY(api_list_range(call, &list, &call->tenant, api_list_subtree(&query.scope), &filter.range));
  filter.state = query.state.value;
  filter.external_id = query.external_id.value;
  TRY(store_group_list(&store, &filter, &page));
  api_list_take(&list, &page);
  return api_list_reply(call, &list);
}

struct group_create {
  struct json_text display_name, external_id;
};
BODY(api_group_create_body, "GroupCreate", FIELD(struct group_create, display_name, REQUIRED, 1, 128),
     FIELD(struct group_create, external_id, OPTIONAL, 1, 200));

api_handler api_group_create;
RESULT api_group_create(struct api_call *call)
{
  struct group_create body = {0};
  struct outcome outcome;
  TRY(api_body(call, &api_group_create_body, &body));
  TRY(api_names(call, &(struct api_name){"display_name", &body.display_name, authn_name_fold}, 1));
  struct group_new group = {
      .tenant = call->tenant, .display_name = body.display_name.value, .external_id = body.external_id.value};
  TRY(domain_group_create(&call->change, &group, &outcome));
  return api_reply_created(call, "/v1/groups/", &outcome);
}

struct group_update {
  struct json_text display_name, external_id, state;
};
BODY(api_group_update_body, "GroupUpdate", FIELD(struct group_update, display_name, OPTIONAL, 1, 128),
     FIELD(struct group_update, external_id, NULLABLE, 1, 200),
     FIELD_CHOICE(struct group_update, state, OPTIONAL, 1, 16, "active|suspended"));

api_handler api_group_update;
RESULT api_group_update(struct api_call *call)
{
  struct group_update body = {0};
  struct outcome outcome;
  int64_t version;
  TRY(api_body(call, &api_group_update_body, &body));
  TRY(api_names(call, &(struct api_name){"display_name", &body.display_name, authn_name_fold}, 1));
  TRY(api_etag_demanded(call, get, &version));
  struct group_patch patch = {.display_name = api_patch(&body.display_name),
                              .external_id = api_patch(&body.external_id),
                              .state = api_patch(&body.state)};
  TRY(domain_group_update(&call->change, &call->object, version, &patch, &outcome));
  return api_reply_object(call, &outcome);
}

api_handler api_group_delete;
RESULT api_group_delete(struct api_call *call)
{
  TRY(domain_group_delete(&call->change, &call->object));
  return api_reply_nothing(call);
}

struct membership_query {
  API_LIST_MEMBERS;
};
BODY(api_membership_query, "MembershipQuery", API_LIST_FIELDS(struct membership_query));

api_handler api_group_member_list;
RESULT api_group_member_list(struct api_call *call)
{
  struct store_call store = api_store(call, call->scope);
  struct membership_query query = {0};
  struct store_range range;
  struct store_page page;
  struct api_list list;
  TRY(api_query(call, &api_membership_query, &query));
  TRY(api_list_begin(call, &query.limit, &query.cursor, &list));
  TRY(api_list_range(call, &list, &call->tenant, false, &range));
  TRY(store_membership_list(&store, &call->object, &range, &page));
  api_list_take(&list, &page);
  return api_list_reply(call, &list);
}

struct membership_create {
  struct json_id principal_id;
};
BODY(api_membership_create_body, "MembershipCreate", FIELD(struct membership_create, principal_id, REQUIRED, 0, 0));

api_handler api_group_member_create;
RESULT api_group_member_create(struct api_call *call)
{
  struct membership_create body = {0};
  struct outcome outcome;
  char group[UUID_TEXT];
  TRY(api_body(call, &api_membership_create_body, &body));
  struct membership_new membership = {.group = call->object, .member = body.principal_id.value};
  enum result r = domain_membership_add(&call->change, &membership, &outcome);
  if (r == R_NOT_FOUND)
    return api_wrong(call, "principal_id", "unknown", "there is no such user, client or group here");
  TRY(r);
  uuid_format(&call->object, group);
  struct str prefix = arena_print(call->arena, "/v1/groups/%s/members/", group);
  return prefix.p ? api_reply_created(call, prefix.p, &outcome) : R_NO_MEMORY;
}

api_handler api_group_member_delete;
RESULT api_group_member_delete(struct api_call *call)
{
  struct membership_new membership = {.group = call->object};
  if (!uuid_parse(http_request_path(call->request, "member"), &membership.member))
    return R_NOT_FOUND;
  TRY(domain_membership_end(&call->change, &membership));
  return api_reply_nothing(call);
}
