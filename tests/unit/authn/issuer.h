/* An issuer of access tokens without a database, and tokens forged with its own key. */
#pragma once
#include "authn/ring.h"
#include "authn/token.h"
#include "base/clock.h"
#include "base/text.h"

#define ISSUER_URL "https://access.example"

static const int64_t issuer_now = 1700000000 * CLOCK_SECOND;

/* What a token of a person says who came with two factors. */
static inline struct authn_token issuer_sample(void)
{
  return (struct authn_token){.caller = {.principal = {"principal 16 byt"},
                                         .session = {"session 16 bytes"},
                                         .kind = AUTHN_USER,
                                         .strength = AUTHN_TWO_FACTORS,
                                         .epoch = 0xfedcba98,
                                         .authenticated_at = issuer_now - 30 * CLOCK_SECOND,
                                         .factor_at = issuer_now - 10 * CLOCK_SECOND},
                              .audience = AUTHN_PARTNER,
                              .issued_at = issuer_now,
                              .expires_at = issuer_now + 900 * CLOCK_SECOND};
}

static inline struct str issuer_encode(struct arena *arena, struct str bytes)
{
  char *text = arena_alloc(arena, TEXT_BASE64URL_LENGTH(bytes.n) + 1);
  assert_non_null(text);
  return (struct str){text, text_base64url_encode((const unsigned char *)bytes.p, bytes.n, text)};
}

static inline struct str issuer_decode(struct arena *arena, struct str text)
{
  unsigned char *bytes = arena_alloc(arena, text.n + 1);
  size_t n;
  assert_non_null(bytes);
  assert_true(text_base64url_decode(text, text.n, bytes, &n));
  return (struct str){(const char *)bytes, n};
}

/* A segment of a token: 0 header, 1 payload, 2 signature. */
static inline struct str issuer_segment(struct str token, int which)
{
  struct str rest = token, segment = str_cut(&rest, '.');
  while (which-- > 0)
    segment = str_cut(&rest, '.');
  return segment;
}

/* header.payload and the signature over it by the key that signs now: what nobody can make who does not hold it. */
static inline struct str issuer_forge(const struct authn_issuer *issuer, struct arena *arena, struct str header,
                                      struct str payload)
{
  struct str head = issuer_encode(arena, header), body = issuer_encode(arena, payload);
  struct str part = arena_print(arena, "%.*s.%.*s", (int)head.n, head.p, (int)body.n, body.p);
  unsigned char signature[CRYPTO_SIGNATURE];
  struct authn_keyring_key key;
  assert_int_equal(authn_keyring_signer(issuer->ring, issuer_now, &key), R_OK);
  assert_int_equal(crypto_signature_make(key.key, part, signature), R_OK);
  crypto_signature_key_free(&key.key);
  struct str last = issuer_encode(arena, (struct str){(const char *)signature, sizeof signature});
  return arena_print(arena, "%.*s.%.*s", (int)part.n, part.p, (int)last.n, last.p);
}

/* The same with the header that this issuer writes. */
static inline struct str issuer_forge_payload(const struct authn_issuer *issuer, struct arena *arena,
                                              struct str payload)
{
  struct authn_keyring_key key;
  assert_int_equal(authn_keyring_signer(issuer->ring, issuer_now, &key), R_OK);
  crypto_signature_key_free(&key.key);
  struct str header = issuer_decode(arena, (struct str){key.header, sizeof key.header});
  return issuer_forge(issuer, arena, header, payload);
}

/* A JSON text with one member changed to another text; `value` NULL: without it. The member must be there. */
static inline struct str issuer_change(struct arena *arena, struct str json, const char *name, const char *value)
{
  struct str key = arena_print(arena, "\"%s\":", name);
  const char *at = strstr(json.p, key.p);
  assert_non_null(at);
  const char *end = at + key.n;
  for (int depth = 0; depth > 0 || (*end != ',' && *end != '}'); end++)
    depth += (*end == '[') - (*end == ']');
  if (value)
    return arena_print(arena, "%.*s%s%s%s", (int)(at - json.p), json.p, key.p, value, end);
  bool last = *end == '}';
  return arena_print(arena, "%.*s%s", (int)(at - json.p) - last, json.p, end + !last);
}
