/* Secrets and keys of clients over HTTP. Trusts: nothing of the request. */
#include "domain/proof.h"
#include "api/list.h"
#include "api/routes.h"
#include "authn/name.h"
#include "json/write.h"

enum { REPLY_MOST = 16 * 1024, KEY_MOST = 8192, KID_MOST = 128 };

struct proof_query {
  API_LIST_MEMBERS;
};
BODY(api_proof_query, "ProofQuery", API_LIST_FIELDS(struct proof_query));

static enum result list_of(struct api_call *call, enum store_proof_kind kind)
{
  struct store_call store = api_store(call, call->scope);
  struct proof_query query = {0};
  struct store_range range;
  struct store_page page;
  struct api_list list;
  TRY(api_query(call, &api_proof_query, &query));
  TRY(api_list_begin(call, &query.limit, &query.cursor, &list));
  TRY(api_list_range(call, &list, &call->tenant, false, &range));
  TRY(store_proof_list(&store, &call->object, kind, &range, &page));
  api_list_take(&list, &page);
  return api_list_reply(call, &list);
}

static enum result delete_one(struct api_call *call, enum store_proof_kind kind, const char *parameter)
{
  struct store_proof_key key = {.client = call->object, .kind = kind};
  if (!uuid_parse(http_request_path(call->request, parameter), &key.id))
    return R_NOT_FOUND;
  TRY(domain_proof_delete(&call->change, &key));
  return api_reply_nothing(call);
}

/* Where what was just made is found, and can be deleted. */
static enum result reply_made(struct api_call *call, const char *collection, const struct outcome *outcome)
{
  char client[UUID_TEXT];
  uuid_format(&call->object, client);
  struct str prefix = arena_print(call->arena, "/v1/clients/%s/%s/", client, collection);
  return prefix.p ? api_reply_created(call, prefix.p, outcome) : R_NO_MEMORY;
}

static enum result check_terms(struct api_call *call, const struct json_text *name, const struct json_time *expires_at,
                               struct proof_terms *ret_terms)
{
  TRY(api_names(call, &(struct api_name){"name", name, authn_name_fold}, 1));
  if (expires_at->present && expires_at->value <= call->now)
    return api_wrong(call, "expires_at", "out_of_range", "must lie in the future");
  *ret_terms = (struct proof_terms){.name = name->value.p ? name->value : STR(""), .expires_at = expires_at->value};
  return R_OK;
}

api_handler api_client_secrets;
RESULT api_client_secrets(struct api_call *call)
{
  return list_of(call, STORE_PROOF_SECRET);
}

/* What is known of the secret, with it or without it as it is kept for a repeated request. */
static enum result with_secret(struct api_call *call, struct str proof, struct str secret, struct str *ret_text)
{
  struct buf body = buf_in(call->arena, REPLY_MOST);
  struct json_writer w = json_writer_on(&body);
  json_open(&w, '{');
  json_key(&w, "secret");
  json_put_raw(&w, proof);
  json_key(&w, "client_secret");
  json_put_text(&w, secret);
  json_key(&w, "secret_already_shown");
  json_put_bool(&w, !secret.p);
  json_close(&w, '}');
  *ret_text = buf_str(&body);
  return ret_text->p ? R_OK : R_NO_MEMORY;
}

struct client_secret_create {
  struct json_text name;
  struct json_time expires_at;
};
BODY(api_client_secret_body, "ClientSecretCreate", FIELD(struct client_secret_create, name, OPTIONAL, 1, 128),
     FIELD(struct client_secret_create, expires_at, OPTIONAL, 0, 0));

api_handler api_client_secret_create;
RESULT api_client_secret_create(struct api_call *call)
{
  struct client_secret_create body = {0};
  struct proof_terms terms;
  struct outcome outcome;
  struct str secret;
  TRY(api_body(call, &api_client_secret_body, &body));
  TRY(check_terms(call, &body.name, &body.expires_at, &terms));
  TRY(domain_proof_secret(&call->change, &call->object, &terms, &outcome, &secret));
  TRY(with_secret(call, outcome.body, STR_NONE, &call->keep));
  TRY(with_secret(call, outcome.body, secret, &outcome.body));
  return reply_made(call, "secrets", &outcome);
}

api_handler api_client_secret_delete;
RESULT api_client_secret_delete(struct api_call *call)
{
  return delete_one(call, STORE_PROOF_SECRET, "sid");
}

api_handler api_client_keys;
RESULT api_client_keys(struct api_call *call)
{
  return list_of(call, STORE_PROOF_KEY);
}

struct client_key_create {
  struct json_text name, kid;
  struct json_time expires_at;
  struct json_raw pem, jwk;
};
BODY(api_client_key_body, "ClientKeyCreate", FIELD(struct client_key_create, name, OPTIONAL, 1, 128),
     FIELD(struct client_key_create, kid, OPTIONAL, 1, KID_MOST),
     FIELD(struct client_key_create, expires_at, OPTIONAL, 0, 0), FIELD(struct client_key_create, pem, OPTIONAL, 0, 0),
     FIELD(struct client_key_create, jwk, OPTIONAL, 0, 0));

/* The key that was pasted. A private one is called that, and nothing of it is kept. */
static enum result read_key(struct api_call *call, const struct client_key_create *body, struct authn_key *ret_key)
{
  const char *field = body->pem.present ? "pem" : "jwk";
  struct str pem = json_str(body->pem.value);
  if (body->pem.present == body->jwk.present)
    return api_wrong(call, "pem", "required", "must be there, or jwk instead of it");
  if (body->pem.present && (!pem.p || pem.n > KEY_MOST))
    return api_wrong(call, "pem", "malformed", "must be a text of at most 8192 bytes");
  enum result r = body->pem.present ? authn_key_pem(pem, call->arena, ret_key)
                                    : authn_key_jwk(body->jwk.value, call->arena, ret_key);
  if (r == R_MALFORMED)
    return api_wrong(call, field, "malformed", "must be a public key: PEM of the kind PUBLIC KEY, or a JWK");
  if (r == R_RULE)
    return api_wrong(call, field, "out_of_range", "must be on P-256, or RSA of 2048 to 4096 bits, and for signatures");
  return r;
}

api_handler api_client_key_create;
RESULT api_client_key_create(struct api_call *call)
{
  struct client_key_create body = {0};
  struct proof_terms terms;
  struct authn_key key;
  struct outcome outcome;
  TRY(api_body(call, &api_client_key_body, &body));
  TRY(check_terms(call, &body.name, &body.expires_at, &terms));
  if (body.kid.present && !authn_key_names(body.kid.value))
    return api_wrong(call, "kid", "malformed", "must be printable ASCII without spaces");
  TRY(read_key(call, &body, &key));
  if (body.kid.present)
    key.kid = body.kid.value;
  TRY(domain_proof_key(&call->change, &call->object, &terms, &key, &outcome));
  return reply_made(call, "keys", &outcome);
}

api_handler api_client_key_delete;
RESULT api_client_key_delete(struct api_call *call)
{
  return delete_one(call, STORE_PROOF_KEY, "key");
}
