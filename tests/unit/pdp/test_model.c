/* What is put is known, in whatever order it comes, until it is dropped. */
#include "world.h"

enum { GRANT = 301, NEW_TENANT = 50, NEW_ADMIN = 101, NEW_ROLE = 201 };

static void what_was_put_is_known(void **state)
{
  struct bw_id tenant = id(CUSTOMER), principal = id(ADMIN), role = id(READER), grant = id(ADMINS_GRANT);
  struct bw_tenant_fact t;
  struct bw_principal_fact p;
  struct bw_role_fact r;
  struct bw_grant_fact g;
  assert_true(bw_tenant(*state, &tenant, &t));
  assert_true(is(t.id, CUSTOMER) && is(t.parent, PARTNER) && t.kind == BW_TENANT_PARTNER && !t.boundary);
  assert_memory_equal(t.label, "00000003", BW_LABEL);
  assert_true(bw_principal(*state, &principal, &p));
  assert_true(is(p.home, PARTNER) && p.kind == BW_PRINCIPAL_USER && p.state == BW_PRINCIPAL_ACTIVE && p.epoch == 1);
  assert_true(bw_role(*state, &role, &r));
  assert_true(is(r.tenant, PROVIDER) && bw_permission_has(&r.permissions, BW_USER_READ));
  assert_true(bw_grant(*state, &grant, &g));
  assert_true(is(g.principal, ADMIN) && is(g.role, READER) && is(g.tenant, PARTNER) && g.reach == BW_REACH_SUBTREE);
}

static void an_unknown_thing_leaves_the_answer_untouched(void **state)
{
  struct bw_id unknown = id(77), none = id(0);
  struct bw_tenant_fact t = {.state = BW_TENANT_STAFF_SUSPENDED};
  assert_false(bw_tenant(*state, &unknown, &t));
  assert_false(bw_tenant(*state, &none, &t));
  assert_int_equal(t.state, BW_TENANT_STAFF_SUSPENDED);
  struct bw_principal_fact p;
  struct bw_role_fact r;
  struct bw_grant_fact g;
  assert_false(bw_principal(*state, &unknown, &p));
  assert_false(bw_role(*state, &unknown, &r));
  assert_false(bw_grant(*state, &unknown, &g));
}

static void what_is_only_referred_to_is_not_known(void **state)
{
  struct bw_id home = id(NEW_TENANT);
  struct bw_tenant_fact t;
  CHANGE(*state, put_principal(*state, principal_fact(NEW_ADMIN, NEW_TENANT)));
  assert_false(bw_tenant(*state, &home, &t));
  struct bw_model_counts counts;
  bw_model_count(*state, &counts);
  assert_int_equal(counts.tenants, RIVAL);
  assert_int_equal(counts.principals, 2);
}

/* Every order in which a tenant, its admin, a role and the grant can arrive. */
static void facts_take_effect_in_whatever_order_they_arrive(void **state)
{
  for (unsigned order = 0; order < 256; order++) {
    unsigned seen = 0;
    struct bw_model *m = estate();
    for (unsigned i = 0; i < 4; i++) {
      unsigned what = order >> 2 * i & 3;
      assert_false(allowed(m, NEW_ADMIN, NEW_TENANT) && seen != 15);
      seen |= 1u << what;
      bw_model_begin(m);
      if (what == 0)
        put_tenant(m, tenant_fact(NEW_TENANT, PARTNER));
      if (what == 1)
        put_principal(m, principal_fact(NEW_ADMIN, NEW_TENANT));
      if (what == 2)
        put_role(m, NEW_ROLE, PARTNER, permissions(BW_USER_READ, BW_USER_READ));
      if (what == 3)
        put_grant(m, grant_fact(GRANT, NEW_ADMIN, NEW_ROLE, NEW_TENANT));
      assert_true(bw_model_commit(m, i + 2));
    }
    assert_int_equal(allowed(m, NEW_ADMIN, NEW_TENANT), seen == 15);
    bw_model_free(m);
  }
  (void)state;
}

static void a_tenant_waits_for_its_parent(void **state)
{
  CHANGE(*state, put_tenant(*state, tenant_fact(NEW_TENANT + 1, NEW_TENANT)));
  assert_false(allowed(*state, ADMIN, NEW_TENANT + 1));
  CHANGE(*state, put_tenant(*state, tenant_fact(NEW_TENANT, CUSTOMER)));
  assert_true(allowed(*state, ADMIN, NEW_TENANT + 1));
}

static void a_dropped_role_rests_its_grants_until_it_is_put_again(void **state)
{
  struct bw_id role = id(READER);
  CHANGE(*state, bw_model_drop_role(*state, &role));
  assert_int_equal(ask(*state, ADMIN, PARTNER).reason, BW_REASON_NOT_VISIBLE);
  CHANGE(*state, put_role(*state, READER, PROVIDER, permissions(BW_USER_READ, BW_USER_READ)));
  assert_true(allowed(*state, ADMIN, PARTNER));
}

static void a_dropped_principal_comes_back_with_its_grants(void **state)
{
  struct bw_id admin = id(ADMIN);
  CHANGE(*state, bw_model_drop_principal(*state, &admin));
  assert_int_equal(ask(*state, ADMIN, PARTNER).reason, BW_REASON_NO_SUBJECT);
  CHANGE(*state, put_principal(*state, principal_fact(ADMIN, PARTNER)));
  assert_true(allowed(*state, ADMIN, PARTNER));
}

static void a_dropped_tenant_denies_what_stands_below_until_it_is_put_again(void **state)
{
  struct bw_id customer = id(CUSTOMER);
  CHANGE(*state, bw_model_drop_tenant(*state, &customer));
  assert_false(allowed(*state, ADMIN, SITE));
  assert_true(allowed(*state, ADMIN, OTHER));
  CHANGE(*state, put_tenant(*state, tenant_fact(CUSTOMER, PARTNER)));
  assert_true(allowed(*state, ADMIN, SITE));
}

static void a_dropped_grant_is_gone(void **state)
{
  struct bw_id grant = id(ADMINS_GRANT);
  struct bw_grant_fact fact;
  CHANGE(*state, bw_model_drop_grant(*state, &grant));
  assert_false(allowed(*state, ADMIN, PARTNER));
  assert_false(bw_grant(*state, &grant, &fact));
}

static void the_last_word_in_a_publication_holds(void **state)
{
  struct bw_id grant = id(ADMINS_GRANT);
  struct bw_grant_fact fact = grant_fact(ADMINS_GRANT, ADMIN, READER, PARTNER);
  CHANGE(*state, bw_model_drop_grant(*state, &grant); put_grant(*state, fact));
  assert_true(allowed(*state, ADMIN, PARTNER));
  CHANGE(*state, put_grant(*state, fact); bw_model_drop_grant(*state, &grant));
  assert_false(allowed(*state, ADMIN, PARTNER));
  CHANGE(*state, put_grant(*state, fact); put_grant(*state, fact));
  assert_true(allowed(*state, ADMIN, PARTNER));
}

static void a_grant_passes_from_one_principal_to_another(void **state)
{
  CHANGE(*state, put_principal(*state, principal_fact(NEW_ADMIN, PARTNER));
         put_grant(*state, grant_fact(GRANT, ADMIN, READER, SITE)));
  CHANGE(*state, put_grant(*state, grant_fact(ADMINS_GRANT, NEW_ADMIN, READER, PARTNER)));
  assert_true(allowed(*state, NEW_ADMIN, OTHER));
  assert_false(allowed(*state, ADMIN, OTHER));
  assert_true(allowed(*state, ADMIN, SITE));
}

static void the_id_of_zeroes_names_nothing(void **state)
{
  CHANGE(*state, put_tenant(*state, tenant_fact(0, PARTNER)); put_grant(*state, grant_fact(GRANT, 0, 0, 0));
         put_principal(*state, principal_fact(0, PARTNER)); put_principal(*state, principal_fact(NEW_ADMIN, 0)));
  assert_int_equal(ask(*state, 0, PARTNER).reason, BW_REASON_NO_SUBJECT);
  assert_int_equal(ask(*state, NEW_ADMIN, PARTNER).reason, BW_REASON_NO_SUBJECT);
  assert_int_equal(ask(*state, ADMIN, 0).reason, BW_REASON_NOT_VISIBLE);
}

static void counts_follow_what_is_there(void **state)
{
  struct bw_model_counts c;
  struct bw_id session = id(9), grant = id(ADMINS_GRANT), unknown = id(77);
  CHANGE(*state, bw_model_end_session(*state, &session, 5); bw_model_drop_tenant(*state, &unknown));
  bw_model_count(*state, &c);
  assert_true(c.tenants == 6 && c.principals == 1 && c.roles == 1 && c.grants == 1 && c.sessions == 1 && c.bytes > 0);
  bw_model_forget_sessions(*state, 5);
  CHANGE(*state, bw_model_drop_grant(*state, &grant); bw_model_drop_grant(*state, &grant));
  bw_model_count(*state, &c);
  assert_true(c.tenants == 6 && c.grants == 0 && c.sessions == 0);
}

static void what_comes_and_goes_takes_no_more_memory(void **state)
{
  struct bw_model_counts before, after;
  for (unsigned round = 0; round < 40; round++) {
    CHANGE(*state, for (unsigned i = 0; i < 1000; i++)
                       put_grant(*state, grant_fact(10000 + round * 1000 + i, 20000 + i, READER, CUSTOMER)));
    CHANGE(
        *state, for (unsigned i = 0; i < 1000; i++) {
          struct bw_id gone = id(10000 + round * 1000 + i);
          bw_model_drop_grant(*state, &gone);
        });
    if (round == 3)
      bw_model_count(*state, &before);
  }
  bw_model_count(*state, &after);
  assert_int_equal(after.bytes, before.bytes);
  assert_int_equal(after.grants, 1);
  assert_true(allowed(*state, ADMIN, SITE));
}

static void three_hundred_thousand_people_cost_well_under_forty_megabytes(void **state)
{
  struct bw_model_counts before, after;
  bw_model_count(*state, &before);
  CHANGE(*state, for (unsigned i = 0; i < 300000; i++) put_principal(*state, principal_fact(1000000 + i, CUSTOMER)));
  bw_model_count(*state, &after);
  assert_int_equal(after.principals, 300001);
  assert_true(after.bytes - before.bytes < 20u << 20);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      ON_ESTATE(what_was_put_is_known),
      ON_ESTATE(an_unknown_thing_leaves_the_answer_untouched),
      ON_ESTATE(what_is_only_referred_to_is_not_known),
      cmocka_unit_test(facts_take_effect_in_whatever_order_they_arrive),
      ON_ESTATE(a_tenant_waits_for_its_parent),
      ON_ESTATE(a_dropped_role_rests_its_grants_until_it_is_put_again),
      ON_ESTATE(a_dropped_principal_comes_back_with_its_grants),
      ON_ESTATE(a_dropped_tenant_denies_what_stands_below_until_it_is_put_again),
      ON_ESTATE(a_dropped_grant_is_gone),
      ON_ESTATE(the_last_word_in_a_publication_holds),
      ON_ESTATE(a_grant_passes_from_one_principal_to_another),
      ON_ESTATE(the_id_of_zeroes_names_nothing),
      ON_ESTATE(counts_follow_what_is_there),
      ON_ESTATE(what_comes_and_goes_takes_no_more_memory),
      ON_ESTATE(three_hundred_thousand_people_cost_well_under_forty_megabytes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
