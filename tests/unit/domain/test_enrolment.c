/* People's own second factors, from the enrolment to the removal. */
#include "domain/enrolment.h"
#include "authn/password.h"
#include "domain/factor.h"
#include "support/estate.h"
#include "support/seed.h"

static const struct str password = {"correct horse battery staple", 28};
static const struct enrolment_wish wish = {.name = {NULL, 0}, .form = {AUTHN_TOTP_SHA1, 6}};

/* As by a session that began just now. */
static void sign_in_again(struct authn_caller *caller)
{
  char id[UUID_TEXT];
  uuid_format(&caller->principal, id);
  caller->epoch = (uint32_t)atoi(estate_ask("SELECT epoch FROM principal WHERE id = '%s'", id));
}

static struct authn_caller person(enum estate_user user)
{
  struct signin s = estate_signin("test");
  struct uuid id = estate_user(user);
  CLEANUP(secret_free) struct secret prepared = {0};
  char hash[CRYPTO_HASH_TEXT];
  struct store_credential found;
  uint64_t revision;
  assert_ok(authn_password_prepare(password, &prepared));
  struct str bytes = {(const char *)prepared.p, prepared.n};
  assert_ok(crypto_hash_make(estate_domain.keys, (struct crypto_cost){8, 1, 1}, bytes, hash));
  struct store_tx *tx = estate_auth(&s);
  assert_ok(store_credential_get(&(struct store_call){.pool = estate_domain.auth, .arena = s.arena}, &id, &found));
  assert_ok(store_credential_set(tx, &id, found.epoch, str_of(hash), 0));
  assert_ok(store_tx_commit(tx, &revision));
  store_tx_close(&tx);
  struct authn_caller caller = {.principal = id, .kind = AUTHN_USER};
  sign_in_again(&caller);
  return caller;
}

static enum result begun(const struct authn_caller *caller, struct str code, struct enrolment *ret_enrolment)
{
  struct signin s = estate_signin("test");
  struct factor_proof proof = {password, code};
  return domain_enrolment_begin(&s, caller, &proof, &wish, ret_enrolment);
}

static enum result confirmed(const struct authn_caller *caller, struct str code, struct recovery_codes *ret_codes)
{
  struct signin s = estate_signin("test");
  return domain_enrolment_confirm(&s, caller, code, ret_codes);
}

static void the_first_brings_recovery_codes_and_the_next_none(void **state)
{
  (void)state;
  struct authn_caller caller = person(A_PLAIN);
  struct enrolment one, two;
  struct recovery_codes codes, none;
  char digits[SEED_CODE];
  assert_result(confirmed(&caller, STR("123456"), &codes), R_CONFLICT);
  assert_ok(begun(&caller, STR_NONE, &one));
  assert_result(confirmed(&caller, STR("12345"), &codes), R_CODE_WRONG);
  assert_ok(confirmed(&caller, seed_code(one.secret, 0, digits), &codes));
  assert_int_equal(codes.count, 10);
  assert_result(begun(&caller, codes.codes[1], &two), R_UNAUTHENTICATED);
  sign_in_again(&caller);
  assert_result(begun(&caller, STR_NONE, &two), R_CODE_WRONG);
  assert_result(begun(&caller, seed_code(one.secret, 0, digits), &two), R_CODE_WRONG);
  assert_ok(begun(&caller, codes.codes[0], &two));
  assert_ok(confirmed(&caller, seed_code(two.secret, 0, digits), &none));
  assert_int_equal(none.count, 0);
}

static void the_last_takes_all_with_it_and_asks_for_a_long_password(void **state)
{
  (void)state;
  struct authn_caller caller = person(B_PLAIN);
  struct signin s = estate_signin("test");
  struct enrolment enrolment;
  struct recovery_codes codes;
  struct str before, after;
  char digits[SEED_CODE];
  assert_ok(begun(&caller, STR_NONE, &enrolment));
  assert_ok(confirmed(&caller, seed_code(enrolment.secret, -1, digits), &codes));
  sign_in_again(&caller);
  assert_ok(domain_enrolment_list(&s, &caller, &before));
  struct factor_proof proof = {password, seed_code(enrolment.secret, 0, digits)};
  struct uuid other = caller.principal;
  assert_result(domain_enrolment_remove(&s, &caller, &proof, &other), R_NOT_FOUND);
  proof.code = codes.codes[0];
  assert_ok(domain_enrolment_remove(&s, &caller, &proof, &enrolment.id));
  sign_in_again(&caller);
  assert_ok(domain_enrolment_list(&s, &caller, &after));
  assert_false(str_equal(before, after));
  assert_str(after, "{\"authenticators\" : [], \"recovery_codes\" : null}");
  assert_result(domain_enrolment_recovery(&s, &caller, &proof, &codes), R_CONFLICT);
}

static void length_alone_says_whether_a_password_stands_alone(void **state)
{
  (void)state;
  struct security_policy policy = {.password_least_single = 15};
  assert_true(domain_enrolment_needless(&policy, STR("fifteen letters")));
  assert_false(domain_enrolment_needless(&policy, STR("fourteen chars")));
  assert_true(domain_enrolment_needless(&policy, STR("\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9")));
  assert_false(domain_enrolment_needless(&policy, STR("\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9")));
  assert_false(domain_enrolment_needless(&policy, STR("")));
  assert_false(domain_enrolment_needless(&policy, STR("broken \xff utf-8, long")));
  policy.password_least_single = 20;
  assert_false(domain_enrolment_needless(&policy, STR("nineteen of letters")));
  assert_true(domain_enrolment_needless(&policy, STR("twenty of its letter")));
}

static void a_machine_has_nothing_to_enrol(void **state)
{
  (void)state;
  struct authn_caller caller = person(C_PLAIN);
  struct enrolment enrolment;
  caller.kind = AUTHN_CLIENT;
  assert_result(begun(&caller, STR_NONE, &enrolment), R_FORBIDDEN);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      estate_test(the_first_brings_recovery_codes_and_the_next_none),
      estate_test(the_last_takes_all_with_it_and_asks_for_a_long_password),
      estate_test(length_alone_says_whether_a_password_stands_alone),
      estate_test(a_machine_has_nothing_to_enrol),
  };
  return cmocka_run_group_tests(tests, estate_up, estate_down);
}
