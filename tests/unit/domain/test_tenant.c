/* What may be done to tenants, and by whom. */
#include "domain/tenant.h"
#include "support/estate.h"
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

static struct tenant_new customer_below(enum estate_tenant parent, const char *external_id)
{
  return (struct tenant_new){.parent = estate_tenant(parent),
                             .kind = BW_TENANT_CUSTOMER,
                             .name = STR("Käse & Söhne"),
                             .external_id = str_of(external_id)};
}

static struct outcome made_by(enum estate_user user, const struct tenant_new *tenant, enum estate_tenant at)
{
  struct change change = estate_change(user, at);
  struct outcome outcome = {0};
  assert_ok(domain_tenant_create(&change, tenant, &outcome));
  assert_int_equal(change.events, 1);
  estate_commit(&change);
  return outcome;
}

static void a_partner_makes_a_customer_below_itself(void **state)
{
  (void)state;
  struct tenant_new tenant = customer_below(P1, "made-1");
  struct outcome outcome = made_by(P1_ADMIN, &tenant, P1);
  struct bw_id id = policy_id(&outcome.id);
  struct bw_tenant_fact fact;
  assert_true(bw_tenant(policy_model(estate_domain.policy), &id, &fact));
  assert_int_equal(fact.kind, BW_TENANT_CUSTOMER);
  assert_int_equal(outcome.version, 1);
  assert_string_equal(estate_member(outcome.body, "parent_id"), "\"00000000-0000-7000-9000-000000000002\"");
  assert_string_equal(estate_ask("SELECT label ~ '^[0-9a-z]{8}$' AND code ~ '^[0-9a-hjkmnp-tv-z]{10}$'"
                                 " AND name_key = 'käse & söhne' FROM tenant WHERE external_id = 'made-1'"),
                      "t");
}

static void a_kind_stands_only_where_its_rule_allows(void **state)
{
  (void)state;
  struct tenant_new tenant = customer_below(A, NULL);
  struct change change = estate_change(0, PROVIDER);
  struct outcome outcome;
  assert_result(domain_tenant_create(&change, &tenant, &outcome), R_KIND_NOT_ALLOWED);
  estate_abandon(&change);
}

static void the_tree_has_sixteen_levels(void **state)
{
  (void)state;
  struct tenant_new tenant = {.parent = estate_tenant(P2), .kind = BW_TENANT_PARTNER, .name = STR("deep")};
  for (int depth = 3; depth <= 16; depth++)
    tenant.parent = made_by(0, &tenant, PROVIDER).id;
  struct change change = estate_change(0, PROVIDER);
  struct outcome outcome;
  assert_result(domain_tenant_create(&change, &tenant, &outcome), R_TOO_DEEP);
  estate_abandon(&change);
}

static void the_same_external_id_under_two_partners_is_fine(void **state)
{
  (void)state;
  struct tenant_new one = customer_below(P1, "twice"), other = customer_below(P2, "twice");
  struct outcome outcome;
  made_by(P1_ADMIN, &one, P1);
  made_by(P2_ADMIN, &other, P2);
  struct change change = estate_change(P1_ADMIN, P1);
  assert_result(domain_tenant_create(&change, &one, &outcome), R_ALREADY_EXISTS);
  estate_abandon(&change);
}

static void *try_to_make(void *object)
{
  struct change *change = object;
  struct tenant_new tenant = customer_below(P1, "race");
  struct outcome outcome;
  static enum result r;
  r = domain_tenant_create(change, &tenant, &outcome);
  return &r;
}

static void of_two_who_make_it_at_once_one_is_told(void **state)
{
  (void)state;
  struct change first = estate_change(P1_ADMIN, P1), second = estate_change(P1_ADMIN, P1);
  struct tenant_new tenant = customer_below(P1, "race");
  struct outcome outcome;
  CLEANUP(arena_free) struct arena *arena = arena_new(1 << 20);
  pthread_t thread;
  void *result;
  second.arena = arena;
  assert_ok(domain_tenant_create(&first, &tenant, &outcome));
  assert_int_equal(pthread_create(&thread, NULL, try_to_make, &second), 0);
  estate_commit(&first);
  assert_int_equal(pthread_join(thread, &result), 0);
  assert_int_equal(*(enum result *)result, R_ALREADY_EXISTS);
  estate_abandon(&second);
}

static void a_creation_keeps_moves_out_and_lets_creations_in(void **state)
{
  (void)state;
  struct change first = estate_change(P1_ADMIN, P1), second = estate_change(P2_ADMIN, P2);
  struct tenant_new one = customer_below(P1, NULL), other = customer_below(P2, NULL);
  struct outcome outcome;
  assert_ok(domain_tenant_create(&first, &one, &outcome));
  assert_ok(domain_tenant_create(&second, &other, &outcome));
  assert_string_equal(
      estate_ask("SELECT count(*), min(mode), bool_and(granted) FROM pg_locks WHERE locktype = 'advisory'"
                 " AND objid = (hashtext('bailiwick tree')::bigint & 4294967295)::oid"),
      "2|ShareLock|t");
  estate_abandon(&first);
  estate_abandon(&second);
}

static void nothing_is_made_below_a_tenant_out_of_sight(void **state)
{
  (void)state;
  struct tenant_new tenant = customer_below(P2, NULL);
  struct change change = estate_change(P1_ADMIN, P1);
  struct outcome outcome;
  assert_result(domain_tenant_create(&change, &tenant, &outcome), R_NOT_FOUND);
  assert_int_equal(change.events, 0);
  estate_abandon(&change);
}

static void a_name_has_1_to_200_characters(void **state)
{
  (void)state;
  struct tenant_new tenant = customer_below(P1, NULL);
  struct change change = estate_change(P1_ADMIN, P1);
  struct outcome outcome;
  char name[403];
  tenant.name = STR(" ");
  assert_result(domain_tenant_create(&change, &tenant, &outcome), R_MALFORMED);
  for (size_t i = 0; i < 402; i += 2)
    memcpy(name + i, "ä", 2);
  tenant.name = (struct str){name, 402};
  assert_result(domain_tenant_create(&change, &tenant, &outcome), R_MALFORMED);
  tenant.name.n = 400;
  assert_ok(domain_tenant_create(&change, &tenant, &outcome));
  estate_abandon(&change);
}

static void an_update_with_a_stale_version_changes_nothing(void **state)
{
  (void)state;
  struct tenant_patch patch = {.name = {true, STR("New name")}};
  struct uuid b = estate_tenant(B);
  struct outcome outcome;
  struct change change = estate_change(P1_ADMIN, B);
  assert_ok(domain_tenant_update(&change, &b, 1, &patch, &outcome));
  assert_int_equal(outcome.version, 2);
  estate_commit(&change);
  change = estate_change(P1_ADMIN, B);
  patch.name.value = STR("Newer name");
  assert_result(domain_tenant_update(&change, &b, 1, &patch, &outcome), R_STALE);
  assert_int_equal(change.events, 0);
  estate_commit(&change);
  assert_string_equal(estate_ask("SELECT name, version FROM tenant WHERE label = 'bbbbbbbb'"), "New name|2");
}

static void a_member_that_is_not_given_stays(void **state)
{
  (void)state;
  struct tenant_patch patch = {.external_id = {true, STR("ext-b")}};
  struct uuid b = estate_tenant(B);
  struct outcome outcome;
  struct change change = estate_change(P1_ADMIN, B);
  assert_ok(domain_tenant_update(&change, &b, 0, &patch, &outcome));
  assert_string_equal(estate_member(outcome.body, "external_id"), "\"ext-b\"");
  assert_string_not_equal(estate_member(outcome.body, "name"), "null");
  patch.external_id.value = STR_NONE;
  assert_ok(domain_tenant_update(&change, &b, 0, &patch, &outcome));
  assert_string_equal(estate_member(outcome.body, "external_id"), "null");
  estate_abandon(&change);
}

static void a_suspension_is_replaced_and_resuming_leaves_no_trace(void **state)
{
  (void)state;
  struct uuid a = estate_tenant(A);
  struct outcome outcome;
  struct bw_tenant_fact fact;
  struct bw_id id = policy_id(&a);
  struct change change = estate_change(P1_ADMIN, A);
  assert_ok(domain_tenant_suspend(&change, &a, BW_REACH_SELF, &outcome));
  assert_string_equal(estate_member(outcome.body, "suspended_reach"), "\"staff\"");
  estate_commit(&change);
  assert_true(bw_tenant(policy_model(estate_domain.policy), &id, &fact));
  assert_int_equal(fact.state, BW_TENANT_STAFF_SUSPENDED);
  const char *since = arena_copy(estate_arena(), str_of(estate_member(outcome.body, "suspended_at"))).p;
  change = estate_change(P1_ADMIN, A);
  assert_ok(domain_tenant_suspend(&change, &a, BW_REACH_SELF, &outcome));
  assert_string_equal(estate_member(outcome.body, "suspended_at"), since);
  assert_int_equal(change.events, 1);
  assert_ok(domain_tenant_suspend(&change, &a, BW_REACH_SUBTREE, &outcome));
  assert_string_equal(estate_member(outcome.body, "suspended_reach"), "\"subtree\"");
  assert_ok(domain_tenant_resume(&change, &a, &outcome));
  assert_string_equal(estate_member(outcome.body, "state"), "\"active\"");
  assert_string_equal(estate_member(outcome.body, "suspended_at"), "null");
  estate_commit(&change);
}

static void nobody_suspends_the_ground_they_stand_on(void **state)
{
  (void)state;
  struct uuid p1 = estate_tenant(P1), provider = estate_tenant(PROVIDER), p2 = estate_tenant(P2);
  struct outcome outcome;
  struct change change = estate_change(P1_ADMIN, P1);
  assert_result(domain_tenant_suspend(&change, &p1, BW_REACH_SELF, &outcome), R_SELF_SERVICE);
  assert_result(domain_tenant_suspend(&change, &provider, BW_REACH_SUBTREE, &outcome), R_NOT_FOUND);
  assert_result(domain_tenant_suspend(&change, &p2, BW_REACH_SUBTREE, &outcome), R_NOT_FOUND);
  estate_abandon(&change);
  change = estate_change(PROVIDER_ADMIN, PROVIDER);
  assert_result(domain_tenant_suspend(&change, &provider, BW_REACH_SUBTREE, &outcome), R_SELF_SERVICE);
  assert_ok(domain_tenant_suspend(&change, &p2, BW_REACH_SUBTREE, &outcome));
  estate_abandon(&change);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      estate_test(a_partner_makes_a_customer_below_itself),
      estate_test(a_kind_stands_only_where_its_rule_allows),
      estate_test(the_tree_has_sixteen_levels),
      estate_test(the_same_external_id_under_two_partners_is_fine),
      estate_test(of_two_who_make_it_at_once_one_is_told),
      estate_test(a_creation_keeps_moves_out_and_lets_creations_in),
      estate_test(nothing_is_made_below_a_tenant_out_of_sight),
      estate_test(a_name_has_1_to_200_characters),
      estate_test(an_update_with_a_stale_version_changes_nothing),
      estate_test(a_member_that_is_not_given_stays),
      estate_test(a_suspension_is_replaced_and_resuming_leaves_no_trace),
      estate_test(nobody_suspends_the_ground_they_stand_on),
  };
  return cmocka_run_group_tests(tests, estate_up, estate_down);
}
