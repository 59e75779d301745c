/* Second factors as one, through the store. */
#include "store/factor.h"
#include "store/recovery.h"
#include "store/totp.h"
#include "support/estate.h"

static void enrolled(enum estate_user user)
{
  struct signin s = estate_signin("test");
  struct store_totp_row row = {.user = estate_user(user),
                               .sealed_seed = STR("a seed"),
                               .name = STR("phone"),
                               .algorithm = STR("SHA1"),
                               .digits = 6,
                               .epoch = 1};
  struct uuid codes;
  uint64_t revision;
  bool first;
  struct str hash = STR("a hash");
  struct store_tx *tx = estate_auth(&s);
  assert_ok(uuid_new(&row.id));
  assert_ok(uuid_new(&codes));
  assert_ok(store_totp_create(tx, &row, 10));
  assert_ok(store_totp_confirm(tx, &row.id, 1, &first));
  assert_ok(store_recovery_put(tx, &codes, &row.user, &hash, 1));
  assert_ok(store_tx_commit(tx, &revision));
  store_tx_close(&tx);
}

static struct str listed(enum estate_user user)
{
  struct signin s = estate_signin("test");
  struct store_call call = domain_session_store(&s);
  struct uuid id = estate_user(user);
  struct str body;
  assert_ok(store_factor_list(&call, &id, &body));
  return body;
}

static const char nothing[] = "{\"authenticators\" : [], \"recovery_codes\" : null}";

static void they_are_listed_without_a_secret(void **state)
{
  (void)state;
  assert_str(listed(A_PLAIN), nothing);
  enrolled(A_PLAIN);
  struct str body = listed(A_PLAIN);
  assert_non_null(strstr(body.p, "\"name\" : \"phone\""));
  assert_non_null(strstr(body.p, "\"remaining\" : 1"));
  assert_null(strstr(body.p, "seed"));
  assert_null(strstr(body.p, "hash"));
}

static void all_goes_with_the_last(void **state)
{
  (void)state;
  struct signin s = estate_signin("test");
  struct uuid user = estate_user(B_PLAIN);
  uint64_t revision;
  struct store_tx *tx = estate_auth(&s);
  assert_result(store_factor_hold(tx, &user), R_NOT_FOUND);
  assert_result(store_factor_forget(tx, &user), R_NOT_FOUND);
  store_tx_close(&tx);
  enrolled(B_PLAIN);
  tx = estate_auth(&s);
  assert_ok(store_factor_hold(tx, &user));
  assert_ok(store_factor_forget(tx, &user));
  assert_ok(store_tx_commit(tx, &revision));
  store_tx_close(&tx);
  assert_str(listed(B_PLAIN), nothing);
}

static void an_administrator_takes_them_from_who_is_in_sight_alone(void **state)
{
  (void)state;
  struct uuid user = estate_user(A_VIEWER);
  struct store_object gone;
  enrolled(A_VIEWER);
  struct change away = estate_change(B_ADMIN, B);
  assert_result(store_factor_reset(away.tx, &user, &gone), R_NOT_FOUND);
  estate_commit(&away);
  assert_non_null(strstr(listed(A_VIEWER).p, "phone"));
  struct change change = estate_change(A_ADMIN, A);
  assert_ok(store_factor_reset(change.tx, &user, &gone));
  estate_commit(&change);
  assert_str(listed(A_VIEWER), nothing);
  struct bw_id id = policy_id(&user);
  assert_false(bw_session_alive(policy_model(estate_domain.policy), &id, &id, 1));
}

static void what_was_done_is_remembered_for_a_day(void **state)
{
  (void)state;
  struct uuid user = estate_user(A_PLAIN), actor = estate_user(A_ADMIN), other = estate_user(P1_ADMIN);
  struct change change = estate_change(A_ADMIN, A);
  bool recent = true;
  assert_ok(store_factor_recent(change.tx, &user, STORE_RESET_PASSWORD, &actor, &recent));
  assert_false(recent);
  assert_ok(store_factor_note(change.tx, &user, STORE_RESET_PASSWORD, &actor));
  assert_ok(store_factor_recent(change.tx, &user, STORE_RESET_PASSWORD, &actor, &recent));
  assert_true(recent);
  assert_ok(store_factor_recent(change.tx, &user, STORE_RESET_FACTOR, &actor, &recent));
  assert_false(recent);
  assert_ok(store_factor_recent(change.tx, &user, STORE_RESET_PASSWORD, &other, &recent));
  assert_false(recent);
  estate_commit(&change);
  estate_sql("UPDATE account_reset SET created_at = now() - interval '86401 seconds'");
  change = estate_change(A_ADMIN, A);
  assert_ok(store_factor_recent(change.tx, &user, STORE_RESET_PASSWORD, &actor, &recent));
  assert_false(recent);
  estate_abandon(&change);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      estate_test(they_are_listed_without_a_secret),
      estate_test(all_goes_with_the_last),
      estate_test(an_administrator_takes_them_from_who_is_in_sight_alone),
      estate_test(what_was_done_is_remembered_for_a_day),
  };
  return cmocka_run_group_tests(tests, estate_up, estate_down);
}
