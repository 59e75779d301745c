/* The token endpoint of OAuth 2.0 (RFC 6749 sections 2.3.1, 4.4, 5 and 6). Trusts: nothing of the request. */
#include "api/oauth.h"
#include "api/step.h"
#include "domain/login.h"
#include "json/write.h"

enum { REPLY_MOST = 16 * 1024 };

static const struct oauth_error {
  enum result why;
  int status;
  const char *word, *description; /* NULL: the word says it */
} errors[] = {
    {R_MALFORMED, 400, "invalid_request", NULL},
    {R_MEDIA_TYPE, 400, "invalid_request", NULL},
    {R_RULE, 400, "invalid_scope", NULL},
    {R_UNAUTHENTICATED, 400, "invalid_grant", NULL},
    {R_REFRESH_RACED, 400, "invalid_grant", "refresh_raced"},
    {R_NOT_IMPLEMENTED, 400, "unsupported_grant_type", NULL},
    {R_LOGIN_FAILED, 401, "invalid_client", NULL},
    {R_THROTTLED, 429, "temporarily_unavailable", NULL},
    {R_OVER_BUDGET, 429, "temporarily_unavailable", NULL},
    {R_UNAVAILABLE, 503, "temporarily_unavailable", NULL},
    {R_BUSY, 503, "temporarily_unavailable", NULL},
    {R_NO_MEMORY, 503, "temporarily_unavailable", NULL},
};

static const struct str assertion_type = {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer", 54};

static const struct oauth_error *error_of(enum result why)
{
  for (size_t i = 0; i < sizeof errors / sizeof *errors; i++)
    if (errors[i].why == why)
      return &errors[i];
  return NULL;
}

int api_oauth_status(enum result why)
{
  const struct oauth_error *error = error_of(why);
  return error ? error->status : result_row(why)->status;
}

void api_oauth_problem(struct api_call *call, enum result why)
{
  const struct oauth_error *error = error_of(why);
  http_reply_problem(call->reply, why, NULL, NULL, 0);
  if (!error)
    return;
  struct str body = error->description ? arena_print(call->arena, "{\"error\":\"%s\",\"error_description\":\"%s\"}",
                                                     error->word, error->description)
                                       : arena_print(call->arena, "{\"error\":\"%s\"}", error->word);
  if (body.p)
    http_reply_body(call->reply, error->status, "application/json", body);
}

RESULT api_oauth_read(struct api_call *call, struct oauth_call *ret_oauth)
{
  struct oauth_call oauth;
  TRY(api_form_parse(http_request_body(call->request), call->arena, &oauth.form));
  struct str header = http_request_header(call->request, "Authorization"),
             type = api_form_get(&oauth.form, "client_assertion_type");
  oauth.claim = (struct machine_claim){.client_id = api_form_get(&oauth.form, "client_id"),
                                       .secret = api_form_get(&oauth.form, "client_secret"),
                                       .assertion = api_form_get(&oauth.form, "client_assertion")};
  int ways = (header.p != NULL) + (oauth.claim.secret.p != NULL) + (oauth.claim.assertion.p != NULL);
  if (ways > 1)
    return R_MALFORMED;
  if (type.p ? !str_equal(type, assertion_type) || !oauth.claim.assertion.p : oauth.claim.assertion.p != NULL)
    return R_MALFORMED;
  if (header.p)
    TRY(api_form_basic(header, call->arena, &oauth.claim.client_id, &oauth.claim.secret));
  oauth.claimed = ways > 0;
  *ret_oauth = oauth;
  return R_OK;
}

/* A secret is some client's; an assertion says itself whose it is. */
static bool is_whole(const struct oauth_call *oauth)
{
  return oauth->claimed && (oauth->claim.assertion.p || oauth->claim.client_id.p);
}

RESULT api_oauth_enter(struct api_call *call)
{
  struct oauth_call oauth;
  struct signin s = api_signin(call);
  TRY(api_oauth_read(call, &oauth));
  if (!is_whole(&oauth))
    return R_LOGIN_FAILED;
  TRY(api_signin_done(call, &s, domain_machine_prove(&s, &oauth.claim)));
  call->caller = (struct authn_caller){.principal = s.principal, .kind = AUTHN_CLIENT, .strength = AUTHN_SINGLE};
  call->home = s.tenant;
  return R_OK;
}

/* client_credentials (RFC 6749 section 4.4). A token does what its client may, no less: there is no scope to ask for.
 */
static enum result by_client(struct signin *s, const struct oauth_call *oauth, struct login *ret_login)
{
  if (!is_whole(oauth))
    return R_LOGIN_FAILED;
  if (api_form_get(&oauth->form, "scope").p)
    return R_RULE;
  return domain_machine_login(s, &oauth->claim, ret_login);
}

/* refresh_token (RFC 6749 section 6): people's, who came in without any client, so that no client has a part in them.
 */
static enum result by_refresh(struct signin *s, const struct oauth_call *oauth, struct login *ret_login)
{
  struct str token = api_form_get(&oauth->form, "refresh_token");
  if (!token.p)
    return R_MALFORMED;
  return oauth->claimed ? R_UNAUTHENTICATED : domain_login_refresh(s, token, ret_login);
}

static const struct {
  const char *type;
  enum result (*run)(struct signin *s, const struct oauth_call *oauth, struct login *ret_login);
} grants[] = {{"client_credentials", by_client}, {"refresh_token", by_refresh}};

static void reply_token(struct json_writer *w, const struct login *login)
{
  json_open(w, '{');
  json_key(w, "access_token");
  json_put_text(w, login->access_token);
  json_key(w, "token_type");
  json_put_text(w, STR("Bearer"));
  json_key(w, "expires_in");
  json_put_int(w, login->expires_in);
  if (login->refresh_token.p) {
    json_key(w, "refresh_token");
    json_put_text(w, login->refresh_token);
  }
  json_close(w, '}');
}

static enum result run_grant(struct signin *s, const struct oauth_call *oauth, struct login *ret_login)
{
  struct str type = api_form_get(&oauth->form, "grant_type");
  if (!type.p)
    return R_MALFORMED;
  for (size_t i = 0; i < sizeof grants / sizeof *grants; i++)
    if (str_is(type, grants[i].type))
      return grants[i].run(s, oauth, ret_login);
  return R_NOT_IMPLEMENTED;
}

api_handler api_oauth_token;
RESULT api_oauth_token(struct api_call *call)
{
  struct oauth_call oauth;
  struct login login;
  struct signin s;
  TRY(api_oauth_read(call, &oauth));
  TRY(api_step_begin(call, &(struct api_step_said){0}, &s));
  TRY(api_signin_done(call, &s, run_grant(&s, &oauth, &login)));
  struct buf body = buf_in(call->arena, REPLY_MOST);
  struct json_writer w = json_writer_on(&body);
  reply_token(&w, &login);
  return api_reply_json(call, &body);
}
