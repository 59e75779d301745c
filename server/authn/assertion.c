/* Reads assertions strictly and has libjwt verify their signature. libjwt 1.10.2 lets the token choose its algorithm,
   takes no key for a key that fits all, checks no claim, and when memory is out can say yes to a token that it has not
   looked at: so the algorithm is the key's, there is a key, the claims are checked here, and what libjwt says it
   verified must be what was read. */
#include "authn/assertion.h"
#include "base/secret.h"
#include "base/text.h"
#include "json/parse.h"
#include <errno.h>
#include <jwt.h>
#include <limits.h>

#define SECOND INT64_C(1000000)
static const int64_t LATEST = INT64_MAX / SECOND - 3600;

/* Members of a header that change what the rest means; none is understood here (RFC 7515 section 4.1.11, RFC 7797, RFC
 * 7516). */
static const char *const unknown[] = {"crit", "b64", "zip", "enc"};

static const struct {
  const char *name;
  jwt_alg_t algorithm;
} algorithms[] = {{"ES256", JWT_ALG_ES256}, {"RS256", JWT_ALG_RS256}};

static enum result decode(struct str part, struct arena *arena, struct str *ret_text, const struct json **ret_object)
{
  unsigned char *bytes = arena_alloc(arena, part.n + 1);
  size_t n;
  if (!bytes)
    return R_NO_MEMORY;
  if (!text_base64url_decode(part, part.n, bytes, &n))
    return R_LOGIN_FAILED;
  struct str text = {(const char *)bytes, n};
  enum result r = json_parse(text, arena, ret_object);
  if (r != R_OK)
    return r == R_MALFORMED || r == R_TOO_LARGE ? R_LOGIN_FAILED : r;
  *ret_text = text;
  return json_kind(*ret_object) == JSON_KIND_OBJECT ? R_OK : R_LOGIN_FAILED;
}

static enum result read_header(const struct json *header, struct authn_assertion *assertion)
{
  const struct json *type = json_member(header, "typ"), *kid = json_member(header, "kid");
  for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++)
    if (json_member(header, unknown[i]))
      return R_LOGIN_FAILED;
  if ((type && !str_equal_fold(json_str(type), STR("JWT"))) || (kid && !authn_key_names(json_str(kid))))
    return R_LOGIN_FAILED;
  assertion->algorithm = json_str(json_member(header, "alg"));
  assertion->kid = json_str(kid);
  return assertion->algorithm.p ? R_OK : R_LOGIN_FAILED;
}

/* A NumericDate (RFC 7519 section 2) of whole seconds after 1970; false for another type, and for what no clock will
 * say. */
static bool read_time(const struct json *value, int64_t *ret_time)
{
  int64_t seconds;
  if (!json_int(value, &seconds) || seconds <= 0 || seconds > LATEST)
    return false;
  *ret_time = seconds * SECOND;
  return true;
}

/* For this service, and for it alone. */
static bool is_for(const struct json *audience, const struct authn_assertion_terms *terms)
{
  if (json_kind(audience) == JSON_KIND_ARRAY)
    audience = json_count(audience) == 1 ? json_at(audience, 0) : NULL;
  struct str name = json_str(audience);
  return name.n > 0 && (str_equal(name, terms->issuer) || str_equal(name, terms->token_url));
}

static bool in_time(const struct json *claims, int64_t now, int64_t *ret_expires_at)
{
  const struct json *not_before = json_member(claims, "nbf"), *issued_at = json_member(claims, "iat");
  int64_t end, begin, issue;
  if (!read_time(json_member(claims, "exp"), &end) || end <= now || end > now + AUTHN_ASSERTION_LIFE)
    return false;
  if (not_before && (!read_time(not_before, &begin) || begin > now + AUTHN_ASSERTION_SKEW))
    return false;
  if (issued_at && (!read_time(issued_at, &issue) || issue > now + AUTHN_ASSERTION_SKEW || issue > end))
    return false;
  *ret_expires_at = end;
  return true;
}

static enum result read_claims(const struct json *claims, const struct authn_assertion_terms *terms,
                               struct authn_assertion *assertion)
{
  struct str issuer = json_str(json_member(claims, "iss")), jti = json_str(json_member(claims, "jti"));
  if (issuer.n == 0 || !str_equal(issuer, json_str(json_member(claims, "sub"))))
    return R_LOGIN_FAILED;
  if (jti.n == 0 || jti.n > AUTHN_ASSERTION_JTI || !is_for(json_member(claims, "aud"), terms))
    return R_LOGIN_FAILED;
  assertion->client = issuer;
  assertion->jti = jti;
  return in_time(claims, terms->now, &assertion->expires_at) ? R_OK : R_LOGIN_FAILED;
}

RESULT authn_assertion_read(struct str text, const struct authn_assertion_terms *terms, struct arena *arena,
                            struct authn_assertion *ret_assertion)
{
  struct authn_assertion assertion = {0};
  struct str rest = text, head = str_cut(&rest, '.'), body = str_cut(&rest, '.'), said;
  const struct json *header, *claims;
  unsigned char signature[AUTHN_ASSERTION_MOST];
  size_t n;
  if (text.n > AUTHN_ASSERTION_MOST || !text_base64url_decode(rest, sizeof signature, signature, &n) || n == 0)
    return R_LOGIN_FAILED;
  TRY(decode(head, arena, &said, &header));
  TRY(decode(body, arena, &assertion.claims, &claims));
  TRY(read_header(header, &assertion));
  TRY(read_claims(claims, terms, &assertion));
  assertion.text = arena_copy(arena, text); /* with a NUL behind it, for libjwt */
  if (!assertion.text.p)
    return R_NO_MEMORY;
  *ret_assertion = assertion;
  return R_OK;
}

static void token_free(jwt_t **token) { jwt_free(*token); }
/* Made by jansson, which json/ has told to allocate by this pair. */
static void text_free(char **text) { secret_release(*text); }

static jwt_alg_t algorithm_of(struct str name)
{
  for (size_t i = 0; i < sizeof algorithms / sizeof *algorithms; i++)
    if (str_is(name, algorithms[i].name))
      return algorithms[i].algorithm;
  return JWT_ALG_NONE;
}

RESULT authn_assertion_verify(const struct authn_assertion *assertion, const struct authn_key *key)
{
  jwt_t *token CLEANUP(token_free) = NULL;
  jwt_alg_t algorithm = algorithm_of(key->algorithm);
  if (algorithm == JWT_ALG_NONE || !str_equal(assertion->algorithm, key->algorithm))
    return R_LOGIN_FAILED;
  if (key->pem.n == 0 || key->pem.n > INT_MAX || assertion->claims.n == 0)
    return R_LOGIN_FAILED;
  int failed = jwt_decode(&token, assertion->text.p, (const unsigned char *)key->pem.p, (int)key->pem.n);
  if (failed || !token)
    return failed == ENOMEM ? R_NO_MEMORY : R_LOGIN_FAILED;
  char *verified CLEANUP(text_free) = jwt_get_grants_json(token, NULL);
  if (!verified)
    return R_NO_MEMORY;
  return jwt_get_alg(token) == algorithm && json_same(assertion->claims, str_of(verified)) ? R_OK : R_LOGIN_FAILED;
}
