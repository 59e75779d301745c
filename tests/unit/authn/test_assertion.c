/* Assertions: what a registered key signed passes as it was meant, and a corpus of what others would make of it does
 * not. */
#include "authn/assertion.h"
#include "base/text.h"
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#define NOW 1800000000
enum { TOKEN = 32 * 1024 };

static EVP_PKEY *ec, *other, *rsa;
static struct authn_key ec_key, other_key, rsa_key;
static struct arena *lasting, *arena;

static const struct authn_assertion_terms terms = {STR("https://id.example"), STR("https://id.example/oauth2/token"),
                                                   NOW *INT64_C(1000000)};

#define ISS "\"iss\":\"c1\",\"sub\":\"c1\""
#define AUD "\"aud\":\"https://id.example\""
#define EXP "\"exp\":1800000300"
#define JTI "\"jti\":\"one\""
#define CLAIMS "{" ISS "," AUD "," EXP "," JTI "}"
#define WITH(more) "{" ISS "," AUD "," EXP "," JTI "," more "}"

static struct authn_key key_of(EVP_PKEY *pkey)
{
  struct authn_key key;
  char *text;
  BIO *out = BIO_new(BIO_s_mem());
  assert_int_equal(PEM_write_bio_PUBKEY(out, pkey), 1);
  long n = BIO_get_mem_data(out, &text);
  assert_int_equal(authn_key_pem((struct str){text, (size_t)n}, lasting, &key), R_OK);
  BIO_free(out);
  return key;
}

static int keys_up(void **state)
{
  (void)state;
  lasting = arena_new(1 << 20);
  ec = EVP_EC_gen("P-256");
  other = EVP_EC_gen("P-256");
  rsa = EVP_RSA_gen(2048);
  ec_key = key_of(ec);
  other_key = key_of(other);
  rsa_key = key_of(rsa);
  return 0;
}

static int keys_down(void **state)
{
  (void)state;
  EVP_PKEY_free(ec);
  EVP_PKEY_free(other);
  EVP_PKEY_free(rsa);
  arena_free(&lasting);
  return 0;
}

static int begin(void **state)
{
  (void)state;
  arena = arena_new(64 << 20);
  return 0;
}

static int end(void **state)
{
  (void)state;
  arena_free(&arena);
  return 0;
}

static size_t put_part(char *at, struct str bytes)
{
  return text_base64url_encode((const unsigned char *)bytes.p, bytes.n, at);
}

/* r and s, 32 bytes each. */
static size_t flat(const unsigned char *der, size_t n, unsigned char *out)
{
  const unsigned char *at = der;
  ECDSA_SIG *pair = d2i_ECDSA_SIG(NULL, &at, (long)n);
  assert_non_null(pair);
  BN_bn2binpad(ECDSA_SIG_get0_r(pair), out, 32);
  BN_bn2binpad(ECDSA_SIG_get0_s(pair), out + 32, 32);
  ECDSA_SIG_free(pair);
  return 64;
}

static size_t signature_of(EVP_PKEY *pkey, struct str signed_part, unsigned char *out)
{
  unsigned char raw[1024];
  size_t n = sizeof raw;
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  assert_int_equal(EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, pkey), 1);
  assert_int_equal(EVP_DigestSign(context, raw, &n, (const unsigned char *)signed_part.p, signed_part.n), 1);
  EVP_MD_CTX_free(context);
  if (EVP_PKEY_is_a(pkey, "EC"))
    return flat(raw, n, out);
  memcpy(out, raw, n);
  return n;
}

/* Signed as it stands, whatever it says. */
static struct str made_of(EVP_PKEY *pkey, struct str header, struct str claims)
{
  char *text = arena_alloc(arena, TOKEN);
  unsigned char signature[1024];
  size_t n = put_part(text, header);
  text[n++] = '.';
  n += put_part(text + n, claims);
  size_t length = signature_of(pkey, (struct str){text, n}, signature);
  text[n++] = '.';
  n += put_part(text + n, (struct str){(const char *)signature, length});
  return (struct str){text, n};
}

static struct str token(EVP_PKEY *pkey, const char *header, const char *claims)
{
  return made_of(pkey, str_of(header), str_of(claims));
}

static enum result judged(struct str text, const struct authn_key *key)
{
  struct authn_assertion assertion;
  enum result r = authn_assertion_read(text, &terms, arena, &assertion);
  return r == R_OK ? authn_assertion_verify(&assertion, key) : r;
}

#define EC_HEADER "{\"alg\":\"ES256\"}"

static void what_a_registered_key_signed_passes_and_says_who_and_until_when(void **state)
{
  (void)state;
  struct authn_assertion a;
  struct str text = token(ec, "{\"alg\":\"ES256\",\"typ\":\"JWT\",\"kid\":\"k1\"}", CLAIMS);
  assert_int_equal(authn_assertion_read(text, &terms, arena, &a), R_OK);
  assert_true(str_is(a.client, "c1") && str_is(a.jti, "one") && str_is(a.kid, "k1") && str_is(a.algorithm, "ES256"));
  assert_true(a.expires_at == (NOW + 300) * INT64_C(1000000));
  assert_int_equal(authn_assertion_verify(&a, &ec_key), R_OK);
  assert_int_equal(judged(token(rsa, "{\"alg\":\"RS256\"}", CLAIMS), &rsa_key), R_OK);
}

static const char *const fine_claims[] = {
    "{" ISS ",\"aud\":[\"https://id.example\"]," EXP "," JTI "}",
    "{" ISS ",\"aud\":\"https://id.example/oauth2/token\"," EXP "," JTI "}",
    "{" ISS "," AUD ",\"exp\":1800000001," JTI "}",
    "{" ISS "," AUD ",\"exp\":1800000600," JTI "}",
    WITH("\"nbf\":1800000060"),
    WITH("\"iat\":1800000060"),
    WITH("\"iat\":1799999000,\"nbf\":1799999000"),
    WITH("\"more\":{\"deep\":[1,0.1,1e10,null,true,\"\\u00e9\\\"\"]}"),
    " " CLAIMS "\n",
};

static void what_is_right_in_another_way_passes_too(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof fine_claims / sizeof *fine_claims; i++)
    if (judged(token(ec, EC_HEADER, fine_claims[i]), &ec_key) != R_OK)
      fail_msg("%s", fine_claims[i]);
}

static const char *const hostile_claims[] = {
    "{}",
    "[]",
    "null",
    "1",
    "\"c1\"",
    "",
    "{",
    CLAIMS "x",
    CLAIMS CLAIMS,
    "\xff",
    /* who */
    "{\"iss\":\"c1\"," AUD "," EXP "," JTI "}",
    "{\"sub\":\"c1\"," AUD "," EXP "," JTI "}",
    "{\"iss\":\"c1\",\"sub\":\"c2\"," AUD "," EXP "," JTI "}",
    "{\"iss\":\"\",\"sub\":\"\"," AUD "," EXP "," JTI "}",
    "{\"iss\":1,\"sub\":1," AUD "," EXP "," JTI "}",
    "{\"iss\":[\"c1\"],\"sub\":[\"c1\"]," AUD "," EXP "," JTI "}",
    "{\"iss\":null,\"sub\":null," AUD "," EXP "," JTI "}",
    "{\"iss\":\"c1\",\"sub\":\"C1\"," AUD "," EXP "," JTI "}",
    "{\"iss\":\"c1\\u0000\",\"sub\":\"c1\\u0000\"," AUD "," EXP "," JTI "}",
    /* a name twice */
    WITH("\"sub\":\"c2\""),
    WITH("\"iss\":\"c1\""),
    WITH("\"exp\":1800000300"),
    WITH("\"aud\":\"https://id.example\""),
    WITH("\"\\u006ati\":\"two\""),
    /* for whom */
    "{" ISS "," EXP "," JTI "}",
    "{" ISS ",\"aud\":\"https://id.example/\"," EXP "," JTI "}",
    "{" ISS ",\"aud\":\"https://ID.example\"," EXP "," JTI "}",
    "{" ISS ",\"aud\":\"\"," EXP "," JTI "}",
    "{" ISS ",\"aud\":[]," EXP "," JTI "}",
    "{" ISS ",\"aud\":1," EXP "," JTI "}",
    "{" ISS ",\"aud\":{}," EXP "," JTI "}",
    "{" ISS ",\"aud\":[\"https://id.example\",\"https://evil.example\"]," EXP "," JTI "}",
    "{" ISS ",\"aud\":[[\"https://id.example\"]]," EXP "," JTI "}",
    "{" ISS ",\"aud\":\"https://evil.example\"," EXP "," JTI "}",
    "{" ISS ",\"aud\":\"https://id.example/oauth2/introspect\"," EXP "," JTI "}",
    /* until when */
    "{" ISS "," AUD "," JTI "}",
    "{" ISS "," AUD ",\"exp\":1800000000," JTI "}",
    "{" ISS "," AUD ",\"exp\":1799999999," JTI "}",
    "{" ISS "," AUD ",\"exp\":1800000601," JTI "}",
    "{" ISS "," AUD ",\"exp\":\"1800000300\"," JTI "}",
    "{" ISS "," AUD ",\"exp\":1800000300.5," JTI "}",
    "{" ISS "," AUD ",\"exp\":1.8000003e9," JTI "}",
    "{" ISS "," AUD ",\"exp\":9223372036854775807," JTI "}",
    "{" ISS "," AUD ",\"exp\":9223372036854775808," JTI "}",
    "{" ISS "," AUD ",\"exp\":9223372036854," JTI "}",
    "{" ISS "," AUD ",\"exp\":1e309," JTI "}",
    "{" ISS "," AUD ",\"exp\":-1," JTI "}",
    "{" ISS "," AUD ",\"exp\":0," JTI "}",
    "{" ISS "," AUD ",\"exp\":true," JTI "}",
    "{" ISS "," AUD ",\"exp\":null," JTI "}",
    "{" ISS "," AUD ",\"exp\":[1800000300]," JTI "}",
    "{" ISS "," AUD ",\"Exp\":1800000300," JTI "}",
    /* from when */
    WITH("\"nbf\":1800000061"),
    WITH("\"nbf\":\"1799999000\""),
    WITH("\"nbf\":1.0"),
    WITH("\"nbf\":null"),
    WITH("\"nbf\":-1"),
    WITH("\"nbf\":9223372036854775807"),
    WITH("\"iat\":1800000061"),
    WITH("\"iat\":\"1799999000\""),
    WITH("\"iat\":null"),
    WITH("\"iat\":1e9"),
    WITH("\"iat\":0"),
    /* once */
    "{" ISS "," AUD "," EXP "}",
    "{" ISS "," AUD "," EXP ",\"jti\":\"\"}",
    "{" ISS "," AUD "," EXP ",\"jti\":1}",
    "{" ISS "," AUD "," EXP ",\"jti\":null}",
    "{" ISS "," AUD "," EXP ",\"jti\":[\"one\"]}",
};

static void claims_that_lack_or_stretch_anything_are_refused_although_signed(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof hostile_claims / sizeof *hostile_claims; i++)
    if (judged(token(ec, EC_HEADER, hostile_claims[i]), &ec_key) != R_LOGIN_FAILED)
      fail_msg("%s", hostile_claims[i]);
  struct str nul = {"{" ISS "," AUD "," EXP "," JTI "}\0", sizeof CLAIMS};
  assert_int_equal(judged(made_of(ec, STR(EC_HEADER), nul), &ec_key), R_LOGIN_FAILED);
}

static const char *const hostile_headers[] = {
    "{}",
    "[]",
    "null",
    "\"ES256\"",
    "",
    "{\"alg\":\"none\"}",
    "{\"alg\":\"None\"}",
    "{\"alg\":\"NONE\"}",
    "{\"alg\":\"\"}",
    "{\"alg\":null}",
    "{\"alg\":1}",
    "{\"alg\":[\"ES256\"]}",
    "{\"alg\":\"es256\"}",
    "{\"alg\":\"ES256 \"}",
    "{\"alg\":\"ES384\"}",
    "{\"alg\":\"ES512\"}",
    "{\"alg\":\"ES256K\"}",
    "{\"alg\":\"EdDSA\"}",
    "{\"alg\":\"HS256\"}",
    "{\"alg\":\"HS512\"}",
    "{\"alg\":\"RS256\"}",
    "{\"alg\":\"PS256\"}",
    "{\"alg\":\"none\",\"alg\":\"ES256\"}",
    "{\"alg\":\"ES256\",\"alg\":\"ES256\"}",
    "{\"alg\":\"ES256\",\"crit\":[]}",
    "{\"alg\":\"ES256\",\"crit\":[\"exp\"],\"exp\":1}",
    "{\"alg\":\"ES256\",\"crit\":null}",
    "{\"alg\":\"ES256\",\"b64\":false}",
    "{\"alg\":\"ES256\",\"b64\":true}",
    "{\"alg\":\"ES256\",\"zip\":\"DEF\"}",
    "{\"alg\":\"ES256\",\"enc\":\"A128GCM\"}",
    "{\"alg\":\"ES256\",\"typ\":\"at+jwt\"}",
    "{\"alg\":\"ES256\",\"typ\":\"\"}",
    "{\"alg\":\"ES256\",\"typ\":1}",
    "{\"alg\":\"ES256\",\"typ\":null}",
    "{\"alg\":\"ES256\",\"typ\":\"refresh+jwt\"}",
    "{\"alg\":\"ES256\",\"kid\":1}",
    "{\"alg\":\"ES256\",\"kid\":null}",
    "{\"alg\":\"ES256\",\"kid\":\"\"}",
    "{\"alg\":\"ES256\",\"kid\":\"a b\"}",
    "{\"alg\":\"ES256\",\"kid\":\"\\u0000\"}",
    "{\"alg\":\"ES256\"}x",
    "{\"alg\":\"ES256\"",
};

static void a_header_chooses_nothing(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof hostile_headers / sizeof *hostile_headers; i++)
    if (judged(token(ec, hostile_headers[i], CLAIMS), &ec_key) != R_LOGIN_FAILED)
      fail_msg("%s", hostile_headers[i]);
}

static void no_key_is_taken_from_the_token(void **state)
{
  (void)state;
  struct str mine = token(
      other, "{\"alg\":\"ES256\",\"jku\":\"https://evil.example\",\"jwk\":{\"kty\":\"EC\"},\"x5u\":\"x\"}", CLAIMS);
  assert_int_equal(judged(mine, &ec_key), R_LOGIN_FAILED);
  assert_int_equal(judged(mine, &other_key), R_OK);
}

/* The public key as the secret of an HMAC (D2 of SECURITY.md), and no signature at all. */
static void the_public_key_is_no_secret_and_nothing_is_no_signature(void **state)
{
  (void)state;
  const struct authn_key *keys[] = {&ec_key, &rsa_key};
  for (int i = 0; i < 2; i++) {
    char *text = arena_alloc(arena, TOKEN);
    unsigned char mac[64];
    unsigned length;
    size_t n = put_part(text, STR("{\"alg\":\"HS256\",\"typ\":\"JWT\"}"));
    text[n++] = '.';
    n += put_part(text + n, STR(CLAIMS));
    HMAC(EVP_sha256(), keys[i]->pem.p, (int)keys[i]->pem.n, (const unsigned char *)text, n, mac, &length);
    text[n++] = '.';
    assert_int_equal(judged((struct str){text, n}, keys[i]), R_LOGIN_FAILED);
    n += put_part(text + n, (struct str){(const char *)mac, length});
    assert_int_equal(judged((struct str){text, n}, keys[i]), R_LOGIN_FAILED);
  }
}

static void another_key_or_another_kind_of_key_verifies_nothing(void **state)
{
  (void)state;
  struct str by_ec = token(ec, EC_HEADER, CLAIMS), by_rsa = token(rsa, "{\"alg\":\"RS256\"}", CLAIMS);
  struct authn_key empty = ec_key, unknown = ec_key;
  empty.pem = STR("");
  unknown.algorithm = STR("none");
  assert_int_equal(judged(by_ec, &other_key), R_LOGIN_FAILED);
  assert_int_equal(judged(by_ec, &rsa_key), R_LOGIN_FAILED);
  assert_int_equal(judged(by_rsa, &ec_key), R_LOGIN_FAILED);
  assert_int_equal(judged(by_ec, &empty), R_LOGIN_FAILED);
  assert_int_equal(judged(by_ec, &unknown), R_LOGIN_FAILED);
}

/* Each byte of the text, and every other character in its place that base64url has or has not. */
static void no_byte_can_be_changed(void **state)
{
  (void)state;
  struct str good = token(ec, EC_HEADER, CLAIMS);
  char *text = arena_alloc(arena, good.n);
  for (size_t i = 0; i < good.n; i++) {
    for (const char *c = "Aa0_-+/=. \n"; *c; c++) {
      memcpy(text, good.p, good.n);
      if (text[i] == *c)
        continue;
      text[i] = *c;
      if (judged((struct str){text, good.n}, &ec_key) != R_LOGIN_FAILED)
        fail_msg("byte %zu as %c", i, *c);
    }
  }
}

static void parts_that_are_missing_too_many_or_padded_are_refused(void **state)
{
  (void)state;
  struct str good = token(ec, EC_HEADER, CLAIMS);
  for (size_t n = 0; n < good.n; n++)
    assert_int_equal(judged((struct str){good.p, n}, &ec_key), R_LOGIN_FAILED);
  static const char *const tails[] = {".", "=", "==", " ", "\n", "A", ".AAAA", "AAAA"};
  for (size_t i = 0; i < sizeof tails / sizeof *tails; i++) {
    struct str longer = arena_print(arena, "%.*s%s", (int)good.n, good.p, tails[i]);
    assert_int_equal(judged(longer, &ec_key), R_LOGIN_FAILED);
    longer = arena_print(arena, "%s%.*s", tails[i], (int)good.n, good.p);
    assert_int_equal(judged(longer, &ec_key), R_LOGIN_FAILED);
  }
}

static void a_signature_in_der_is_none(void **state)
{
  (void)state;
  struct str good = token(ec, EC_HEADER, CLAIMS);
  unsigned char der[128];
  size_t n = sizeof der, part = good.n;
  while (good.p[part - 1] != '.')
    part--;
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  assert_int_equal(EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, ec), 1);
  assert_int_equal(EVP_DigestSign(context, der, &n, (const unsigned char *)good.p, part - 1), 1);
  EVP_MD_CTX_free(context);
  char *text = arena_alloc(arena, TOKEN);
  memcpy(text, good.p, part);
  part += put_part(text + part, (struct str){(const char *)der, n});
  assert_int_equal(judged((struct str){text, part}, &ec_key), R_LOGIN_FAILED);
}

static void one_of_the_greatest_size_passes_and_none_beyond(void **state)
{
  (void)state;
  char *claims = arena_alloc(arena, TOKEN);
  for (int n = 5500; n < 6500; n++) {
    snprintf(claims, TOKEN, "{" ISS "," AUD "," EXP "," JTI ",\"x\":\"%0*d\"}", n, 0);
    struct str text = token(ec, EC_HEADER, claims);
    if (n % 50 == 0 || text.n > AUTHN_ASSERTION_MOST - 4)
      assert_int_equal(judged(text, &ec_key), text.n <= AUTHN_ASSERTION_MOST ? R_OK : R_LOGIN_FAILED);
    if (text.n > AUTHN_ASSERTION_MOST)
      return;
  }
  fail();
}

/* Whatever allocates in this process: the one that comes when `left` are done fails, while it is armed. */
static bool armed;
static int left;

extern void *__interceptor_malloc(size_t n) __attribute__((weak));
extern void *__libc_malloc(size_t n) __attribute__((weak));

void *malloc(size_t n)
{
  if (armed && left-- == 0)
    return NULL;
  return __interceptor_malloc ? __interceptor_malloc(n) : __libc_malloc(n);
}

static enum result starved(const struct authn_assertion *assertion, int after)
{
  left = after;
  armed = true;
  enum result r = authn_assertion_verify(assertion, &ec_key);
  armed = false;
  return r;
}

/* libjwt says yes to what it has not looked at when the copy of the key cannot be made: its yes alone is none. */
static void no_failed_allocation_lets_anything_in(void **state)
{
  (void)state;
  struct authn_assertion right, wrong;
  assert_int_equal(authn_assertion_read(token(ec, EC_HEADER, CLAIMS), &terms, arena, &right), R_OK);
  assert_int_equal(authn_assertion_read(token(other, EC_HEADER, CLAIMS), &terms, arena, &wrong), R_OK);
  assert_int_equal(starved(&right, INT32_MAX), R_OK);
  int most = INT32_MAX - left, refused = 0;
  for (int after = 0; after < most; after++) {
    enum result forged = starved(&wrong, after), good = starved(&right, after);
    assert_true(forged == R_LOGIN_FAILED || forged == R_NO_MEMORY);
    assert_true(good == R_OK || good == R_LOGIN_FAILED || good == R_NO_MEMORY);
    refused += good != R_OK;
  }
  assert_true(most > 10 && refused > 5);
  assert_int_equal(starved(&right, most), R_OK);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, begin, end)

int main(void)
{
  const struct CMUnitTest tests[] = {
      TEST(what_a_registered_key_signed_passes_and_says_who_and_until_when),
      TEST(what_is_right_in_another_way_passes_too),
      TEST(claims_that_lack_or_stretch_anything_are_refused_although_signed),
      TEST(a_header_chooses_nothing),
      TEST(no_key_is_taken_from_the_token),
      TEST(the_public_key_is_no_secret_and_nothing_is_no_signature),
      TEST(another_key_or_another_kind_of_key_verifies_nothing),
      TEST(no_byte_can_be_changed),
      TEST(parts_that_are_missing_too_many_or_padded_are_refused),
      TEST(a_signature_in_der_is_none),
      TEST(one_of_the_greatest_size_passes_and_none_beyond),
      TEST(no_failed_allocation_lets_anything_in),
  };
  return cmocka_run_group_tests(tests, keys_up, keys_down);
}
