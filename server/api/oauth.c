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
  int status = 500;
  const char *error = "server_error";
  for (size_t i = 0; i < sizeof errors / sizeof *errors; i++)
    if (errors[i].why == why) {
      status = errors[i].status;
      error = errors[i].error;
    }
  struct str body = arena_print(call->arena, "{\"error\":\"%s\"}", error);
  http_reply_problem(call->reply, why, NULL, NULL, 0);
  if (body.p)
    http_reply_body(call->reply, status, "application/json", body);
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

/* client_secret_basic or client_secret_post, not both. */
static enum result credentials(struct api_call *call, const struct api_form *form, struct str *ret_id, struct str *ret_secret)
{
  struct str header = http_request_header(call->request, "Authorization");
  struct str id = api_form_get(form, "client_id"), secret = api_form_get(form, "client_secret");
  if (!header.p) {
    if (!id.p || !secret.p)
      return R_LOGIN_FAILED;
    *ret_id = id;
    *ret_secret = secret;
    return R_OK;
  }
  if (secret.p)
    return R_MALFORMED;
  return api_form_basic(header, call->arena, ret_id, ret_secret);
}

api_handler api_login_client;
RESULT api_login_client(struct api_call *call)
{
  struct api_form form;
  struct str id, secret;
  struct login login;
  struct signin s = api_signin(call);
  TRY(api_form_parse(http_request_body(call->request), call->arena, &form));
  struct str type = api_form_get(&form, "grant_type");
  if (!type.p)
    return R_MALFORMED;
  if (!str_is(type, "client_credentials"))
    return R_NOT_IMPLEMENTED;
  TRY(credentials(call, &form, &id, &secret));
  TRY(api_signin_done(call, &s, domain_machine_login(&s, id, secret, &login)));
  struct buf body = buf_in(call->arena, REPLY_MOST);
  struct json_writer w = json_writer_on(&body);
  reply_token(&w, &login);
  return api_reply_json(call, &body);
}
