/* Written and read by one table of claims. To verify: the header is, byte by byte, the one that this service writes for
   a key it believes in; that key's signature; every claim's kind; then what the claims say. The token chooses nothing.
   Trusts: nothing of a token before its signature is verified, and then only what is in range. */
#include "authn/token.h"
#include "authn/seen.h"
#include "base/clock.h"
#include "base/text.h"
#include "json/parse.h"
#include "json/write.h"

enum { SIGNATURE_TEXT = TEXT_BASE64URL_LENGTH(CRYPTO_SIGNATURE), PAYLOAD_MOST = AUTHN_TOKEN_MOST / 4 * 3 };

#define SECONDS_MOST INT64_C(253402300799) /* the year 9999 */

static const char *const portals[] = {
    [AUTHN_SERVICE] = "service", [AUTHN_PARTNER] = "partner", [AUTHN_ANALYTICS] = "analytics"};
static const char *const assurances[] = {[AUTHN_SINGLE] = "aal1", [AUTHN_TWO_FACTORS] = "aal2"};
/* RFC 8176. */
static const char *const methods[] = {[AUTHN_SINGLE] = "[\"pwd\"]", [AUTHN_TWO_FACTORS] = "[\"pwd\",\"otp\",\"mfa\"]"};

enum need { ALWAYS, OF_USERS, OPTIONAL };

enum claim {
  ISS,
  EXP,
  AUD,
  SUB,
  CLIENT_ID,
  IAT,
  JTI,
  SID,
  PORTAL,
  EPOCH,
  ACR,
  AMR,
  AUTH_TIME,
  FACTOR_TIME,
  RELAY,
  ADDRESS,
  NBF,
  CLAIMS
};

static const struct {
  const char *name;
  enum json_kind kind;
  enum need need;
} claims[CLAIMS] = {
    [ISS] = {"iss", JSON_KIND_STRING, ALWAYS},
    [EXP] = {"exp", JSON_KIND_INTEGER, ALWAYS},
    [AUD] = {"aud", JSON_KIND_STRING, ALWAYS},
    [SUB] = {"sub", JSON_KIND_STRING, ALWAYS},
    [CLIENT_ID] = {"client_id", JSON_KIND_STRING, ALWAYS},
    [IAT] = {"iat", JSON_KIND_INTEGER, ALWAYS},
    [JTI] = {"jti", JSON_KIND_STRING, ALWAYS},
    [SID] = {"sid", JSON_KIND_STRING, ALWAYS},
    [PORTAL] = {"portal", JSON_KIND_STRING, ALWAYS},
    [EPOCH] = {"epoch", JSON_KIND_INTEGER, ALWAYS},
    [ACR] = {"acr", JSON_KIND_STRING, OF_USERS},
    [AMR] = {"amr", JSON_KIND_ARRAY, OF_USERS},
    [AUTH_TIME] = {"auth_time", JSON_KIND_INTEGER, OF_USERS},
    [FACTOR_TIME] = {"factor_time", JSON_KIND_INTEGER, OPTIONAL},
    [RELAY] = {"relay", JSON_KIND_STRING, OPTIONAL},
    [ADDRESS] = {"address", JSON_KIND_STRING, OPTIONAL},
    [NBF] = {"nbf", JSON_KIND_INTEGER, OPTIONAL},
};

/* What a payload says, claim by claim; a text .p NULL and a number 0 where it is missing. */
struct said {
  struct str text[CLAIMS];
  int64_t number[CLAIMS];
};

static bool in_range(const struct authn_token *t)
{
  const struct authn_caller *c = &t->caller;
  return !uuid_is_zero(&c->principal) && !uuid_is_zero(&c->session) && c->kind >= AUTHN_USER &&
         c->kind <= AUTHN_CLIENT && c->strength >= AUTHN_SINGLE && c->strength <= AUTHN_TWO_FACTORS &&
         t->audience >= AUTHN_SERVICE && t->audience <= AUTHN_ANALYTICS && t->issued_at > 0 &&
         t->expires_at / CLOCK_SECOND <= SECONDS_MOST && (c->kind == AUTHN_CLIENT || c->authenticated_at > 0) &&
         (c->strength == AUTHN_SINGLE || c->factor_at > 0);
}

static void put_text(struct json_writer *w, enum claim claim, struct str text)
{
  json_key(w, claims[claim].name);
  json_put_text(w, text);
}

static void put_uuid(struct json_writer *w, enum claim claim, const struct uuid *uuid)
{
  json_key(w, claims[claim].name);
  json_put_uuid(w, uuid);
}

static void put_time(struct json_writer *w, enum claim claim, int64_t time)
{
  json_key(w, claims[claim].name);
  json_put_int(w, time / CLOCK_SECOND);
}

/* For who comes through a portal's backend: which it is, and the address that it has stated. */
static void put_stated(struct json_writer *w, const struct authn_caller *c)
{
  char address[NETWORK_TEXT];
  network_format(&c->stated, address);
  put_uuid(w, RELAY, &c->relay);
  put_text(w, ADDRESS, str_of(address));
}

struct str authn_token_portal(const struct authn_token *token) { return str_of(portals[token->audience]); }

struct str authn_token_acr(const struct authn_token *token)
{
  return token->caller.kind == AUTHN_USER ? str_of(assurances[token->caller.strength]) : STR_NONE;
}

static void put_person(struct json_writer *w, const struct authn_token *t)
{
  const struct authn_caller *c = &t->caller;
  put_text(w, ACR, authn_token_acr(t));
  json_key(w, claims[AMR].name);
  json_put_raw(w, str_of(methods[c->strength]));
  put_time(w, AUTH_TIME, c->authenticated_at);
  if (c->factor_at)
    put_time(w, FACTOR_TIME, c->factor_at);
  if (!uuid_is_zero(&c->relay))
    put_stated(w, c);
}

/* Of a client, it is itself who acts (RFC 9068 section 2.2); of a person, the portal through which they came. */
static void put_claims(struct json_writer *w, const struct authn_issuer *issuer, const struct authn_token *t,
                       const struct uuid *id)
{
  struct str portal = authn_token_portal(t);
  json_open(w, '{');
  put_text(w, ISS, issuer->url);
  put_text(w, AUD, issuer->url);
  put_time(w, IAT, t->issued_at);
  put_time(w, EXP, t->expires_at);
  put_uuid(w, JTI, id);
  put_uuid(w, SUB, &t->caller.principal);
  if (t->caller.kind == AUTHN_CLIENT)
    put_uuid(w, CLIENT_ID, &t->caller.principal);
  else
    put_text(w, CLIENT_ID, portal);
  put_uuid(w, SID, &t->caller.session);
  put_text(w, PORTAL, portal);
  json_key(w, claims[EPOCH].name);
  json_put_int(w, t->caller.epoch);
  if (t->caller.kind == AUTHN_USER)
    put_person(w, t);
  json_close(w, '}');
}

static void release(struct authn_keyring_key *key) { crypto_signature_key_free(&key->key); }

/* header.payload, and room for the rest. */
static RESULT put_signed_part(const struct authn_keyring_key *key, struct str payload, struct arena *arena,
                              struct str *ret_part)
{
  size_t n = AUTHN_KEYRING_HEADER + 1 + TEXT_BASE64URL_LENGTH(payload.n);
  if (n + 1 + SIGNATURE_TEXT > AUTHN_TOKEN_MOST)
    return FAULT(R_INTERNAL);
  char *text = arena_alloc(arena, n + 1 + SIGNATURE_TEXT + 1);
  if (!text)
    return R_NO_MEMORY;
  memcpy(text, key->header, AUTHN_KEYRING_HEADER);
  text[AUTHN_KEYRING_HEADER] = '.';
  text_base64url_encode((const unsigned char *)payload.p, payload.n, text + AUTHN_KEYRING_HEADER + 1);
  *ret_part = (struct str){text, n};
  return R_OK;
}

RESULT authn_token_issue(const struct authn_issuer *issuer, const struct authn_token *token, struct arena *arena,
                         struct str *ret_text)
{
  struct authn_keyring_key key CLEANUP(release) = {0};
  struct buf json = buf_in(arena, PAYLOAD_MOST);
  struct json_writer w = json_writer_on(&json);
  unsigned char signature[CRYPTO_SIGNATURE];
  struct str part;
  struct uuid id;
  if (!in_range(token))
    return FAULT(R_INTERNAL);
  if (token->expires_at / CLOCK_SECOND <= token->issued_at / CLOCK_SECOND)
    return R_UNAUTHENTICATED;
  TRY(uuid_new(&id));
  put_claims(&w, issuer, token, &id);
  struct str payload = buf_str(&json);
  if (!payload.p)
    return R_NO_MEMORY;
  TRY(authn_keyring_signer(issuer->ring, token->issued_at, &key));
  TRY(put_signed_part(&key, payload, arena, &part));
  TRY(crypto_signature_make(key.key, part, signature));
  char *end = (char *)(uintptr_t)part.p + part.n;
  *end = '.';
  text_base64url_encode(signature, sizeof signature, end + 1);
  *ret_text = (struct str){part.p, part.n + 1 + SIGNATURE_TEXT};
  return R_OK;
}

/* The claims are there and of their kinds; more than these may be there. */
static bool read_claims(const struct json *payload, struct said *ret_said)
{
  struct said said = {0};
  if (json_kind(payload) != JSON_KIND_OBJECT)
    return false;
  for (enum claim i = 0; i < CLAIMS; i++) {
    const struct json *value = json_member(payload, claims[i].name);
    if (!value && claims[i].need != ALWAYS)
      continue;
    if (!value || json_kind(value) != claims[i].kind)
      return false;
    said.text[i] = claims[i].kind == JSON_KIND_ARRAY ? STR("[]") : json_str(value);
    if (claims[i].kind == JSON_KIND_INTEGER && !json_int(value, &said.number[i]))
      return false;
  }
  *ret_said = said;
  return true;
}

/* 0 for what is none of them. */
static int index_of(const char *const *names, int last, struct str name)
{
  for (int i = 1; i <= last; i++)
    if (str_is(name, names[i]))
      return i;
  return 0;
}

static bool is_time(int64_t seconds) { return seconds > 0 && seconds <= SECONDS_MOST; }

/* Both or none. */
static bool read_stated(const struct said *said, struct authn_caller *c)
{
  if (!said->text[RELAY].p && !said->text[ADDRESS].p)
    return true;
  return said->text[RELAY].p && said->text[ADDRESS].p && uuid_parse(said->text[RELAY], &c->relay) &&
         !uuid_is_zero(&c->relay) && network_parse(said->text[ADDRESS], &c->stated) &&
         c->stated.bits == NETWORK_ADDRESS;
}

static bool read_person(const struct said *said, struct authn_caller *c)
{
  int strength = index_of(assurances, AUTHN_TWO_FACTORS, said->text[ACR]);
  if (!strength || !said->text[AMR].p || !is_time(said->number[AUTH_TIME]))
    return false;
  if (said->number[FACTOR_TIME] != 0 ? !is_time(said->number[FACTOR_TIME]) : strength == AUTHN_TWO_FACTORS)
    return false;
  c->kind = AUTHN_USER;
  c->strength = (enum authn_strength)strength;
  c->authenticated_at = said->number[AUTH_TIME] * CLOCK_SECOND;
  c->factor_at = said->number[FACTOR_TIME] * CLOCK_SECOND;
  return read_stated(said, c);
}

static bool read_caller(const struct said *said, struct authn_token *t)
{
  struct authn_caller *c = &t->caller;
  struct uuid id;
  int portal = index_of(portals, AUTHN_ANALYTICS, said->text[PORTAL]);
  if (!portal || !uuid_parse(said->text[SUB], &c->principal) || !uuid_parse(said->text[SID], &c->session) ||
      !uuid_parse(said->text[JTI], &id) || said->number[EPOCH] < 0 || said->number[EPOCH] > UINT32_MAX)
    return false;
  t->audience = (enum authn_audience)portal;
  c->epoch = (uint32_t)said->number[EPOCH];
  if (str_equal(said->text[CLIENT_ID], said->text[SUB])) {
    c->kind = AUTHN_CLIENT;
    c->strength = AUTHN_SINGLE;
    return true;
  }
  return str_equal(said->text[CLIENT_ID], said->text[PORTAL]) && read_person(said, c);
}

/* In its time, and of no longer life than ended sessions are remembered. */
static bool read_times(const struct said *said, int64_t now, struct authn_token *t)
{
  int64_t issued = said->number[IAT], expires = said->number[EXP], skew = AUTHN_SKEW / CLOCK_SECOND;
  if (!is_time(issued) || !is_time(expires) || expires <= issued || expires - issued > AUTHN_TOKEN_LIFE_MOST)
    return false;
  t->issued_at = issued * CLOCK_SECOND;
  t->expires_at = expires * CLOCK_SECOND;
  int64_t not_before = said->number[NBF];
  return now < t->expires_at && t->issued_at <= now + AUTHN_SKEW && not_before >= 0 &&
         not_before <= now / CLOCK_SECOND + skew;
}

static RESULT read_payload(const struct authn_issuer *issuer, struct str segment, int64_t now, struct arena *arena,
                           struct authn_token *ret_token)
{
  const struct json *payload;
  struct authn_token token = {0};
  struct said said = {0};
  size_t n = 0;
  unsigned char *bytes = arena_alloc(arena, PAYLOAD_MOST);
  if (!bytes)
    return R_NO_MEMORY;
  if (!text_base64url_decode(segment, PAYLOAD_MOST, bytes, &n))
    return R_UNAUTHENTICATED;
  enum result r = json_parse((struct str){(const char *)bytes, n}, arena, &payload);
  if (r == R_MALFORMED || r == R_TOO_LARGE)
    return R_UNAUTHENTICATED;
  TRY(r);
  if (!read_claims(payload, &said) || !str_equal(said.text[ISS], issuer->url) ||
      !str_equal(said.text[AUD], issuer->url) || !read_times(&said, now, &token) || !read_caller(&said, &token))
    return R_UNAUTHENTICATED;
  *ret_token = token;
  return R_OK;
}

/* Cuts header, payload and signature apart; a token has two dots and no more. */
static bool cut(struct str text, struct str *ret_header, struct str *ret_payload, struct str *ret_signature)
{
  struct str rest = text;
  *ret_header = str_cut(&rest, '.');
  *ret_payload = str_cut(&rest, '.');
  *ret_signature = rest;
  return text.n <= AUTHN_TOKEN_MOST && rest.n == SIGNATURE_TEXT && !memchr(rest.p, '.', rest.n);
}

/* Fills in the token and until when it can be believed. */
static RESULT verify(const struct authn_issuer *issuer, struct str text, int64_t now, struct arena *arena,
                     struct authn_seen_entry *ret_entry)
{
  struct authn_keyring_key key CLEANUP(release) = {0};
  struct str header, payload, signature;
  unsigned char bytes[CRYPTO_SIGNATURE];
  size_t n = 0;
  if (!cut(text, &header, &payload, &signature) || !text_base64url_decode(signature, sizeof bytes, bytes, &n))
    return R_UNAUTHENTICATED;
  TRY(authn_keyring_verifier(issuer->ring, header, now, &key));
  struct str part = {text.p, header.n + 1 + payload.n};
  TRY(crypto_signature_check(key.key, part, (struct str){(const char *)bytes, n}));
  TRY(read_payload(issuer, payload, now, arena, &ret_entry->token));
  ret_entry->until = key.ends_at < ret_entry->token.expires_at ? key.ends_at : ret_entry->token.expires_at;
  return R_OK;
}

RESULT authn_token_verify(const struct authn_issuer *issuer, struct str text, int64_t now, struct arena *arena,
                          struct authn_token *ret_token)
{
  struct authn_seen_entry entry;
  TRY(verify(issuer, text, now, arena, &entry));
  *ret_token = entry.token;
  return R_OK;
}

RESULT authn_token_check(const struct authn_issuer *issuer, struct str text, int64_t now, struct arena *arena,
                         struct authn_token *ret_token)
{
  struct authn_seen_entry entry;
  if (!issuer->seen || text.n > AUTHN_TOKEN_MOST)
    return authn_token_verify(issuer, text, now, arena, ret_token);
  /* The count of losses first: a key that goes meanwhile makes stale what is kept now. */
  entry.losses = authn_keyring_losses(issuer->ring);
  TRY(crypto_digest(text, entry.digest));
  if (authn_seen_find(issuer->seen, &entry, now, ret_token))
    return R_OK;
  TRY(verify(issuer, text, now, arena, &entry));
  authn_seen_keep(issuer->seen, &entry);
  *ret_token = entry.token;
  return R_OK;
}
