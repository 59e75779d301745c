/* Setting a password by a one-time token, and asking for one. Trusts: nothing of the request. */
#include "api/routes.h"
#include "api/step.h"
#include "domain/credential.h"
#include "domain/invitation.h"
#include "json/write.h"

enum { REPLY_MOST = 4096 };

struct password_claim {
  struct json_text token, password;
  API_STEP_STATED_MEMBERS;
};

static enum result claim_with(struct api_call *call, enum store_invitation_purpose purpose,
                              const struct password_claim *body)
{
  struct signin s;
  struct credential_claim claim = {purpose, body->token.value, body->password.value};
  struct credential_home home = {0};
  TRY(api_step_begin(call, &(struct api_step_said){.client_address = &body->client_address}, &s));
  TRY(api_signin_done(call, &s, domain_credential_accept(&s, &claim, &home)));
  struct buf text = buf_in(call->arena, REPLY_MOST);
  struct json_writer w = json_writer_on(&text);
  json_open(&w, '{');
  json_key(&w, "login");
  json_put_text(&w, home.login);
  json_key(&w, "tenant");
  json_put_text(&w, home.tenant_code);
  json_close(&w, '}');
  return api_reply_json(call, &text);
}

BODY(api_invitation_accept_body, "InvitationAccept", FIELD(struct password_claim, token, REQUIRED, 1, 256),
     FIELD(struct password_claim, password, REQUIRED, 1, 1024), API_STEP_STATED(struct password_claim));

api_handler api_invitation_accept;
RESULT api_invitation_accept(struct api_call *call)
{
  struct password_claim body = {0};
  TRY(api_body(call, &api_invitation_accept_body, &body));
  return claim_with(call, STORE_INVITATION, &body);
}

BODY(api_password_reset_body, "PasswordReset", FIELD(struct password_claim, token, REQUIRED, 1, 256),
     FIELD(struct password_claim, password, REQUIRED, 1, 1024), API_STEP_STATED(struct password_claim));

api_handler api_password_reset;
RESULT api_password_reset(struct api_call *call)
{
  struct password_claim body = {0};
  TRY(api_body(call, &api_password_reset_body, &body));
  return claim_with(call, STORE_RESET, &body);
}

struct password_forgot {
  struct json_text login, email, tenant;
  API_STEP_STATED_MEMBERS;
};
BODY(api_password_forgot_body, "PasswordForgot", FIELD(struct password_forgot, login, OPTIONAL, 1, 256),
     FIELD(struct password_forgot, email, OPTIONAL, 3, 254), FIELD(struct password_forgot, tenant, REQUIRED, 1, 256),
     API_STEP_STATED(struct password_forgot));

api_handler api_password_forgot;
RESULT api_password_forgot(struct api_call *call)
{
  struct password_forgot body = {0};
  struct signin s;
  TRY(api_body(call, &api_password_forgot_body, &body));
  if (body.login.present == body.email.present)
    return api_wrong(call, "login", "required", "must be given, or email in its stead");
  TRY(api_step_begin(call, &(struct api_step_said){.client_address = &body.client_address}, &s));
  struct invitation_wish wish = {body.login.value, body.email.value, body.tenant.value};
  TRY(api_signin_done(call, &s, domain_invitation_ask(&s, &wish)));
  http_reply_body(call->reply, 202, "application/json", STR("{\"accepted\":true}"));
  return R_OK;
}
