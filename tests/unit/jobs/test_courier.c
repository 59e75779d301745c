/* One mail at a time: what becomes of it when it is taken over, put off, refused, or never gets that far. */
#include "jobs/courier.h"
#include "domain/invitation.h"
#include "domain/notice.h"
#include "domain/session.h"
#include "support/estate.h"

/* Who delivers here: gives `answer` and keeps what was handed over. */
static enum result answer;
static int delivered;
static struct jobs_parcel last;

static enum result deliver(void *post, const struct jobs_parcel *parcel)
{
  assert_ptr_equal(post, &answer);
  delivered++;
  last = *parcel;
  return answer;
}

static struct jobs_courier courier;

static int prepare(void **state)
{
  memset(&courier, 0, sizeof courier);
  courier.domain = &estate_domain;
  courier.from = STR("access@example.org");
  courier.deliver = deliver;
  courier.post = &answer;
  answer = R_OK;
  delivered = 0;
  estate_domain.mail.sends = true;
  estate_sql("DELETE FROM vault.outbox; DELETE FROM audit_event;"
             "UPDATE principal SET email = 'plain@example.org' WHERE login = 'a-plain'");
  return estate_begin(state);
}

static void put(enum notice_kind kind)
{
  struct signin s = {
      .domain = &estate_domain, .arena = estate_arena(), .now = clock_now(), .address = STR("192.0.2.7")};
  struct store_call store = {.pool = estate_domain.auth, .arena = estate_arena()};
  struct uuid id = estate_user(A_PLAIN);
  struct store_tx *tx;
  uint64_t revision;
  assert_ok(store_tx_open(&store, &tx));
  assert_ok(domain_notice_put(&s, tx, &id, kind));
  assert_ok(store_tx_commit(tx, &revision));
  store_tx_close(&tx);
}

static enum result step(void) { return jobs_courier_step(&courier, estate_arena()); }

/* "attempts|refusals|seconds to wait|outcome" of the one mail there is. */
static const char *state_of_it(void)
{
  return estate_ask(
      "SELECT attempts, refusals, round(extract(epoch FROM next_at - now()) / 5) * 5, outcome FROM vault.outbox");
}

static void due(void) { estate_sql("UPDATE vault.outbox SET next_at = now()"); }

static void what_is_taken_over_is_through(void **state)
{
  (void)state;
  assert_result(step(), R_NOT_FOUND);
  put(NOTICE_PASSWORD_CHANGED);
  assert_ok(step());
  assert_str(last.from, "access@example.org");
  assert_str(last.to, "plain@example.org");
  assert_non_null(strstr(last.message.p, "Subject: Your password at aaaaaaaa was changed\r\n"));
  assert_non_null(strstr(last.message.p, "192.0.2.7"));
  assert_string_equal(estate_ask("SELECT outcome FROM vault.outbox"), "sent");
  assert_result(step(), R_NOT_FOUND);
  assert_int_equal(delivered, 1);
  assert_int_equal(atomic_load(&courier.sent), 1);
}

/* DOMAIN.md row 114 and ARCHITECTURE.md: the token is in the mail alone, and there in the link's fragment. */
static void a_link_is_opened_for_its_mail_alone(void **state)
{
  (void)state;
  struct invitation_order order = {.user = estate_user(A_PLAIN), .purpose = STORE_RESET};
  struct invitation invitation;
  struct change change = estate_change(A_ADMIN, A);
  assert_ok(domain_invitation_order(&change, &order, &invitation));
  estate_commit(&change);
  assert_ok(step());
  assert_non_null(strstr(last.message.p, "\r\nhttps://access.example/reset#token=3Dbwp_"));
  assert_string_equal(estate_ask("SELECT outcome, sealed_token IS NULL FROM vault.outbox"), "sent|t");
}

static void one_of_many_goes_at_its_time_and_behind_all_others(void **state)
{
  (void)state;
  struct invitation_order order = {
      .user = estate_user(A_PLAIN), .purpose = STORE_RESET, .due = clock_now() + 3600 * CLOCK_SECOND};
  struct invitation invitation;
  struct change change = estate_change(A_ADMIN, A);
  assert_ok(domain_invitation_order(&change, &order, &invitation));
  assert_true(invitation.expires_at == order.due + estate_domain.limits.reset_time);
  estate_commit(&change);
  assert_result(step(), R_NOT_FOUND);
  due();
  put(NOTICE_PASSWORD_CHANGED);
  assert_ok(step());
  assert_null(strstr(last.message.p, "bwp_"));
  assert_ok(step());
  assert_non_null(strstr(last.message.p, "bwp_"));
}

static void one_that_is_sent_again_is_the_same_mail(void **state)
{
  (void)state;
  put(NOTICE_PASSWORD_CHANGED);
  answer = R_AGAIN;
  assert_ok(step());
  struct str first = last.message;
  due();
  answer = R_OK;
  assert_ok(step());
  assert_true(str_equal(first, last.message));
}

static void who_is_busy_is_asked_less_and_less_often(void **state)
{
  (void)state;
  static const char *const states[] = {"1|0|30|",  "2|0|60|",   "3|0|120|",  "4|0|240|", "5|0|480|",
                                       "6|0|960|", "7|0|1920|", "8|0|3600|", "9|0|3600|"};
  put(NOTICE_PASSWORD_CHANGED);
  answer = R_AGAIN;
  for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
    due();
    assert_ok(step());
    assert_string_equal(state_of_it(), states[i]);
  }
  assert_int_equal(atomic_load(&courier.deferred), 9);
}

static void who_is_away_is_asked_again_soon(void **state)
{
  (void)state;
  put(NOTICE_PASSWORD_CHANGED);
  answer = R_UNAVAILABLE;
  for (int i = 1; i <= 3; i++) {
    due();
    assert_result(step(), R_UNAVAILABLE);
  }
  assert_string_equal(state_of_it(), "3|0|15|");
}

static void what_is_refused_three_times_is_given_up_with_an_event(void **state)
{
  (void)state;
  put(NOTICE_PASSWORD_CHANGED);
  answer = R_RULE;
  assert_ok(step());
  assert_string_equal(state_of_it(), "1|1|30|");
  due();
  assert_ok(step());
  due();
  assert_ok(step());
  assert_string_equal(estate_ask("SELECT outcome FROM vault.outbox"), "given_up");
  assert_string_equal(
      estate_ask("SELECT actor_kind, action, outcome, reason, object_kind, object_id, tenant_id FROM audit_event"),
      "system|deliverMail|failed|refused|user|00000000-0000-7000-a000-000000000012|"
      "00000000-0000-7000-9000-000000000004");
  assert_result(step(), R_NOT_FOUND);
  assert_int_equal(atomic_load(&courier.given_up), 1);
}

static void what_is_too_late_is_not_sent(void **state)
{
  (void)state;
  put(NOTICE_PASSWORD_CHANGED);
  estate_sql("UPDATE vault.outbox SET expires_at = now()");
  assert_ok(step());
  assert_int_equal(delivered, 0);
  assert_string_equal(estate_ask("SELECT reason FROM audit_event"), "expired");
}

static void nobody_is_written_to_by_what_is_no_address(void **state)
{
  (void)state;
  put(NOTICE_PASSWORD_CHANGED);
  estate_sql("UPDATE vault.outbox SET recipient = E'a@example.org\\r\\nRCPT TO:<eve@example.com>'");
  assert_ok(step());
  assert_int_equal(delivered, 0);
  assert_string_equal(estate_ask("SELECT reason FROM audit_event"), "bad_address");
}

static void what_cannot_be_read_is_given_up(void **state)
{
  (void)state;
  put(NOTICE_PASSWORD_CHANGED);
  estate_sql("UPDATE vault.outbox SET sealed_token = 'sealed by nobody, ever, but long enough for it'");
  assert_ok(step());
  assert_string_equal(estate_ask("SELECT reason FROM audit_event"), "unreadable");
  put(NOTICE_PASSWORD_CHANGED);
  estate_sql("UPDATE vault.outbox SET kind = 'nothing' WHERE ended_at IS NULL");
  assert_ok(step());
  assert_int_equal(delivered, 0);
}

static void it_says_what_became_of_all(void **state)
{
  (void)state;
  struct buf text = buf_in(estate_arena(), 1 << 16);
  put(NOTICE_PASSWORD_CHANGED);
  assert_ok(step());
  jobs_courier_metrics(&courier, &text);
  assert_non_null(strstr(buf_str(&text).p, "bailiwick_mail_sent_total 1\n"));
  assert_non_null(strstr(buf_str(&text).p, "bailiwick_mail_given_up_total 0\n"));
}

#define courier_test(function) cmocka_unit_test_setup_teardown(function, prepare, estate_end)

int main(void)
{
  const struct CMUnitTest tests[] = {
      courier_test(what_is_taken_over_is_through),
      courier_test(a_link_is_opened_for_its_mail_alone),
      courier_test(one_of_many_goes_at_its_time_and_behind_all_others),
      courier_test(one_that_is_sent_again_is_the_same_mail),
      courier_test(who_is_busy_is_asked_less_and_less_often),
      courier_test(who_is_away_is_asked_again_soon),
      courier_test(what_is_refused_three_times_is_given_up_with_an_event),
      courier_test(what_is_too_late_is_not_sent),
      courier_test(nobody_is_written_to_by_what_is_no_address),
      courier_test(what_cannot_be_read_is_given_up),
      courier_test(it_says_what_became_of_all),
  };
  return cmocka_run_group_tests(tests, estate_up, estate_down);
}
