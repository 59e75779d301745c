/* Recovery codes through the store. */
#include "store/recovery.h"
#include "store/factor.h"
#include "store/totp.h"
#include "support/estate.h"

static const struct str hashes[] = {{"$argon2id$v=19$m=8,t=1,p=1$a,b$c", 32}, {"two", 3}, {"three", 5}};

static void commit(struct store_tx *tx)
{
  uint64_t revision;
  assert_ok(store_tx_commit(tx, &revision));
  store_tx_close(&tx);
}

/* The user's codes are these three. */
static void put(enum estate_user user)
{
  struct signin s = estate_signin("test");
  struct store_totp_row row = {.user = estate_user(user),
                               .sealed_seed = STR("-"),
                               .name = STR("-"),
                               .algorithm = STR("SHA1"),
                               .digits = 6,
                               .epoch = 1};
  struct uuid id;
  struct store_tx *tx = estate_auth(&s);
  assert_ok(uuid_new(&row.id));
  assert_ok(uuid_new(&id));
  assert_ok(store_totp_create(tx, &row, 10));
  assert_ok(store_recovery_put(tx, &id, &row.user, hashes, 3));
  commit(tx);
}

/* A try in vain. */
static enum result taken(enum estate_user user, struct store_recovery *ret_recovery)
{
  struct signin s = estate_signin("test");
  struct uuid id = estate_user(user);
  struct store_tx *tx = estate_auth(&s);
  enum result r = store_recovery_take(tx, &id, ret_recovery);
  commit(tx);
  return r;
}

static enum result spent(const struct uuid *id, struct str hash)
{
  struct signin s = estate_signin("test");
  struct store_tx *tx = estate_auth(&s);
  uint64_t revision;
  enum result r = store_recovery_spend(tx, id, hash);
  if (r == R_OK)
    r = store_tx_commit(tx, &revision);
  store_tx_close(&tx);
  return r;
}

static void who_has_no_factor_has_no_codes(void **state)
{
  (void)state;
  struct signin s = estate_signin("test");
  struct uuid user = estate_user(C_PLAIN), id;
  struct store_recovery found;
  struct store_tx *tx = estate_auth(&s);
  assert_ok(uuid_new(&id));
  assert_result(store_recovery_put(tx, &id, &user, hashes, 3), R_NOT_FOUND);
  store_tx_close(&tx);
  assert_result(taken(C_PLAIN, &found), R_NOT_FOUND);
}

static void each_is_spent_once(void **state)
{
  (void)state;
  struct store_recovery found;
  put(A_PLAIN);
  assert_ok(taken(A_PLAIN, &found));
  assert_int_equal(found.count, 3);
  assert_true(str_equal(found.hashes[0], hashes[0]) && str_equal(found.hashes[2], hashes[2]));
  assert_ok(spent(&found.id, hashes[1]));
  assert_result(spent(&found.id, hashes[1]), R_NOT_FOUND);
  assert_result(spent(&found.id, STR("none")), R_NOT_FOUND);
  assert_ok(taken(A_PLAIN, &found));
  assert_int_equal(found.count, 2);
}

static void new_ones_void_the_old(void **state)
{
  (void)state;
  struct store_recovery before, after;
  put(B_PLAIN);
  assert_ok(taken(B_PLAIN, &before));
  put(B_PLAIN);
  assert_result(spent(&before.id, hashes[0]), R_NOT_FOUND);
  assert_ok(taken(B_PLAIN, &after));
  assert_int_equal(after.count, 3);
}

static void a_hundred_tries_in_vain_disable_them(void **state)
{
  (void)state;
  struct signin s = estate_signin("test");
  struct uuid user = estate_user(A_VIEWER);
  struct store_recovery found;
  put(A_VIEWER);
  for (int i = 0; i < 99; i++) {
    assert_ok(taken(A_VIEWER, &found));
    assert_false(found.is_last);
  }
  struct store_tx *tx = estate_auth(&s);
  assert_ok(store_recovery_take(tx, &user, &found));
  store_tx_close(&tx); /* right, this time */
  assert_ok(spent(&found.id, hashes[0]));
  assert_ok(taken(A_VIEWER, &found));
  assert_true(found.is_last);
  assert_result(taken(A_VIEWER, &found), R_NOT_FOUND);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      estate_test(who_has_no_factor_has_no_codes),
      estate_test(each_is_spent_once),
      estate_test(new_ones_void_the_old),
      estate_test(a_hundred_tries_in_vain_disable_them),
  };
  return cmocka_run_group_tests(tests, estate_up, estate_down);
}
