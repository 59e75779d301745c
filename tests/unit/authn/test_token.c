/* Proves that a token says what it was given, within its time, and that verifying fails closed whatever fails. */
#define _GNU_SOURCE /* RTLD_NEXT */
#include "authn/issuer.h"
#include "authn/seen.h"
#include "base/log.h"
#include "base/secret.h"
#include "json/parse.h"
#include <dlfcn.h>
#include <jansson.h>
#include <openssl/evp.h>
#include <stdlib.h>

static struct crypto_keys *keys;
static struct arena *arena;
static struct authn_issuer issuer;
static struct store_signing_key first;

static int begin(void **state)
{
  (void)state;
  unsigned char master[32] = {1, 2, 3};
  log_set_level(LOG_ERROR + 1);
  arena = arena_new(64 << 20);
  assert_non_null(arena);
  assert_int_equal(crypto_keys_open((struct secret){master, sizeof master}, &keys), R_OK);
  issuer.url = STR(ISSUER_URL);
  assert_int_equal(authn_keyring_open(keys, arena, &issuer.ring), R_OK);
  assert_int_equal(authn_seen_open(64, arena, &issuer.seen), R_OK);
  first = ring_row(issuer.ring, 1, issuer_now - CLOCK_SECOND, arena);
  return authn_keyring_take(issuer.ring, &first, 1) == R_OK ? 0 : -1;
}

static int end(void **state)
{
  (void)state;
  authn_seen_close(&issuer.seen);
  authn_keyring_close(&issuer.ring);
  crypto_keys_close(&keys);
  arena_free(&arena);
  return 0;
}

static struct str issued(const struct authn_token *token)
{
  struct str text;
  assert_int_equal(authn_token_issue(&issuer, token, arena, &text), R_OK);
  return text;
}

static struct str sample_text(void)
{
  const struct authn_token token = issuer_sample();
  return issued(&token);
}

/* Both ways of looking at it say the same, and a refusal leaves what was there. */
static enum result open_at(struct str text, int64_t now)
{
  struct authn_token verified, checked, untouched;
  memset(&untouched, 0x5a, sizeof untouched);
  verified = checked = untouched;
  enum result r = authn_token_verify(&issuer, text, now, arena, &verified);
  assert_int_equal(authn_token_check(&issuer, text, now, arena, &checked), r);
  assert_int_equal(memcmp(&verified, &untouched, sizeof untouched) == 0, r != R_OK);
  assert_int_equal(memcmp(&checked, &untouched, sizeof untouched) == 0, r != R_OK);
  return r;
}

static void same(const struct authn_token *a, const struct authn_token *b)
{
  assert_true(uuid_equal(&a->caller.principal, &b->caller.principal));
  assert_true(uuid_equal(&a->caller.session, &b->caller.session));
  assert_true(a->caller.kind == b->caller.kind && a->caller.strength == b->caller.strength);
  assert_true(a->caller.epoch == b->caller.epoch && a->audience == b->audience);
  assert_true(a->caller.authenticated_at == b->caller.authenticated_at && a->caller.factor_at == b->caller.factor_at);
  assert_true(a->issued_at == b->issued_at && a->expires_at == b->expires_at);
}

static void it_says_what_it_was_given(void **state)
{
  (void)state;
  struct authn_token tokens[] = {issuer_sample(), issuer_sample(), issuer_sample(), issuer_sample()}, got;
  tokens[1].caller.strength = AUTHN_SINGLE;
  tokens[1].caller.factor_at = 0;
  tokens[1].audience = AUTHN_SERVICE;
  tokens[2].audience = AUTHN_ANALYTICS;
  tokens[2].caller.epoch = 0;
  tokens[3].caller = (struct authn_caller){.principal = tokens[0].caller.principal,
                                           .session = tokens[0].caller.session,
                                           .kind = AUTHN_CLIENT,
                                           .strength = AUTHN_SINGLE,
                                           .epoch = 1};
  for (size_t i = 0; i < 4; i++)
    for (int again = 0; again < 2; again++) {
      assert_int_equal(authn_token_check(&issuer, issued(&tokens[i]), issuer_now, arena, &got), R_OK);
      same(&got, &tokens[i]);
    }
}

static struct str payload_of(struct str text) { return issuer_decode(arena, issuer_segment(text, 1)); }

static void its_claims_are_those_of_rfc_9068(void **state)
{
  (void)state;
  static const char *const wanted[] = {"\"iss\":\"https://access.example\"",
                                       "\"aud\":\"https://access.example\"",
                                       "\"iat\":1700000000",
                                       "\"exp\":1700000900",
                                       "\"sub\":\"7072696e-",
                                       "\"client_id\":\"partner\"",
                                       "\"sid\":\"73657373-",
                                       "\"acr\":\"aal2\"",
                                       "\"amr\":[\"pwd\",\"otp\",\"mfa\"]",
                                       "\"auth_time\":1699999970",
                                       "\"factor_time\":1699999990"};
  struct str text = sample_text(), payload = payload_of(text);
  struct str header = issuer_decode(arena, issuer_segment(text, 0));
  assert_true(
      str_equal(header, arena_print(arena, "{\"alg\":\"ES256\",\"kid\":\"%s\",\"typ\":\"at+jwt\"}", first.kid.p)));
  for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
    assert_non_null(strstr(payload.p, wanted[i]));
  assert_false(str_equal(payload, payload_of(sample_text()))); /* jti */
}

static void it_names_who_stated_where_its_person_is(void **state)
{
  (void)state;
  static const char *const addresses[] = {"203.0.113.50", "2001:db8::7"};
  for (size_t i = 0; i < 2; i++) {
    struct authn_token token = issuer_sample(), got;
    memset(token.caller.relay.b, 'r', sizeof token.caller.relay.b);
    assert_true(network_parse(str_of(addresses[i]), &token.caller.stated));
    struct str text = issued(&token), payload = payload_of(text);
    assert_non_null(strstr(payload.p, addresses[i]));
    assert_int_equal(authn_token_verify(&issuer, text, issuer_now, arena, &got), R_OK);
    assert_true(uuid_equal(&got.caller.relay, &token.caller.relay));
    assert_memory_equal(&got.caller.stated, &token.caller.stated, sizeof got.caller.stated);
    assert_null(strstr(payload_of(sample_text()).p, "relay"));
  }
}

static void a_statement_that_is_none_is_refused(void **state)
{
  (void)state;
  static const char *const wrong[][2] = {{"relay", NULL},
                                         {"address", NULL},
                                         {"relay", "\"00000000-0000-0000-0000-000000000000\""},
                                         {"relay", "\"x\""},
                                         {"address", "\"203.0.113.0/24\""},
                                         {"address", "\"nowhere\""},
                                         {"address", "\"\""},
                                         {"address", "7"}};
  struct authn_token token = issuer_sample();
  memset(token.caller.relay.b, 'r', sizeof token.caller.relay.b);
  assert_true(network_parse(STR("203.0.113.50"), &token.caller.stated));
  struct str payload = payload_of(issued(&token));
  assert_int_equal(open_at(issuer_forge_payload(&issuer, arena, payload), issuer_now), R_OK);
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    struct str body = issuer_change(arena, payload, wrong[i][0], wrong[i][1]);
    assert_int_equal(open_at(issuer_forge_payload(&issuer, arena, body), issuer_now), R_UNAUTHENTICATED);
  }
}

static void it_is_good_until_it_expires(void **state)
{
  (void)state;
  struct str text = sample_text();
  int64_t end_of_it = issuer_now + 900 * CLOCK_SECOND;
  assert_int_equal(open_at(text, end_of_it - 1), R_OK);
  assert_int_equal(open_at(text, end_of_it), R_UNAUTHENTICATED);
  assert_int_equal(open_at(text, end_of_it + CLOCK_SECOND), R_UNAUTHENTICATED);
  assert_int_equal(open_at(text, INT64_MAX - AUTHN_SKEW), R_UNAUTHENTICATED);
  assert_int_equal(open_at(text, issuer_now - 60 * CLOCK_SECOND), R_OK);
  assert_int_equal(open_at(text, issuer_now - 60 * CLOCK_SECOND - 1), R_UNAUTHENTICATED);
  assert_int_equal(open_at(text, 0), R_UNAUTHENTICATED);
}

static void what_is_no_tokens_content_is_not_signed(void **state)
{
  (void)state;
  struct authn_token wrong[9];
  struct str text = STR_NONE;
  for (size_t i = 0; i < 9; i++)
    wrong[i] = issuer_sample();
  memset(&wrong[0].caller.principal, 0, sizeof(struct uuid));
  memset(&wrong[1].caller.session, 0, sizeof(struct uuid));
  wrong[2].caller.kind = 0;
  wrong[3].caller.strength = 3;
  wrong[4].audience = 4;
  wrong[5].issued_at = 0;
  wrong[6].caller.authenticated_at = 0;
  wrong[7].caller.factor_at = 0; /* though it claims two */
  wrong[8].expires_at = INT64_MAX;
  for (size_t i = 0; i < 9; i++)
    assert_int_equal(authn_token_issue(&issuer, &wrong[i], arena, &text), R_INTERNAL);
  struct authn_token over = issuer_sample();
  over.expires_at = over.issued_at + CLOCK_SECOND - 1;
  assert_int_equal(authn_token_issue(&issuer, &over, arena, &text), R_UNAUTHENTICATED);
  assert_null(text.p);
}

static void another_issuer_is_not_believed(void **state)
{
  (void)state;
  struct str text = sample_text();
  static const char *const others[] = {"https://access.exampl", "https://access.example/", "http://access.example", ""};
  for (size_t i = 0; i < 4; i++) {
    struct authn_issuer other = {.url = str_of(others[i]), .ring = issuer.ring};
    struct authn_token token;
    assert_int_equal(authn_token_check(&other, text, issuer_now, arena, &token), R_UNAUTHENTICATED);
  }
}

/* SECURITY.md D24. */
static void after_a_rotation_old_tokens_are_good_until_their_key_ends(void **state)
{
  (void)state;
  struct authn_token token = issuer_sample();
  struct str old = sample_text();
  struct store_signing_key rows[] = {ring_row(issuer.ring, 2, issuer_now + 100 * CLOCK_SECOND, arena), first};
  rows[1].ends_at = rows[0].signs_from + AUTHN_KEYRING_LINGER * CLOCK_SECOND;
  assert_int_equal(authn_keyring_take(issuer.ring, rows, 2), R_OK);
  token.issued_at += 100 * CLOCK_SECOND - 1;
  struct str last = issued(&token);
  token.issued_at++;
  struct str next = issued(&token);
  assert_true(str_equal(issuer_segment(old, 0), issuer_segment(last, 0)));
  assert_false(str_equal(issuer_segment(old, 0), issuer_segment(next, 0)));
  assert_int_equal(open_at(last, token.expires_at - 1), R_OK);
  assert_int_equal(open_at(next, token.expires_at - 1), R_OK);
  assert_int_equal(open_at(last, rows[1].ends_at), R_UNAUTHENTICATED);
}

static void a_key_that_goes_takes_with_it_what_was_seen(void **state)
{
  (void)state;
  struct str old = sample_text();
  assert_int_equal(open_at(old, issuer_now), R_OK);
  struct store_signing_key rows[] = {ring_row(issuer.ring, 2, issuer_now, arena), first};
  rows[1].ends_at = issuer_now + CLOCK_SECOND;
  assert_int_equal(authn_keyring_take(issuer.ring, rows, 2), R_OK);
  assert_int_equal(open_at(old, issuer_now), R_OK);
  assert_int_equal(open_at(old, issuer_now + CLOCK_SECOND), R_UNAUTHENTICATED);
  assert_int_equal(authn_keyring_take(issuer.ring, rows, 1), R_OK);
  assert_int_equal(open_at(old, issuer_now), R_UNAUTHENTICATED);
}

/* SECURITY.md D2: without a key nothing is valid, be it unsigned, signed by the empty key, or remembered. */
static void without_a_key_every_token_is_refused(void **state)
{
  (void)state;
  struct str good = sample_text(), h = issuer_segment(good, 0), p = issuer_segment(good, 1);
  assert_int_equal(open_at(good, issuer_now), R_OK);
  assert_int_equal(authn_keyring_take(issuer.ring, NULL, 0), R_OK);
  assert_int_equal(open_at(good, issuer_now), R_UNAUTHENTICATED);
  assert_int_equal(open_at(arena_print(arena, "%.*s.%.*s.", (int)h.n, h.p, (int)p.n, p.p), issuer_now),
                   R_UNAUTHENTICATED);
  static const char *const headers[] = {"", "{}", "{\"alg\":\"none\"}",
                                        "{\"alg\":\"ES256\",\"kid\":\"\",\"typ\":\"at+jwt\"}"};
  for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
    struct str head = issuer_encode(arena, str_of(headers[i])), last = issuer_segment(good, 2);
    struct str text = arena_print(arena, "%.*s.%.*s.%.*s", (int)head.n, head.p, (int)p.n, p.p, (int)last.n, last.p);
    assert_int_equal(open_at(text, issuer_now), R_UNAUTHENTICATED);
  }
}

/* SECURITY.md D20: what somebody can choose, a name or an address, stands in no token; what stands there is ours. */
static void its_claims_are_those_of_the_table_and_no_more(void **state)
{
  (void)state;
  static const char *const names[] = {"iss", "aud",    "iat",   "exp", "jti", "sub",       "client_id",
                                      "sid", "portal", "epoch", "acr", "amr", "auth_time", "factor_time"};
  const struct json *said, *value;
  struct str name;
  size_t i = 0;
  assert_int_equal(json_parse(payload_of(sample_text()), arena, &said), R_OK);
  for (void *at = NULL; json_each(said, &at, &name, &value); i++)
    assert_true(i < sizeof names / sizeof *names && str_is(name, names[i]));
  assert_int_equal(i, sizeof names / sizeof *names);
}

/* The calls that verifying makes outside: OpenSSL's, which may lie, and for memory, which may be out. */
static const char *lying_call = "";
static int lie;
static bool counting;
static long allocations, failing_at = -1;

static int outcome(const char *call, int truth) { return strcmp(call, lying_call) == 0 ? lie : truth; }

int EVP_DigestVerifyInit_ex(EVP_MD_CTX *context, EVP_PKEY_CTX **pkey_context, const char *name, OSSL_LIB_CTX *library,
                            const char *properties, EVP_PKEY *pkey, const OSSL_PARAM params[])
{
  int (*real)(EVP_MD_CTX *, EVP_PKEY_CTX **, const char *, OSSL_LIB_CTX *, const char *, EVP_PKEY *,
              const OSSL_PARAM *) = dlsym(RTLD_NEXT, __func__);
  return outcome(__func__, real(context, pkey_context, name, library, properties, pkey, params));
}

int EVP_DigestVerify(EVP_MD_CTX *context, const unsigned char *signature, size_t n, const unsigned char *bytes,
                     size_t size)
{
  int (*real)(EVP_MD_CTX *, const unsigned char *, size_t, const unsigned char *, size_t) = dlsym(RTLD_NEXT, __func__);
  return outcome(__func__, real(context, signature, n, bytes, size));
}

/* A token with a signature that this key did not make over it. */
static struct str wrongly_signed(void)
{
  struct str a = sample_text(), b = sample_text();
  struct str part = {a.p, a.n - issuer_segment(a, 2).n}, signature = issuer_segment(b, 2);
  return arena_print(arena, "%.*s%.*s", (int)part.n, part.p, (int)signature.n, signature.p);
}

/* SECURITY.md D11. */
static void nothing_of_openssl_but_1_makes_a_token_valid(void **state)
{
  (void)state;
  static const int lies[] = {0, -1, -2, 2, INT32_MAX, INT32_MIN};
  struct str good = sample_text(), wrong = wrongly_signed();
  for (size_t i = 0; i < 2 * 6; i++) {
    struct authn_token token;
    lying_call = i < 6 ? "EVP_DigestVerifyInit_ex" : "EVP_DigestVerify";
    lie = lies[i % 6];
    enum result honest = authn_token_check(&issuer, good, issuer_now, arena, &token);
    enum result forged = authn_token_check(&issuer, wrong, issuer_now, arena, &token);
    lying_call = "";
    assert_true(honest != R_OK && forged != R_OK);
  }
  assert_int_equal(open_at(wrong, issuer_now), R_UNAUTHENTICATED);
  assert_int_equal(open_at(good, issuer_now), R_OK);
}

/* OpenSSL's allocators and the parser's end here; the arena is limited apart. */
static bool is_out(void) { return counting && ++allocations == failing_at; }

static void *take_piece(size_t n, const char *file, int line)
{
  (void)file;
  (void)line;
  return is_out() ? NULL : malloc(n);
}

static void *take_again(void *piece, size_t n, const char *file, int line)
{
  (void)file;
  (void)line;
  return is_out() ? NULL : realloc(piece, n);
}

static void give_piece(void *piece, const char *file, int line)
{
  (void)file;
  (void)line;
  free(piece);
}

/* The parser's, from its first use on. */
static void *take_value(size_t n) { return is_out() ? NULL : secret_alloc(n); }

/* SECURITY.md D12: with memory out at the first, the second, ... the last piece of what verifying takes, the good token
   may be refused and the wrong one never passes. */
static void out_of_memory_never_means_valid(void **state)
{
  (void)state;
  struct str good = sample_text(), wrong = wrongly_signed();
  struct authn_token token;
  long needed;
  assert_int_equal(open_at(good, issuer_now), R_OK);
  json_set_alloc_funcs(take_value, secret_release);
  counting = true;
  allocations = 0;
  failing_at = -1;
  assert_int_equal(authn_token_verify(&issuer, good, issuer_now, arena, &token), R_OK);
  needed = allocations;
  size_t refused = 0;
  for (failing_at = 1; failing_at <= needed; failing_at++) {
    allocations = 0;
    refused += authn_token_verify(&issuer, good, issuer_now, arena, &token) != R_OK;
    allocations = 0;
    enum result r = authn_token_check(&issuer, wrong, issuer_now, arena, &token);
    assert_true(r != R_OK);
  }
  counting = false;
  print_message("%ld allocations of OpenSSL and the parser failed in turn, %zu of them a refusal of the good token\n",
                needed, refused);
  assert_true(needed >= 50 && refused >= 50);
  assert_int_equal(open_at(good, issuer_now), R_OK);
}

static void an_arena_that_is_full_never_means_valid(void **state)
{
  (void)state;
  struct str good = sample_text(), wrong = wrongly_signed();
  struct authn_token token;
  for (size_t limit = 0; limit < 4096; limit += 16) {
    CLEANUP(arena_free) struct arena *little = arena_new(limit);
    enum result r = authn_token_verify(&issuer, good, issuer_now, little, &token);
    assert_true(r == R_NO_MEMORY || (r == R_OK && limit > 3072));
    assert_int_equal(authn_token_verify(&issuer, wrong, issuer_now, little, &token), R_UNAUTHENTICATED);
  }
}

static void without_memory_or_a_key_no_token_is_made(void **state)
{
  (void)state;
  const struct authn_token token = issuer_sample();
  struct str text = STR_NONE;
  for (size_t limit = 0; limit < 1024; limit += 16) {
    CLEANUP(arena_free) struct arena *little = arena_new(limit);
    assert_int_equal(authn_token_issue(&issuer, &token, little, &text), R_NO_MEMORY);
  }
  assert_int_equal(authn_keyring_take(issuer.ring, NULL, 0), R_OK);
  assert_int_equal(authn_token_issue(&issuer, &token, arena, &text), R_UNAVAILABLE);
  assert_null(text.p);
}

#define test(function) cmocka_unit_test_setup_teardown(function, begin, end)

int main(void)
{
  if (CRYPTO_set_mem_functions(take_piece, take_again, give_piece) != 1)
    return 1;
  const struct CMUnitTest tests[] = {
      test(it_says_what_it_was_given),
      test(its_claims_are_those_of_rfc_9068),
      test(it_names_who_stated_where_its_person_is),
      test(a_statement_that_is_none_is_refused),
      test(it_is_good_until_it_expires),
      test(what_is_no_tokens_content_is_not_signed),
      test(another_issuer_is_not_believed),
      test(after_a_rotation_old_tokens_are_good_until_their_key_ends),
      test(a_key_that_goes_takes_with_it_what_was_seen),
      test(without_a_key_every_token_is_refused),
      test(its_claims_are_those_of_the_table_and_no_more),
      test(nothing_of_openssl_but_1_makes_a_token_valid),
      test(out_of_memory_never_means_valid),
      test(an_arena_that_is_full_never_means_valid),
      test(without_memory_or_a_key_no_token_is_made),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
