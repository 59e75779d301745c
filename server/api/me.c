/* The caller about themselves: what they hold, what they may do, their password. */
#include "api/assurance.h"
#include "api/gate.h"
#include "api/login.h"
#include "api/place.h"
#include "api/routes.h"
#include "domain/credential.h"
#include "domain/password.h"
#include "json/write.h"

enum { ROOTS_FEW = 8, ROOTS_MOST = 256, CHECKS_MOST = 100, REPLY_MOST = 1 << 20 };

static void put_permissions(struct json_writer *w, const struct bw_permission_set *set)
{
  json_key(w, "permissions");
  json_open(w, '[');
  for (int p = BW_PERMISSION_NONE + 1; p < BW_PERMISSION__COUNT; p++)
    if (bw_permission_has(set, (enum bw_permission)p))
      json_put_text(w, str_of(bw_permission_row((enum bw_permission)p)->wire));
  json_close(w, ']');
}

/* Roots come in path order: those of one tenant and reach stand together and are shown as one. */
static size_t put_root(struct json_writer *w, const struct bw_root *roots, size_t count)
{
  struct bw_permission_set set = {0};
  size_t n = 0;
  for (; n < count && memcmp(&roots[n].tenant, &roots[0].tenant, sizeof roots[0].tenant) == 0 &&
         roots[n].reach == roots[0].reach;
       n++)
    bw_permission_unite(&set, &roots[n].permissions);
  struct uuid tenant = policy_uuid(&roots[0].tenant);
  json_open(w, '{');
  json_key(w, "tenant_id");
  json_put_uuid(w, &tenant);
  json_key(w, "scope");
  json_put_text(w, roots[0].reach == BW_REACH_SELF ? STR("self") : STR("subtree"));
  put_permissions(w, &set);
  json_close(w, '}');
  return n;
}

/* Nearly everybody has few: room for the most would be cleared and wiped at each call. */
static enum result list_roots(struct api_call *call, struct bw_root **ret_roots, size_t *ret_count)
{
  struct bw_id subject = policy_id(&call->caller.principal);
  const struct bw_model *model = policy_model(call->api->domain->policy);
  for (size_t room = ROOTS_FEW;; room = ROOTS_MOST) {
    struct bw_root *roots = arena_array(call->arena, room, sizeof *roots);
    if (!roots)
      return R_NO_MEMORY;
    size_t count = bw_roots(model, &subject, call->now, room, roots);
    if (count > room && room < ROOTS_MOST)
      continue;
    *ret_roots = roots;
    *ret_count = count < room ? count : room;
    return R_OK;
  }
}

static enum result put_roots(struct api_call *call, struct json_writer *w)
{
  struct bw_root *roots;
  size_t count;
  TRY(list_roots(call, &roots, &count));
  json_key(w, "roots");
  json_open(w, '[');
  for (size_t i = 0; i < count;)
    i += put_root(w, roots + i, count - i);
  json_close(w, ']');
  return R_OK;
}

api_handler api_me_get;
RESULT api_me_get(struct api_call *call)
{
  struct buf body = buf_in(call->arena, REPLY_MOST);
  struct json_writer w = json_writer_on(&body);
  json_open(&w, '{');
  json_key(&w, "id");
  json_put_uuid(&w, &call->caller.principal);
  json_key(&w, "kind");
  json_put_text(&w, call->caller.kind == AUTHN_CLIENT ? STR("client") : STR("user"));
  json_key(&w, "tenant_id");
  json_put_uuid(&w, &call->home);
  json_key(&w, "session_id");
  json_put_uuid(&w, &call->caller.session);
  json_key(&w, "two_factors");
  json_put_bool(&w, call->caller.strength == AUTHN_TWO_FACTORS);
  TRY(put_roots(call, &w));
  json_close(&w, '}');
  return api_reply_json(call, &body);
}

struct ask {
  struct json_raw checks;
};
BODY(api_ask_body, "Ask", FIELD(struct ask, checks, REQUIRED, 0, 0));

struct check {
  struct json_text action, type;
  struct json_id id;
};
BODY(api_check_body, "Check", FIELD(struct check, action, REQUIRED, 1, 100),
     FIELD_CHOICE(struct check, type, REQUIRED, 1, 20, "tenant|user|client|group|grant"),
     FIELD(struct check, id, REQUIRED, 0, 0));

/* As the gate would answer this session: what is put below a tenant lies outside a grant that reaches the tenant
   alone, who would only have to show a second factor is told so, and what is over stays as it is. */
static enum result judge(struct api_call *call, const struct bw_question *question)
{
  struct bw_answer answer;
  bool below = question->permission == BW_TENANT_CREATE_CUSTOMER || question->permission == BW_TENANT_CREATE_PARTNER;
  const struct bw_model *model = policy_model(call->api->domain->policy);
  bool changes = question->permission != BW_TENANT_TERMINATE && api_route_permission_changes(question->permission);
  bw_decide(model, question, &answer);
  if (answer.effect != BW_ALLOW || (below && answer.reach != BW_REACH_SUBTREE))
    return R_FORBIDDEN;
  TRY(api_assurance_permission(call, question->permission));
  return changes && bw_tenant_ended(model, &question->tenant) ? R_WRONG_STATE : R_OK;
}

static enum result check_one(struct api_call *call, const struct json *value, size_t i, enum result *ret_answer)
{
  struct check check = {0};
  struct json_errors errors;
  enum result r = json_decode_value(value, &api_check_body, call->arena, &check, &errors);
  if (r == R_MALFORMED) {
    const struct json_error *first = &errors.list[0];
    struct str field = arena_print(call->arena, "checks[%zu].%.*s", i, (int)first->field.n, first->field.p);
    return field.p ? api_wrong(call, field.p, first->code, first->message) : R_NO_MEMORY;
  }
  TRY(r);
  const struct bw_model *model = policy_model(call->api->domain->policy);
  struct bw_question question = {.subject = policy_id(&call->caller.principal),
                                 .tenant = api_place(model, api_type_named(check.type.value), &check.id.value),
                                 .permission = bw_permission_named(check.action.value.p, check.action.value.n),
                                 .now = call->now};
  *ret_answer = judge(call, &question);
  return R_OK;
}

/* Each by itself; whether all are allowed. */
static enum result check_all(struct api_call *call, const struct json *checks, enum result *answers, bool *ret_all)
{
  bool all = true;
  for (size_t i = 0; i < json_count(checks); i++) {
    TRY(check_one(call, json_at(checks, i), i, &answers[i]));
    all = all && answers[i] == R_OK;
  }
  *ret_all = all;
  return R_OK;
}

static void put_answer(struct json_writer *w, enum result answer)
{
  json_open(w, '{');
  json_key(w, "allowed");
  json_put_bool(w, answer == R_OK);
  if (answer == R_STEP_UP) {
    json_key(w, "step_up");
    json_put_text(w, STR("totp"));
  }
  json_close(w, '}');
}

api_handler api_me_can;
RESULT api_me_can(struct api_call *call)
{
  struct ask ask = {0};
  TRY(api_body(call, &api_ask_body, &ask));
  if (json_kind(ask.checks.value) != JSON_KIND_ARRAY)
    return api_wrong(call, "checks", "wrong_type", "must be an array");
  size_t count = json_count(ask.checks.value);
  if (count < 1 || count > CHECKS_MOST)
    return api_wrong(call, "checks", "out_of_range", "must have 1 to 100 items");
  enum result answers[CHECKS_MOST];
  bool all;
  uint64_t seen = bw_model_revision(policy_model(call->api->domain->policy));
  TRY(check_all(call, ask.checks.value, answers, &all));
  if (!all && api_gate_catch_up(call, seen))
    TRY(check_all(call, ask.checks.value, answers, &all));
  struct buf body = buf_in(call->arena, REPLY_MOST);
  struct json_writer w = json_writer_on(&body);
  json_open(&w, '{');
  json_key(&w, "results");
  json_open(&w, '[');
  for (size_t i = 0; i < count; i++)
    put_answer(&w, answers[i]);
  json_close(&w, ']');
  json_close(&w, '}');
  return api_reply_json(call, &body);
}

api_handler api_me_logout;
RESULT api_me_logout(struct api_call *call)
{
  struct signin s = api_signin(call);
  TRY(api_surplus(call));
  return api_signin_done(call, &s, domain_logout(&s, &call->caller));
}

struct password_change {
  struct json_text current_password, new_password;
};
BODY(api_password_change_body, "PasswordChange", FIELD(struct password_change, current_password, REQUIRED, 1, 1024),
     FIELD(struct password_change, new_password, REQUIRED, 1, 1024));

api_handler api_me_password;
RESULT api_me_password(struct api_call *call)
{
  struct password_change body = {0};
  struct signin s = api_signin(call);
  TRY(api_body(call, &api_password_change_body, &body));
  return api_signin_done(
      call, &s, domain_credential_change(&s, &call->caller, body.current_password.value, body.new_password.value));
}

struct password_check {
  struct json_text password;
};
BODY(api_password_check_body, "PasswordCheck", FIELD(struct password_check, password, REQUIRED, 1, 1024));

/* While a person types: what is wrong with it, in the words in which setting it would be refused. */
api_handler api_me_password_check;
RESULT api_me_password_check(struct api_call *call)
{
  struct password_check body = {0};
  struct authn_password_verdict verdict;
  struct signin s = api_signin(call);
  TRY(api_body(call, &api_password_check_body, &body));
  TRY(api_signin_done(call, &s, domain_password_judge(&s, &call->caller, body.password.value, &verdict)));
  struct buf text = buf_in(call->arena, REPLY_MOST);
  struct json_writer w = json_writer_on(&text);
  json_open(&w, '{');
  json_key(&w, "score");
  json_put_int(&w, verdict.score);
  json_key(&w, "acceptable");
  json_put_bool(&w, verdict.count == 0);
  json_key(&w, "reasons");
  json_open(&w, '[');
  for (size_t i = 0; i < verdict.count; i++)
    json_put_text(&w, str_of(result_row(verdict.reasons[i])->code));
  json_close(&w, ']');
  json_close(&w, '}');
  return api_reply_json(call, &text);
}
