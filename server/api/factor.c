/* The caller's own second factors over HTTP. Trusts: nothing of the request. */
#include "api/factor.h"
#include "api/login.h"
#include "api/routes.h"
#include "authn/name.h"

enum { REPLY_MOST = 512 * 1024, CODES_MOST = 4096 };

RESULT api_factor_wish(struct api_call *call, const struct api_wish *said, struct enrolment_wish *ret_wish)
{
  struct enrolment_wish wish = {.name = said->name->value, .form = {AUTHN_TOTP_SHA1, AUTHN_TOTP_DIGITS}};
  TRY(api_names(call, &(struct api_name){"name", said->name, authn_name_fold}, 1));
  if (said->algorithm->present && !authn_totp_algorithm_named(said->algorithm->value, &wish.form.algorithm))
    return FAULT(R_INTERNAL);
  if (said->digits->present)
    wish.form.digits = (int)said->digits->value;
  if (wish.form.digits != AUTHN_TOTP_DIGITS && wish.form.digits != AUTHN_TOTP_DIGITS_MOST)
    return api_wrong(call, "digits", "out_of_range", "must be 6 or 8");
  *ret_wish = wish;
  return R_OK;
}

RESULT api_factor_enrolment(struct api_call *call, const struct enrolment *enrolment)
{
  struct buf text = buf_in(call->arena, REPLY_MOST);
  struct json_writer w = json_writer_on(&text);
  json_open(&w, '{');
  json_key(&w, "id");
  json_put_uuid(&w, &enrolment->id);
  json_key(&w, "name");
  json_put_text(&w, enrolment->name);
  json_key(&w, "algorithm");
  json_put_text(&w, authn_totp_algorithm_name(enrolment->form.algorithm));
  json_key(&w, "digits");
  json_put_int(&w, enrolment->form.digits);
  json_key(&w, "secret");
  json_put_text(&w, enrolment->secret);
  json_key(&w, "uri");
  json_put_text(&w, enrolment->uri);
  json_key(&w, "qr_svg");
  json_put_text(&w, enrolment->qr_svg);
  json_close(&w, '}');
  return api_reply_json(call, &text);
}

void api_factor_put_codes(struct json_writer *w, const struct recovery_codes *codes)
{
  json_key(w, "recovery_codes");
  json_open(w, '[');
  for (size_t i = 0; i < codes->count; i++)
    json_put_text(w, codes->codes[i]);
  json_close(w, ']');
}

static enum result reply_codes(struct api_call *call, const struct recovery_codes *codes)
{
  struct buf text = buf_in(call->arena, CODES_MOST);
  struct json_writer w = json_writer_on(&text);
  json_open(&w, '{');
  api_factor_put_codes(&w, codes);
  json_close(&w, '}');
  return api_reply_json(call, &text);
}

api_handler api_factor_list;
RESULT api_factor_list(struct api_call *call)
{
  struct signin s = api_signin(call);
  struct str body;
  TRY(domain_enrolment_list(&s, &call->caller, &body));
  http_reply_body(call->reply, 200, "application/json", body);
  return R_OK;
}

struct totp_enrol {
  struct json_text password, code, name, algorithm;
  struct json_number digits;
};
BODY(api_totp_enrol_body, "TotpEnrol", FIELD(struct totp_enrol, password, REQUIRED, 1, 1024),
     FIELD(struct totp_enrol, code, OPTIONAL, 1, 32), FIELD(struct totp_enrol, name, OPTIONAL, 1, 64),
     FIELD_CHOICE(struct totp_enrol, algorithm, OPTIONAL, 1, 8, "SHA1|SHA256|SHA512"),
     FIELD(struct totp_enrol, digits, OPTIONAL, 6, 8));

api_handler api_factor_enrol;
RESULT api_factor_enrol(struct api_call *call)
{
  struct totp_enrol body = {0};
  struct enrolment_wish wish;
  struct enrolment enrolment;
  struct signin s = api_signin(call);
  TRY(api_body(call, &api_totp_enrol_body, &body));
  TRY(api_factor_wish(call, &(struct api_wish){&body.name, &body.algorithm, &body.digits}, &wish));
  struct factor_proof proof = {body.password.value, body.code.value};
  TRY(api_signin_done(call, &s, domain_enrolment_begin(&s, &call->caller, &proof, &wish, &enrolment)));
  return api_factor_enrolment(call, &enrolment);
}

struct totp_confirm {
  struct json_text code;
};
BODY(api_totp_confirm_body, "TotpConfirm", FIELD(struct totp_confirm, code, REQUIRED, 1, 16));

api_handler api_factor_confirm;
RESULT api_factor_confirm(struct api_call *call)
{
  struct totp_confirm body = {0};
  struct recovery_codes codes;
  struct signin s = api_signin(call);
  TRY(api_body(call, &api_totp_confirm_body, &body));
  TRY(api_signin_done(call, &s, domain_enrolment_confirm(&s, &call->caller, body.code.value, &codes)));
  return reply_codes(call, &codes);
}

static enum result read_id(const struct api_call *call, struct uuid *ret_id)
{
  return uuid_parse(http_request_path(call->request, "id"), ret_id) ? R_OK : R_NOT_FOUND;
}

struct factor_rename {
  struct json_text name, password, code;
};
BODY(api_factor_rename_body, "FactorRename", FIELD(struct factor_rename, name, REQUIRED, 1, 64),
     FIELD(struct factor_rename, password, OPTIONAL, 1, 1024), FIELD(struct factor_rename, code, OPTIONAL, 1, 32));

api_handler api_factor_rename;
RESULT api_factor_rename(struct api_call *call)
{
  struct factor_rename body = {0};
  struct enrolment_name name;
  struct str text;
  struct signin s = api_signin(call);
  TRY(api_body(call, &api_factor_rename_body, &body));
  TRY(api_names(call, &(struct api_name){"name", &body.name, authn_name_fold}, 1));
  TRY(read_id(call, &name.id));
  name.name = body.name.value;
  struct factor_proof proof = {body.password.value, body.code.value};
  TRY(api_signin_done(call, &s, domain_enrolment_rename(&s, &call->caller, &proof, &name, &text)));
  http_reply_body(call->reply, 200, "application/json", text);
  return R_OK;
}

struct factor_remove {
  struct json_text password, code;
};
BODY(api_factor_remove_body, "FactorRemove", FIELD(struct factor_remove, password, REQUIRED, 1, 1024),
     FIELD(struct factor_remove, code, REQUIRED, 1, 32));

api_handler api_factor_remove;
RESULT api_factor_remove(struct api_call *call)
{
  struct factor_remove body = {0};
  struct uuid id;
  struct signin s = api_signin(call);
  TRY(api_body(call, &api_factor_remove_body, &body));
  TRY(read_id(call, &id));
  struct factor_proof proof = {body.password.value, body.code.value};
  return api_signin_done(call, &s, domain_enrolment_remove(&s, &call->caller, &proof, &id));
}

struct recovery_renew {
  struct json_text password, code;
};
BODY(api_recovery_renew_body, "RecoveryRenew", FIELD(struct recovery_renew, password, REQUIRED, 1, 1024),
     FIELD(struct recovery_renew, code, REQUIRED, 1, 32));

api_handler api_factor_recovery;
RESULT api_factor_recovery(struct api_call *call)
{
  struct recovery_renew body = {0};
  struct recovery_codes codes;
  struct signin s = api_signin(call);
  TRY(api_body(call, &api_recovery_renew_body, &body));
  struct factor_proof proof = {body.password.value, body.code.value};
  TRY(api_signin_done(call, &s, domain_enrolment_recovery(&s, &call->caller, &proof, &codes)));
  return reply_codes(call, &codes);
}
