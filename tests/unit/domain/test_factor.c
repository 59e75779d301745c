/* Codes of authenticators: sealed seeds, each code once. */
#include "domain/factor.h"
#include "support/estate.h"
#include "support/seed.h"

/* An authenticator of the user's that counts; its seed in base 32. */
static struct str enrolled(enum estate_user user, const char *seed)
{
  struct signin s = estate_signin("test");
  struct store_totp_row row = {.user = estate_user(user), .name = STR("-"), .algorithm = STR("SHA1"), .digits = 6, .epoch = 1};
  struct uuid tenant = estate_tenant(user == A_PLAIN ? A : user == B_PLAIN ? B : C);
  CLEANUP(secret_free) struct secret bytes = secret_copy(seed, strlen(seed));
  uint64_t revision;
  bool first;
  assert_ok(uuid_new(&row.id));
  assert_ok(domain_factor_seal(&s, &tenant, &row, bytes, &row.sealed_seed));
  struct store_tx *tx = estate_auth(&s);
  assert_ok(store_totp_create(tx, &row, 10));
  assert_ok(store_totp_confirm(tx, &row.id, 1, &first));
  assert_ok(store_tx_commit(tx, &revision));
  store_tx_close(&tx);
  return seed_text(bytes, estate_arena());
}

static enum result spent(enum estate_user user, struct str code)
{
  struct signin s = estate_signin("test");
  struct uuid id = estate_user(user);
  struct store_tx *tx = estate_auth(&s);
  uint64_t revision;
  enum result r = domain_factor_spend(&s, tx, &id, code);
  if (r == R_OK)
    r = store_tx_commit(tx, &revision);
  store_tx_close(&tx);
  return r;
}

static void a_code_of_any_of_them_passes_once(void **state)
{
  (void)state;
  char digits[SEED_CODE];
  struct str one = enrolled(A_PLAIN, "12345678901234567890"), two = enrolled(A_PLAIN, "abcdefghijabcdefghij");
  assert_ok(spent(A_PLAIN, seed_code(two, -1, digits)));
  assert_ok(spent(A_PLAIN, seed_code(one, 0, digits)));
  assert_result(spent(A_PLAIN, digits[0] ? str_of(digits) : STR_NONE), R_CODE_WRONG);
  assert_result(spent(A_PLAIN, seed_code(one, -1, digits)), R_CODE_WRONG);
  assert_ok(spent(A_PLAIN, seed_code(two, 0, digits)));
  assert_result(spent(C_PLAIN, seed_code(two, 0, digits)), R_CODE_WRONG);
}

static void a_seed_that_was_moved_to_another_user_does_not_unseal(void **state)
{
  (void)state;
  char digits[SEED_CODE];
  enrolled(B_PLAIN, "12345678901234567890");
  struct str other = enrolled(C_PLAIN, "abcdefghijabcdefghij");
  estate_sql("UPDATE vault.totp SET sealed_seed = (SELECT sealed_seed FROM vault.totp o JOIN principal p ON p.id = "
             "o.principal_id WHERE p.login = 'c-plain' LIMIT 1) WHERE principal_id = (SELECT id FROM principal WHERE "
             "login = 'b-plain')");
  assert_string_equal(estate_ask("SELECT count(DISTINCT sealed_seed) FROM vault.totp JOIN principal p ON p.id = principal_id "
                                 "WHERE p.login IN ('b-plain', 'c-plain')"), "1");
  assert_result(spent(B_PLAIN, seed_code(other, 0, digits)), R_INTERNAL);
  assert_ok(spent(C_PLAIN, seed_code(other, 0, digits)));
}

static void attempts_are_counted_before_the_code_is_looked_at(void **state)
{
  (void)state;
  struct signin s = estate_signin("test");
  struct uuid user = estate_user(P1_PLAIN);
  struct authn_throttle throttle;
  for (int i = 0; i < 10; i++)
    assert_ok(domain_factor_count(&s, &user, &throttle));
  assert_result(domain_factor_count(&s, &user, &throttle), R_THROTTLED);
  assert_true(s.retry_after > 0);
}

static void attempts_are_as_many_as_the_tenant_says(void **state)
{
  (void)state;
  struct signin s = estate_signin("test");
  struct uuid user = estate_user(A_VIEWER), elsewhere = estate_user(C_PLAIN);
  struct authn_throttle throttle;
  estate_sql("INSERT INTO tenant_setting (tenant_id, tenant_path, tenant_boundary, section, name, value)"
             " SELECT id, path, boundary, 'security', 'account_attempts', '3' FROM tenant WHERE path = '%s'",
             estate_path(A).p);
  for (int i = 0; i < 4; i++) {
    assert_result(domain_factor_count(&s, &user, &throttle), i < 3 ? R_OK : R_THROTTLED);
    assert_ok(domain_factor_count(&s, &elsewhere, &throttle));
  }
}

/* How often it stands in the audit, and how many were told. */
static const char *told(void)
{
  return estate_ask("SELECT (SELECT count(*) FROM audit_event WHERE action = 'disableFactor')::text || ' ' ||"
                    " (SELECT count(*) FROM vault.outbox WHERE kind = 'factor_disabled')::text");
}

static void the_last_failure_leaves_an_event_and_a_notice(void **state)
{
  (void)state;
  char digits[SEED_CODE];
  estate_domain.mail.sends = true;
  struct str seed = enrolled(C_ADMIN, "klmnopqrstklmnopqrst");
  estate_sql("UPDATE principal SET email = 'c@example.org', email_key = 'c@example.org' WHERE login = 'c-admin'");
  estate_sql("UPDATE vault.totp SET failures = 98 WHERE principal_id = (SELECT id FROM principal WHERE login = 'c-admin')");
  assert_result(spent(C_ADMIN, STR("x")), R_CODE_WRONG);
  assert_string_equal(told(), "0 0");
  assert_ok(spent(C_ADMIN, seed_code(seed, 0, digits))); /* none in vain */
  assert_string_equal(told(), "0 0");
  assert_result(spent(C_ADMIN, STR("x")), R_CODE_WRONG);
  assert_string_equal(told(), "1 1");
  assert_result(spent(C_ADMIN, seed_code(seed, -1, digits)), R_CODE_WRONG);
  assert_string_equal(told(), "1 1");
  estate_domain.mail.sends = false;
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      estate_test(a_code_of_any_of_them_passes_once),
      estate_test(a_seed_that_was_moved_to_another_user_does_not_unseal),
      estate_test(attempts_are_counted_before_the_code_is_looked_at),
      estate_test(attempts_are_as_many_as_the_tenant_says),
      estate_test(the_last_failure_leaves_an_event_and_a_notice),
  };
  return cmocka_run_group_tests(tests, estate_up, estate_down);
}
