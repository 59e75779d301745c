/* What can be done with a token besides using it: ask about it (RFC 7662), give it up (RFC 7009). Trusts: nothing of
 * the request. */
#include "api/gate.h"
#include "api/oauth.h"
#include "api/routes.h"
#include "json/write.h"

enum { REPLY_MOST = 16 * 1024 };

/* Whose token it is, if it is good and the caller may know: R_NOT_FOUND for every other, the same whatever is wrong
 * with it. */
static enum result look_up(struct api_call *call, struct str text, struct authn_token *ret_token, struct uuid *ret_home)
{
  enum result r = api_gate_token(call, text, ret_token, ret_home);
  if (r != R_OK)
    return r == R_UNAUTHENTICATED ? R_NOT_FOUND : r;
  call->tenant = *ret_home;
  r = api_demand(call, (enum bw_permission)api_routes[call->route].permission);
  return r == R_FORBIDDEN ? R_NOT_FOUND : r;
}

static void put_token(struct json_writer *w, const struct api_call *call, const struct authn_token *token,
                      const struct uuid *home)
{
  const struct authn_caller *caller = &token->caller;
  json_key(w, "token_type");
  json_put_text(w, STR("Bearer"));
  json_key(w, "iss");
  json_put_text(w, call->api->domain->issuer.url);
  json_key(w, "aud");
  json_put_text(w, call->api->domain->issuer.url);
  json_key(w, "sub");
  json_put_uuid(w, &caller->principal);
  if (caller->kind == AUTHN_CLIENT) {
    json_key(w, "client_id");
    json_put_uuid(w, &caller->principal);
  }
  json_key(w, "exp");
  json_put_int(w, token->expires_at / CLOCK_SECOND);
  json_key(w, "iat");
  json_put_int(w, token->issued_at / CLOCK_SECOND);
  json_key(w, "sid");
  json_put_uuid(w, &caller->session);
  json_key(w, "tenant_id");
  json_put_uuid(w, home);
  json_key(w, "portal");
  json_put_text(w, authn_token_portal(token));
  struct str acr = authn_token_acr(token);
  if (acr.p) {
    json_key(w, "acr");
    json_put_text(w, acr);
  }
  json_key(w, "two_factors");
  json_put_bool(w, caller->strength == AUTHN_TWO_FACTORS);
}

api_handler api_token_introspect;
RESULT api_token_introspect(struct api_call *call)
{
  struct oauth_call oauth;
  struct authn_token token;
  struct uuid home;
  TRY(api_oauth_read(call, &oauth));
  struct str text = api_form_get(&oauth.form, "token");
  if (!text.p)
    return R_MALFORMED;
  enum result r = look_up(call, text, &token, &home);
  if (r != R_OK && r != R_NOT_FOUND)
    return r;
  struct buf body = buf_in(call->arena, REPLY_MOST);
  struct json_writer w = json_writer_on(&body);
  json_open(&w, '{');
  json_key(&w, "active");
  json_put_bool(&w, r == R_OK);
  if (r == R_OK)
    put_token(&w, call, &token, &home);
  json_close(&w, '}');
  return api_reply_json(call, &body);
}

/* A client gives up its own. Whoever shows no client may give up what people hold, as to hold it is all that its use
 * asks. */
static enum result give_up(struct api_call *call, struct signin *s, bool client, struct str text)
{
  struct authn_token token;
  struct uuid home;
  enum result r = api_gate_token(call, text, &token, &home);
  if (r == R_UNAUTHENTICATED)
    return client ? R_OK : domain_login_revoke(s, text);
  TRY(r);
  bool own = client ? uuid_equal(&token.caller.principal, &s->principal) : token.caller.kind == AUTHN_USER;
  return own ? domain_logout(s, &token.caller) : R_OK;
}

api_handler api_token_revoke;
RESULT api_token_revoke(struct api_call *call)
{
  struct oauth_call oauth;
  struct signin s = api_signin(call);
  TRY(api_oauth_read(call, &oauth));
  struct str text = api_form_get(&oauth.form, "token");
  if (!text.p)
    return R_MALFORMED;
  if (oauth.claimed) {
    TRY(api_oauth_enter(call));
    s.principal = call->caller.principal;
    s.tenant = call->home;
  }
  enum result r = give_up(call, &s, oauth.claimed, text);
  /* What was over already is given up as well (RFC 7009 section 2.2). */
  TRY(api_signin_done(call, &s, r == R_UNAUTHENTICATED ? R_OK : r));
  http_reply_empty(call->reply, 200);
  return R_OK;
}
