/* Reading public keys, and refusing private ones. Trusts: nothing of what is pasted. */
#define _GNU_SOURCE /* memmem */
#include "authn/key.h"
#include "base/buf.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "crypto/public_key.h"
#include "json/parse.h"

enum { NUMBER_MOST = CRYPTO_PUBLIC_RSA_MOST / 8 + 1, THUMBPRINT_MOST = 2048 };

static const char *const algorithms[] = {[CRYPTO_PUBLIC_EC] = "ES256", [CRYPTO_PUBLIC_RSA] = "RS256"};

/* Of a JWK: what makes it private (RFC 7518 sections 6.2.2 and 6.3.2), and a shared key's value. */
static const char *const private_members[] = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"};

bool authn_key_names(struct str kid)
{
  bool good = kid.n > 0 && kid.n <= AUTHN_KEY_ID;
  for (size_t i = 0; good && i < kid.n; i++)
    good = kid.p[i] > 0x20 && kid.p[i] < 0x7F;
  return good;
}

static struct str encoded(struct str bytes, struct arena *arena)
{
  char *text = arena_alloc(arena, TEXT_BASE64URL_LENGTH(bytes.n) + 1);
  if (!text)
    return STR_NONE;
  return (struct str){text, text_base64url_encode((const unsigned char *)bytes.p, bytes.n, text)};
}

/* SHA-256 over the required members in the order of their names, as RFC 7638 section 3 writes them. */
static RESULT thumbprint(const struct crypto_public_key *key, struct arena *arena, struct str *ret_kid)
{
  unsigned char digest[CRYPTO_DIGEST];
  struct str first = encoded(key->first, arena), second = encoded(key->second, arena);
  struct buf text = buf_in(arena, THUMBPRINT_MOST);
  if (key->kind == CRYPTO_PUBLIC_EC)
    buf_print(&text, "{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\"%.*s\",\"y\":\"%.*s\"}", (int)first.n, first.p,
              (int)second.n, second.p);
  else
    buf_print(&text, "{\"e\":\"%.*s\",\"kty\":\"RSA\",\"n\":\"%.*s\"}", (int)second.n, second.p, (int)first.n, first.p);
  struct str all = buf_str(&text);
  if (!first.p || !second.p || !all.p)
    return R_NO_MEMORY;
  TRY(crypto_digest(all, digest));
  *ret_kid = encoded((struct str){(const char *)digest, sizeof digest}, arena);
  return ret_kid->p ? R_OK : R_NO_MEMORY;
}

static RESULT finish(const struct crypto_public_key *key, struct str kid, struct arena *arena,
                     struct authn_key *ret_key)
{
  struct authn_key made = {.kid = kid, .algorithm = str_of(algorithms[key->kind]), .pem = key->pem};
  if (!kid.p)
    TRY(thumbprint(key, arena, &made.kid));
  *ret_key = made;
  return R_OK;
}

static bool contains(struct str text, struct str word) { return text.n > 0 && memmem(text.p, text.n, word.p, word.n); }

RESULT authn_key_pem(struct str text, struct arena *arena, struct authn_key *ret_key)
{
  struct crypto_public_key key;
  if (contains(text, STR("PRIVATE KEY")))
    return R_PRIVATE_KEY;
  TRY(crypto_public_key_read(text, arena, &key));
  return finish(&key, STR_NONE, arena, ret_key);
}

static RESULT number_of(const struct json *jwk, const char *name, struct arena *arena, struct str *ret_number)
{
  struct str text = json_str(json_member(jwk, name));
  unsigned char *bytes = arena_alloc(arena, NUMBER_MOST);
  size_t n;
  if (!bytes)
    return R_NO_MEMORY;
  if (!text.p || !text_base64url_decode(text, NUMBER_MOST, bytes, &n))
    return R_RULE;
  *ret_number = (struct str){(const char *)bytes, n};
  return R_OK;
}

static bool holds(const struct json *array, const char *word)
{
  for (size_t i = 0; i < json_count(array); i++)
    if (str_is(json_str(json_at(array, i)), word))
      return true;
  return false;
}

/* What the JWK itself says it is for: nothing is said against signatures of this algorithm. */
static bool may_verify(const struct json *jwk, const char *algorithm)
{
  const struct json *use = json_member(jwk, "use"), *alg = json_member(jwk, "alg"),
                    *operations = json_member(jwk, "key_ops");
  if ((use && !str_is(json_str(use), "sig")) || (alg && !str_is(json_str(alg), algorithm)))
    return false;
  return !operations || (json_kind(operations) == JSON_KIND_ARRAY && holds(operations, "verify"));
}

RESULT authn_key_jwk(const struct json *jwk, struct arena *arena, struct authn_key *ret_key)
{
  struct crypto_public_key key;
  struct str type = json_str(json_member(jwk, "kty")), first, second, kid = STR_NONE;
  const struct json *name = json_member(jwk, "kid");
  enum crypto_public_kind kind = str_is(type, "EC") ? CRYPTO_PUBLIC_EC : CRYPTO_PUBLIC_RSA;
  for (size_t i = 0; i < sizeof private_members / sizeof *private_members; i++)
    if (json_member(jwk, private_members[i]))
      return R_PRIVATE_KEY;
  if (json_kind(jwk) != JSON_KIND_OBJECT)
    return R_MALFORMED;
  if (name && !authn_key_names(kid = json_str(name)))
    return R_MALFORMED;
  if (kind == CRYPTO_PUBLIC_EC ? !str_is(json_str(json_member(jwk, "crv")), "P-256") : !str_is(type, "RSA"))
    return R_RULE;
  if (!may_verify(jwk, algorithms[kind]))
    return R_RULE;
  TRY(number_of(jwk, kind == CRYPTO_PUBLIC_EC ? "x" : "n", arena, &first));
  TRY(number_of(jwk, kind == CRYPTO_PUBLIC_EC ? "y" : "e", arena, &second));
  TRY(crypto_public_key_make(kind, first, second, arena, &key));
  return finish(&key, kid, arena, ret_key);
}
