/* What an OAuth client is told to look up first (RFC 8414): where everything is, all of it from the configured base
 * URL. */
#include "api/routes.h"
#include "json/write.h"

enum { REPLY_MOST = 16 * 1024 };

static const char *const endpoints[][2] = {
    {"token_endpoint", "/oauth2/token"},
    {"introspection_endpoint", "/oauth2/introspect"},
    {"revocation_endpoint", "/oauth2/revoke"},
    {"jwks_uri", "/.well-known/jwks.json"},
};

/* Words parted by spaces. response_types_supported is required (section 2), and empty: nobody is sent here by a browser. */
static const char *const lists[][2] = {
    {"response_types_supported", ""},
    {"grant_types_supported", "client_credentials refresh_token"},
    {"token_endpoint_auth_methods_supported", "client_secret_basic client_secret_post private_key_jwt none"},
    {"token_endpoint_auth_signing_alg_values_supported", "ES256 RS256"},
    {"introspection_endpoint_auth_methods_supported", "client_secret_basic client_secret_post private_key_jwt"},
    {"introspection_endpoint_auth_signing_alg_values_supported", "ES256 RS256"},
    {"revocation_endpoint_auth_methods_supported", "client_secret_basic client_secret_post private_key_jwt none"},
    {"revocation_endpoint_auth_signing_alg_values_supported", "ES256 RS256"},
};

static enum result put_endpoints(struct api_call *call, struct json_writer *w)
{
  struct str base = call->api->domain->base_url;
  for (size_t i = 0; i < sizeof endpoints / sizeof *endpoints; i++) {
    struct str url = arena_print(call->arena, "%.*s%s", (int)base.n, base.p, endpoints[i][1]);
    if (!url.p)
      return R_NO_MEMORY;
    json_key(w, endpoints[i][0]);
    json_put_text(w, url);
  }
  return R_OK;
}

static void put_lists(struct json_writer *w)
{
  for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
    struct str rest = str_of(lists[i][1]);
    json_key(w, lists[i][0]);
    json_open(w, '[');
    while (rest.n > 0)
      json_put_text(w, str_cut(&rest, ' '));
    json_close(w, ']');
  }
}

api_handler api_discovery_get;
RESULT api_discovery_get(struct api_call *call)
{
  struct buf body = buf_in(call->arena, REPLY_MOST);
  struct json_writer w = json_writer_on(&body);
  json_open(&w, '{');
  json_key(&w, "issuer");
  json_put_text(&w, call->api->domain->base_url);
  TRY(put_endpoints(call, &w));
  put_lists(&w);
  json_close(&w, '}');
  TRY(api_reply_json(call, &body));
  http_reply_header(call->reply, "Cache-Control", STR("public, max-age=3600"));
  return R_OK;
}
