/* Hostile tokens, most of them signed by the issuer's own key, shown to our verifier and to libjwt: ours accepts none,
   and where libjwt does, the reason is listed. libjwt, which refuses typ at+jwt, is shown each as a JWT. SECURITY.md D1
   to D4, D9, D21, D23. */
#include "authn/issuer.h"
#include "authn/nonce.h"
#include "authn/pending.h"
#include "authn/seen.h"
#include "base/log.h"
#include "crypto/seal.h"
#include <jwt.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>

/* Why libjwt accepts what we refuse. */
enum reason { AGREED, TIMES, PARTIES, KINDS, ABSENT, DOUBLES, HEADERS, ALGORITHM, NO_KEY, FRAMING, REASONS };
static const char *const reasons[REASONS] = {
    [AGREED] = "it refuses it too",
    [TIMES] = "it checks no time: exp, iat and nbf are the caller's to look at",
    [PARTIES] = "it knows no issuer, audience, subject or client that a token should be of",
    [KINDS] = "it takes claims of any kind and size; a number that is no integer reads as 0",
    [ABSENT] = "it demands no claim",
    [DOUBLES] = "of a claim that stands there twice it takes the last",
    [HEADERS] = "it takes every header that names the algorithm, whatever else stands there and in which order",
    [ALGORITHM] = "it verifies by the algorithm that the token names: an HMAC by the public key's text passes",
    [NO_KEY] = "without a key it takes alg none, and an HMAC by the empty key",
    [FRAMING] = "its base64 and its cutting at the dots let through what is not canonical",
};

static struct crypto_keys *keys;
static struct arena *arena;
static struct authn_issuer issuer;
static struct crypto_signature_key *stranger;
static char *pem;
static struct str header, payload;
static size_t tried, accepted, by_reason[REASONS], good_ones;

static void write_pem(void)
{
  struct authn_keyring_key key;
  char *bytes;
  assert_int_equal(authn_keyring_signer(issuer.ring, issuer_now, &key), R_OK);
  BIO *memory = BIO_new(BIO_s_mem());
  assert_int_equal(PEM_write_bio_PUBKEY(memory, (EVP_PKEY *)(void *)key.key), 1);
  long n = BIO_get_mem_data(memory, &bytes);
  struct str copy = arena_copy(arena, (struct str){bytes, (size_t)n});
  pem = (char *)(uintptr_t)copy.p;
  BIO_free(memory);
  crypto_signature_key_free(&key.key);
}

static int open_all(void **state)
{
  (void)state;
  unsigned char master[32] = {1, 2, 3};
  const struct authn_token token = issuer_sample();
  struct str text;
  log_set_level(LOG_ERROR + 1);
  arena = arena_new(512 << 20);
  assert_int_equal(crypto_keys_open((struct secret){master, sizeof master}, &keys), R_OK);
  assert_int_equal(crypto_signature_key_new(&stranger), R_OK);
  issuer.url = STR(ISSUER_URL);
  assert_int_equal(authn_keyring_open(keys, arena, &issuer.ring), R_OK);
  assert_int_equal(authn_seen_open(64, arena, &issuer.seen), R_OK);
  struct store_signing_key rows[] = {ring_row(issuer.ring, 2, issuer_now + CLOCK_SECOND, arena),
                                     ring_row(issuer.ring, 1, issuer_now - CLOCK_SECOND, arena)};
  assert_int_equal(authn_keyring_take(issuer.ring, rows, 2), R_OK);
  assert_int_equal(authn_token_issue(&issuer, &token, arena, &text), R_OK);
  header = issuer_decode(arena, issuer_segment(text, 0));
  payload = issuer_decode(arena, issuer_segment(text, 1));
  write_pem();
  return 0;
}

static int close_all(void **state)
{
  (void)state;
  crypto_signature_key_free(&stranger);
  authn_seen_close(&issuer.seen);
  authn_keyring_close(&issuer.ring);
  crypto_keys_close(&keys);
  arena_free(&arena);
  return 0;
}

static bool we_accept(struct str text)
{
  struct authn_token token;
  enum result checked = authn_token_check(&issuer, text, issuer_now, arena, &token);
  enum result verified = authn_token_verify(&issuer, text, issuer_now, arena, &token);
  assert_int_equal(checked, verified);
  assert_true(checked == R_OK || checked == R_UNAUTHENTICATED);
  return checked == R_OK;
}

static bool libjwt_accepts(struct str text, bool has_key)
{
  jwt_t *jwt = NULL;
  const unsigned char *key = (const unsigned char *)pem;
  int r = jwt_decode(&jwt, arena_copy(arena, text).p, has_key ? key : NULL, has_key ? (int)strlen(pem) : 0);
  jwt_free(jwt);
  return r == 0;
}

/* One hostile token in the two forms. */
static void judge(const char *name, struct str ours, struct str theirs, enum reason reason)
{
  tried++;
  if (we_accept(ours)) {
    accepted++;
    print_error("ACCEPTED: %s\n", name);
  }
  bool libjwt = libjwt_accepts(theirs, reason != NO_KEY);
  if (libjwt != (reason != AGREED))
    fail_msg("%s: libjwt %s it, listed: %s", name, libjwt ? "accepts" : "refuses", reasons[reason]);
  by_reason[reason]++;
}

enum signer { OURS, STRANGER, HMAC_PEM, HMAC_EMPTY, NOBODY };

static struct str signature_over(struct str part, enum signer signer)
{
  unsigned char bytes[EVP_MAX_MD_SIZE];
  unsigned int n = CRYPTO_SIGNATURE;
  struct authn_keyring_key key = {0};
  if (signer == NOBODY)
    return STR("");
  if (signer == HMAC_PEM || signer == HMAC_EMPTY) {
    const char *secret = signer == HMAC_PEM ? pem : "";
    assert_non_null(HMAC(EVP_sha256(), secret, (int)strlen(secret), (const unsigned char *)part.p, part.n, bytes, &n));
    return arena_copy(arena, (struct str){(const char *)bytes, n});
  }
  assert_int_equal(authn_keyring_signer(issuer.ring, issuer_now, &key), R_OK);
  assert_int_equal(crypto_signature_make(signer == OURS ? key.key : stranger, part, bytes), R_OK);
  crypto_signature_key_free(&key.key);
  return arena_copy(arena, (struct str){(const char *)bytes, n});
}

static struct str joined(struct str head, struct str body, struct str signature)
{
  struct str h = issuer_encode(arena, head), b = issuer_encode(arena, body), s = issuer_encode(arena, signature);
  return arena_print(arena, "%.*s.%.*s.%.*s", (int)h.n, h.p, (int)b.n, b.p, (int)s.n, s.p);
}

static struct str signed_text(struct str head, struct str body, enum signer signer)
{
  struct str unsigned_text = joined(head, body, STR(""));
  return joined(head, body, signature_over((struct str){unsigned_text.p, unsigned_text.n - 1}, signer));
}

/* The header as libjwt can be shown it. */
static struct str as_jwt(struct str head)
{
  struct str copy = arena_copy(arena, head);
  const char *at = strstr(copy.p, "at+jwt");
  return at ? arena_print(arena, "%.*sJWT%s", (int)(at - copy.p), copy.p, at + 6) : copy;
}

static void judge_header(const char *head, enum signer signer, enum reason reason)
{
  judge(head, signed_text(str_of(head), payload, signer), signed_text(as_jwt(str_of(head)), payload, signer), reason);
}

static void judge_payload(struct str body, enum reason reason)
{
  judge(body.p, signed_text(header, body, OURS), signed_text(as_jwt(header), body, OURS), reason);
}

static const char *kid(void)
{
  static char name[AUTHN_KID + 1];
  memcpy(name, strstr(header.p, "\"kid\":\"") + 7, AUTHN_KID);
  return name;
}

/* D1, D2. */
static void the_token_chooses_no_algorithm(void **state)
{
  (void)state;
  static const char *const names[] = {"none",   "None",   "NONE",         "nOnE",  "",       "HS256",
                                      "HS384",  "HS512",  "RS256",        "RS384", "RS512",  "ES384",
                                      "ES512",  "PS256",  "es256",        "Es256", "EdDSA",  "ES256 ",
                                      " ES256", "ES256K", "ES256\\u0000", "hs256", "A256GCM"};
  static const char *const values[] = {
      "null", "true", "256", "[\"ES256\"]", "{}", "1e400", "\"ES256\",\"alg\":\"none\"", "\"none\",\"alg\":\"ES256\""};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    for (enum signer signer = OURS; signer <= NOBODY; signer++) {
      const char *head = arena_print(arena, "{\"alg\":\"%s\",\"kid\":\"%s\",\"typ\":\"at+jwt\"}", names[i], kid()).p;
      bool hmac = str_equal_fold(str_of(names[i]), STR("HS256"));
      bool es256 = str_equal_fold(str_of(names[i]), STR("ES256"));
      judge_header(head, signer, hmac && signer == HMAC_PEM ? ALGORITHM : es256 && signer == OURS ? HEADERS : AGREED);
    }
  for (size_t i = 0; i < sizeof values / sizeof *values; i++)
    judge_header(arena_print(arena, "{\"alg\":%s,\"kid\":\"%s\",\"typ\":\"at+jwt\"}", values[i], kid()).p, OURS,
                 i == 7 ? HEADERS : AGREED);
  judge_header(arena_print(arena, "{\"kid\":\"%s\",\"typ\":\"at+jwt\"}", kid()).p, OURS, AGREED);
  judge_header("{\"alg\":\"none\"}", NOBODY, NO_KEY);
  judge_header("{\"alg\":\"HS256\",\"typ\":\"JWT\"}", HMAC_EMPTY, NO_KEY);
}

/* D9. */
static void the_token_names_no_key(void **state)
{
  (void)state;
  static const char *const names[] = {"",
                                      "../../../../dev/null",
                                      "/proc/self/environ",
                                      "' OR 1=1 --",
                                      "x'; DROP TABLE vault.signing_key; --",
                                      "| /bin/sh",
                                      "http://127.0.0.1:1/key",
                                      "\\u0000",
                                      "%s%s%s%n",
                                      "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"};
  static const char *const more[] = {"\"jku\":\"http://127.0.0.1:1/jwks.json\"",
                                     "\"x5u\":\"http://127.0.0.1:1/cert.pem\"",
                                     "\"jwk\":{\"kty\":\"oct\",\"k\":\"\"}",
                                     "\"x5c\":[\"MIIB\"]",
                                     "\"crit\":[\"exp\"]",
                                     "\"crit\":[\"b64\"],\"b64\":false",
                                     "\"b64\":false",
                                     "\"zip\":\"DEF\"",
                                     "\"cty\":\"JWT\"",
                                     "\"\":\"\""};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    judge_header(arena_print(arena, "{\"alg\":\"ES256\",\"kid\":\"%s\",\"typ\":\"at+jwt\"}", names[i]).p, OURS,
                 i == 7 ? AGREED : HEADERS);
  for (size_t i = 0; i < sizeof more / sizeof *more; i++) {
    judge_header(arena_print(arena, "{\"alg\":\"ES256\",\"kid\":\"%s\",\"typ\":\"at+jwt\",%s}", kid(), more[i]).p, OURS,
                 HEADERS);
    judge_header(arena_print(arena, "{%s,\"alg\":\"ES256\",\"kid\":\"%s\",\"typ\":\"at+jwt\"}", more[i], kid()).p,
                 STRANGER, AGREED);
  }
  char *long_name = arena_alloc(arena, (1 << 20) + 1);
  memset(long_name, 'k', 1 << 20);
  judge_header(arena_print(arena, "{\"alg\":\"ES256\",\"kid\":\"%s\",\"typ\":\"at+jwt\"}", long_name).p, OURS, HEADERS);
  judge("the header of the key that signs next, signed by this one", ({
          struct authn_keyring_key next;
          assert_int_equal(authn_keyring_signer(issuer.ring, issuer_now + 2 * CLOCK_SECOND, &next), R_OK);
          crypto_signature_key_free(&next.key);
          signed_text(issuer_decode(arena, (struct str){next.header, sizeof next.header}), payload, OURS);
        }),
        signed_text(as_jwt(header), payload, STRANGER), AGREED);
}

/* D1. */
static void the_header_is_the_one_and_in_its_order(void **state)
{
  (void)state;
  static const char *const forms[] = {
      "{\"kid\":\"%s\",\"alg\":\"ES256\",\"typ\":\"at+jwt\"}",
      "{\"kid\":\"%s\",\"typ\":\"at+jwt\",\"alg\":\"ES256\"}",
      "{\"typ\":\"at+jwt\",\"alg\":\"ES256\",\"kid\":\"%s\"}",
      "{\"typ\":\"at+jwt\",\"kid\":\"%s\",\"alg\":\"ES256\"}",
      "{ \"alg\":\"ES256\",\"kid\":\"%s\",\"typ\":\"at+jwt\"}",
      "{\"alg\":\"ES256\",\"kid\":\"%s\",\"typ\":\"at+jwt\"}\n",
      "{\"alg\":\"ES256\",\"kid\":\"%s\",\"typ\":\"at+jwt\" }",
      "{\"alg\":\"ES25\\u0036\",\"kid\":\"%s\",\"typ\":\"at+jwt\"}",
      "{\"alg\":\"ES256\",\"kid\":\"%s\",\"typ\":\"JWT\"}",
      "{\"alg\":\"ES256\",\"kid\":\"%s\"}",
      "{\"alg\":\"ES256\",\"kid\":\"%s\",\"kid\":\"\",\"typ\":\"at+jwt\"}",
  };
  static const char *const none[] = {
      "", "{}", "[]", "null", "\"\"", "{", "\xff\xfe", "{\"alg\":\"ES256\"", "\xef\xbb\xbf{}"};
  static const char *const types[] = {"at+JWT", "AT+JWT", "application/at+jwt", "dpop+jwt", "rt+jwt", "logout+jwt"};
  for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
    char *form = arena_alloc(arena, 512);
    const char *at = strstr(forms[i], "%s");
    snprintf(form, 512, "%.*s%s%s", (int)(at - forms[i]), forms[i], kid(), at + 2);
    judge_header(form, OURS, HEADERS);
  }
  for (size_t i = 0; i < sizeof none / sizeof *none; i++)
    judge_header(none[i], OURS, AGREED);
  for (size_t i = 0; i < sizeof types / sizeof *types; i++)
    judge_header(arena_print(arena, "{\"alg\":\"ES256\",\"kid\":\"%s\",\"typ\":\"%s\"}", kid(), types[i]).p, OURS,
                 AGREED);
  judge_header("{\"alg\":\"ES256\",\"typ\":\"JWT\"}", OURS, HEADERS);
}

static const struct {
  const char *name;
  bool optional;
  const char *others; /* kinds of value, of those below, that would be a value of its kind */
} claims[] = {
    {"iss", false, ""}, {"aud", false, ""},       {"sub", false, ""},    {"client_id", false, ""},   {"jti", false, ""},
    {"sid", false, ""}, {"portal", false, ""},    {"acr", false, ""},    {"amr", false, "a"},        {"exp", false, ""},
    {"iat", false, ""}, {"auth_time", false, ""}, {"epoch", false, "0"}, {"factor_time", false, ""},
};

/* D3. Each value has a letter by which a claim says that it may be that. */
static const struct {
  char letter;
  const char *text;
  bool parses; /* as JSON, by jansson */
} values[] = {
    {'n', "null", true},
    {'t', "true", true},
    {'f', "false", true},
    {'e', "\"\"", true},
    {'s', "\"1700000900\"", true},
    {'x', "\"x\"", true},
    {'r', "1700000900.0", true},
    {'R', "1.7000009e9", true},
    {'0', "0", true},
    {'-', "-1", true},
    {'m', "-9223372036854775808", true},
    {'M', "9223372036854775807", true},
    {'2', "9223372036854775808", false},
    {'b', "100000000000000000000000000", false},
    {'i', "1e400", false},
    {'N', "NaN", false},
    {'h', "0x6553f100", false},
    {'z', "01700000900", false},
    {'a', "[]", true},
    {'A', "[\"https://access.example\"]", true},
    {'o', "{}", true},
    {'u', "\"\\u0000\"", false},
    {'d', "\"\\ud800\"", false},
};

static void every_claim_is_there_and_of_its_kind(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof claims / sizeof *claims; i++) {
    judge_payload(issuer_change(arena, payload, claims[i].name, NULL), ABSENT);
    for (size_t j = 0; j < sizeof values / sizeof *values; j++) {
      bool is_amr = strcmp(claims[i].name, "amr") == 0;
      if (strchr(claims[i].others, values[j].letter) && claims[i].others[0])
        continue;
      if (is_amr && (values[j].letter == 'A' || values[j].letter == 'a'))
        continue;
      judge_payload(issuer_change(arena, payload, claims[i].name, values[j].text), values[j].parses ? KINDS : AGREED);
    }
  }
}

/* D3: a second before, at, and after each limit. */
static void a_second_too_early_or_too_late_is_refused(void **state)
{
  (void)state;
  static const struct {
    const char *claim, *value, *other, *other_value;
    bool good;
  } times[] = {
      {"exp", "1700000001", "iat", "1699999990", true},        {"exp", "1700000000", "iat", "1699999990", false},
      {"exp", "1699999999", "iat", "1699999990", false},       {"iat", "1700000060", "exp", "1700000900", true},
      {"iat", "1700000061", "exp", "1700000900", false},       {"iat", "1700000000", "exp", "1700000900", true},
      {"iat", "1699999999", "exp", "1700000900", false},       {"iat", "1700000000", "exp", "1700000901", false},
      {"iat", "1700000010", "exp", "1700000010", false},       {"iat", "1700000010", "exp", "1700000009", false},
      {"exp", "253402300800", "iat", "253402300000", false},   {"exp", "9223372036854", "iat", "9223372036000", false},
      {"exp", "9223372036855", "iat", "9223372036000", false},
  };
  static const struct {
    const char *value;
    bool good;
  } before[] = {{"1700000060", true}, {"1700000061", false}, {"1", true},    {"9223372036854775807", false},
                {"-1", false},        {"\"1\"", false},      {"1.5", false}, {"null", false},
                {"[]", false}};
  for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
    struct str body = issuer_change(arena, payload, times[i].claim, times[i].value);
    body = issuer_change(arena, body, times[i].other, times[i].other_value);
    if (!times[i].good)
      judge_payload(body, TIMES);
    else
      good_ones +=
          we_accept(signed_text(header, body, OURS)) && libjwt_accepts(signed_text(as_jwt(header), body, OURS), true);
  }
  for (size_t i = 0; i < sizeof before / sizeof *before; i++) {
    struct str body = arena_print(arena, "{\"nbf\":%s,%s", before[i].value, payload.p + 1);
    if (!before[i].good)
      judge_payload(body, i < 5 ? TIMES : KINDS);
    else
      good_ones +=
          we_accept(signed_text(header, body, OURS)) && libjwt_accepts(signed_text(as_jwt(header), body, OURS), true);
  }
  assert_int_equal(good_ones, 5);
}

/* D3. */
static void another_party_is_refused(void **state)
{
  (void)state;
  static const struct {
    const char *claim, *value;
  } parties[] = {
      {"iss", "\"https://access.example/\""},
      {"iss", "\"https://access.exampl\""},
      {"iss", "\"https://ACCESS.example\""},
      {"iss", "\"http://access.example\""},
      {"iss", "\"https://access.example.evil.example\""},
      {"iss", "\"https://access.example@evil.example\""},
      {"aud", "\"https://access.example/\""},
      {"aud", "\"https://other.example\""},
      {"aud", "\"*\""},
      {"aud", "[\"https://other.example\",\"https://access.example\"]"},
      {"portal", "\"admin\""},
      {"portal", "\"analytics\""}, /* of another portal than the client_id */
      {"portal", "\"PARTNER\""},
      {"client_id", "\"service\""},
      {"client_id", "\"00000000-0000-7000-8000-000000000001\""},
      {"sub", "\"admin\""},
      {"sub", "\"7072696e-6369-7061-6c20-31362062797\""},
      {"sub", "\"7072696e-6369-7061-6c20-3136206279740\""},
      {"sid", "\"7072696e63697061\""},
      {"sid", "\"../\""},
      {"jti", "\"1\""},
      {"acr", "\"aal3\""},
      {"acr", "\"AAL2\""},
      {"epoch", "4294967296"},
      {"epoch", "-1"},
  };
  for (size_t i = 0; i < sizeof parties / sizeof *parties; i++)
    judge_payload(issuer_change(arena, payload, parties[i].claim, parties[i].value), PARTIES);
}

/* D21. */
static void a_claim_that_stands_twice_is_refused(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof claims / sizeof *claims; i++) {
    struct str key = arena_print(arena, "\"%s\":", claims[i].name);
    const char *value = strstr(payload.p, key.p) + key.n;
    size_t n = value[0] == '[' ? strcspn(value, "]") + 1 : strcspn(value, ",}");
    judge_payload(arena_print(arena, "{%s1,%s", key.p, payload.p + 1), DOUBLES);
    judge_payload(arena_print(arena, "{%s%.*s,%s", key.p, (int)n, value, payload.p + 1), DOUBLES);
    judge_payload(arena_print(arena, "%.*s,%s\"admin\"}", (int)payload.n - 1, payload.p, key.p), DOUBLES);
  }
  judge_payload(arena_print(arena, "{\"\\u0065xp\":9999999999,%s", payload.p + 1), DOUBLES);
}

static struct str nested(int depth)
{
  char *text = arena_alloc(arena, 2 * (size_t)depth + 1);
  memset(text, '[', (size_t)depth);
  memset(text + depth, ']', (size_t)depth);
  return arena_print(arena, "{\"x\":%s,%s", text, payload.p + 1);
}

static void a_payload_is_one_object(void **state)
{
  (void)state;
  static const char *const bodies[] = {"",  "{}", "[]",   "null", "1",           "\"\"",
                                       "{", "}",  "{}{}", "\xff", "{\"exp\":1}", "true"};
  for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++)
    judge_payload(str_of(bodies[i]), i == 1 || i == 10 ? ABSENT : i == 2 ? KINDS : AGREED);
  judge_payload(arena_print(arena, "[%s]", payload.p), KINDS);
  judge_payload(arena_print(arena, "%s%s", payload.p, payload.p), AGREED);
  judge_payload(arena_print(arena, "%sx", payload.p), AGREED);
  judge_payload(arena_print(arena, "\xef\xbb\xbf%s", payload.p), AGREED);
  judge_payload(arena_print(arena, "{\"x\":\"\xc0\xaf\",%s", payload.p + 1), AGREED);
  judge_payload(arena_print(arena, "{\"x\":\"\xed\xa0\x80\",%s", payload.p + 1), AGREED);
  judge_payload(nested(32), KINDS);
  judge_payload(nested(1000), KINDS);
  judge_payload(nested(3000), AGREED);
}

/* D23. */
static void a_signature_is_the_one_of_64_bytes(void **state)
{
  (void)state;
  static const size_t lengths[] = {0,  1,  16, 31, 32,  33,  48,  62,  63,  65,   66,   70,
                                   71, 72, 73, 96, 127, 128, 129, 132, 256, 4096, 65536};
  struct str text = signed_text(header, payload, OURS), theirs = signed_text(as_jwt(header), payload, OURS);
  struct str good = issuer_decode(arena, issuer_segment(text, 2)),
             their_good = issuer_decode(arena, issuer_segment(theirs, 2));
  for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
    char *bytes = arena_alloc(arena, lengths[i] + 1), *their_bytes = arena_alloc(arena, lengths[i] + 1);
    memcpy(bytes, good.p, lengths[i] < 64 ? lengths[i] : 64);
    memcpy(their_bytes, their_good.p, lengths[i] < 64 ? lengths[i] : 64);
    judge("another length", joined(header, payload, (struct str){bytes, lengths[i]}),
          joined(as_jwt(header), payload, (struct str){their_bytes, lengths[i]}), AGREED);
  }
  for (size_t bit = 0; bit < 512; bit += 5) {
    struct str flipped = arena_copy(arena, good), theirs_flipped = arena_copy(arena, their_good);
    ((char *)(uintptr_t)flipped.p)[bit / 8] ^= (char)(1 << bit % 8);
    ((char *)(uintptr_t)theirs_flipped.p)[bit / 8] ^= (char)(1 << bit % 8);
    judge("a flipped bit", joined(header, payload, flipped), joined(as_jwt(header), payload, theirs_flipped), AGREED);
  }
  static const char *const others[] = {"\x30\x06\x02\x01\x01\x02\x01\x01", "\x30\x44\x02\x20", "\x30\x82\xff\xff"};
  for (size_t i = 0; i < 3; i++)
    judge("DER", joined(header, payload, str_of(others[i])), joined(as_jwt(header), payload, str_of(others[i])),
          AGREED);
  char zeros[64] = {0};
  judge("zeros", joined(header, payload, (struct str){zeros, 64}),
        joined(as_jwt(header), payload, (struct str){zeros, 64}), AGREED);
  judge("by a stranger", signed_text(header, payload, STRANGER), signed_text(as_jwt(header), payload, STRANGER),
        AGREED);
  judge("by nobody", signed_text(header, payload, NOBODY), signed_text(as_jwt(header), payload, NOBODY), AGREED);
  judge("of another token", joined(header, payload, signature_over(STR("x.y"), OURS)),
        joined(as_jwt(header), payload, signature_over(STR("x.y"), OURS)), AGREED);
}

/* Puts what `text` is formed to in the place of each whole token. */
static void judge_form(const char *format, enum reason reason)
{
  struct str both[] = {signed_text(header, payload, OURS), signed_text(as_jwt(header), payload, OURS)};
  for (int i = 0; i < 2; i++) {
    struct str h = issuer_segment(both[i], 0), p = issuer_segment(both[i], 1), s = issuer_segment(both[i], 2);
    struct buf text = buf_in(arena, 1 << 17);
    for (const char *c = format; *c; c++)
      switch (*c) {
      case 'H':
        buf_put(&text, h);
        break;
      case 'P':
        buf_put(&text, p);
        break;
      case 'S':
        buf_put(&text, s);
        break;
      default:
        buf_put_char(&text, *c);
      }
    both[i] = buf_str(&text);
  }
  judge(format, both[0], both[1], reason);
}

static void a_token_is_three_segments(void **state)
{
  (void)state;
  static const struct {
    const char *form;
    enum reason reason;
  } forms[] = {{"", AGREED},        {".", AGREED},           {"..", AGREED},           {"...", AGREED},
               {"H", AGREED},       {"H.P", AGREED},         {"H.P.", AGREED},         {"H..S", AGREED},
               {".P.S", AGREED},    {"HPS", AGREED},         {"H.P.S.", FRAMING},      {"H.P.S.S", AGREED},
               {".H.P.S", AGREED},  {"H.P.S.H.P.S", AGREED}, {"H.S.P", AGREED},        {"P.H.S", AGREED},
               {"H.H.S", AGREED},   {" H.P.S", AGREED},      {"H.P.S ", FRAMING},      {"H.P.S\n", FRAMING},
               {"H.P.S.", FRAMING}, {"H.P.S==", FRAMING},    {"H=.P.S", AGREED},       {"H.P=.S", AGREED},
               {"H. P.S", AGREED},  {"H .P.S", AGREED},      {"bearer H.P.S", AGREED}, {"H.P.S%00", AGREED},
               {"H,P,S", AGREED},   {"\"H.P.S\"", AGREED}};
  for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
    judge_form(forms[i].form, forms[i].reason);
}

/* D4: every token, secret and cursor that this service makes. */
static void no_other_kind_of_token_is_one(void **state)
{
  (void)state;
  struct authn_pending pending = {.step = AUTHN_STEP_FACTOR,
                                  .principal = {"principal 16 byt"},
                                  .session = {"session 16 bytes"},
                                  .epoch = 1,
                                  .audience = AUTHN_SERVICE,
                                  .issued_at = issuer_now,
                                  .expires_at = issuer_now + 300 * CLOCK_SECOND};
  unsigned char digest[CRYPTO_DIGEST];
  struct str text, access = signed_text(header, payload, OURS);
  assert_true(we_accept(access));
  assert_int_equal(authn_pending_seal(keys, &pending, arena, &text), R_OK);
  assert_int_equal(authn_pending_open(keys, AUTHN_STEP_FACTOR, text, issuer_now, &pending), R_OK);
  judge("a pending token", text, text, AGREED);
  assert_int_equal(authn_pending_open(keys, AUTHN_STEP_FACTOR, access, issuer_now, &pending), R_UNAUTHENTICATED);
  for (enum authn_nonce_kind kind = AUTHN_INVITATION; kind <= AUTHN_CLIENT_SECRET; kind++) {
    char nonce[AUTHN_NONCE_TEXT];
    assert_int_equal(authn_nonce_new(kind, nonce, digest), R_OK);
    judge("a one-time token or secret", str_of(nonce), str_of(nonce), AGREED);
    assert_int_equal(authn_nonce_parse(kind, access, digest), R_NOT_FOUND);
  }
  for (enum crypto_purpose purpose = 1; purpose < CRYPTO__PURPOSES; purpose++) {
    struct crypto_binding binding = {keys, purpose, STR_NONE};
    struct str sealed, plain;
    assert_int_equal(crypto_seal(&binding, payload, arena, &sealed), R_OK);
    sealed = issuer_encode(arena, sealed);
    judge("a sealed text", sealed, sealed, AGREED);
    assert_int_equal(crypto_unseal(&binding, access, arena, &plain), R_NOT_FOUND);
  }
}

static void ours_accepts_none_of_them(void **state)
{
  (void)state;
  print_message("%zu hostile tokens, %zu accepted by ours; libjwt:\n", tried, accepted);
  for (enum reason r = 0; r < REASONS; r++)
    print_message("  %4zu: %s\n", by_reason[r], reasons[r]);
  assert_true(tried >= 400);
  assert_int_equal(accepted, 0);
  for (enum reason r = 0; r < REASONS; r++)
    assert_true(by_reason[r] > 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_token_chooses_no_algorithm),
      cmocka_unit_test(the_token_names_no_key),
      cmocka_unit_test(the_header_is_the_one_and_in_its_order),
      cmocka_unit_test(every_claim_is_there_and_of_its_kind),
      cmocka_unit_test(a_second_too_early_or_too_late_is_refused),
      cmocka_unit_test(another_party_is_refused),
      cmocka_unit_test(a_claim_that_stands_twice_is_refused),
      cmocka_unit_test(a_payload_is_one_object),
      cmocka_unit_test(a_signature_is_the_one_of_64_bytes),
      cmocka_unit_test(a_token_is_three_segments),
      cmocka_unit_test(no_other_kind_of_token_is_one),
      cmocka_unit_test(ours_accepts_none_of_them),
  };
  return cmocka_run_group_tests(tests, open_all, close_all);
}
