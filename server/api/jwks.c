/* The public keys by which anybody can verify the access tokens of this service. */
#include "api/routes.h"

enum { REPLY_MOST = 16 * 1024 };

api_handler api_jwks_get;
RESULT api_jwks_get(struct api_call *call)
{
  const struct domain *domain = call->api->domain;
  struct buf body = buf_in(call->arena, REPLY_MOST);
  authn_keyring_publish(domain->issuer.ring, call->now, &body);
  struct str json = buf_str(&body);
  /* Whoever keeps it this long meets no key that is not in it: a new one is published twice as long before it signs. */
  struct str kept =
      arena_print(call->arena, "public, max-age=%lld", (long long)(domain->limits.signing_key_lead / CLOCK_SECOND / 2));
  if (!json.p || !kept.p)
    return R_NO_MEMORY;
  http_reply_body(call->reply, 200, "application/jwk-set+json", json);
  http_reply_header(call->reply, "Cache-Control", kept);
  return R_OK;
}
