/* Login, second factor, refresh, client credentials. Trusts: nothing of the request. */
#include "api/login.h"
#include "api/factor.h"
#include "api/gate.h"
#include "api/routes.h"
#include "http/address.h"
#include "json/write.h"

enum { REPLY_MOST = 16 * 1024, FORM_MOST = 8 };

/* Where the caller is: as a portal's backend has stated it of them, if one has. */
static struct str address_of(const struct api_call *call)
{
  char text[NETWORK_TEXT];
  if (uuid_is_zero(&call->caller.relay))
    return http_request_address(call->request);
  network_format(&call->caller.stated, text);
  return arena_copy(call->arena, str_of(text));
}

struct signin api_signin(const struct api_call *call)
{
  return (struct signin){.domain = call->api->domain,
                         .arena = call->arena,
                         .now = call->now,
                         .deadline = http_request_deadline(call->request),
                         .address = address_of(call),
                         .stated_by = call->caller.relay,
                         .request_id = http_request_id(call->request),
                         .action = api_routes[call->route].http.operation};
}

RESULT api_signin_done(struct api_call *call, const struct signin *s, enum result r)
{
  call->refused_tenant = s->tenant;
  call->retry_after = s->retry_after;
  if (!uuid_is_zero(&s->principal))
    call->object = s->principal;
  call->revision = s->revision;
  if (r == R_FORBIDDEN && s->relay)
    call->caller = *s->relay; /* it is the portal that was refused */
  if (r != R_OK)
    return r;
  return api_reply_nothing(call);
}

static void put_tokens(struct json_writer *w, const struct login *login)
{
  json_key(w, "access_token");
  json_put_text(w, login->access_token);
  json_key(w, "token_type");
  json_put_text(w, STR("Bearer"));
  json_key(w, "expires_in");
  json_put_int(w, login->expires_in);
}

static void put_session(struct json_writer *w, const struct login *login)
{
  put_tokens(w, login);
  json_key(w, "refresh_token");
  json_put_text(w, login->refresh_token);
  json_key(w, "session_id");
  json_put_uuid(w, &login->session);
  if (login->device_token.p) {
    json_key(w, "device_token");
    json_put_text(w, login->device_token);
  }
}

static void put_pending(struct json_writer *w, const struct login *login)
{
  static const char *const names[] = {[LOGIN_TOTP] = "totp", [LOGIN_ENROLL] = "enroll",
                                      [LOGIN_PASSWORD] = "password_change", [LOGIN_PASSWORD_PROVED] = "password_change"};
  json_key(w, "pending");
  json_put_text(w, str_of(names[login->pending]));
  json_key(w, "pending_token");
  json_put_text(w, login->pending_token);
  json_key(w, "factors");
  json_open(w, '[');
  if (login->pending == LOGIN_TOTP || login->pending == LOGIN_ENROLL)
    json_put_text(w, STR("totp"));
  if (login->pending == LOGIN_TOTP && login->has_recovery)
    json_put_text(w, STR("recovery"));
  json_close(w, ']');
}

/* The wire form of ARCHITECTURE.md section 8: a whole session, or what is missing. */
RESULT api_login_reply(struct api_call *call, const struct login *login)
{
  struct buf body = buf_in(call->arena, REPLY_MOST);
  struct json_writer w = json_writer_on(&body);
  json_open(&w, '{');
  if (login->pending)
    put_pending(&w, login);
  else
    put_session(&w, login);
  json_close(&w, '}');
  return api_reply_json(call, &body);
}

/* A portal's backend states whose address it asks for, and proves by its own token that it may; whether for people of that tenant,
   the step itself asks. Whoever states one without being such a client is refused, not ignored. */
static enum result relay(struct api_call *call, const struct json_text *stated, struct signin *s)
{
  struct http_address address;
  char text[HTTP_ADDRESS_TEXT];
  if (!stated->present)
    return R_OK;
  if (!http_address_parse(stated->value, &address))
    return api_wrong(call, "client_address", "malformed", "Must be an IPv4 or IPv6 address");
  if (!http_request_header(call->request, "Authorization").p)
    return R_FORBIDDEN;
  TRY(api_gate_authenticate(call));
  TRY(api_budget_caller(call));
  if (call->caller.kind != AUTHN_CLIENT)
    return R_FORBIDDEN;
  struct authn_caller *client = arena_alloc(call->arena, sizeof *client);
  http_address_format(&address, text);
  s->address = arena_copy(call->arena, str_of(text));
  if (!client || !s->address.p)
    return R_NO_MEMORY;
  *client = call->caller;
  s->relay = client;
  s->stated_by = client->principal;
  /* The login is the person's doing. */
  call->caller = (struct authn_caller){0};
  return R_OK;
}

struct login_start {
  struct json_text login, password, tenant, audience, device_token, client_address;
  struct json_flag remember_device;
};
BODY(api_login_body, "Login", FIELD(struct login_start, login, REQUIRED, 1, 256),
     FIELD(struct login_start, password, REQUIRED, 1, 1024), FIELD(struct login_start, tenant, REQUIRED, 1, 256),
     FIELD_CHOICE(struct login_start, audience, OPTIONAL, 1, 32, "service|partner|analytics"),
     FIELD(struct login_start, device_token, OPTIONAL, 1, 256), FIELD(struct login_start, remember_device, OPTIONAL, 0, 0),
     FIELD(struct login_start, client_address, OPTIONAL, 1, 64));

api_handler api_login_start;
RESULT api_login_start(struct api_call *call)
{
  struct login_start body = {0};
  struct login login;
  struct signin s = api_signin(call);
  TRY(api_body(call, &api_login_body, &body));
  TRY(relay(call, &body.client_address, &s));
  s.device_token = body.device_token.value;
  s.remember_device = body.remember_device.value;
  struct login_request request = {body.login.value, body.password.value, body.tenant.value, body.audience.value};
  TRY(api_signin_done(call, &s, domain_login(&s, &request, &login)));
  return api_login_reply(call, &login);
}

struct login_totp {
  struct json_text pending_token, code, device_token, client_address;
  struct json_flag remember_device;
};
BODY(api_login_totp_body, "LoginTotp", FIELD(struct login_totp, pending_token, REQUIRED, 1, 1024),
     FIELD(struct login_totp, code, REQUIRED, 1, 16), FIELD(struct login_totp, device_token, OPTIONAL, 1, 256),
     FIELD(struct login_totp, remember_device, OPTIONAL, 0, 0), FIELD(struct login_totp, client_address, OPTIONAL, 1, 64));

api_handler api_login_totp;
RESULT api_login_totp(struct api_call *call)
{
  struct login_totp body = {0};
  struct login login;
  struct signin s = api_signin(call);
  TRY(api_body(call, &api_login_totp_body, &body));
  TRY(relay(call, &body.client_address, &s));
  s.device_token = body.device_token.value;
  s.remember_device = body.remember_device.value;
  TRY(api_signin_done(call, &s, domain_login_totp(&s, body.pending_token.value, body.code.value, &login)));
  return api_login_reply(call, &login);
}

struct login_password {
  struct json_text pending_token, new_password, device_token, client_address;
  struct json_flag remember_device;
};
BODY(api_login_password_body, "LoginPassword", FIELD(struct login_password, pending_token, REQUIRED, 1, 1024),
     FIELD(struct login_password, new_password, REQUIRED, 1, 1024),
     FIELD(struct login_password, device_token, OPTIONAL, 1, 256),
     FIELD(struct login_password, remember_device, OPTIONAL, 0, 0),
     FIELD(struct login_password, client_address, OPTIONAL, 1, 64));

api_handler api_login_password;
RESULT api_login_password(struct api_call *call)
{
  struct login_password body = {0};
  struct login login;
  struct signin s = api_signin(call);
  TRY(api_body(call, &api_login_password_body, &body));
  TRY(relay(call, &body.client_address, &s));
  s.device_token = body.device_token.value;
  s.remember_device = body.remember_device.value;
  TRY(api_signin_done(call, &s, domain_login_password(&s, body.pending_token.value, body.new_password.value, &login)));
  return api_login_reply(call, &login);
}

struct login_recovery {
  struct json_text pending_token, code, device_token, client_address;
  struct json_flag remember_device;
};
BODY(api_login_recovery_body, "LoginRecovery", FIELD(struct login_recovery, pending_token, REQUIRED, 1, 1024),
     FIELD(struct login_recovery, code, REQUIRED, 1, 32), FIELD(struct login_recovery, device_token, OPTIONAL, 1, 256),
     FIELD(struct login_recovery, remember_device, OPTIONAL, 0, 0),
     FIELD(struct login_recovery, client_address, OPTIONAL, 1, 64));

api_handler api_login_recovery;
RESULT api_login_recovery(struct api_call *call)
{
  struct login_recovery body = {0};
  struct login login;
  struct signin s = api_signin(call);
  TRY(api_body(call, &api_login_recovery_body, &body));
  TRY(relay(call, &body.client_address, &s));
  s.device_token = body.device_token.value;
  s.remember_device = body.remember_device.value;
  TRY(api_signin_done(call, &s, domain_login_recovery(&s, body.pending_token.value, body.code.value, &login)));
  return api_login_reply(call, &login);
}

struct login_enroll {
  struct json_text pending_token, name, algorithm, client_address;
  struct json_number digits;
};
BODY(api_login_enroll_body, "LoginEnroll", FIELD(struct login_enroll, pending_token, REQUIRED, 1, 1024),
     FIELD(struct login_enroll, name, OPTIONAL, 1, 64),
     FIELD_CHOICE(struct login_enroll, algorithm, OPTIONAL, 1, 8, "SHA1|SHA256|SHA512"),
     FIELD(struct login_enroll, digits, OPTIONAL, 6, 8), FIELD(struct login_enroll, client_address, OPTIONAL, 1, 64));

api_handler api_login_enroll;
RESULT api_login_enroll(struct api_call *call)
{
  struct login_enroll body = {0};
  struct enrolment_wish wish;
  struct enrolment enrolment;
  struct signin s = api_signin(call);
  TRY(api_body(call, &api_login_enroll_body, &body));
  TRY(relay(call, &body.client_address, &s));
  TRY(api_factor_wish(call, &(struct api_wish){&body.name, &body.algorithm, &body.digits}, &wish));
  TRY(api_signin_done(call, &s, domain_login_enroll(&s, body.pending_token.value, &wish, &enrolment)));
  return api_factor_enrolment(call, &enrolment);
}

struct login_enroll_confirm {
  struct json_text pending_token, code, device_token, client_address;
  struct json_flag remember_device;
};
BODY(api_login_enroll_confirm_body, "LoginEnrollConfirm",
     FIELD(struct login_enroll_confirm, pending_token, REQUIRED, 1, 1024),
     FIELD(struct login_enroll_confirm, code, REQUIRED, 1, 16),
     FIELD(struct login_enroll_confirm, device_token, OPTIONAL, 1, 256),
     FIELD(struct login_enroll_confirm, remember_device, OPTIONAL, 0, 0),
     FIELD(struct login_enroll_confirm, client_address, OPTIONAL, 1, 64));

api_handler api_login_enroll_confirm;
RESULT api_login_enroll_confirm(struct api_call *call)
{
  struct login_enroll_confirm body = {0};
  struct login login;
  struct recovery_codes codes;
  struct signin s = api_signin(call);
  TRY(api_body(call, &api_login_enroll_confirm_body, &body));
  TRY(relay(call, &body.client_address, &s));
  s.device_token = body.device_token.value;
  s.remember_device = body.remember_device.value;
  struct login_code given = {body.pending_token.value, body.code.value};
  TRY(api_signin_done(call, &s, domain_login_enroll_confirm(&s, &given, &login, &codes)));
  struct buf text = buf_in(call->arena, REPLY_MOST);
  struct json_writer w = json_writer_on(&text);
  json_open(&w, '{');
  put_session(&w, &login);
  api_factor_put_codes(&w, &codes);
  json_close(&w, '}');
  return api_reply_json(call, &text);
}

struct token_refresh {
  struct json_text refresh_token, client_address;
};
BODY(api_token_refresh_body, "TokenRefresh", FIELD(struct token_refresh, refresh_token, REQUIRED, 1, 1024),
     FIELD(struct token_refresh, client_address, OPTIONAL, 1, 64));

api_handler api_login_refresh;
RESULT api_login_refresh(struct api_call *call)
{
  struct token_refresh body = {0};
  struct login login;
  struct signin s = api_signin(call);
  TRY(api_body(call, &api_token_refresh_body, &body));
  TRY(relay(call, &body.client_address, &s));
  enum result r = domain_login_refresh(&s, body.refresh_token.value, &login);
  TRY(api_signin_done(call, &s, r));
  return api_login_reply(call, &login);
}
