/* The token endpoint for machines (RFC 6749 sections 2.3.1, 4.4 and 5). Trusts: nothing of the request. */
#include "api/form.h"
#include "api/login.h"
#include "domain/machine.h"
#include "json/write.h"

enum { REPLY_MOST = 16 * 1024 };

static const struct {
  enum result why;
  int status;
  const char *error;
} errors[] = {
    {R_MALFORMED, 400, "invalid_request"},     {R_MEDIA_TYPE, 400, "invalid_request"},
    {R_LOGIN_FAILED, 401, "invalid_client"},   {R_NOT_IMPLEMENTED, 400, "unsupported_grant_type"},
    {R_THROTTLED, 429, "temporarily_unavailable"},
    {R_OVER_BUDGET, 429, "temporarily_unavailable"}, {R_UNAVAILABLE, 503, "temporarily_unavailable"},
    {R_BUSY, 503, "temporarily_unavailable"},  {R_NO_MEMORY, 503, "temporarily_unavailable"},
};

void api_login_oauth_problem(struct api_call *call, enum result why)
{
  http_reply_problem(call->reply, why, NULL, NULL, 0);
  for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
    if (errors[i].why != why)
      continue;
    struct str body = arena_print(call->arena, "{\"error\":\"%s\"}", errors[i].error);
    if (body.p)
      http_reply_body(call->reply, errors[i].status, "application/json", body);
  }
}

static void reply_token(struct json_writer *w, const struct login *login)
{
  json_open(w, '{');
  json_key(w, "access_token");
  json_put_text(w, login->access_token);
  json_key(w, "token_type");
  json_put_text(w, STR("Bearer"));
  json_key(w, "expires_in");
  json_put_int(w, login->expires_in);
  json_close(w, '}');
}

static const struct str assertion_type = {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer", 54};

/* How the client says who it is: client_secret_basic, client_secret_post or private_key_jwt, and only one of them. */
static enum result claim_of(struct api_call *call, const struct api_form *form, struct machine_claim *ret_claim)
{
  struct str header = http_request_header(call->request, "Authorization"),
             type = api_form_get(form, "client_assertion_type");
  struct machine_claim claim = {.client_id = api_form_get(form, "client_id"),
                                .secret = api_form_get(form, "client_secret"),
                                .assertion = api_form_get(form, "client_assertion")};
  if ((header.p != NULL) + (claim.secret.p != NULL) + (claim.assertion.p != NULL) > 1)
    return R_MALFORMED;
  if (type.p ? !str_equal(type, assertion_type) || !claim.assertion.p : claim.assertion.p != NULL)
    return R_MALFORMED;
  if (header.p)
    TRY(api_form_basic(header, call->arena, &claim.client_id, &claim.secret));
  if (!claim.assertion.p && (!claim.client_id.p || !claim.secret.p))
    return R_LOGIN_FAILED;
  *ret_claim = claim;
  return R_OK;
}

api_handler api_login_client;
RESULT api_login_client(struct api_call *call)
{
  struct api_form form;
  struct machine_claim claim;
  struct login login;
  struct signin s = api_signin(call);
  TRY(api_form_parse(http_request_body(call->request), call->arena, &form));
  struct str type = api_form_get(&form, "grant_type");
  if (!type.p)
    return R_MALFORMED;
  if (!str_is(type, "client_credentials"))
    return R_NOT_IMPLEMENTED;
  TRY(claim_of(call, &form, &claim));
  TRY(api_signin_done(call, &s, domain_machine_login(&s, &claim, &login)));
  struct buf body = buf_in(call->arena, REPLY_MOST);
  struct json_writer w = json_writer_on(&body);
  reply_token(&w, &login);
  return api_reply_json(call, &body);
}
