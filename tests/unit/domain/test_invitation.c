/* One-time tokens: who may have them made, for whom, and what they are good for. */
#include "domain/invitation.h"
#include "authn/nonce.h"
#include "domain/credential.h"
#include "domain/user.h"
#include "store/installation.h"
#include "support/estate.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct str password = {"a password of some length", 25};

static struct signin signin(void)
{
  return (struct signin){.domain = &estate_domain,
                         .arena = estate_arena(),
                         .now = clock_now(),
                         .deadline = clock_monotonic() + 20 * CLOCK_SECOND,
                         .address = STR("192.0.2.7"),
                         .action = "test"};
}

static int prepare(void **state)
{
  estate_domain.mail.sends = true;
  estate_domain.limits.cost = (struct crypto_cost){8192, 1, 1};
  estate_sql("DELETE FROM vault.outbox; DELETE FROM vault.invitation; DELETE FROM vault.reset_request; DELETE FROM "
             "vault.throttle;"
             "UPDATE principal SET email = login || '@example.org', email_key = login || '@example.org' WHERE login "
             "LIKE 'a-%%';"
             /* For longer than a day. */
             "UPDATE principal SET email_changed_at = NULL");
  return estate_begin(state);
}

static enum result order(enum estate_user by, enum estate_user user, enum store_invitation_purpose purpose,
                         struct invitation *ret_invitation)
{
  static const enum estate_tenant homes[] = {[A_ADMIN] = A, [A_HELPDESK] = A, [P1_ADMIN] = P1, [C_ADMIN] = C};
  struct invitation_order wanted = {.user = estate_user(user), .purpose = purpose};
  struct change change = estate_change(by, homes[by]);
  enum result r = domain_invitation_order(&change, &wanted, ret_invitation);
  if (r == R_OK)
    estate_commit(&change);
  else
    estate_abandon(&change);
  return r;
}

/* A token of B_PLAIN's, who has no address: it is shown. Whoever is invited has no password yet. */
static struct str shown(enum store_invitation_purpose purpose)
{
  struct invitation invitation;
  estate_sql(purpose == STORE_INVITATION ? "UPDATE principal SET state = 'invited' WHERE login = 'b-plain'"
                                         : "UPDATE principal SET state = 'active' WHERE login = 'b-plain'");
  assert_ok(order(P1_ADMIN, B_PLAIN, purpose, &invitation));
  assert_false(invitation.sent);
  return invitation.token;
}

static enum result claim_at(enum store_invitation_purpose purpose, struct str token, int64_t now)
{
  struct signin s = signin();
  struct credential_claim claim = {purpose, token, password};
  struct credential_home home;
  s.now = now;
  enum result r = domain_credential_accept(&s, &claim, &home);
  if (r == R_OK) {
    assert_str(home.login, "b-plain");
    assert_str(home.tenant_code, "code-bbbbbbbb");
    assert_ok(policy_wait(estate_domain.policy, s.revision, clock_monotonic() + 20 * CLOCK_SECOND));
  }
  return r;
}

static enum result claim(enum store_invitation_purpose purpose, struct str token)
{
  return claim_at(purpose, token, clock_now());
}

static void only_who_may_has_one_made(void **state)
{
  (void)state;
  struct invitation invitation;
  for (enum store_invitation_purpose purpose = STORE_INVITATION; purpose <= STORE_RESET; purpose++) {
    assert_result(order(A_HELPDESK, A_ADMIN, purpose, &invitation), R_PRIVILEGED);
    assert_result(order(A_ADMIN, A_ADMIN, purpose, &invitation), R_SELF_SERVICE);
    assert_result(order(C_ADMIN, A_PLAIN, purpose, &invitation), R_NOT_FOUND);
  }
  assert_ok(order(A_HELPDESK, A_PLAIN, STORE_RESET, &invitation));
  assert_ok(order(A_ADMIN, A_HELPDESK, STORE_RESET, &invitation));
  assert_result(order(A_ADMIN, A_PLAIN, STORE_INVITATION, &invitation), R_WRONG_STATE);
}

static void whoever_is_not_active_has_nothing_to_reset(void **state)
{
  (void)state;
  struct invitation invitation;
  estate_sql("UPDATE principal SET state = 'invited' WHERE login = 'a-plain'");
  assert_result(order(A_ADMIN, A_PLAIN, STORE_RESET, &invitation), R_WRONG_STATE);
  assert_ok(order(A_ADMIN, A_PLAIN, STORE_INVITATION, &invitation));
  estate_sql("UPDATE principal SET state = 'suspended', state_before = 'active' WHERE login = 'a-plain'");
  assert_result(order(A_ADMIN, A_PLAIN, STORE_RESET, &invitation), R_WRONG_STATE);
  assert_result(order(A_ADMIN, A_PLAIN, STORE_INVITATION, &invitation), R_WRONG_STATE);
  estate_sql("UPDATE principal SET state = 'active', state_before = NULL WHERE login = 'a-plain'");
}

static void it_is_kept_as_a_digest_with_who_had_it_made(void **state)
{
  (void)state;
  unsigned char digest[CRYPTO_DIGEST];
  char text[2 * CRYPTO_DIGEST + 1] = "";
  struct str token = shown(STORE_RESET);
  struct store_call store = {.pool = estate_domain.auth, .arena = estate_arena()};
  struct uuid user = estate_user(B_PLAIN), by = estate_user(P1_ADMIN), other = estate_user(A_ADMIN);
  bool issued;
  assert_ok(authn_nonce_parse(AUTHN_RESET, token, digest));
  text_hex_encode(digest, sizeof digest, text);
  assert_string_equal(
      estate_ask("SELECT purpose, issued_by FROM vault.invitation WHERE encode(digest, 'hex') = '%s'", text),
      "reset|00000000-0000-7000-a000-000000000002");
  assert_ok(store_invitation_issued(&store, &user, &by, clock_now() - 60 * CLOCK_SECOND, &issued));
  assert_true(issued);
  assert_ok(store_invitation_issued(&store, &user, &by, clock_now() + 60 * CLOCK_SECOND, &issued));
  assert_false(issued);
  assert_ok(store_invitation_issued(&store, &user, &other, 0, &issued));
  assert_false(issued);
}

static void how_long_it_is_good_depends_on_what_it_does(void **state)
{
  (void)state;
  struct invitation invitation;
  struct invitation_order wanted = {.user = estate_user(A_PLAIN), .purpose = STORE_RESET};
  struct change change = estate_change(A_ADMIN, A);
  assert_ok(domain_invitation_order(&change, &wanted, &invitation));
  assert_true(invitation.expires_at == change.now + estate_domain.limits.reset_time);
  wanted.purpose = STORE_INVITATION;
  estate_abandon(&change);
  estate_sql("UPDATE principal SET state = 'invited' WHERE login = 'a-plain'");
  change = estate_change(A_ADMIN, A);
  assert_ok(domain_invitation_order(&change, &wanted, &invitation));
  assert_true(invitation.expires_at == change.now + estate_domain.limits.invitation_time);
  estate_abandon(&change);
  estate_sql("UPDATE principal SET state = 'active' WHERE login = 'a-plain'");
}

static void what_is_sent_is_shown_to_nobody(void **state)
{
  (void)state;
  struct invitation invitation;
  struct invitation_order wanted = {.user = estate_user(A_PLAIN), .purpose = STORE_RESET, .shown = true};
  assert_ok(order(A_ADMIN, A_PLAIN, STORE_RESET, &invitation));
  assert_true(invitation.sent && !invitation.token.p && !invitation.link.p);
  assert_string_equal(estate_ask("SELECT kind, recipient, sealed_token IS NOT NULL FROM vault.outbox"),
                      "reset|a-plain@example.org|t");
  struct change change = estate_change(A_ADMIN, A);
  assert_ok(domain_invitation_order(&change, &wanted, &invitation));
  assert_true(!invitation.sent && invitation.token.p &&
              str_starts(invitation.link, STR("https://access.example/reset#token=bwp_")));
  estate_abandon(&change);
}

/* A25 */
static void a_token_of_one_flow_is_none_in_the_other(void **state)
{
  (void)state;
  struct str reset = shown(STORE_RESET);
  assert_result(claim(STORE_INVITATION, reset), R_TOKEN_SPENT);
  char text[AUTHN_NONCE_TEXT];
  snprintf(text, sizeof text, "bwi_%.*s", (int)(reset.n - 4), reset.p + 4);
  assert_result(claim(STORE_INVITATION, str_of(text)), R_TOKEN_SPENT);
  estate_sql("UPDATE vault.invitation SET purpose = 'invitation'");
  assert_result(claim(STORE_RESET, reset), R_TOKEN_SPENT);
  estate_sql("UPDATE vault.invitation SET purpose = 'reset'");
  assert_ok(claim(STORE_RESET, reset));
}

/* A25 */
static void it_is_good_until_the_moment_it_expires(void **state)
{
  (void)state;
  struct str token = shown(STORE_RESET);
  int64_t end = (int64_t)strtoll(
      estate_ask("SELECT (extract(epoch FROM expires_at) * 1000000)::bigint FROM vault.invitation"), NULL, 10);
  assert_result(claim_at(STORE_RESET, token, end + CLOCK_SECOND), R_TOKEN_SPENT);
  assert_result(claim_at(STORE_RESET, token, end), R_TOKEN_SPENT);
  assert_ok(claim_at(STORE_RESET, token, end - 1));
}

/* B9 */
static void it_is_dead_after_use_and_after_a_newer_one_of_either_kind(void **state)
{
  (void)state;
  struct str reset = shown(STORE_RESET), invitation = shown(STORE_INVITATION);
  assert_result(claim(STORE_RESET, reset), R_TOKEN_SPENT);
  assert_ok(claim(STORE_INVITATION, invitation));
  assert_result(claim(STORE_INVITATION, invitation), R_TOKEN_SPENT);
  invitation = shown(STORE_INVITATION), reset = shown(STORE_RESET);
  assert_result(claim(STORE_INVITATION, invitation), R_TOKEN_SPENT);
  assert_ok(claim(STORE_RESET, reset));
}

/* B9 */
static void it_is_dead_after_the_password_was_changed(void **state)
{
  (void)state;
  struct signin s = signin();
  struct authn_caller caller = {.principal = estate_user(B_PLAIN), .kind = AUTHN_USER};
  assert_ok(claim(STORE_RESET, shown(STORE_RESET)));
  struct str token = shown(STORE_RESET);
  estate_domain.limits.account_attempts = 10;
  caller.epoch = (uint32_t)atoi(estate_ask("SELECT epoch FROM principal WHERE login = 'b-plain'"));
  assert_ok(domain_credential_change(&s, &caller, password, STR("another one, and long enough")));
  assert_result(claim(STORE_RESET, token), R_TOKEN_SPENT);
}

static void pruning_a_newer_one_does_not_bring_an_older_back(void **state)
{
  (void)state;
  struct store_call store = {.pool = estate_domain.auth, .arena = estate_arena()};
  struct str older = shown(STORE_INVITATION);
  shown(STORE_RESET);
  estate_sql("UPDATE vault.invitation SET expires_at = now() - interval '2 days' WHERE purpose = 'reset'");
  assert_string_equal(estate_ask("SELECT count(*) FROM vault.invitation"), "2");
  assert_ok(store_installation_prune(&store, clock_now() - 24 * 3600 * CLOCK_SECOND));
  assert_string_equal(estate_ask("SELECT count(*) FROM vault.invitation"), "2");
  assert_result(claim(STORE_INVITATION, older), R_TOKEN_SPENT);
  estate_sql("UPDATE vault.invitation SET expires_at = now() - interval '2 days'");
  assert_ok(store_installation_prune(&store, clock_now() - 24 * 3600 * CLOCK_SECOND));
  assert_string_equal(estate_ask("SELECT count(*) FROM vault.invitation"), "0");
}

/* One who had no address had nothing sent to it. */
static void another_address_ends_what_was_sent_to_the_old_one(void **state)
{
  (void)state;
  static const enum estate_user users[] = {A_PLAIN, B_PLAIN};
  struct user_patch patch = {.email = {true, STR("new@example.org")}};
  struct invitation invitation;
  struct outcome outcome;
  for (int i = 0; i < 2; i++) {
    struct uuid user = estate_user(users[i]);
    estate_domain.mail.sends = false;
    assert_ok(order(P1_ADMIN, users[i], STORE_RESET, &invitation));
    estate_domain.mail.sends = true;
    struct change change = estate_change(P1_ADMIN, P1);
    assert_ok(domain_user_update(&change, &user, 0, &patch, &outcome));
    estate_commit(&change);
    assert_result(claim(STORE_RESET, invitation.token), i == 0 ? R_TOKEN_SPENT : R_OK);
  }
  assert_string_equal(estate_ask("SELECT string_agg(recipient, ', ') FROM vault.outbox WHERE kind = 'email_changed'"),
                      "a-plain@example.org");
  estate_sql("UPDATE principal SET email = NULL, email_key = NULL WHERE login = 'b-plain'");
}

/* Asks, and gives how many mails that puts in. */
static int asked(struct str login, struct str email, struct str tenant)
{
  struct signin s = signin();
  struct invitation_wish wish = {login, email, tenant};
  estate_sql("DELETE FROM vault.outbox");
  assert_ok(domain_invitation_ask(&s, &wish));
  assert_ok(domain_invitation_serve(&estate_domain, estate_arena()));
  assert_result(domain_invitation_serve(&estate_domain, estate_arena()), R_NOT_FOUND);
  return (int)strtol(estate_ask("SELECT count(*) FROM vault.outbox WHERE kind = 'reset'"), NULL, 10);
}

static void whoever_asks_by_name_or_address_is_sent_a_link(void **state)
{
  (void)state;
  assert_int_equal(asked(STR(" A-Plain"), STR_NONE, STR("code-aaaaaaaa")), 1);
  assert_string_equal(estate_ask("SELECT recipient, address FROM vault.outbox"), "a-plain@example.org|192.0.2.7");
  assert_string_equal(
      estate_ask("SELECT actor_kind, outcome, object_id FROM audit_event WHERE action = 'forgotPassword'"),
      "anonymous|done|00000000-0000-7000-a000-000000000012");
  assert_int_equal(asked(STR_NONE, STR("A-VIEWER@example.org"), STR("code-aaaaaaaa")), 1);
}

static void an_address_of_several_reaches_each(void **state)
{
  (void)state;
  estate_sql("UPDATE principal SET email = 'all@example.org', email_key = 'all@example.org' WHERE login IN ('a-plain', "
             "'a-viewer')");
  estate_sql("UPDATE principal SET email_changed_at = now() - interval '25 hours'");
  assert_int_equal(asked(STR_NONE, STR("all@example.org"), STR("code-aaaaaaaa")), 2);
}

static void an_address_that_somebody_gave_today_is_sent_nothing(void **state)
{
  (void)state;
  estate_sql("UPDATE principal SET email_changed_at = now() - interval '23 hours' WHERE login = 'a-plain'");
  assert_int_equal(asked(STR("a-plain"), STR_NONE, STR("code-aaaaaaaa")), 0);
  estate_sql("UPDATE principal SET email_changed_at = now() - interval '25 hours' WHERE login = 'a-plain'");
  assert_int_equal(asked(STR("a-plain"), STR_NONE, STR("code-aaaaaaaa")), 1);
}

static void nobody_else_is_sent_anything(void **state)
{
  (void)state;
  assert_int_equal(asked(STR("nobody"), STR_NONE, STR("code-aaaaaaaa")), 0);
  assert_int_equal(asked(STR("a b"), STR_NONE, STR("code-aaaaaaaa")), 0);
  assert_int_equal(asked(STR("a-plain"), STR_NONE, STR("code-bbbbbbbb")), 0);
  assert_int_equal(asked(STR("b-plain"), STR_NONE, STR("code-bbbbbbbb")), 0);
  assert_int_equal(asked(STR("a-plain"), STR_NONE, STR("no\nsuch\ncode")), 0);
  estate_sql("UPDATE principal SET state = 'suspended', state_before = 'active' WHERE login = 'a-plain'");
  assert_int_equal(asked(STR("a-plain"), STR_NONE, STR("code-aaaaaaaa")), 0);
  estate_sql("UPDATE principal SET state = 'active', state_before = NULL WHERE login = 'a-plain'");
  estate_sql("UPDATE tenant SET state = 'suspended', suspended_reach = 'subtree', suspended_at = now() WHERE code = "
             "'code-p1p1p1p1'");
  estate_settle();
  assert_int_equal(asked(STR("a-plain"), STR_NONE, STR("code-aaaaaaaa")), 0);
  estate_sql(
      "UPDATE tenant SET state = 'active', suspended_reach = NULL, suspended_at = NULL WHERE code = 'code-p1p1p1p1'");
  estate_settle();
}

static void one_person_is_sent_three_an_hour(void **state)
{
  (void)state;
  for (int i = 0; i < 3; i++)
    assert_int_equal(asked(STR("a-plain"), STR_NONE, STR("code-aaaaaaaa")), 1);
  assert_int_equal(asked(STR("a-plain"), STR_NONE, STR("code-aaaaaaaa")), 0);
  assert_int_equal(asked(STR("a-viewer"), STR_NONE, STR("code-aaaaaaaa")), 1);
  estate_sql("UPDATE vault.invitation SET created_at = created_at - interval '1 hour'");
  assert_int_equal(asked(STR("a-plain"), STR_NONE, STR("code-aaaaaaaa")), 1);
}

/* Orders a reset of A_PLAIN's, and gives the seconds to wait; 0: it was made. */
static int64_t wait_for(enum estate_user by, enum estate_tenant home)
{
  struct invitation_order wanted = {.user = estate_user(A_PLAIN), .purpose = STORE_RESET};
  struct invitation invitation;
  struct change change = estate_change(by, home);
  enum result r = domain_invitation_order(&change, &wanted, &invitation);
  if (r == R_OK)
    estate_commit(&change);
  else
    estate_abandon(&change);
  assert_true(r == R_OK || r == R_THROTTLED);
  return change.retry_after;
}

static void one_person_has_five_made_in_a_quarter_of_an_hour_by_whomever(void **state)
{
  (void)state;
  struct invitation invitation;
  for (int i = 0; i < 5; i++)
    assert_int_equal(i % 2 ? wait_for(A_ADMIN, A) : wait_for(P1_ADMIN, A), 0);
  const char *made = strdup(estate_ask("SELECT count(*), (SELECT count(*) FROM vault.outbox) FROM vault.invitation"));
  assert_in_range(wait_for(P1_ADMIN, A), 1, 900);
  assert_string_equal(estate_ask("SELECT count(*), (SELECT count(*) FROM vault.outbox) FROM vault.invitation"), made);
  free((void *)(uintptr_t)made);
  assert_ok(order(A_ADMIN, A_HELPDESK, STORE_RESET, &invitation));
  assert_int_equal(asked(STR("a-plain"), STR_NONE, STR("code-aaaaaaaa")), 0);
  estate_sql("UPDATE vault.throttle SET since = since - interval '15 minutes'");
  assert_int_equal(wait_for(A_ADMIN, A), 0);
}

static void who_asks_uses_up_three_of_them_at_most(void **state)
{
  (void)state;
  for (int i = 0; i < 10; i++)
    assert_int_equal(asked(STR("a-plain"), STR_NONE, STR("code-aaaaaaaa")), i < 3 ? 1 : 0);
  assert_int_equal(wait_for(A_ADMIN, A), 0);
  assert_int_equal(wait_for(P1_ADMIN, A), 0);
  assert_in_range(wait_for(A_ADMIN, A), 1, 900);
}

static void an_order_that_is_refused_is_not_counted(void **state)
{
  (void)state;
  struct invitation invitation;
  for (int i = 0; i < 6; i++) {
    assert_result(order(C_ADMIN, A_PLAIN, STORE_RESET, &invitation), R_NOT_FOUND);
    assert_result(order(A_ADMIN, A_PLAIN, STORE_INVITATION, &invitation), R_WRONG_STATE);
  }
  assert_ok(order(A_ADMIN, A_PLAIN, STORE_RESET, &invitation));
}

static void the_same_again_is_one_request_and_says_nothing_in_clear(void **state)
{
  (void)state;
  struct signin s = signin();
  struct invitation_wish wish = {STR("a-plain"), STR_NONE, STR("code-aaaaaaaa")},
                         other = {STR("A-PLAIN"), STR_NONE, wish.tenant};
  assert_ok(domain_invitation_ask(&s, &wish));
  assert_ok(domain_invitation_ask(&s, &other));
  assert_string_equal(estate_ask("SELECT count(*) FROM vault.reset_request"), "1");
  assert_string_equal(estate_ask("SELECT position('a-plain'::bytea IN sealed || subject) FROM vault.reset_request"),
                      "0");
  assert_ok(domain_invitation_serve(&estate_domain, estate_arena()));
}

static void an_address_that_asks_too_often_waits_whoever_it_asks_for(void **state)
{
  (void)state;
  struct signin s = signin();
  s.address = STR("192.0.2.99");
  for (int i = 0; i <= 100; i++) {
    struct str name = arena_print(estate_arena(), "nobody-%d", i);
    struct invitation_wish wish = {name, STR_NONE, STR("code-aaaaaaaa")};
    assert_result(domain_invitation_ask(&s, &wish), i < 100 ? R_OK : R_THROTTLED);
  }
  assert_true(s.retry_after > 0);
}

static void addresses_of_one_64_ask_as_one(void **state)
{
  (void)state;
  struct invitation_wish wish = {STR("nobody"), STR_NONE, STR("code-aaaaaaaa")};
  for (int i = 0; i <= 100; i++) {
    struct signin s = signin();
    s.address = arena_print(estate_arena(), "2001:db8:1:2::%x", i + 1);
    assert_result(domain_invitation_ask(&s, &wish), i < 100 ? R_OK : R_THROTTLED);
  }
  struct signin other = signin();
  other.address = STR("2001:db8:1:3::1");
  assert_ok(domain_invitation_ask(&other, &wish));
}

static void what_waited_too_long_is_served_no_more(void **state)
{
  (void)state;
  struct signin s = signin();
  struct invitation_wish wish = {STR("a-plain"), STR_NONE, STR("code-aaaaaaaa")};
  assert_ok(domain_invitation_ask(&s, &wish));
  estate_sql("UPDATE vault.reset_request SET created_at = created_at - interval '61 minutes'");
  assert_ok(domain_invitation_serve(&estate_domain, estate_arena()));
  assert_string_equal(estate_ask("SELECT count(*) FROM vault.outbox"), "0");
}

/* Gives how many mails of warnings there are then. */
static const char *warned(struct str tenant, struct str login)
{
  struct signin s = signin();
  assert_ok(domain_invitation_warn(&s, tenant, login));
  assert_ok(domain_invitation_serve(&estate_domain, estate_arena()));
  return estate_ask("SELECT count(*) FROM vault.outbox WHERE kind = 'account_throttled' AND sealed_token IS NULL");
}

static void whoever_strangers_try_at_is_warned_once_a_day(void **state)
{
  (void)state;
  assert_string_equal(warned(STR("code-aaaaaaaa"), STR("nobody")), "0");
  assert_string_equal(warned(STR("code-bbbbbbbb"), STR("a-plain")), "0");
  assert_string_equal(warned(STR("nowhere"), STR("")), "0");
  assert_string_equal(warned(STR("code-aaaaaaaa"), STR("a-plain")), "1");
  assert_string_equal(warned(STR("code-aaaaaaaa"), STR("a-plain")), "1");
  assert_string_equal(estate_ask("SELECT recipient, address FROM vault.outbox"), "a-plain@example.org|192.0.2.7");
  assert_string_equal(estate_ask("SELECT count(*) FROM vault.invitation"), "0");
  estate_sql("UPDATE vault.outbox SET happened_at = happened_at - interval '25 hours'");
  assert_string_equal(warned(STR("code-aaaaaaaa"), STR("a-plain")), "2");
}

#define invitation_test(function) cmocka_unit_test_setup_teardown(function, prepare, estate_end)

int main(void)
{
  const struct CMUnitTest tests[] = {
      invitation_test(only_who_may_has_one_made),
      invitation_test(whoever_is_not_active_has_nothing_to_reset),
      invitation_test(it_is_kept_as_a_digest_with_who_had_it_made),
      invitation_test(how_long_it_is_good_depends_on_what_it_does),
      invitation_test(what_is_sent_is_shown_to_nobody),
      invitation_test(a_token_of_one_flow_is_none_in_the_other),
      invitation_test(it_is_good_until_the_moment_it_expires),
      invitation_test(it_is_dead_after_use_and_after_a_newer_one_of_either_kind),
      invitation_test(it_is_dead_after_the_password_was_changed),
      invitation_test(pruning_a_newer_one_does_not_bring_an_older_back),
      invitation_test(another_address_ends_what_was_sent_to_the_old_one),
      invitation_test(whoever_asks_by_name_or_address_is_sent_a_link),
      invitation_test(an_address_of_several_reaches_each),
      invitation_test(an_address_that_somebody_gave_today_is_sent_nothing),
      invitation_test(nobody_else_is_sent_anything),
      invitation_test(one_person_is_sent_three_an_hour),
      invitation_test(one_person_has_five_made_in_a_quarter_of_an_hour_by_whomever),
      invitation_test(who_asks_uses_up_three_of_them_at_most),
      invitation_test(an_order_that_is_refused_is_not_counted),
      invitation_test(the_same_again_is_one_request_and_says_nothing_in_clear),
      invitation_test(an_address_that_asks_too_often_waits_whoever_it_asks_for),
      invitation_test(addresses_of_one_64_ask_as_one),
      invitation_test(what_waited_too_long_is_served_no_more),
      invitation_test(whoever_strangers_try_at_is_warned_once_a_day),
  };
  return cmocka_run_group_tests(tests, estate_up, estate_down);
}
