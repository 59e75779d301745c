/* Whether somebody may have a password. */
#include "domain/password.h"
#include "support/estate.h"

static struct signin signing_in(void)
{
  return (struct signin){.domain = &estate_domain,
                         .arena = estate_arena(),
                         .now = clock_now(),
                         .deadline = clock_monotonic() + 20 * CLOCK_SECOND};
}

static void set(enum estate_tenant tenant, const char *name, const char *value)
{
  estate_sql("INSERT INTO tenant_setting (tenant_id, tenant_path, tenant_boundary, section, name, value)"
             " SELECT id, path, boundary, 'security', '%s', '%s' FROM tenant WHERE path = '%s'"
             " ON CONFLICT (tenant_path, section, name) DO UPDATE SET value = EXCLUDED.value",
             name, value, estate_path(tenant).p);
}

static struct store_credential user(enum estate_user who)
{
  struct store_call call = {.pool = estate_domain.auth, .arena = estate_arena()};
  struct uuid id = estate_user(who);
  struct store_credential found;
  assert_ok(store_credential_get(&call, &id, &found));
  return found;
}

static enum result check(enum estate_user who, const char *password)
{
  struct signin s = signing_in();
  struct store_credential found = user(who);
  struct security_policy policy;
  return domain_password_check(&s, &found, str_of(password), &policy);
}

/* As a change of the password does. */
static void give(enum estate_user who, const char *password, int64_t kept)
{
  struct store_call call = {.pool = estate_domain.auth, .arena = estate_arena()};
  struct secret prepared CLEANUP(secret_free) = {0};
  char hash[CRYPTO_HASH_TEXT];
  struct store_credential user;
  struct store_tx *tx;
  struct uuid id = estate_user(who);
  uint64_t revision;
  assert_ok(authn_password_prepare(str_of(password), &prepared));
  assert_ok(crypto_hash_make(estate_domain.keys, (struct crypto_cost){8, 1, 1},
                             (struct str){(const char *)prepared.p, prepared.n}, hash));
  assert_ok(store_tx_open(&call, &tx));
  assert_ok(store_credential_get(&call, &id, &user));
  assert_ok(store_credential_set(tx, &id, user.epoch, str_of(hash), kept));
  assert_ok(store_tx_commit(tx, &revision));
  store_tx_close(&tx);
}

static void own_words_of_user_tenant_and_policy_are_refused(void **state)
{
  (void)state;
  set(A, "password_least_single", "15");
  set(A, "password_words", "[\"Northern Lights Suite\"]");
  set(P1, "password_words", "[\"alpine telecom meetings\"]");
  estate_sql("UPDATE principal SET login = 'florence.nightingale', email = 'flo.nightingale@hospital-of-north.example'"
             " WHERE id = '00000000-0000-7000-a000-%012d'",
             (int)A_PLAIN);
  estate_sql("UPDATE tenant SET name = 'The Clinic of the North' WHERE path = '%s'", estate_path(A).p);
  static const char *const words[] = {"Florence.Nightingale",  "flo.nightingale@hospital-of-north.example",
                                      "FLO.nightingale",       "hospital-of-north.example",
                                      "Hospital-of-North",     "the clinic of the north",
                                      "northern lights suite", "Alpine Telecom Meetings"};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    assert_result(check(A_PLAIN, words[i]), R_PASSWORD_CONTEXT);
  assert_result(check(A_PLAIN, "florence.nightingale walks"), R_OK);
  assert_result(check(B_PLAIN, "northern lights suite"), R_OK);
  assert_result(check(B_PLAIN, "Alpine Telecom Meetings"), R_PASSWORD_CONTEXT);
}

static void what_the_policy_asks_for_is_asked_and_no_more_elsewhere(void **state)
{
  (void)state;
  set(C, "password_least_single", "20");
  set(C, "password_classes", "3");
  assert_result(check(C_PLAIN, "nineteen of letters"), R_PASSWORD_TOO_SHORT);
  assert_result(check(C_PLAIN, "twentyoneofletterslong"), R_PASSWORD_CLASSES);
  assert_result(check(C_PLAIN, "Twenty-one of letters"), R_OK);
  assert_result(check(B_PLAIN, "nineteen of letters"), R_OK);
}

static void what_was_used_before_is_refused_as_far_back_as_the_policy_says(void **state)
{
  static const char *const used[] = {"a first long password", "a second long password", "a third long password",
                                     "a fourth long password"};
  (void)state;
  set(P2, "password_history", "3");
  for (size_t i = 0; i < 4; i++)
    give(C_ADMIN, used[i], 3);
  set(C, "password_least_single", "15");
  set(C, "password_classes", "0");
  for (size_t i = 0; i < 4; i++)
    assert_result(check(C_ADMIN, used[i]), R_PASSWORD_REUSED);
  give(C_ADMIN, "a fifth long password", 3);
  assert_result(check(C_ADMIN, used[0]), R_OK);
  assert_result(check(C_ADMIN, used[1]), R_PASSWORD_REUSED);
  assert_string_equal(
      estate_ask("SELECT count(*) FROM vault.password_history WHERE tenant_path = '%s'", estate_path(C).p), "3");
  give(C_ADMIN, "a sixth long password", 0);
  assert_string_equal(
      estate_ask("SELECT count(*) FROM vault.password_history WHERE tenant_path = '%s'", estate_path(C).p), "0");
  estate_sql("DELETE FROM tenant_setting WHERE name = 'password_history'");
  assert_result(check(C_ADMIN, "a sixth long password"), R_OK);
}

static void who_holds_what_is_privileged_keeps_no_password_that_others_know(void **state)
{
  (void)state;
  struct signin s = signing_in();
  struct security_policy policy = {.password_change_first = false};
  struct store_credential admin = user(A_ADMIN), plain = user(A_PLAIN);
  admin.chosen = plain.chosen = false;
  assert_true(domain_password_due(&s, &policy, &admin));
  assert_false(domain_password_due(&s, &policy, &plain));
  admin.chosen = true;
  assert_false(domain_password_due(&s, &policy, &admin));
  policy.password_change_first = true;
  assert_true(domain_password_due(&s, &policy, &plain));
  assert_false(domain_password_due(&s, &policy, &admin));
}

static void who_types_is_told_every_reason_and_a_machine_nothing(void **state)
{
  (void)state;
  struct signin s = signing_in();
  struct authn_caller caller = {.principal = estate_user(B_PLAIN), .kind = AUTHN_USER};
  struct authn_password_verdict verdict;
  set(B, "password_strength", "3");
  assert_ok(domain_password_judge(&s, &caller, STR("password1"), &verdict));
  assert_int_equal(verdict.count, 3);
  assert_int_equal(verdict.reasons[0], R_PASSWORD_TOO_SHORT);
  assert_int_equal(verdict.reasons[1], R_PASSWORD_COMMON);
  assert_int_equal(verdict.reasons[2], R_PASSWORD_WEAK);
  assert_ok(domain_password_judge(&s, &caller, STR("correct horse battery 9 staple"), &verdict));
  assert_int_equal(verdict.count, 0);
  assert_int_equal(verdict.score, 4);
  caller.kind = AUTHN_CLIENT;
  assert_result(domain_password_judge(&s, &caller, STR("password1"), &verdict), R_FORBIDDEN);
}

static void who_asks_more_often_than_anybody_types_must_wait(void **state)
{
  (void)state;
  struct signin s = signing_in();
  struct authn_caller caller = {.principal = estate_user(P1_PLAIN), .kind = AUTHN_USER};
  struct authn_password_verdict verdict;
  enum result r = R_OK;
  int asked = 0;
  for (; r == R_OK && asked < 1000; asked++)
    r = domain_password_judge(&s, &caller, STR("password1"), &verdict);
  assert_result(r, R_THROTTLED);
  assert_int_equal(asked, 601);
  assert_true(s.retry_after > 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      estate_test(own_words_of_user_tenant_and_policy_are_refused),
      estate_test(what_the_policy_asks_for_is_asked_and_no_more_elsewhere),
      estate_test(what_was_used_before_is_refused_as_far_back_as_the_policy_says),
      estate_test(who_holds_what_is_privileged_keeps_no_password_that_others_know),
      estate_test(who_types_is_told_every_reason_and_a_machine_nothing),
      estate_test(who_asks_more_often_than_anybody_types_must_wait),
  };
  return cmocka_run_group_tests(tests, estate_up, estate_down);
}
