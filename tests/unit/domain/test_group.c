/* What may be done to groups. */
#include "domain/group.h"
#include "domain/grant.h"
#include "domain/membership.h"
#include "support/estate.h"

static struct outcome made_at(enum estate_user by, enum estate_tenant tenant, const char *name)
{
  struct change change = estate_change(by, tenant);
  struct group_new group = {.tenant = estate_tenant(tenant), .display_name = str_of(name)};
  struct outcome outcome = {0};
  assert_ok(domain_group_create(&change, &group, &outcome));
  assert_int_equal(change.events, 1);
  estate_commit(&change);
  return outcome;
}

static void give(struct uuid group, const char *role)
{
  struct change change = estate_change(P1_ADMIN, A);
  struct grant_new grant = {
      .tenant = estate_tenant(A), .principal = group, .role = estate_role(role), .reach = BW_REACH_SELF};
  struct outcome outcome;
  assert_ok(domain_grant_create(&change, &grant, &outcome));
  estate_commit(&change);
}

static void a_name_is_one_group_s_in_its_tenant_whatever_its_case(void **state)
{
  (void)state;
  made_at(A_ADMIN, A, "Support");
  made_at(B_ADMIN, B, "Support");
  struct change change = estate_change(A_ADMIN, A);
  struct group_new again = {.tenant = estate_tenant(A), .display_name = STR("SUPPORT")};
  struct outcome outcome;
  assert_result(domain_group_create(&change, &again, &outcome), R_ALREADY_EXISTS);
  estate_abandon(&change);
}

static void a_group_is_renamed_if_it_is_the_one_that_was_read(void **state)
{
  (void)state;
  struct outcome group = made_at(A_ADMIN, A, "Night shift"), changed;
  struct change change = estate_change(A_ADMIN, A);
  struct group_patch patch = {.display_name = {true, STR("Day shift")}};
  assert_result(domain_group_update(&change, &group.id, group.version + 1, &patch, &changed), R_STALE);
  assert_ok(domain_group_update(&change, &group.id, group.version, &patch, &changed));
  assert_string_equal(estate_member(changed.body, "display_name"), "\"Day shift\"");
  estate_abandon(&change);
}

static void only_who_assigns_privileges_touches_a_group_that_has_one(void **state)
{
  (void)state;
  struct uuid group = made_at(A_ADMIN, A, "Powers").id;
  struct group_patch patch = {.state = {true, STR("suspended")}};
  struct outcome outcome;
  give(group, "customer_admin");
  struct change change = estate_change(A_HELPDESK, A);
  assert_result(domain_group_update(&change, &group, 0, &patch, &outcome), R_PRIVILEGED);
  assert_result(domain_group_delete(&change, &group), R_PRIVILEGED);
  estate_abandon(&change);
  change = estate_change(A_ADMIN, A);
  assert_ok(domain_group_update(&change, &group, 0, &patch, &outcome));
  estate_abandon(&change);
}

static void a_group_goes_with_its_grants_and_nobody_is_in_it(void **state)
{
  (void)state;
  struct uuid group = made_at(A_ADMIN, A, "Project").id;
  struct membership_new membership = {.group = group, .member = estate_user(A_PLAIN)};
  struct outcome outcome;
  give(group, "viewer");
  struct change change = estate_change(A_ADMIN, A);
  assert_ok(domain_membership_add(&change, &membership, &outcome));
  estate_commit(&change);
  change = estate_change(A_ADMIN, A);
  assert_ok(domain_group_delete(&change, &group));
  assert_int_equal(change.events, 3);
  estate_commit(&change);
  struct uuid plain = estate_user(A_PLAIN);
  struct bw_id who = policy_id(&plain), groups[BW_GROUPS];
  assert_int_equal(bw_groups(policy_model(estate_domain.policy), &who, groups), 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      estate_test(a_name_is_one_group_s_in_its_tenant_whatever_its_case),
      estate_test(a_group_is_renamed_if_it_is_the_one_that_was_read),
      estate_test(only_who_assigns_privileges_touches_a_group_that_has_one),
      estate_test(a_group_goes_with_its_grants_and_nobody_is_in_it),
  };
  return cmocka_run_group_tests(tests, estate_up, estate_down);
}
