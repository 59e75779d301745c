/* What people are told goes into the outbox with what it tells of. */
#include "domain/notice.h"
#include "domain/session.h"
#include "support/estate.h"

static struct signin signin(void)
{
  return (struct signin){.domain = &estate_domain,
                         .arena = estate_arena(),
                         .now = clock_now(),
                         .deadline = clock_monotonic() + 20 * CLOCK_SECOND,
                         .address = STR("192.0.2.7"),
                         .action = "test"};
}

static struct store_call auth(void) { return (struct store_call){.pool = estate_domain.auth, .arena = estate_arena()}; }

static void put(enum estate_user user, enum notice_kind kind)
{
  struct signin s = signin();
  struct store_call store = domain_session_store(&s);
  struct uuid id = estate_user(user);
  struct store_tx *tx;
  uint64_t revision;
  assert_ok(store_tx_open(&store, &tx));
  assert_ok(domain_notice_put(&s, tx, &id, kind));
  assert_ok(store_tx_commit(tx, &revision));
  store_tx_close(&tx);
}

static int prepare(void **state)
{
  estate_domain.mail.sends = true;
  estate_sql("DELETE FROM vault.outbox; UPDATE principal SET email = login || '@example.org', email_key = login || "
             "'@example.org'"
             " WHERE login IN ('a-plain', 'a-viewer')");
  return estate_begin(state);
}

static const char *waiting(void)
{
  return estate_ask("SELECT string_agg(kind || ' ' || recipient, ', ') FROM vault.outbox");
}

static void it_goes_to_the_persons_address_and_says_from_where(void **state)
{
  (void)state;
  put(A_PLAIN, NOTICE_PASSWORD_CHANGED);
  assert_string_equal(waiting(), "password_changed a-plain@example.org");
  assert_string_equal(estate_ask("SELECT address FROM vault.outbox"), "192.0.2.7");
  put(A_PLAIN, NOTICE_PASSWORD_CHANGED);
  assert_string_equal(estate_ask("SELECT count(*) FROM vault.outbox"), "2");
}

static void who_has_no_address_is_told_nothing(void **state)
{
  (void)state;
  put(B_PLAIN, NOTICE_PASSWORD_CHANGED);
  assert_string_equal(waiting(), "");
}

static void where_no_mail_is_sent_none_waits(void **state)
{
  (void)state;
  struct change change = estate_change(A_ADMIN, A);
  struct uuid id = estate_user(A_PLAIN);
  estate_domain.mail.sends = false;
  put(A_PLAIN, NOTICE_NEW_DEVICE);
  assert_ok(domain_notice_change(&change, &id, NOTICE_FACTOR_RESET, STR_NONE));
  estate_commit(&change);
  assert_string_equal(waiting(), "");
}

static void what_a_stranger_can_cause_again_and_again_is_told_once_a_day(void **state)
{
  (void)state;
  put(A_PLAIN, NOTICE_ACCOUNT_THROTTLED);
  put(A_PLAIN, NOTICE_ACCOUNT_THROTTLED);
  put(A_VIEWER, NOTICE_ACCOUNT_THROTTLED);
  assert_string_equal(estate_ask("SELECT count(*) FROM vault.outbox"), "2");
  estate_sql("UPDATE vault.outbox SET happened_at = happened_at - interval '25 hours'");
  put(A_PLAIN, NOTICE_ACCOUNT_THROTTLED);
  assert_string_equal(estate_ask("SELECT count(*) FROM vault.outbox"), "3");
}

static void what_goes_wrong_with_the_change_is_not_told(void **state)
{
  (void)state;
  struct uuid id = estate_user(A_PLAIN);
  struct change change = estate_change(A_ADMIN, A);
  assert_ok(domain_notice_change(&change, &id, NOTICE_FACTOR_RESET, STR_NONE));
  estate_abandon(&change);
  assert_string_equal(waiting(), "");
  change = estate_change(A_ADMIN, A);
  assert_ok(domain_notice_change(&change, &id, NOTICE_EMAIL_CHANGED, STR("old@example.org")));
  estate_commit(&change);
  assert_string_equal(waiting(), "email_changed old@example.org");
}

static void nobody_out_of_sight_is_told_anything(void **state)
{
  (void)state;
  struct uuid id = estate_user(A_PLAIN);
  struct change change = estate_change(C_ADMIN, C);
  assert_ok(domain_notice_change(&change, &id, NOTICE_EMAIL_CHANGED, STR("old@example.org")));
  estate_commit(&change);
  assert_string_equal(waiting(), "");
}

static void a_token_is_sealed_for_its_mail_alone(void **state)
{
  (void)state;
  struct notice_token token = {estate_user(A_PLAIN), NOTICE_RESET, STR("bwp_secret"), clock_now() + CLOCK_SECOND, 0};
  struct change change = estate_change(A_ADMIN, A);
  struct store_call store = auth();
  struct store_outbox_mail mail;
  struct str link;
  assert_ok(domain_notice_token_change(&change, &token));
  estate_commit(&change);
  assert_string_equal(estate_ask("SELECT position('bwp_secret'::bytea IN sealed_token) FROM vault.outbox"), "0");
  assert_ok(store_outbox_take(&store, 60, 0, &mail));
  assert_ok(domain_notice_link(&estate_domain, &mail.mail, estate_arena(), &link));
  assert_str(link, "https://access.example/reset#token=bwp_secret");
  mail.mail.user = estate_user(A_VIEWER);
  assert_result(domain_notice_link(&estate_domain, &mail.mail, estate_arena(), &link), R_INTERNAL);
  mail.mail.sealed_token = STR_NONE;
  assert_ok(domain_notice_link(&estate_domain, &mail.mail, estate_arena(), &link));
  assert_null(link.p);
}

static void every_kind_has_a_name_of_its_own(void **state)
{
  (void)state;
  for (enum notice_kind a = NOTICE__NONE + 1; a < NOTICE__COUNT; a++)
    for (enum notice_kind b = NOTICE__NONE + 1; b < a; b++)
      assert_string_not_equal(domain_notice_name(a), domain_notice_name(b));
}

#define notice_test(function) cmocka_unit_test_setup_teardown(function, prepare, estate_end)

int main(void)
{
  const struct CMUnitTest tests[] = {
      notice_test(it_goes_to_the_persons_address_and_says_from_where),
      notice_test(who_has_no_address_is_told_nothing),
      notice_test(where_no_mail_is_sent_none_waits),
      notice_test(what_a_stranger_can_cause_again_and_again_is_told_once_a_day),
      notice_test(what_goes_wrong_with_the_change_is_not_told),
      notice_test(nobody_out_of_sight_is_told_anything),
      notice_test(a_token_is_sealed_for_its_mail_alone),
      notice_test(every_kind_has_a_name_of_its_own),
  };
  return cmocka_run_group_tests(tests, estate_up, estate_down);
}
