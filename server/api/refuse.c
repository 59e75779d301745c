/* Problems: one reply for each result, the same for unknown and foreign. */
#include "api/refuse.h"
#include "api/oauth.h"
#include "api/routes.h"

/* Results that keep somebody out: these leave an audit event. */
static const bool kept_out[R__COUNT] = {
    [R_UNAUTHENTICATED] = true, [R_LOGIN_FAILED] = true, [R_FORBIDDEN] = true,      [R_NOT_FOUND] = true,
    [R_CEILING] = true,         [R_KIND_CEILING] = true, [R_PRIVILEGED] = true,     [R_NOT_FOR_MACHINES] = true,
    [R_SELF_SERVICE] = true,    [R_OUTSIDE_HOME] = true, [R_PASSWORD_WRONG] = true, [R_CODE_WRONG] = true,
    [R_TOKEN_SPENT] = true,     [R_THROTTLED] = true,    [R_STEP_UP] = true,
};

static const char *const retry_after[R__COUNT] = {
    [R_BUSY] = "1", [R_UNAVAILABLE] = "2", [R_OUTCOME_UNKNOWN] = "5", [R_NO_MEMORY] = "2", [R_AGAIN] = "1", [R_THROTTLED] = "60",
};

/* A request without credentials is no attempt at anything. */
static bool worth_an_event(const struct api_call *call, enum result why)
{
  return kept_out[why] && (why != R_UNAUTHENTICATED || http_request_header(call->request, "Authorization").p);
}

static void remember(const struct api_call *call, enum result why)
{
  struct domain_refusal_event event = {.actor = api_actor(call),
                                       .action = api_routes[call->route].http.operation,
                                       .reason = why,
                                       .object = call->object,
                                       .tenant = call->refused_tenant,
                                       .stated_by = call->stated_by};
  if (!uuid_is_zero(&call->stated_by))
    event.actor.address = call->stated_address;
  domain_refusal_put(call->api->refusals, &event);
}

/* Of what is no caller's doing. Where memory was out, nobody had any to say so with. */
static const char *cause_of(enum result why)
{
  return why == R_NO_MEMORY ? "memory is out" : result_cause();
}

static void log_refusal(const struct api_call *call, enum result why)
{
  const struct result_row *row = result_row(why);
  struct str id = http_request_id(call->request);
  bool fault = row->status >= 500;
  log_line(row->level, "request %.*s %s: %s%s%s", (int)id.n, id.p, api_routes[call->route].http.operation, row->code,
           fault ? ": " : "", fault ? cause_of(why) : "");
}

static void add_headers(struct api_call *call, enum result why)
{
  bool form = api_routes[call->route].http.media == HTTP_MEDIA_FORM;
  /* RFC 6750 section 3.1: who sent no token is told of no error. */
  bool sent = http_request_header(call->request, "Authorization").p != NULL;
  struct str challenge = form   ? STR("Basic realm=\"bailiwick\"")
                         : sent ? STR("Bearer realm=\"bailiwick\", error=\"invalid_token\"")
                                : STR("Bearer realm=\"bailiwick\"");
  if ((form ? api_oauth_status(why) : result_row(why)->status) == 401)
    http_reply_header(call->reply, "WWW-Authenticate", challenge);
  if (why == R_STEP_UP) {
    /* RFC 9470 section 3 says it in the header, to which programs listen that know the standard. */
    http_reply_header(call->reply, "WWW-Authenticate",
                      STR("Bearer realm=\"bailiwick\", error=\"insufficient_user_authentication\", acr_values=\"aal2\""));
    http_reply_member(call->reply, "step_up", STR("totp"));
    http_reply_member(call->reply, "acr_values", STR("aal2"));
  }
  if (call->retry_after > 0) {
    struct str seconds = arena_print(call->arena, "%lld", (long long)call->retry_after);
    http_reply_header(call->reply, "Retry-After", seconds.p ? seconds : STR("60"));
  } else if (retry_after[why]) {
    http_reply_header(call->reply, "Retry-After", str_of(retry_after[why]));
  }
}

/* A sign-in that is refused, or has to wait, does not say by its time what there is of an account or a tenant. A client's
   secret is random and known by its digest: there is nothing to time. */
static void hold(struct api_call *call, enum result why)
{
  const struct route *route = &api_routes[call->route];
  bool says = why == R_LOGIN_FAILED || (why == R_THROTTLED && route->permission == BW_PUBLIC);
  if (says && route->http.media != HTTP_MEDIA_FORM)
    http_reply_hold(call->reply, call->api->refusal_time);
}

void api_refuse(struct api_call *call, enum result why)
{
  if (worth_an_event(call, why))
    remember(call, why);
  log_refusal(call, why);
  add_headers(call, why); /* first: a problem keeps these, and says when to come again only where nothing does */
  if (api_routes[call->route].http.media == HTTP_MEDIA_FORM)
    api_oauth_problem(call, why);
  else
    http_reply_problem(call->reply, why, call->detail, call->errors, call->error_count);
  hold(call, why);
}
