/* What tenants ask of sessions, of all and of those of one portal. */
#include "world.h"

static void asks(struct bw_model *m, unsigned tenant, unsigned parent, enum bw_factor_rule rule, unsigned minutes)
{
  struct bw_tenant_fact fact = tenant_fact(tenant, parent);
  fact.factor_rule = rule;
  fact.factor_minutes = minutes;
  CHANGE(m, put_tenant(m, fact));
}

static struct bw_assurance asked(const struct bw_model *m, unsigned tenant)
{
  struct bw_id t = id(tenant);
  struct bw_assurance found;
  assert_true(bw_tenant_assurance(m, &t, 1, &found));
  return found;
}

static void the_strictest_of_a_tenant_and_all_above_it_is_asked(void **state)
{
  struct bw_id unknown = id(77);
  struct bw_assurance found;
  assert_int_equal(asked(*state, SITE).rule, BW_FACTOR_NOBODY);
  assert_int_equal(asked(*state, SITE).factor_minutes, 0);
  asks(*state, PARTNER, PROVIDER, BW_FACTOR_PRIVILEGED, 30);
  assert_int_equal(asked(*state, SITE).rule, BW_FACTOR_PRIVILEGED);
  assert_int_equal(asked(*state, SITE).factor_minutes, 30);
  assert_int_equal(asked(*state, PROVIDER).rule, BW_FACTOR_NOBODY);
  assert_int_equal(asked(*state, RIVAL).rule, BW_FACTOR_NOBODY);
  asks(*state, CUSTOMER, PARTNER, BW_FACTOR_EVERYONE, 720);
  assert_int_equal(asked(*state, SITE).rule, BW_FACTOR_EVERYONE);
  assert_int_equal(asked(*state, SITE).factor_minutes, 30);
  assert_int_equal(asked(*state, PARTNER).rule, BW_FACTOR_PRIVILEGED);
  asks(*state, CUSTOMER, PARTNER, BW_FACTOR_NOBODY, 5);
  assert_int_equal(asked(*state, CUSTOMER).rule, BW_FACTOR_PRIVILEGED);
  assert_int_equal(asked(*state, CUSTOMER).factor_minutes, 5);
  asks(*state, CUSTOMER, PARTNER, 99, 1u << 30);
  assert_int_equal(asked(*state, CUSTOMER).rule, BW_FACTOR_EVERYONE);
  assert_int_equal(asked(*state, CUSTOMER).factor_minutes, 30);
  assert_false(bw_tenant_assurance(*state, &unknown, 1, &found));
  assert_int_equal(found.rule, BW_FACTOR_EVERYONE);
}

static struct bw_assurance asked_by(const struct bw_model *m, unsigned tenant, unsigned portal)
{
  struct bw_id t = id(tenant);
  struct bw_assurance found;
  assert_true(bw_tenant_assurance(m, &t, portal, &found));
  return found;
}

static void a_portal_asks_for_more_than_all_of_them_and_never_for_less(void **state)
{
  struct bw_terms_fact terms = {
      .id = id(PARTNER), .factor_rule = {[2] = BW_FACTOR_EVERYONE}, .factor_minutes = {[3] = 5}};
  asks(*state, CUSTOMER, PARTNER, BW_FACTOR_PRIVILEGED, 30);
  CHANGE(*state, bw_model_put_terms(*state, &terms));
  assert_int_equal(asked_by(*state, SITE, 1).rule, BW_FACTOR_PRIVILEGED);
  assert_int_equal(asked_by(*state, SITE, 1).factor_minutes, 30);
  assert_int_equal(asked_by(*state, SITE, 2).rule, BW_FACTOR_EVERYONE);
  assert_int_equal(asked_by(*state, SITE, 3).factor_minutes, 5);
  assert_int_equal(asked_by(*state, RIVAL, 2).rule, BW_FACTOR_NOBODY);
  terms =
      (struct bw_terms_fact){.id = id(SITE), .factor_rule = {[1] = 99}, .factor_minutes = {[1] = 1u << 30, [3] = 60}};
  CHANGE(*state, bw_model_put_terms(*state, &terms));
  assert_int_equal(asked_by(*state, SITE, 1).rule, BW_FACTOR_EVERYONE);
  assert_int_equal(asked_by(*state, SITE, 1).factor_minutes, 30);
  assert_int_equal(asked_by(*state, SITE, 3).factor_minutes, 5);
  assert_int_equal(asked_by(*state, CUSTOMER, 1).rule, BW_FACTOR_PRIVILEGED);
  bw_model_begin(*state);
  bw_model_drop_terms(*state, &(struct bw_id){0});
  struct bw_id partner = id(PARTNER);
  bw_model_drop_terms(*state, &partner);
  assert_true(bw_model_commit(*state, 99));
  assert_int_equal(asked_by(*state, SITE, 2).rule, BW_FACTOR_PRIVILEGED);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      ON_ESTATE(the_strictest_of_a_tenant_and_all_above_it_is_asked),
      ON_ESTATE(a_portal_asks_for_more_than_all_of_them_and_never_for_less),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
