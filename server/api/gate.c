/* The one door: authenticate, find where the target stands, decide, mint the scope, run, answer.
   Trusts: nothing of the request. Unknown and foreign take one path. */
#include "api/gate.h"
#include "api/assurance.h"
#include "api/attempt.h"
#include "api/oauth.h"
#include "api/place.h"
#include "api/refuse.h"
#include "api/routes.h"
#include "policy/current.h"

static const struct route *row_of(const struct api_call *call) { return &api_routes[call->route]; }

static struct policy *policy_of(const struct api_call *call) { return call->api->domain->policy; }

bool api_gate_catch_up(const struct api_call *call, uint64_t seen)
{
  struct store_call store = api_store(call, NULL);
  return row_of(call)->http.lane != HTTP_LANE_DECISION && policy_catch_up(policy_of(call), &store, seen);
}

/* Whether the token's session is alive, and where its principal is at home. */
static bool is_alive(const struct api_call *call, const struct authn_caller *caller, struct uuid *ret_home)
{
  const struct bw_model *model = policy_model(policy_of(call));
  struct bw_id subject = policy_id(&caller->principal), session = policy_id(&caller->session);
  struct bw_principal_fact principal;
  if (!bw_session_alive(model, &subject, &session, caller->epoch) || !bw_principal(model, &subject, &principal))
    return false;
  *ret_home = policy_uuid(&principal.home);
  return true;
}

RESULT api_gate_token(const struct api_call *call, struct str text, struct authn_token *ret_token,
                      struct uuid *ret_home)
{
  struct authn_token token;
  TRY(authn_token_check(&call->api->domain->issuer, text, call->now, call->arena, &token));
  if (!policy_fresh(policy_of(call)))
    return FAULT(R_UNAVAILABLE);
  uint64_t seen = bw_model_revision(policy_model(policy_of(call)));
  if (!is_alive(call, &token.caller, ret_home) &&
      !(api_gate_catch_up(call, seen) && is_alive(call, &token.caller, ret_home)))
    return R_UNAUTHENTICATED;
  *ret_token = token;
  return R_OK;
}

/* Whether a client may be where the request comes from; of a person, whether people of their home may. Where a portal's backend has
   stated where they are, it is the backend that the request comes from. */
static bool is_admitted(const struct api_call *call, const struct authn_caller *caller, const struct uuid *home)
{
  const struct bw_model *model = policy_model(policy_of(call));
  struct bw_id client = policy_id(caller->kind == AUTHN_CLIENT ? &caller->principal : &caller->relay),
               tenant = policy_id(home);
  struct network network;
  bool stated = !uuid_is_zero(&caller->relay);
  const unsigned char *from = network_parse(http_request_address(call->request), &network) ? network.base : NULL;
  if ((stated || caller->kind == AUTHN_CLIENT) && !bw_client_admits(model, &client, from))
    return false;
  return caller->kind == AUTHN_CLIENT || bw_tenant_admits(model, &tenant, stated ? caller->stated.base : from);
}

RESULT api_gate_authenticate(struct api_call *call)
{
  struct str header = http_request_header(call->request, "Authorization");
  struct str text = header, scheme = str_cut(&text, ' ');
  struct authn_token token;
  if (!str_equal_fold(scheme, STR("Bearer")))
    return R_UNAUTHENTICATED;
  struct uuid home;
  TRY(api_gate_token(call, str_trim(text), &token, &home));
  uint64_t seen = bw_model_revision(policy_model(policy_of(call)));
  if (!is_admitted(call, &token.caller, &home) &&
      !(api_gate_catch_up(call, seen) && is_admitted(call, &token.caller, &home)))
    return R_UNAUTHENTICATED;
  call->home = home;
  call->caller = token.caller;
  call->token_ends = token.expires_at;
  call->audience = token.audience;
  return R_OK;
}

/* What {id} is, by the scope rule of the route. */
static const enum api_type types[SCOPE__COUNT] = {
    [SCOPE_TENANT] = API_TENANT, [SCOPE_USER] = API_USER, [SCOPE_CLIENT] = API_CLIENT, [SCOPE_GROUP] = API_GROUP,
    [SCOPE_GRANT] = API_GRANT,   [SCOPE_ROLE] = API_ROLE};

/* The parent that the body names, else the caller's home. A parent_id that is no UUID is left to the handler, which names it as
   a wrong field. */
static struct uuid parent_of(const struct api_call *call)
{
  const struct json *body;
  struct uuid parent = call->home;
  if (json_parse(http_request_body(call->request), call->arena, &body) == R_OK)
    (void)uuid_parse(json_str(json_member(body, "parent_id")), &parent);
  return parent;
}

/* Where the target stands: zero when nothing is known of it. */
static struct bw_id place_of(const struct api_call *call, const struct bw_model *model)
{
  enum scope_rule rule = row_of(call)->scope;
  struct uuid target = rule == SCOPE_PARENT ? parent_of(call) : call->object;
  return api_place(model, rule == SCOPE_PARENT ? API_TENANT : types[rule], &target);
}

static const enum result denials[] = {
    [BW_REASON_NONE] = R_NOT_FOUND,         [BW_REASON_GRANTED] = R_INTERNAL,      [BW_REASON_NO_SUBJECT] = R_UNAUTHENTICATED,
    [BW_REASON_NOT_VISIBLE] = R_NOT_FOUND, [BW_REASON_NO_PERMISSION] = R_FORBIDDEN,
};

static void ask(struct api_call *call, struct bw_answer *ret_answer)
{
  const struct bw_model *model = policy_model(policy_of(call));
  struct bw_question question = {.subject = policy_id(&call->caller.principal),
                                 .tenant = place_of(call, model),
                                 .permission = (enum bw_permission)row_of(call)->permission,
                                 .now = call->now};
  bw_decide(model, &question, ret_answer);
  call->tenant = policy_uuid(&question.tenant);
}

/* What is over stays as it is, so that it can come back as it was. */
static enum result check_ended(const struct api_call *call)
{
  const struct route *row = row_of(call);
  struct bw_id place = policy_id(&call->tenant);
  if (!api_route_changes(row) || row->permission == BW_TENANT_TERMINATE)
    return R_OK;
  return bw_tenant_ended(policy_model(policy_of(call)), &place) ? R_WRONG_STATE : R_OK;
}

static enum result decide(struct api_call *call)
{
  struct bw_answer answer;
  ask(call, &answer);
  if (answer.effect != BW_ALLOW && api_gate_catch_up(call, answer.revision))
    ask(call, &answer);
  if (answer.effect != BW_ALLOW)
    return denials[answer.reason];
  /* What is put below a tenant lies outside a grant that reaches the tenant alone. */
  if (row_of(call)->scope == SCOPE_PARENT && answer.reach != BW_REACH_SUBTREE)
    return R_FORBIDDEN;
  TRY(api_assurance_permission(call, (enum bw_permission)row_of(call)->permission));
  TRY(check_ended(call));
  call->root = policy_uuid(&answer.root);
  return policy_scope(policy_of(call), &answer, call->arena, &call->scope);
}

static enum result decide_roots(struct api_call *call)
{
  TRY(policy_roots(policy_of(call), &call->caller.principal, (enum bw_permission)row_of(call)->permission, call->now,
                   call->arena, &call->roots, &call->root_count));
  return call->root_count ? api_assurance_permission(call, (enum bw_permission)row_of(call)->permission) : R_FORBIDDEN;
}

RESULT api_gate_reach(struct api_call *call, const struct uuid *tenant)
{
  const struct bw_model *model = policy_model(policy_of(call));
  struct bw_question question = {.subject = policy_id(&call->caller.principal),
                                 .tenant = policy_id(tenant),
                                 .permission = (enum bw_permission)row_of(call)->permission,
                                 .now = call->now};
  struct bw_answer answer;
  bw_decide(model, &question, &answer);
  if (answer.effect != BW_ALLOW && api_gate_catch_up(call, answer.revision))
    bw_decide(model, &question, &answer);
  if (answer.effect != BW_ALLOW)
    return denials[answer.reason];
  struct uuid root = policy_uuid(&answer.root);
  return uuid_equal(&root, &call->root) ? R_OK : R_FORBIDDEN;
}

RESULT api_gate_stay(struct api_call *call)
{
  struct uuid home;
  if (!policy_fresh(policy_of(call)))
    return FAULT(R_UNAVAILABLE);
  if (!is_alive(call, &call->caller, &home))
    return R_UNAUTHENTICATED;
  TRY(api_assurance_session(call));
  return decide(call);
}

/* Tokens that are not believed are charged to where they come from. */
static enum result authenticate_within_budget(struct api_call *call)
{
  enum result r = api_gate_authenticate(call);
  if (r == R_OK)
    return api_budget_caller(call);
  if (r == R_UNAUTHENTICATED)
    TRY(api_budget_address(call));
  return r;
}

/* The same of who says in the request itself which client they are. Who did so wrongly too often is charged on: to refuse
   them asks the database each time. */
static enum result enter_within_budget(struct api_call *call)
{
  enum result r = api_oauth_enter(call);
  if (r == R_OK)
    return api_budget_caller(call);
  if (r == R_LOGIN_FAILED || r == R_THROTTLED || r == R_MALFORMED)
    TRY(api_budget_address(call));
  return r;
}

static enum result pass(struct api_call *call)
{
  const struct route *row = row_of(call);
  if (row->scope == SCOPE_PUBLIC) {
    TRY(api_budget_address(call));
    return row->run(call);
  }
  if (row->scope == SCOPE_MACHINE) {
    TRY(enter_within_budget(call));
    return row->run(call);
  }
  TRY(authenticate_within_budget(call));
  TRY(api_assurance_session(call));
  if (row->scope == SCOPE_SELF) {
    if (row->http.method == HTTP_POST)
      TRY(api_attempt_keyless(call));
    return row->run(call);
  }
  if (strstr(row->http.path, "{id}") && !uuid_parse(http_request_path(call->request, "id"), &call->object))
    return R_NOT_FOUND;
  if (row->scope == SCOPE_ROOTS) {
    TRY(decide_roots(call));
    return row->run(call);
  }
  TRY(decide(call));
  /* What a body of any length changes, it changes piece by piece. */
  bool once = api_route_changes(row) && row->http.media != HTTP_MEDIA_ROWS;
  return once ? api_attempt(call) : row->run(call);
}

static void enter(void *service, int route, struct http_request *request, struct http_reply *reply)
{
  struct api_call call = {.api = service,
                          .route = route,
                          .request = request,
                          .reply = reply,
                          .arena = http_request_arena(request),
                          .now = clock_now()};
  result_forget();
  enum result r = pass(&call);
  if (r == R_OK && row_of(&call)->http.method == HTTP_GET)
    r = api_surplus(&call);
  if (r != R_OK)
    api_refuse(&call, r);
  api_attempt_settle(&call);
  api_budget_tell(&call);
}

static const struct http_route *at(int i) { return &api_routes[i].http; }

struct http_table api_table(struct api *api)
{
  return (struct http_table){.count = ROUTE__COUNT, .at = at, .enter = enter, .service = api};
}
