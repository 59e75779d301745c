/* The audit events of a tenant over HTTP. Trusts: nothing of the request. */
#include "store/audit.h"
#include "api/list.h"
#include "api/routes.h"

struct audit_query {
  API_LIST_MEMBERS;
  struct json_text action, outcome;
  struct json_id actor_id, object_id;
  struct json_time from, to;
};
BODY(api_audit_query, "AuditQuery", API_LIST_FIELDS(struct audit_query), FIELD(struct audit_query, action, OPTIONAL, 1, 64),
     FIELD_CHOICE(struct audit_query, outcome, OPTIONAL, 1, 16, "done|refused|failed"),
     FIELD(struct audit_query, actor_id, OPTIONAL, 0, 0), FIELD(struct audit_query, object_id, OPTIONAL, 0, 0),
     FIELD(struct audit_query, from, OPTIONAL, 0, 0), FIELD(struct audit_query, to, OPTIONAL, 0, 0));

api_handler api_audit_list;
RESULT api_audit_list(struct api_call *call)
{
  struct store_call store = api_store(call, call->scope);
  struct audit_query query = {0};
  struct store_page page;
  struct api_list list;
  TRY(api_query(call, &api_audit_query, &query));
  TRY(api_list_begin(call, &query.limit, &query.cursor, &list));
  struct store_audit_filter filter = {.action = query.action.value,
                                      .outcome = query.outcome.value,
                                      .actor = query.actor_id.value,
                                      .object = query.object_id.value,
                                      .from = query.from.value,
                                      .to = query.to.value,
                                      .before_id = list.after_id,
                                      .limit = (int64_t)list.fetch};
  TRY(store_audit_list(&store, &call->tenant, &filter, &page));
  api_list_take(&list, &page);
  return api_list_reply(call, &list);
}
