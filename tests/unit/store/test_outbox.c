/* Mails on their way: each in one hand at a time, until it ends. */
#include "store/outbox.h"
#include "support/estate.h"

static struct store_call auth(void) { return (struct store_call){.pool = estate_domain.auth, .arena = estate_arena()}; }

static struct store_outbox mail_to(enum estate_user user, const char *kind)
{
  struct store_outbox mail = {.user = estate_user(user),
                              .kind = str_of(kind),
                              .address = STR("192.0.2.7"),
                              .happened_at = clock_now(),
                              .expires_at = clock_now() + 3600 * CLOCK_SECOND};
  assert_ok(uuid_new(&mail.id));
  return mail;
}

static void tell(const struct store_outbox *mail, int64_t hush)
{
  struct store_call store = auth();
  struct store_tx *tx;
  uint64_t revision;
  assert_ok(store_tx_open(&store, &tx));
  assert_ok(store_outbox_tell(tx, mail, hush));
  assert_ok(store_tx_commit(tx, &revision));
  store_tx_close(&tx);
}

static enum result end(const struct uuid *id, bool sent)
{
  struct store_call store = auth();
  struct store_tx *tx;
  uint64_t revision;
  assert_ok(store_tx_open(&store, &tx));
  enum result r = store_outbox_end(tx, id, sent);
  assert_ok(store_tx_commit(tx, &revision));
  store_tx_close(&tx);
  return r;
}

static int prepare(void **state)
{
  estate_sql("DELETE FROM vault.outbox; UPDATE principal SET email = 'plain@example.org' WHERE login = 'a-plain'");
  return estate_begin(state);
}

static void it_is_taken_by_one_until_the_lease_runs_out(void **state)
{
  (void)state;
  struct store_call store = auth();
  struct store_outbox mail = mail_to(A_PLAIN, "reset");
  struct store_outbox_mail taken, again;
  mail.sealed_token = (struct str){"a\0b", 3};
  assert_result(store_outbox_take(&store, 60, 0, &taken), R_NOT_FOUND);
  tell(&mail, 0);
  assert_ok(store_outbox_take(&store, 60, 0, &taken));
  assert_memory_equal(&taken.mail.id, &mail.id, sizeof mail.id);
  assert_true(str_equal(taken.mail.sealed_token, mail.sealed_token));
  assert_str(taken.mail.recipient, "plain@example.org");
  assert_str(taken.mail.kind, "reset");
  assert_str(taken.mail.address, "192.0.2.7");
  assert_str(taken.login, "a-plain");
  assert_str(taken.display_name, "a-plain");
  assert_str(taken.tenant_code, "code-aaaaaaaa");
  assert_true(taken.mail.happened_at == mail.happened_at && taken.mail.expires_at == mail.expires_at);
  assert_int_equal(taken.attempts, 1);
  assert_result(store_outbox_take(&store, 60, 0, &again), R_NOT_FOUND);
  estate_sql("UPDATE vault.outbox SET next_at = next_at - interval '60 seconds'");
  assert_ok(store_outbox_take(&store, 60, 0, &again));
  assert_int_equal(again.attempts, 2);
}

static void what_waits_is_put_off_and_refusals_are_counted(void **state)
{
  (void)state;
  struct store_call store = auth();
  struct store_outbox mail = mail_to(A_PLAIN, "reset");
  struct store_outbox_mail taken;
  int64_t count, oldest;
  tell(&mail, 0);
  assert_ok(store_outbox_take(&store, 60, 0, &taken));
  assert_ok(store_outbox_defer(&store, &mail.id, 0, true));
  assert_ok(store_outbox_take(&store, 60, 0, &taken));
  assert_int_equal(taken.refusals, 1);
  assert_ok(store_outbox_defer(&store, &mail.id, 0, false));
  assert_ok(store_outbox_take(&store, 60, 0, &taken));
  assert_int_equal(taken.refusals, 1);
  assert_ok(store_outbox_defer(&store, &mail.id, 30, false));
  assert_result(store_outbox_take(&store, 60, 0, &taken), R_NOT_FOUND);
  assert_ok(store_outbox_waiting(&store, &count, &oldest));
  assert_true(count == 1 && oldest == mail.happened_at);
}

static void it_ends_once_and_its_token_goes(void **state)
{
  (void)state;
  struct store_call store = auth();
  struct store_outbox mail = mail_to(A_PLAIN, "reset");
  struct store_outbox_mail taken;
  int64_t count, oldest;
  mail.sealed_token = STR("sealed");
  tell(&mail, 0);
  assert_ok(end(&mail.id, true));
  assert_result(end(&mail.id, false), R_NOT_FOUND);
  assert_string_equal(estate_ask("SELECT outcome, sealed_token IS NULL FROM vault.outbox"), "sent|t");
  assert_result(store_outbox_take(&store, 60, 0, &taken), R_NOT_FOUND);
  assert_ok(store_outbox_waiting(&store, &count, &oldest));
  assert_true(count == 0 && oldest == 0);
}

static void the_same_is_not_told_again_while_it_is_hushed(void **state)
{
  (void)state;
  struct store_outbox first = mail_to(A_PLAIN, "account_throttled"), second = mail_to(A_PLAIN, "account_throttled");
  struct store_outbox other = mail_to(A_PLAIN, "new_device");
  tell(&first, 60);
  tell(&second, 60);
  tell(&other, 60);
  assert_string_equal(estate_ask("SELECT count(*) FROM vault.outbox"), "2");
  second.happened_at += 61 * CLOCK_SECOND;
  tell(&second, 60);
  assert_string_equal(estate_ask("SELECT count(*) FROM vault.outbox"), "3");
}

static void a_change_puts_in_for_those_in_its_sight_alone(void **state)
{
  (void)state;
  struct store_outbox mail = mail_to(A_PLAIN, "email_changed");
  struct change change = estate_change(C_ADMIN, C);
  mail.recipient = STR("old@example.org");
  assert_ok(store_outbox_put(change.tx, &mail));
  estate_commit(&change);
  assert_string_equal(estate_ask("SELECT count(*) FROM vault.outbox"), "0");
  change = estate_change(A_ADMIN, A);
  assert_ok(store_outbox_put(change.tx, &mail));
  estate_commit(&change);
  assert_string_equal(estate_ask("SELECT recipient, address IS NULL FROM vault.outbox"), "old@example.org|t");
}

#define outbox_test(function) cmocka_unit_test_setup_teardown(function, prepare, estate_end)

static void no_other_is_taken_before_the_interval_is_over(void **state)
{
  (void)state;
  struct store_call store = auth();
  struct store_outbox_mail taken;
  struct store_outbox one = mail_to(A_PLAIN, "new_device"), two = mail_to(A_PLAIN, "new_device");
  tell(&one, 0);
  tell(&two, 0);
  assert_ok(store_outbox_take(&store, 60, 3600 * CLOCK_SECOND, &taken));
  assert_result(store_outbox_take(&store, 60, 0, &taken), R_NOT_FOUND);
  estate_sql("UPDATE vault.outbox_pace SET next_at = now()");
  assert_ok(store_outbox_take(&store, 60, 0, &taken));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      outbox_test(it_is_taken_by_one_until_the_lease_runs_out),
      outbox_test(no_other_is_taken_before_the_interval_is_over),
      outbox_test(what_waits_is_put_off_and_refusals_are_counted),
      outbox_test(it_ends_once_and_its_token_goes),
      outbox_test(the_same_is_not_told_again_while_it_is_hushed),
      outbox_test(a_change_puts_in_for_those_in_its_sight_alone),
  };
  return cmocka_run_group_tests(tests, estate_up, estate_down);
}
