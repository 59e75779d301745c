/* Registering keys: the vectors of the RFCs, private keys pasted by mistake, and what a JWK says it is for. */
#include "authn/key.h"
#include "json/parse.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

static struct arena *arena;

static int begin(void **state)
{
  (void)state;
  arena = arena_new(1 << 20);
  return 0;
}

static int end(void **state)
{
  (void)state;
  arena_free(&arena);
  return 0;
}

/* RFC 7517 appendix A.1 and RFC 7638 section 3.1. */
#define X "\"x\":\"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4\""
#define Y "\"y\":\"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM\""
#define EC "\"kty\":\"EC\",\"crv\":\"P-256\"," X "," Y
#define N                                                                                                              \
  "\"n\":\"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_"                    \
  "BJECPebWKRXjBZCiFV4n3oknjhMstn6"                                                                                    \
  "4tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_"                                                          \
  "FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpb"                                                \
  "ISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw\""
#define RSA "\"kty\":\"RSA\",\"e\":\"AQAB\"," N

static enum result jwk(const char *text, struct authn_key *ret_key)
{
  const struct json *value;
  struct authn_key ignored;
  assert_int_equal(json_parse(str_of(text), arena, &value), R_OK);
  return authn_key_jwk(value, arena, ret_key ? ret_key : &ignored);
}

static void a_key_without_a_name_has_its_thumbprint(void **state)
{
  (void)state;
  struct authn_key rsa, ec, named;
  assert_int_equal(jwk("{" RSA "}", &rsa), R_OK);
  assert_true(str_is(rsa.kid, "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs") && str_is(rsa.algorithm, "RS256"));
  assert_int_equal(jwk("{" EC ",\"kid\":\"1\",\"use\":\"sig\",\"alg\":\"ES256\",\"key_ops\":[\"verify\"]}", &named),
                   R_OK);
  assert_true(str_is(named.kid, "1") && str_is(named.algorithm, "ES256"));
  assert_int_equal(authn_key_pem(named.pem, arena, &ec), R_OK);
  assert_true(str_equal(ec.pem, named.pem) && ec.kid.n == 43);
}

static void a_private_key_is_called_one_and_nothing_else(void **state)
{
  (void)state;
  static const char *const pasted[] = {"{" EC ",\"d\":\"870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE\"}",
                                       "{" RSA ",\"d\":\"x\"}",
                                       "{" RSA ",\"p\":\"x\"}",
                                       "{" RSA ",\"dq\":null}",
                                       "{\"kty\":\"oct\",\"k\":\"AAAA\"}",
                                       "{\"d\":\"x\"}"};
  struct authn_key key;
  for (size_t i = 0; i < sizeof pasted / sizeof *pasted; i++)
    assert_int_equal(jwk(pasted[i], &key), R_PRIVATE_KEY);
  assert_int_equal(authn_key_pem(STR("-----BEGIN PRIVATE KEY-----\nMIG"), arena, &key), R_PRIVATE_KEY);
  assert_int_equal(authn_key_pem(STR("-----BEGIN EC PRIVATE KEY-----\n"), arena, &key), R_PRIVATE_KEY);
  assert_int_equal(authn_key_pem(STR("x -----BEGIN ENCRYPTED PRIVATE KEY-----"), arena, &key), R_PRIVATE_KEY);
}

static void what_is_no_key_for_signatures_is_refused(void **state)
{
  (void)state;
  static const char *const pasted[] = {"{}",
                                       "{\"kty\":\"EC\"}",
                                       "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"AAAA\"}",
                                       "{\"kty\":\"EC\",\"crv\":\"P-384\"," X "," Y "}",
                                       "{\"kty\":\"ec\",\"crv\":\"P-256\"," X "," Y "}",
                                       "{\"kty\":\"EC\",\"crv\":\"P-256\"," X "}",
                                       "{\"kty\":\"EC\",\"crv\":\"P-256\"," X ",\"y\":1}",
                                       "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AAAA\"," Y "}",
                                       "{\"kty\":\"RSA\"," N "}",
                                       "{\"kty\":\"RSA\",\"e\":\"Aw\"," N "}",
                                       "{\"kty\":\"RSA\",\"e\":\"AQAB\",\"n\":\"AQAB\"}",
                                       "{" EC ",\"use\":\"enc\"}",
                                       "{" EC ",\"use\":1}",
                                       "{" EC ",\"alg\":\"RS256\"}",
                                       "{" EC ",\"alg\":\"none\"}",
                                       "{" RSA ",\"alg\":\"PS256\"}",
                                       "{" EC ",\"key_ops\":[\"sign\"]}",
                                       "{" EC ",\"key_ops\":\"verify\"}"};
  for (size_t i = 0; i < sizeof pasted / sizeof *pasted; i++)
    if (jwk(pasted[i], NULL) != R_RULE)
      fail_msg("%s", pasted[i]);
  assert_int_equal(jwk("[]", NULL), R_MALFORMED);
  assert_int_equal(jwk("\"x\"", NULL), R_MALFORMED);
}

static void a_name_is_short_and_printable(void **state)
{
  (void)state;
  char longest[AUTHN_KEY_ID + 1];
  memset(longest, 'k', sizeof longest);
  assert_true(authn_key_names(STR("2026-11~a/b+c=")) && authn_key_names((struct str){longest, AUTHN_KEY_ID}));
  assert_false(authn_key_names((struct str){longest, AUTHN_KEY_ID + 1}));
  assert_false(authn_key_names(STR("")) || authn_key_names(STR_NONE) || authn_key_names(STR("a b")));
  assert_false(authn_key_names(STR("\303\244")) || authn_key_names(STR("a\n")));
  assert_int_equal(jwk("{" EC ",\"kid\":\"a b\"}", NULL), R_MALFORMED);
  assert_int_equal(jwk("{" EC ",\"kid\":1}", NULL), R_MALFORMED);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, begin, end)

int main(void)
{
  const struct CMUnitTest tests[] = {
      TEST(a_key_without_a_name_has_its_thumbprint),
      TEST(a_private_key_is_called_one_and_nothing_else),
      TEST(what_is_no_key_for_signatures_is_refused),
      TEST(a_name_is_short_and_printable),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
