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

/* 10.0.0.0/8 and 2001:db8::/32; an address of each, and of neither. */
static const struct bw_network ten = {.base = {[10] = 0xFF, [11] = 0xFF, [12] = 10}, .bits = 104},
                               doc = {.base = {0x20, 0x01, 0x0D, 0xB8}, .bits = 32},
                               odd = {.base = {[10] = 0xFF, [11] = 0xFF, [12] = 10, [13] = 0x40}, .bits = 106};
static const unsigned char in_ten[16] = {[10] = 0xFF, [11] = 0xFF, [12] = 10, [13] = 0x7F, [15] = 9},
                           low_ten[16] = {[10] = 0xFF, [11] = 0xFF, [12] = 10, [13] = 0x3F},
                           in_doc[16] = {0x20, 0x01, 0x0D, 0xB8, [15] = 5}, elsewhere[16] = {0x20, 0x01, 0x0D, 0xB9};

static void binds(struct bw_model *m, unsigned number, const struct bw_network *networks, size_t count)
{
  struct bw_terms_fact fact = {.id = id(number), .bounded = true, .networks = networks, .network_count = count};
  CHANGE(m, assert_true(bw_model_put_terms(m, &fact)));
}

static bool tenant_admits(const struct bw_model *m, unsigned tenant, const unsigned char *address)
{
  struct bw_id t = id(tenant);
  return bw_tenant_admits(m, &t, address);
}

static bool client_admits(const struct bw_model *m, unsigned client, const unsigned char *address)
{
  struct bw_id c = id(client);
  return bw_client_admits(m, &c, address);
}

static void people_come_from_a_network_of_every_list_above_them(void **state)
{
  assert_true(tenant_admits(*state, SITE, elsewhere) && tenant_admits(*state, SITE, NULL));
  assert_false(tenant_admits(*state, 77, in_ten));
  binds(*state, PARTNER, (struct bw_network[]){ten, doc}, 2);
  assert_true(tenant_admits(*state, SITE, in_ten) && tenant_admits(*state, SITE, in_doc));
  assert_false(tenant_admits(*state, SITE, elsewhere) || tenant_admits(*state, SITE, NULL));
  assert_true(tenant_admits(*state, RIVAL, elsewhere) && tenant_admits(*state, PROVIDER, elsewhere));
  binds(*state, CUSTOMER, &odd, 1);
  assert_true(tenant_admits(*state, SITE, in_ten));
  assert_false(tenant_admits(*state, SITE, low_ten) || tenant_admits(*state, SITE, in_doc));
  assert_true(tenant_admits(*state, OTHER, low_ten));
  binds(*state, CUSTOMER, NULL, 0);
  assert_false(tenant_admits(*state, SITE, in_ten));
  struct bw_id customer = id(CUSTOMER);
  CHANGE(*state, bw_model_drop_terms(*state, &customer));
  assert_true(tenant_admits(*state, SITE, in_doc));
}

static void a_client_comes_from_its_own_networks(void **state)
{
  assert_true(client_admits(*state, ADMIN, elsewhere) && client_admits(*state, 77, NULL));
  binds(*state, ADMIN, &doc, 1);
  assert_true(client_admits(*state, ADMIN, in_doc));
  assert_false(client_admits(*state, ADMIN, in_ten) || client_admits(*state, ADMIN, NULL));
}

static void a_load_of_everything_leaves_networks_as_it_says(void **state)
{
  const struct bw_network *lists[] = {&ten, &ten, &doc};
  struct bw_terms_fact fact = {.id = id(ADMIN), .bounded = true, .network_count = 1};
  for (size_t i = 0; i < 3; i++) {
    fact.networks = lists[i];
    assert_true(bw_model_begin_whole(*state));
    assert_true(bw_model_put_terms(*state, &fact));
    assert_true(bw_model_commit(*state, i));
    assert_int_equal(client_admits(*state, ADMIN, in_ten), lists[i] == &ten);
  }
  bw_model_begin(*state); /* begun and given up */
  fact.networks = &ten;
  assert_true(bw_model_put_terms(*state, &fact));
  bw_model_begin(*state);
  assert_true(bw_model_commit(*state, 9));
  assert_false(client_admits(*state, ADMIN, in_ten));
  assert_true(bw_model_begin_whole(*state) && bw_model_commit(*state, 10));
  assert_true(client_admits(*state, ADMIN, in_ten));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      ON_ESTATE(the_strictest_of_a_tenant_and_all_above_it_is_asked),
      ON_ESTATE(a_portal_asks_for_more_than_all_of_them_and_never_for_less),
      ON_ESTATE(people_come_from_a_network_of_every_list_above_them),
      ON_ESTATE(a_client_comes_from_its_own_networks),
      ON_ESTATE(a_load_of_everything_leaves_networks_as_it_says),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
