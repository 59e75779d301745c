/* Sessions over HTTP: one's own, and those of the users below. Trusts: nothing of the request. */
#include "domain/session.h"
#include "api/list.h"
#include "api/routes.h"
#include "api/step.h"
#include "domain/throttle.h"

struct session_query {
  API_LIST_MEMBERS;
};
BODY(api_session_query, "SessionQuery", API_LIST_FIELDS(struct session_query));

typedef RESULT reading(const struct store_call *call, const struct store_session_query *query,
                       struct store_page *ret_page);

static enum result list_of(struct api_call *call, const struct store_call *store, reading *read,
                           struct store_session_query *wanted, const struct uuid *tenant)
{
  struct session_query query = {0};
  struct store_page page;
  struct api_list list;
  TRY(api_query(call, &api_session_query, &query));
  TRY(api_list_begin(call, &query.limit, &query.cursor, &list));
  TRY(api_list_range(call, &list, tenant, false, &wanted->range));
  wanted->asking = call->caller.session;
  TRY(read(store, wanted, &page));
  api_list_take(&list, &page);
  return api_list_reply(call, &list);
}

api_handler api_session_list_own;
RESULT api_session_list_own(struct api_call *call)
{
  struct signin s = api_signin(call);
  struct store_call store = domain_session_store(&s);
  struct store_session_query wanted = {.principal = call->caller.principal};
  return list_of(call, &store, store_session_list_own, &wanted, &call->home);
}

api_handler api_session_list;
RESULT api_session_list(struct api_call *call)
{
  struct store_call store = api_store(call, call->scope);
  struct store_session_query wanted = {.principal = call->object};
  return list_of(call, &store, store_session_list, &wanted, &call->tenant);
}

api_handler api_session_sign_in;
RESULT api_session_sign_in(struct api_call *call)
{
  struct signin s = api_signin(call);
  struct str body;
  TRY(api_surplus(call));
  TRY(domain_throttle_state(&s, &call->object, &body));
  http_reply_body(call->reply, 200, "application/json", body);
  return R_OK;
}

api_handler api_session_end;
RESULT api_session_end(struct api_call *call)
{
  struct signin s = api_signin(call);
  struct uuid session;
  TRY(api_surplus(call));
  if (!uuid_parse(http_request_path(call->request, "id"), &session))
    return R_NOT_FOUND;
  return api_signin_done(call, &s, domain_session_end(&s, &call->caller, &session));
}

api_handler api_session_end_others;
RESULT api_session_end_others(struct api_call *call)
{
  struct signin s = api_signin(call);
  TRY(api_surplus(call));
  return api_signin_done(call, &s, domain_session_end_others(&s, &call->caller));
}

struct step_up {
  struct json_text code;
};
BODY(api_step_up_body, "StepUp", FIELD(struct step_up, code, REQUIRED, 1, 32));

api_handler api_session_step_up;
RESULT api_session_step_up(struct api_call *call)
{
  struct step_up body = {0};
  struct login login;
  struct signin s;
  TRY(api_body(call, &api_step_up_body, &body));
  TRY(api_step_begin(call, &(struct api_step_said){0}, &s));
  TRY(api_signin_done(call, &s, domain_login_step_up(&s, &call->caller, body.code.value, &login)));
  return api_login_reply(call, &login);
}

api_handler api_session_revoke;
RESULT api_session_revoke(struct api_call *call)
{
  struct store_session_key key = {.user = call->object, .asking = call->caller.session};
  if (!uuid_parse(http_request_path(call->request, "sid"), &key.session))
    return R_NOT_FOUND;
  TRY(domain_session_revoke(&call->change, &key));
  return api_reply_nothing(call);
}

api_handler api_session_revoke_all;
RESULT api_session_revoke_all(struct api_call *call)
{
  TRY(domain_session_revoke_all(&call->change, &call->object));
  return api_reply_nothing(call);
}
