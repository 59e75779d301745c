/* Tenants over HTTP. Trusts: nothing of the request. */
#include "domain/tenant.h"
#include "api/etag.h"
#include "api/list.h"
#include "api/quota.h"
#include "api/routes.h"
#include "authn/name.h"
#include "store/tenant.h"

static enum result get(struct api_call *call, struct store_object *ret_tenant)
{
  struct store_call store = api_store(call, call->scope);
  return store_tenant_get(&store, &call->tenant, ret_tenant);
}

api_handler api_tenant_get;
RESULT api_tenant_get(struct api_call *call)
{
  struct store_object tenant;
  TRY(get(call, &tenant));
  return api_reply_found(call, &tenant);
}

struct tenant_query {
  API_LIST_MEMBERS;
  struct json_text scope, kind, state, name, external_id, code;
};
#define TENANT_FILTERS                                                                                                 \
  API_LIST_FIELDS(struct tenant_query),                                                                                \
      FIELD_CHOICE(struct tenant_query, kind, OPTIONAL, 1, 16, "provider|partner|customer"),                           \
      FIELD_CHOICE(struct tenant_query, state, OPTIONAL, 1, 16, "active|suspended|terminated"),                        \
      FIELD(struct tenant_query, name, OPTIONAL, 1, 128), FIELD(struct tenant_query, external_id, OPTIONAL, 1, 200),   \
      FIELD(struct tenant_query, code, OPTIONAL, 1, 64)
BODY(api_tenant_query, "TenantQuery", TENANT_FILTERS);
BODY(api_children_query, "ChildrenQuery", TENANT_FILTERS,
     FIELD_CHOICE(struct tenant_query, scope, OPTIONAL, 1, 16, "children|subtree"));

static enum result filter_of(struct api_call *call, const struct tenant_query *query, struct store_tenant_filter *ret_filter)
{
  *ret_filter = (struct store_tenant_filter){.kind = query->kind.value,
                                             .state = query->state.value,
                                             .external_id = query->external_id.value,
                                             .code = query->code.value};
  return api_list_folded(call, &query->name, &ret_filter->name);
}

/* A root that lies before the place where the page goes on has been shown whole; one behind it is still to be begun. */
static bool shown(const struct api_list *list, struct str root)
{
  return list->begun && !str_starts(list->after_path, root) && strcmp(root.p, list->after_path.p) < 0;
}

static enum result list_root(struct api_call *call, const struct policy_root *root, struct store_tenant_filter *filter,
                             struct api_list *list)
{
  struct store_call store = api_store(call, root->scope);
  struct store_page page;
  bool within = list->begun && str_starts(list->after_path, str_of(root->path));
  filter->range = (struct store_range){.low = str_of(root->path),
                                       .subtree = root->reach == BW_REACH_SUBTREE,
                                       .after_path = within ? list->after_path : STR_NONE,
                                       .after_id = list->after_id,
                                       .limit = (int64_t)list->fetch};
  TRY(store_tenant_list(&store, filter, &page));
  api_list_take(list, &page);
  return R_OK;
}

api_handler api_tenant_list;
RESULT api_tenant_list(struct api_call *call)
{
  struct tenant_query query = {0};
  struct store_tenant_filter filter;
  struct api_list list;
  TRY(api_query(call, &api_tenant_query, &query));
  TRY(filter_of(call, &query, &filter));
  TRY(api_list_begin(call, &query.limit, &query.cursor, &list));
  for (size_t i = 0; i < call->root_count && list.fetch > 0; i++)
    if (!shown(&list, str_of(call->roots[i].path)))
      TRY(list_root(call, &call->roots[i], &filter, &list));
  return api_list_reply(call, &list);
}

api_handler api_tenant_children;
RESULT api_tenant_children(struct api_call *call)
{
  struct store_call store = api_store(call, call->scope);
  struct tenant_query query = {0};
  struct store_tenant_filter filter;
  struct store_page page;
  struct api_list list;
  TRY(api_query(call, &api_children_query, &query));
  TRY(filter_of(call, &query, &filter));
  TRY(api_list_begin(call, &query.limit, &query.cursor, &list));
  TRY(api_list_range(call, &list, &call->tenant, true, &filter.range));
  if (api_list_subtree(&query.scope))
    TRY(store_tenant_list(&store, &filter, &page));
  else
    TRY(store_tenant_children(&store, &call->tenant, &filter, &page));
  api_list_take(&list, &page);
  return api_list_reply(call, &list);
}

api_handler api_tenant_breadcrumb;
RESULT api_tenant_breadcrumb(struct api_call *call)
{
  struct store_call store = api_store(call, call->scope);
  struct store_page page;
  struct api_list list;
  TRY(api_list_begin(call, &(struct json_number){0}, &(struct json_text){0}, &list));
  TRY(store_tenant_breadcrumb(&store, &call->tenant, &page));
  api_list_take(&list, &page);
  return api_list_reply(call, &list);
}

struct tenant_create {
  struct json_id parent_id;
  struct json_text kind, name, external_id;
};
BODY(api_tenant_create_body, "TenantCreate", FIELD(struct tenant_create, parent_id, OPTIONAL, 0, 0),
     FIELD_CHOICE(struct tenant_create, kind, REQUIRED, 1, 16, "partner|customer"),
     FIELD(struct tenant_create, name, REQUIRED, 1, 128), FIELD(struct tenant_create, external_id, OPTIONAL, 1, 200));

api_handler api_tenant_create;
RESULT api_tenant_create(struct api_call *call)
{
  struct tenant_create body = {0};
  struct outcome outcome;
  TRY(api_body(call, &api_tenant_create_body, &body));
  TRY(api_names(call, &(struct api_name){"name", &body.name, authn_name_fold}, 1));
  bool partner = str_is(body.kind.value, "partner");
  if (partner)
    TRY(api_demand(call, BW_TENANT_CREATE_PARTNER));
  struct tenant_new tenant = {.parent = call->tenant,
                              .kind = partner ? BW_TENANT_PARTNER : BW_TENANT_CUSTOMER,
                              .name = body.name.value,
                              .external_id = body.external_id.value};
  enum result r = domain_tenant_create(&call->change, &tenant, &outcome);
  TRY(api_quota_explain(call, r, &call->tenant, "tenants"));
  return api_reply_created(call, "/v1/tenants/", &outcome);
}

struct tenant_update {
  struct json_text name, external_id;
};
BODY(api_tenant_update_body, "TenantUpdate", FIELD(struct tenant_update, name, OPTIONAL, 1, 128),
     FIELD(struct tenant_update, external_id, NULLABLE, 1, 200));

api_handler api_tenant_update;
RESULT api_tenant_update(struct api_call *call)
{
  struct tenant_update body = {0};
  struct outcome outcome;
  int64_t version;
  TRY(api_body(call, &api_tenant_update_body, &body));
  TRY(api_names(call, &(struct api_name){"name", &body.name, authn_name_fold}, 1));
  TRY(api_etag_demanded(call, get, &version));
  struct tenant_patch patch = {.name = api_patch(&body.name), .external_id = api_patch(&body.external_id)};
  TRY(domain_tenant_update(&call->change, &call->tenant, version, &patch, &outcome));
  return api_reply_object(call, &outcome);
}

struct tenant_suspend {
  struct json_text reach;
};
BODY(api_tenant_suspend_body, "TenantSuspend",
     FIELD_CHOICE(struct tenant_suspend, reach, REQUIRED, 1, 16, "staff|subtree"));

api_handler api_tenant_suspend;
RESULT api_tenant_suspend(struct api_call *call)
{
  struct tenant_suspend body = {0};
  struct outcome outcome;
  TRY(api_body(call, &api_tenant_suspend_body, &body));
  enum bw_reach reach = str_is(body.reach.value, "staff") ? BW_REACH_SELF : BW_REACH_SUBTREE;
  TRY(domain_tenant_suspend(&call->change, &call->tenant, reach, &outcome));
  return api_reply_object(call, &outcome);
}

api_handler api_tenant_resume;
RESULT api_tenant_resume(struct api_call *call)
{
  struct outcome outcome;
  TRY(domain_tenant_resume(&call->change, &call->tenant, &outcome));
  return api_reply_object(call, &outcome);
}

api_handler api_tenant_terminate;
RESULT api_tenant_terminate(struct api_call *call)
{
  struct outcome outcome;
  TRY(domain_tenant_terminate(&call->change, &call->tenant, &outcome));
  return api_reply_object(call, &outcome);
}

api_handler api_tenant_restore;
RESULT api_tenant_restore(struct api_call *call)
{
  struct outcome outcome;
  enum result r = domain_tenant_restore(&call->change, &call->tenant, &outcome);
  TRY(api_quota_explain_restore(call, r));
  return api_reply_object(call, &outcome);
}
