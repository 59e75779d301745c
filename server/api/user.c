/* Users over HTTP. Trusts: nothing of the request. */
#include "domain/user.h"
#include "api/etag.h"
#include "api/list.h"
#include "api/quota.h"
#include "api/routes.h"
#include "authn/name.h"
#include "domain/invitation.h"
#include "domain/reset.h"
#include "json/write.h"
#include "store/user.h"

enum { REPLY_MOST = 4096 };

static enum result get(struct api_call *call, struct store_object *ret_user)
{
  struct store_call store = api_store(call, call->scope);
  return store_user_get(&store, &call->object, ret_user);
}

api_handler api_user_get;
RESULT api_user_get(struct api_call *call)
{
  struct store_object user;
  TRY(get(call, &user));
  return api_reply_found(call, &user);
}

struct user_query {
  API_LIST_MEMBERS;
  struct json_text scope, q, state, external_id;
};
BODY(api_user_query, "UserQuery", API_LIST_FIELDS(struct user_query),
     FIELD_CHOICE(struct user_query, scope, OPTIONAL, 1, 16, "self|subtree"),
     FIELD(struct user_query, q, OPTIONAL, 1, 128),
     FIELD_CHOICE(struct user_query, state, OPTIONAL, 1, 16, "invited|active|suspended|terminated"),
     FIELD(struct user_query, external_id, OPTIONAL, 1, 200));

api_handler api_user_list;
RESULT api_user_list(struct api_call *call)
{
  struct store_call store = api_store(call, call->scope);
  struct user_query query = {0};
  struct store_user_filter filter = {0};
  struct store_page page;
  struct api_list list;
  TRY(api_query(call, &api_user_query, &query));
  TRY(api_list_begin(call, &query.limit, &query.cursor, &list));
  TRY(api_list_range(call, &list, &call->tenant, api_list_subtree(&query.scope), &filter.range));
  TRY(api_list_folded(call, &query.q, &filter.q));
  filter.state = query.state.value;
  filter.external_id = query.external_id.value;
  TRY(store_user_list(&store, &filter, &page));
  api_list_take(&list, &page);
  return api_list_reply(call, &list);
}

enum { DIALLING_MOST = 32 };

struct user_create {
  struct json_text login, display_name, email, external_id;
  struct json_texts dialling_addresses;
};
BODY(api_user_create_body, "UserCreate", FIELD(struct user_create, login, REQUIRED, 1, 128),
     FIELD(struct user_create, display_name, OPTIONAL, 1, 128), FIELD(struct user_create, email, OPTIONAL, 3, 254),
     FIELD(struct user_create, external_id, OPTIONAL, 1, 200),
     FIELD(struct user_create, dialling_addresses, OPTIONAL, 0, DIALLING_MOST));

static enum result check_names(struct api_call *call, const struct json_text *login, const struct json_text *display_name,
                               const struct json_text *email)
{
  const struct api_name names[] = {{"login", login, authn_name_normalise},
                                   {"display_name", display_name, authn_name_fold},
                                   {"email", email, authn_name_fold}};
  return api_names(call, names, sizeof names / sizeof *names);
}

api_handler api_user_create;
RESULT api_user_create(struct api_call *call)
{
  struct user_create body = {0};
  struct outcome outcome;
  TRY(api_body(call, &api_user_create_body, &body));
  TRY(check_names(call, &body.login, &body.display_name, &body.email));
  struct user_new user = {.tenant = call->tenant,
                          .login = body.login.value,
                          .display_name = body.display_name.value,
                          .email = body.email.value,
                          .external_id = body.external_id.value,
                          .dialling = body.dialling_addresses.value,
                          .dialling_count = body.dialling_addresses.count};
  enum result r = domain_user_create(&call->change, &user, &outcome);
  TRY(api_quota_explain(call, r, &call->tenant, "users"));
  return api_reply_created(call, "/v1/users/", &outcome);
}

struct user_update {
  struct json_text login, display_name, email, external_id;
  struct json_texts dialling_addresses;
};
BODY(api_user_update_body, "UserUpdate", FIELD(struct user_update, login, OPTIONAL, 1, 128),
     FIELD(struct user_update, display_name, OPTIONAL, 1, 128), FIELD(struct user_update, email, NULLABLE, 3, 254),
     FIELD(struct user_update, external_id, NULLABLE, 1, 200),
     FIELD(struct user_update, dialling_addresses, OPTIONAL, 0, DIALLING_MOST));

api_handler api_user_update;
RESULT api_user_update(struct api_call *call)
{
  struct user_update body = {0};
  struct outcome outcome;
  int64_t version;
  TRY(api_body(call, &api_user_update_body, &body));
  TRY(check_names(call, &body.login, &body.display_name, &body.email));
  TRY(api_etag_demanded(call, get, &version));
  struct user_patch patch = {.login = api_patch(&body.login),
                             .display_name = api_patch(&body.display_name),
                             .email = api_patch(&body.email),
                             .external_id = api_patch(&body.external_id),
                             .dialling_given = body.dialling_addresses.present,
                             .dialling = body.dialling_addresses.value,
                             .dialling_count = body.dialling_addresses.count};
  TRY(domain_user_update(&call->change, &call->object, version, &patch, &outcome));
  return api_reply_object(call, &outcome);
}

typedef RESULT user_turn(struct change *change, const struct uuid *id, struct outcome *ret_outcome);

static enum result turn(struct api_call *call, user_turn *to)
{
  struct outcome outcome;
  enum result r = to(&call->change, &call->object, &outcome);
  call->retry_after = call->change.retry_after;
  return r == R_OK ? api_reply_object(call, &outcome) : r;
}

api_handler api_user_suspend;
RESULT api_user_suspend(struct api_call *call) { return turn(call, domain_user_suspend); }

api_handler api_user_resume;
RESULT api_user_resume(struct api_call *call) { return turn(call, domain_user_resume); }

api_handler api_user_unlock;
RESULT api_user_unlock(struct api_call *call) { return turn(call, domain_reset_unlock); }

api_handler api_user_terminate;
RESULT api_user_terminate(struct api_call *call) { return turn(call, domain_user_terminate); }

api_handler api_user_reset_factors;
RESULT api_user_reset_factors(struct api_call *call) { return turn(call, domain_reset_factors); }

/* With the token, or without it as it is kept for a repeated request. */
static enum result invitation_text(struct api_call *call, const struct invitation *invitation, bool kept,
                                   struct str *ret_text)
{
  struct buf body = buf_in(call->arena, REPLY_MOST);
  struct json_writer w = json_writer_on(&body);
  json_open(&w, '{');
  json_key(&w, "sent");
  json_put_bool(&w, invitation->sent);
  json_key(&w, "token");
  json_put_text(&w, kept ? STR_NONE : invitation->token);
  json_key(&w, "link");
  json_put_text(&w, kept ? STR_NONE : invitation->link);
  json_key(&w, "expires_at");
  json_put_time(&w, invitation->expires_at);
  json_key(&w, "secret_already_shown");
  json_put_bool(&w, kept && !invitation->sent);
  json_close(&w, '}');
  *ret_text = buf_str(&body);
  return ret_text->p ? R_OK : R_NO_MEMORY;
}

static enum result order(struct api_call *call, enum store_invitation_purpose purpose)
{
  struct invitation_order order = {.user = call->object, .purpose = purpose};
  struct invitation invitation;
  struct str text;
  enum result r = domain_invitation_order(&call->change, &order, &invitation);
  call->retry_after = call->change.retry_after;
  TRY(r);
  TRY(invitation_text(call, &invitation, true, &call->keep));
  TRY(invitation_text(call, &invitation, false, &text));
  http_reply_body(call->reply, 201, "application/json", text);
  return R_OK;
}

api_handler api_user_invite;
RESULT api_user_invite(struct api_call *call) { return order(call, STORE_INVITATION); }

api_handler api_user_reset_password;
RESULT api_user_reset_password(struct api_call *call) { return order(call, STORE_RESET); }
