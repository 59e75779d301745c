/* Recovery codes: kept as hashes, spent once, counted. */
#include "domain/recovery.h"
#include "store/totp.h"
#include "support/estate.h"

/* Ten codes of the user's. */
static struct recovery_set kept(enum estate_user user)
{
  struct signin s = estate_signin("test");
  struct store_totp_row row = {.user = estate_user(user),
                               .sealed_seed = STR("-"),
                               .name = STR("-"),
                               .algorithm = STR("SHA1"),
                               .digits = 6,
                               .epoch = 1};
  struct recovery_set set;
  uint64_t revision;
  assert_ok(uuid_new(&row.id));
  assert_ok(domain_recovery_make(&s, &set));
  struct store_tx *tx = estate_auth(&s);
  assert_ok(store_totp_create(tx, &row, 10));
  assert_ok(domain_recovery_keep(&s, tx, &row.user, &set));
  assert_ok(store_tx_commit(tx, &revision));
  store_tx_close(&tx);
  return set;
}

static enum result spent(enum estate_user user, struct str code)
{
  struct signin s = estate_signin("test");
  struct uuid id = estate_user(user);
  struct store_tx *tx = estate_auth(&s);
  uint64_t revision;
  enum result r = domain_recovery_spend(&s, tx, &id, code);
  if (r == R_OK)
    r = store_tx_commit(tx, &revision);
  store_tx_close(&tx);
  return r;
}

static void ten_are_made_and_each_is_good_once(void **state)
{
  (void)state;
  struct recovery_set set = kept(A_PLAIN);
  assert_int_equal(set.shown.count, 10);
  assert_result(spent(A_PLAIN, STR("0000-0000-0000-0000")), R_CODE_WRONG);
  for (size_t i = 0; i < 10; i++) {
    assert_ok(spent(A_PLAIN, set.shown.codes[i]));
    assert_result(spent(A_PLAIN, set.shown.codes[i]), R_CODE_WRONG);
  }
  assert_result(spent(A_PLAIN, STR("0000-0000-0000-0000")), R_CODE_WRONG);
}

static void nobody_spends_anothers(void **state)
{
  (void)state;
  struct recovery_set own = kept(A_VIEWER), other = kept(B_PLAIN);
  assert_result(spent(A_VIEWER, other.shown.codes[0]), R_CODE_WRONG);
  assert_result(spent(C_PLAIN, own.shown.codes[0]), R_CODE_WRONG);
  assert_ok(spent(B_PLAIN, other.shown.codes[0]));
}

static void wrong_ones_are_counted_in_a_window(void **state)
{
  (void)state;
  struct recovery_set set = kept(P1_PLAIN);
  for (int i = 0; i < 10; i++)
    assert_result(spent(P1_PLAIN, STR("x")), R_CODE_WRONG);
  assert_result(spent(P1_PLAIN, set.shown.codes[0]), R_THROTTLED);
}

static void a_change_undone_has_spent_nothing(void **state)
{
  (void)state;
  struct signin s = estate_signin("test");
  struct recovery_set set = kept(C_PLAIN);
  struct uuid id = estate_user(C_PLAIN);
  struct store_tx *tx = estate_auth(&s);
  assert_ok(domain_recovery_spend(&s, tx, &id, set.shown.codes[0]));
  store_tx_close(&tx);
  assert_ok(spent(C_PLAIN, set.shown.codes[0]));
}

static void the_last_failure_leaves_an_event_and_a_notice(void **state)
{
  (void)state;
  static const char told[] = "SELECT (SELECT count(*) FROM audit_event WHERE action = 'disableFactor')::text || ' ' ||"
                             " (SELECT count(*) FROM vault.outbox WHERE kind = 'factor_disabled')::text";
  struct recovery_set set = kept(A_ADMIN);
  estate_domain.mail.sends = true;
  estate_sql("UPDATE principal SET email = 'a@example.org', email_key = 'a@example.org' WHERE login = 'a-admin'");
  estate_sql("UPDATE vault.recovery SET failures = 99 WHERE principal_id = (SELECT id FROM principal WHERE login = "
             "'a-admin')");
  assert_ok(spent(A_ADMIN, set.shown.codes[0])); /* none in vain */
  assert_string_equal(estate_ask("%s", told), "0 0");
  assert_result(spent(A_ADMIN, STR("0000-0000-0000-0000")), R_CODE_WRONG);
  assert_string_equal(estate_ask("%s", told), "1 1");
  assert_result(spent(A_ADMIN, set.shown.codes[1]), R_CODE_WRONG);
  assert_string_equal(estate_ask("%s", told), "1 1");
  estate_domain.mail.sends = false;
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      estate_test(ten_are_made_and_each_is_good_once),
      estate_test(nobody_spends_anothers),
      estate_test(wrong_ones_are_counted_in_a_window),
      estate_test(a_change_undone_has_spent_nothing),
      estate_test(the_last_failure_leaves_an_event_and_a_notice),
  };
  return cmocka_run_group_tests(tests, estate_up, estate_down);
}
