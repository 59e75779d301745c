/* Clients (machines) over HTTP. Trusts: nothing of the request. */
#include "domain/client.h"
#include "api/etag.h"
#include "api/list.h"
#include "api/routes.h"
#include "authn/name.h"
#include "base/network.h"
#include "json/write.h"
#include "store/client.h"

enum { REPLY_MOST = 16 * 1024, NETWORKS_MOST = 32 };

static enum result get(struct api_call *call, struct store_object *ret_client)
{
  struct store_call store = api_store(call, call->scope);
  return store_client_get(&store, &call->object, ret_client);
}

api_handler api_client_get;
RESULT api_client_get(struct api_call *call)
{
  struct store_object client;
  TRY(get(call, &client));
  return api_reply_found(call, &client);
}

struct client_query {
  API_LIST_MEMBERS;
  struct json_text scope, state, external_id;
};
BODY(api_client_query, "ClientQuery", API_LIST_FIELDS(struct client_query),
     FIELD_CHOICE(struct client_query, scope, OPTIONAL, 1, 16, "self|subtree"),
     FIELD_CHOICE(struct client_query, state, OPTIONAL, 1, 16, "active|suspended"),
     FIELD(struct client_query, external_id, OPTIONAL, 1, 200));

api_handler api_client_list;
RESULT api_client_list(struct api_call *call)
{
  struct store_call store = api_store(call, call->scope);
  struct client_query query = {0};
  struct store_client_filter filter = {0};
  struct store_page page;
  struct api_list list;
  TRY(api_query(call, &api_client_query, &query));
  TRY(api_list_begin(call, &query.limit, &query.cursor, &list));
  TRY(api_list_range(call, &list, &call->tenant, api_list_subtree(&query.scope), &filter.range));
  filter.state = query.state.value;
  filter.external_id = query.external_id.value;
  TRY(store_client_list(&store, &filter, &page));
  api_list_take(&list, &page);
  return api_list_reply(call, &list);
}

/* The client with its secret, or without it as it is kept for a repeated request. */
static enum result with_secret(struct api_call *call, struct str client, struct str secret, bool shown,
                               struct str *ret_text)
{
  struct buf body = buf_in(call->arena, REPLY_MOST);
  struct json_writer w = json_writer_on(&body);
  json_open(&w, '{');
  json_key(&w, "client");
  json_put_raw(&w, client);
  json_key(&w, "client_secret");
  json_put_text(&w, secret);
  json_key(&w, "secret_already_shown");
  json_put_bool(&w, shown);
  json_close(&w, '}');
  *ret_text = buf_str(&body);
  return ret_text->p ? R_OK : R_NO_MEMORY;
}

/* Where a client may come from, in the form the store takes. */
static enum result networks_of(struct api_call *call, const struct json_texts *networks, struct str *ret_networks)
{
  struct buf text = buf_in(call->arena, NETWORKS_MOST * (NETWORK_TEXT + 1) + 2);
  *ret_networks = STR_NONE;
  if (!networks->present)
    return R_OK;
  buf_put_char(&text, '{');
  for (size_t i = 0; i < networks->count; i++) {
    struct network network;
    char form[NETWORK_TEXT];
    if (!network_parse(networks->value[i], &network)) {
      struct str field = arena_print(call->arena, "networks[%zu]", i);
      return field.p ? api_wrong(call, field.p, "malformed", "must be an address or a range, with no bit set behind it")
                     : R_NO_MEMORY;
    }
    network_format(&network, form);
    buf_print(&text, "%s%s", i ? "," : "", form);
  }
  buf_put_char(&text, '}');
  *ret_networks = buf_str(&text);
  return ret_networks->p ? R_OK : R_NO_MEMORY;
}

struct client_create {
  struct json_text display_name, external_id;
  struct json_texts networks;
  struct json_flag with_secret;
};
BODY(api_client_create_body, "ClientCreate", FIELD(struct client_create, display_name, REQUIRED, 1, 128),
     FIELD(struct client_create, external_id, OPTIONAL, 1, 200),
     FIELD(struct client_create, with_secret, OPTIONAL, 0, 0),
     FIELD(struct client_create, networks, OPTIONAL, 0, NETWORKS_MOST));

api_handler api_client_create;
RESULT api_client_create(struct api_call *call)
{
  struct client_create body = {0};
  struct outcome outcome;
  struct str secret;
  TRY(api_body(call, &api_client_create_body, &body));
  TRY(api_names(call, &(struct api_name){"display_name", &body.display_name, authn_name_fold}, 1));
  struct client_new client = {
      .tenant = call->tenant, .display_name = body.display_name.value, .external_id = body.external_id.value};
  TRY(networks_of(call, &body.networks, &client.networks));
  client.without_secret = body.with_secret.present && !body.with_secret.value;
  TRY(domain_client_create(&call->change, &client, &outcome, &secret));
  TRY(with_secret(call, outcome.body, STR_NONE, secret.p, &call->keep));
  TRY(with_secret(call, outcome.body, secret, false, &outcome.body));
  return api_reply_created(call, "/v1/clients/", &outcome);
}

struct client_update {
  struct json_text display_name, external_id, state;
  struct json_texts networks;
};
BODY(api_client_update_body, "ClientUpdate", FIELD(struct client_update, display_name, OPTIONAL, 1, 128),
     FIELD(struct client_update, external_id, NULLABLE, 1, 200),
     FIELD_CHOICE(struct client_update, state, OPTIONAL, 1, 16, "active|suspended"),
     FIELD(struct client_update, networks, OPTIONAL, 0, NETWORKS_MOST));

api_handler api_client_update;
RESULT api_client_update(struct api_call *call)
{
  struct client_update body = {0};
  struct outcome outcome;
  int64_t version;
  TRY(api_body(call, &api_client_update_body, &body));
  TRY(api_names(call, &(struct api_name){"display_name", &body.display_name, authn_name_fold}, 1));
  TRY(api_etag_demanded(call, get, &version));
  struct client_patch patch = {.display_name = api_patch(&body.display_name),
                               .external_id = api_patch(&body.external_id),
                               .state = api_patch(&body.state)};
  TRY(networks_of(call, &body.networks, &patch.networks));
  TRY(domain_client_update(&call->change, &call->object, version, &patch, &outcome));
  return api_reply_object(call, &outcome);
}

api_handler api_client_delete;
RESULT api_client_delete(struct api_call *call)
{
  TRY(domain_client_delete(&call->change, &call->object));
  return api_reply_nothing(call);
}
