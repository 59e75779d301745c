/* How clients come in. */
#include "domain/machine.h"
#include "base/text.h"
#include "domain/client.h"
#include "domain/proof.h"
#include "support/estate.h"
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

struct machine {
  struct uuid id;
  struct str name, secret;
};

static struct machine made(void)
{
  struct change change = estate_change(A_ADMIN, A);
  struct client_new client = {.tenant = estate_tenant(A), .display_name = STR("Loader")};
  struct machine machine;
  struct outcome outcome;
  char name[UUID_TEXT];
  assert_ok(domain_client_create(&change, &client, &outcome, &machine.secret));
  estate_commit(&change);
  machine.id = outcome.id;
  uuid_format(&machine.id, name);
  machine.name = arena_copy(estate_arena(), str_of(name));
  return machine;
}

static struct signin step(const char *address)
{
  estate_domain.limits.access_token_time = 900 * CLOCK_SECOND;
  estate_domain.limits.account_attempts = 3;
  estate_domain.limits.address_attempts = 1000;
  return (struct signin){.domain = &estate_domain,
                         .arena = estate_arena(),
                         .now = clock_now(),
                         .address = str_of(address),
                         .request_id = STR("r"),
                         .action = "issueClientToken"};
}

static enum result login_by(struct signin *s, struct str name, struct str secret, struct login *ret_login)
{
  struct machine_claim claim = {.client_id = name, .secret = secret};
  return domain_machine_login(s, &claim, ret_login);
}

static void a_secret_begins_a_session_of_the_client_alone(void **state)
{
  (void)state;
  struct machine machine = made(), other = made();
  struct signin s = step("192.0.2.1");
  struct login login;
  assert_ok(login_by(&s, machine.name, machine.secret, &login));
  assert_true(login.access_token.p && !login.refresh_token.p && login.expires_in == 900);
  assert_memory_equal(&s.principal, &machine.id, sizeof machine.id);
  assert_result(login_by(&s, other.name, machine.secret, &login), R_LOGIN_FAILED);
  assert_result(login_by(&s, STR("x"), machine.secret, &login), R_LOGIN_FAILED);
  assert_result(login_by(&s, machine.name, STR("x"), &login), R_LOGIN_FAILED);
}

static void failures_keep_nobody_out_who_has_the_secret(void **state)
{
  (void)state;
  struct machine machine = made();
  struct signin s = step("192.0.2.2"), elsewhere = step("192.0.2.3");
  struct login login;
  for (int i = 0; i < 3; i++)
    assert_result(login_by(&s, machine.name, STR("x"), &login), R_LOGIN_FAILED);
  assert_result(login_by(&s, machine.name, STR("x"), &login), R_THROTTLED);
  assert_true(s.retry_after > 0);
  assert_ok(login_by(&s, machine.name, machine.secret, &login));
  assert_result(login_by(&s, machine.name, STR("x"), &login), R_THROTTLED);
  assert_result(login_by(&elsewhere, machine.name, STR("x"), &login), R_LOGIN_FAILED);
}

static void a_client_that_is_refused_already_uses_up_no_attempt_of_its_address(void **state)
{
  (void)state;
  struct machine stale = made(), other = made();
  struct signin s = step("192.0.2.7");
  struct login login;
  estate_domain.limits.address_attempts = 5;
  for (int i = 0; i < 3; i++)
    assert_result(login_by(&s, stale.name, STR("x"), &login), R_LOGIN_FAILED);
  for (int i = 0; i < 5; i++)
    assert_result(login_by(&s, stale.name, STR("x"), &login), R_THROTTLED);
  assert_ok(login_by(&s, other.name, other.secret, &login));
  for (int i = 0; i < 2; i++)
    assert_result(login_by(&s, other.name, STR("x"), &login), R_LOGIN_FAILED);
  assert_result(login_by(&s, other.name, STR("x"), &login), R_THROTTLED);
}

/* A private_key_jwt of its own key, which OpenSSL signs. */
static struct str assertion_of(EVP_PKEY *pkey, const struct machine *machine, const char *jti)
{
  char *text = arena_alloc(estate_arena(), 4096);
  unsigned char der[256], flat[64];
  struct str claims =
      arena_print(estate_arena(), "{\"iss\":\"%s\",\"sub\":\"%s\",\"aud\":\"%.*s\",\"exp\":%lld,\"jti\":\"%s\"}",
                  machine->name.p, machine->name.p, (int)estate_domain.base_url.n, estate_domain.base_url.p,
                  (long long)(clock_now() / CLOCK_SECOND + 60), jti);
  struct str header = STR("{\"alg\":\"ES256\"}");
  size_t n = text_base64url_encode((const unsigned char *)header.p, header.n, text), length = sizeof der;
  text[n++] = '.';
  n += text_base64url_encode((const unsigned char *)claims.p, claims.n, text + n);
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  assert_int_equal(EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, pkey), 1);
  assert_int_equal(EVP_DigestSign(context, der, &length, (const unsigned char *)text, n), 1);
  EVP_MD_CTX_free(context);
  const unsigned char *at = der;
  ECDSA_SIG *pair = d2i_ECDSA_SIG(NULL, &at, (long)length);
  BN_bn2binpad(ECDSA_SIG_get0_r(pair), flat, 32);
  BN_bn2binpad(ECDSA_SIG_get0_s(pair), flat + 32, 32);
  ECDSA_SIG_free(pair);
  text[n++] = '.';
  return (struct str){text, n + text_base64url_encode(flat, sizeof flat, text + n)};
}

static EVP_PKEY *registered(const struct machine *machine)
{
  EVP_PKEY *pkey = EVP_EC_gen("P-256");
  BIO *out = BIO_new(BIO_s_mem());
  struct proof_terms terms = {.name = STR("")};
  struct authn_key key;
  struct outcome outcome;
  char *pem;
  assert_int_equal(PEM_write_bio_PUBKEY(out, pkey), 1);
  long n = BIO_get_mem_data(out, &pem);
  assert_ok(authn_key_pem((struct str){pem, (size_t)n}, estate_arena(), &key));
  struct change change = estate_change(A_ADMIN, A);
  assert_ok(domain_proof_key(&change, &machine->id, &terms, &key, &outcome));
  estate_commit(&change);
  BIO_free(out);
  return pkey;
}

static void an_assertion_begins_one_session_and_proves_nothing_again(void **state)
{
  (void)state;
  struct machine machine = made();
  EVP_PKEY *pkey = registered(&machine);
  struct signin s = step("192.0.2.4");
  struct machine_claim claim = {.assertion = assertion_of(pkey, &machine, "one")};
  struct login login;
  assert_ok(domain_machine_login(&s, &claim, &login));
  assert_memory_equal(&s.principal, &machine.id, sizeof machine.id);
  assert_true(login.access_token.p && !login.refresh_token.p);
  assert_result(domain_machine_login(&s, &claim, &login), R_LOGIN_FAILED);
  assert_result(domain_machine_prove(&s, &claim), R_LOGIN_FAILED);
  claim.assertion = assertion_of(pkey, &machine, "two");
  claim.client_id = STR("somebody else");
  assert_result(domain_machine_prove(&s, &claim), R_LOGIN_FAILED);
  claim.client_id = machine.name;
  s = step("192.0.2.6"); /* where nothing has failed yet */
  assert_ok(domain_machine_prove(&s, &claim));
  EVP_PKEY_free(pkey);
}

static void what_proves_a_client_begins_no_session_and_is_noted(void **state)
{
  (void)state;
  struct machine machine = made();
  struct signin s = step("192.0.2.5");
  struct machine_claim claim = {.client_id = machine.name, .secret = machine.secret};
  assert_ok(domain_machine_prove(&s, &claim));
  assert_string_equal(estate_ask("SELECT count(*) FROM session WHERE principal_id = '%s'", machine.name.p), "0");
  assert_string_equal(
      estate_ask("SELECT count(last_used_at) FROM client_proof WHERE principal_id = '%s'", machine.name.p), "1");
  estate_sql("UPDATE principal SET state = 'suspended', state_before = 'active', epoch = 2 WHERE id = '%s'",
             machine.name.p);
  estate_settle();
  assert_result(domain_machine_prove(&s, &claim), R_LOGIN_FAILED);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      estate_test(a_secret_begins_a_session_of_the_client_alone),
      estate_test(an_assertion_begins_one_session_and_proves_nothing_again),
      estate_test(what_proves_a_client_begins_no_session_and_is_noted),
      estate_test(failures_keep_nobody_out_who_has_the_secret),
      estate_test(a_client_that_is_refused_already_uses_up_no_attempt_of_its_address),
  };
  return cmocka_run_group_tests(tests, estate_up, estate_down);
}
