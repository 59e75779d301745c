/* Login, second factor, refresh. Trusts: nothing of the request. */
#include "api/login.h"
#include "api/factor.h"
#include "api/routes.h"
#include "api/step.h"
#include "json/write.h"

enum { REPLY_MOST = 16 * 1024 };

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
  else if (!uuid_is_zero(&s->stated_by)) {
    call->stated_by = s->stated_by;
    call->stated_address = s->address;
  }
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

struct login_start {
  struct json_text login, password, tenant, audience;
  API_STEP_SHOWN_MEMBERS;
  API_STEP_STATED_MEMBERS;
};
BODY(api_login_body, "Login", FIELD(struct login_start, login, REQUIRED, 1, 256),
     FIELD(struct login_start, password, REQUIRED, 1, 1024), FIELD(struct login_start, tenant, REQUIRED, 1, 256),
     FIELD_CHOICE(struct login_start, audience, OPTIONAL, 1, 32, "service|partner|analytics"),
     API_STEP_SHOWN(struct login_start), API_STEP_STATED(struct login_start));

/* Whether it could be refused in time: one that cannot is not begun, or the deadline would cut the slot short. */
static enum result check_time(const struct api_call *call)
{
  int64_t left = http_request_deadline(call->request) - clock_monotonic();
  return left > call->api->refusal_time ? R_OK : R_BUSY;
}

api_handler api_login_start;
RESULT api_login_start(struct api_call *call)
{
  struct login_start body = {0};
  struct login login;
  struct signin s;
  TRY(check_time(call));
  TRY(api_body(call, &api_login_body, &body));
  TRY(api_step_begin(call, API_STEP_SAID(body), &s));
  struct login_request request = {body.login.value, body.password.value, body.tenant.value, body.audience.value};
  TRY(api_signin_done(call, &s, domain_login(&s, &request, &login)));
  return api_login_reply(call, &login);
}

/* What a step by a code has; how long that is, its table says. */
struct login_coded {
  struct json_text pending_token, code;
  API_STEP_SHOWN_MEMBERS;
  API_STEP_STATED_MEMBERS;
};

typedef RESULT login_by_code(struct signin *s, struct str pending_token, struct str code, struct login *ret_login);

static enum result finish(struct api_call *call, const struct login_coded *body, login_by_code *by)
{
  struct login login;
  struct signin s;
  TRY(api_step_begin(call, API_STEP_SAID(*body), &s));
  TRY(api_signin_done(call, &s, by(&s, body->pending_token.value, body->code.value, &login)));
  return api_login_reply(call, &login);
}

BODY(api_login_totp_body, "LoginTotp", FIELD(struct login_coded, pending_token, REQUIRED, 1, 1024),
     FIELD(struct login_coded, code, REQUIRED, 1, 16), API_STEP_SHOWN(struct login_coded),
     API_STEP_STATED(struct login_coded));

api_handler api_login_totp;
RESULT api_login_totp(struct api_call *call)
{
  struct login_coded body = {0};
  TRY(api_body(call, &api_login_totp_body, &body));
  return finish(call, &body, domain_login_totp);
}

BODY(api_login_recovery_body, "LoginRecovery", FIELD(struct login_coded, pending_token, REQUIRED, 1, 1024),
     FIELD(struct login_coded, code, REQUIRED, 1, 32), API_STEP_SHOWN(struct login_coded),
     API_STEP_STATED(struct login_coded));

api_handler api_login_recovery;
RESULT api_login_recovery(struct api_call *call)
{
  struct login_coded body = {0};
  TRY(api_body(call, &api_login_recovery_body, &body));
  return finish(call, &body, domain_login_recovery);
}

struct login_password {
  struct json_text pending_token, new_password;
  API_STEP_SHOWN_MEMBERS;
  API_STEP_STATED_MEMBERS;
};
BODY(api_login_password_body, "LoginPassword", FIELD(struct login_password, pending_token, REQUIRED, 1, 1024),
     FIELD(struct login_password, new_password, REQUIRED, 1, 1024),
     API_STEP_SHOWN(struct login_password), API_STEP_STATED(struct login_password));

api_handler api_login_password;
RESULT api_login_password(struct api_call *call)
{
  struct login_password body = {0};
  struct login login;
  struct signin s;
  TRY(api_body(call, &api_login_password_body, &body));
  TRY(api_step_begin(call, API_STEP_SAID(body), &s));
  TRY(api_signin_done(call, &s, domain_login_password(&s, body.pending_token.value, body.new_password.value, &login)));
  return api_login_reply(call, &login);
}

struct login_enroll {
  struct json_text pending_token, name, algorithm;
  struct json_number digits;
  API_STEP_STATED_MEMBERS;
};
BODY(api_login_enroll_body, "LoginEnroll", FIELD(struct login_enroll, pending_token, REQUIRED, 1, 1024),
     FIELD(struct login_enroll, name, OPTIONAL, 1, 64),
     FIELD_CHOICE(struct login_enroll, algorithm, OPTIONAL, 1, 8, "SHA1|SHA256|SHA512"),
     FIELD(struct login_enroll, digits, OPTIONAL, 6, 8), API_STEP_STATED(struct login_enroll));

api_handler api_login_enroll;
RESULT api_login_enroll(struct api_call *call)
{
  struct login_enroll body = {0};
  struct enrolment_wish wish;
  struct enrolment enrolment;
  struct signin s;
  TRY(api_body(call, &api_login_enroll_body, &body));
  TRY(api_step_begin(call, &(struct api_step_said){.client_address = &body.client_address}, &s));
  TRY(api_factor_wish(call, &(struct api_wish){&body.name, &body.algorithm, &body.digits}, &wish));
  TRY(api_signin_done(call, &s, domain_login_enroll(&s, body.pending_token.value, &wish, &enrolment)));
  return api_factor_enrolment(call, &enrolment);
}

BODY(api_login_enroll_confirm_body, "LoginEnrollConfirm",
     FIELD(struct login_coded, pending_token, REQUIRED, 1, 1024), FIELD(struct login_coded, code, REQUIRED, 1, 16),
     API_STEP_SHOWN(struct login_coded), API_STEP_STATED(struct login_coded));

api_handler api_login_enroll_confirm;
RESULT api_login_enroll_confirm(struct api_call *call)
{
  struct login_coded body = {0};
  struct login login;
  struct recovery_codes codes;
  struct signin s;
  TRY(api_body(call, &api_login_enroll_confirm_body, &body));
  TRY(api_step_begin(call, API_STEP_SAID(body), &s));
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
  struct json_text refresh_token;
  API_STEP_STATED_MEMBERS;
};
BODY(api_token_refresh_body, "TokenRefresh", FIELD(struct token_refresh, refresh_token, REQUIRED, 1, 1024),
     API_STEP_STATED(struct token_refresh));

api_handler api_login_refresh;
RESULT api_login_refresh(struct api_call *call)
{
  struct token_refresh body = {0};
  struct login login;
  struct signin s;
  TRY(api_body(call, &api_token_refresh_body, &body));
  TRY(api_step_begin(call, &(struct api_step_said){.client_address = &body.client_address}, &s));
  TRY(api_signin_done(call, &s, domain_login_refresh(&s, body.refresh_token.value, &login)));
  return api_login_reply(call, &login);
}
