/* Access tokens: JSON Web Tokens after RFC 9068, signed by ES256, that any resource of this issuer can verify by its
 * JWK Set. */
#pragma once
#include "authn/caller.h"
#include "authn/keyring.h"

struct authn_seen;

struct authn_token {
  struct authn_caller caller;
  enum authn_audience audience;
  int64_t issued_at, expires_at; /* microseconds UTC, on the wire whole seconds; good before expires_at */
};

/* Who makes tokens and believes them. */
struct authn_issuer {
  struct str url; /* iss and aud of every token: who makes them is whom they are for */
  struct authn_keyring *ring;
  struct authn_seen *seen; /* NULL: every token is verified anew */
};

enum { AUTHN_TOKEN_MOST = 4096 }; /* bytes of a token; a longer one is not looked at */

/* Times are cut to seconds. R_UNAUTHENTICATED when nothing is left of its life, R_INTERNAL when it is no token's
 * content. */
RESULT authn_token_issue(const struct authn_issuer *issuer, const struct authn_token *token, struct arena *arena,
                         struct str *ret_text);

/* R_UNAUTHENTICATED for whatever authn_token_issue did not make with a key that is believed now, for what has expired,
   and for what was issued more than AUTHN_SKEW ahead. Any other result is a refusal as well. Session and epoch are the
   caller's to check. */
RESULT authn_token_verify(const struct authn_issuer *issuer, struct str text, int64_t now, struct arena *arena,
                          struct authn_token *ret_token);

/* The same, at the cost of a look when this very text was verified before and the key is believed still. */
RESULT authn_token_check(const struct authn_issuer *issuer, struct str text, int64_t now, struct arena *arena,
                         struct authn_token *ret_token);

/* Two of its claims, as they stand in it: the portal, which is the audience of the login; and how the person proved
 * who they are (RFC 9470 section 6), STR_NONE of a client. */
struct str authn_token_portal(const struct authn_token *token);
struct str authn_token_acr(const struct authn_token *token);
