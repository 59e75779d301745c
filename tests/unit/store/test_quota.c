/* Quotas of tenants through the store. */
#include "store/quota.h"
#include "support/estate.h"

static void put(enum estate_user by, enum estate_tenant at, enum estate_tenant to, const char *pool, int64_t allotted)
{
  struct change change = estate_change(by, at);
  struct uuid tenant = estate_tenant(to);
  assert_ok(store_quota_hold(change.tx, &tenant));
  assert_ok(store_quota_put(change.tx, &tenant, str_of(pool), allotted, STR_NONE));
  estate_commit(&change);
}

static struct uuid bound_for(enum estate_user by, enum estate_tenant at, enum estate_tenant to, const char *pool)
{
  struct store_call call = estate_call(by, at);
  struct uuid tenant = estate_tenant(to);
  struct store_quota_bound bound;
  assert_ok(store_quota_bound(&call, &tenant, str_of(pool), &bound));
  return bound.tenant;
}

static void whose_it_is_is_told_to_who_sees_it(void **state)
{
  (void)state;
  struct uuid partner = estate_tenant(P1), bound;
  put(0, PROVIDER, P1, "rooms", 20);
  bound = bound_for(P1_ADMIN, P1, A, "rooms");
  assert_true(uuid_equal(&bound, &partner));
  bound = bound_for(A_ADMIN, A, A, "rooms");
  assert_true(uuid_is_zero(&bound));
}

static void what_was_given_is_shown_changed_and_taken_away(void **state)
{
  (void)state;
  struct uuid tenant = estate_tenant(A);
  put(P1_ADMIN, P1, A, "seats", 7);
  struct store_object quotas;
  struct str own;
  struct change change = estate_change(P1_ADMIN, P1);
  struct store_call call = estate_call(P1_ADMIN, P1);
  assert_ok(store_quota_show(&call, &tenant, &quotas));
  assert_non_null(strstr(quotas.body.p, "\"seats\" : {\"allotted\" : 7, \"used\" : 0, \"given\" : 0, \"left\" : 7"));
  assert_ok(store_quota_warn(change.tx, &tenant, STR("seats"), STR("{50}")));
  assert_result(store_quota_warn(change.tx, &tenant, STR("rooms"), STR("{50}")), R_NOT_FOUND);
  estate_commit(&change);
  assert_ok(store_quota_own(&call, &tenant, &own));
  assert_str(own, "{ \"seats\" : {\"allotted\" : 7, \"warn_at\" : [50]} }");
  change = estate_change(P1_ADMIN, P1);
  assert_ok(store_quota_delete(change.tx, &tenant, STR("seats")));
  assert_result(store_quota_delete(change.tx, &tenant, STR("seats")), R_NOT_FOUND);
  estate_commit(&change);
}

static void what_would_not_fit_is_known_before_it_is_restored(void **state)
{
  (void)state;
  struct store_call call = estate_call(PROVIDER_ADMIN, PROVIDER);
  struct uuid tenant = estate_tenant(C), partner = estate_tenant(P2);
  const struct store_quota_short *pools;
  size_t count;
  estate_sql("UPDATE tenant SET terminated_at = now(), purge_due = now(), names_until = now() WHERE id = "
             "'00000000-0000-7000-9000-000000000006'");
  put(0, PROVIDER, P2, "tenants", 0);
  assert_ok(store_quota_short(&call, &tenant, &pools, &count));
  assert_int_equal(count, 1);
  assert_str(pools[0].pool, "tenants");
  assert_true(uuid_equal(&pools[0].bound, &partner));
}

static void a_level_is_noted_with_the_one_before(void **state)
{
  (void)state;
  const struct store_quota_told *told;
  size_t count, found = 0;
  put(0, PROVIDER, P1, "beds", 10);
  put(P1_ADMIN, P1, A, "beds", 9);
  struct change change = estate_change(0, PROVIDER);
  assert_ok(store_quota_tell(change.tx, 100, &told, &count));
  for (size_t i = 0; i < count; i++)
    found += str_is(told[i].pool, "beds") && told[i].level == 90 && told[i].was == 0;
  assert_int_equal(found, 1);
  assert_ok(store_quota_tell(change.tx, 100, &told, &count));
  assert_int_equal(count, 0);
  estate_commit(&change);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      estate_test(whose_it_is_is_told_to_who_sees_it),
      estate_test(what_was_given_is_shown_changed_and_taken_away),
      estate_test(a_level_is_noted_with_the_one_before),
      estate_test(what_would_not_fit_is_known_before_it_is_restored),
  };
  return cmocka_run_group_tests(tests, estate_up, estate_down);
}
