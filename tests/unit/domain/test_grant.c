/* Who may give and take which roles where. */
#include "domain/grant.h"
#include "domain/client.h"
#include "domain/tenant.h"
#include "domain/user.h"
#include "support/estate.h"

static struct grant_new gift(enum estate_tenant tenant, enum estate_user principal, const char *role,
                             enum bw_reach reach)
{
  return (struct grant_new){
      .tenant = estate_tenant(tenant), .principal = estate_user(principal), .role = estate_role(role), .reach = reach};
}

/* What comes of it; nothing of it stays. */
static enum result tried(enum estate_user by, enum estate_tenant at, struct grant_new grant)
{
  struct change change = estate_change(by, at);
  struct outcome outcome;
  enum result r = domain_grant_create(&change, &grant, &outcome);
  estate_abandon(&change);
  return r;
}

static struct uuid given(enum estate_user by, enum estate_tenant at, struct grant_new grant)
{
  struct change change = estate_change(by, at);
  struct outcome outcome = {0};
  assert_ok(domain_grant_create(&change, &grant, &outcome));
  assert_int_equal(change.events, 1);
  estate_commit(&change);
  return outcome.id;
}

static void a_partner_admin_cannot_grant_what_they_lack(void **state)
{
  (void)state;
  assert_int_equal(tried(P1_ADMIN, P1, gift(P1, P1_PLAIN, "partner_admin", BW_REACH_SUBTREE)), R_OK);
  assert_int_equal(tried(A_ADMIN, A, gift(A, A_PLAIN, "customer_admin", BW_REACH_SUBTREE)), R_OK);
  assert_int_equal(tried(A_ADMIN, A, gift(A, A_PLAIN, "provisioner", BW_REACH_SUBTREE)), R_CEILING);
  assert_int_equal(tried(A_HELPDESK, A, gift(A, A_PLAIN, "viewer", BW_REACH_SELF)), R_OK);
  assert_int_equal(tried(A_HELPDESK, A, gift(A, A_PLAIN, "auditor", BW_REACH_SELF)), R_CEILING);
}

static void a_role_is_for_its_kinds_of_tenant(void **state)
{
  (void)state;
  assert_int_equal(tried(P1_ADMIN, P1, gift(P1, P1_PLAIN, "provider_admin", BW_REACH_SUBTREE)), R_KIND_CEILING);
  assert_int_equal(tried(P1_ADMIN, P1, gift(A, A_PLAIN, "partner_admin", BW_REACH_SUBTREE)), R_KIND_CEILING);
}

static void no_machine_is_given_power_over_proofs_or_privileges(void **state)
{
  (void)state;
  struct change change = estate_change(A_ADMIN, A);
  struct client_new client = {.tenant = estate_tenant(A), .display_name = STR("Loader"), .without_secret = true};
  struct outcome outcome;
  struct str secret;
  assert_ok(domain_client_create(&change, &client, &outcome, &secret));
  estate_commit(&change);
  struct grant_new grant = gift(A, A_PLAIN, "customer_admin", BW_REACH_SUBTREE);
  grant.principal = outcome.id;
  assert_int_equal(tried(A_ADMIN, A, grant), R_NOT_FOR_MACHINES);
  assert_int_equal(tried(0, A, grant), R_NOT_FOR_MACHINES);
  grant.role = estate_role("provisioner");
  assert_int_equal(tried(P1_ADMIN, A, grant), R_OK);
}

static void who_holds_at_one_tenant_alone_gives_nothing_below(void **state)
{
  (void)state;
  assert_int_equal(tried(P1_SELF_ADMIN, P1, gift(P1, P1_PLAIN, "viewer", BW_REACH_SELF)), R_OK);
  assert_int_equal(tried(P1_SELF_ADMIN, P1, gift(P1, P1_PLAIN, "viewer", BW_REACH_SUBTREE)), R_CEILING);
}

static void nobody_gives_to_themselves(void **state)
{
  (void)state;
  assert_int_equal(tried(A_ADMIN, A, gift(A, A_ADMIN, "viewer", BW_REACH_SELF)), R_SELF_SERVICE);
}

static void a_grant_lies_within_its_principals_home(void **state)
{
  (void)state;
  assert_int_equal(tried(P1_ADMIN, P1, gift(P1, A_PLAIN, "viewer", BW_REACH_SELF)), R_OUTSIDE_HOME);
  assert_int_equal(tried(P1_ADMIN, P1, gift(B, A_PLAIN, "viewer", BW_REACH_SELF)), R_OUTSIDE_HOME);
  assert_int_equal(tried(P1_ADMIN, P1, gift(A, P1_PLAIN, "viewer", BW_REACH_SELF)), R_OK);
}

static void what_is_out_of_sight_cannot_be_given_or_given_to(void **state)
{
  (void)state;
  struct grant_new grant = gift(P1, P1_PLAIN, "viewer", BW_REACH_SELF);
  assert_int_equal(tried(P1_ADMIN, P1, gift(P1, C_PLAIN, "viewer", BW_REACH_SELF)), R_NOT_FOUND);
  assert_int_equal(tried(P1_ADMIN, P1, gift(C, C_PLAIN, "viewer", BW_REACH_SELF)), R_NOT_FOUND);
  assert_int_equal(tried(A_ADMIN, A, gift(A, P1_PLAIN, "viewer", BW_REACH_SELF)), R_NOT_FOUND);
  assert_true(uuid_parse(str_of(estate_ask("INSERT INTO role (id, tenant_id, tenant_path, tenant_boundary, name,"
                                           " permissions) SELECT gen_random_uuid(), id, path, boundary, 'a-only',"
                                           " '{tenant:read}' FROM tenant WHERE label = 'aaaaaaaa' RETURNING id")),
                         &grant.role));
  estate_settle();
  assert_int_equal(tried(P1_ADMIN, P1, grant), R_NOT_FOUND);
  grant.tenant = estate_tenant(A);
  grant.principal = estate_user(A_PLAIN);
  assert_int_equal(tried(P1_ADMIN, P1, grant), R_OK);
  grant.tenant = estate_tenant(B);
  grant.principal = estate_user(B_PLAIN);
  assert_int_equal(tried(P1_ADMIN, P1, grant), R_NOT_FOUND);
}

static void the_same_grant_is_given_once(void **state)
{
  (void)state;
  struct grant_new grant = gift(A, A_PLAIN, "helpdesk", BW_REACH_SELF);
  given(A_ADMIN, A, grant);
  assert_int_equal(tried(A_ADMIN, A, grant), R_ALREADY_EXISTS);
}

static void a_grant_that_ends_before_it_begins_is_refused(void **state)
{
  (void)state;
  struct grant_new grant = gift(A, A_PLAIN, "auditor", BW_REACH_SELF);
  grant.not_before = clock_now() + 3600 * CLOCK_SECOND; /* far enough that no clock passes it meanwhile */
  grant.expires_at = grant.not_before;
  assert_int_equal(tried(A_ADMIN, A, grant), R_RULE);
  grant.expires_at++;
  assert_int_equal(tried(A_ADMIN, A, grant), R_OK);
}

static void who_lost_the_right_gives_no_more(void **state)
{
  (void)state;
  struct grant_new grant = gift(A, A_PLAIN, "customer_admin", BW_REACH_SUBTREE);
  struct uuid id = given(P1_ADMIN, A, grant);
  assert_int_equal(tried(A_PLAIN, A, gift(A, A_VIEWER, "auditor", BW_REACH_SELF)), R_OK);
  struct change change = estate_change(P1_ADMIN, A);
  assert_ok(domain_grant_revoke(&change, &id));
  assert_int_equal(change.events, 1);
  estate_commit(&change);
  struct uuid plain = estate_user(A_PLAIN), a = estate_tenant(A);
  struct bw_id subject = policy_id(&plain), tenant = policy_id(&a);
  struct bw_permission_set held = {0};
  bw_held(policy_model(estate_domain.policy), &subject, &tenant, clock_now(), &held);
  assert_false(bw_permission_has(&held, BW_GRANT_ASSIGN));
}

static void a_privileged_role_is_taken_only_by_who_may_give_it(void **state)
{
  (void)state;
  struct uuid admins = given(P1_ADMIN, A, gift(A, P1_PLAIN, "customer_admin", BW_REACH_SELF));
  struct uuid viewers = given(P1_ADMIN, A, gift(A, P1_PLAIN, "viewer", BW_REACH_SELF));
  struct change change = estate_change(A_HELPDESK, A);
  assert_result(domain_grant_revoke(&change, &admins), R_PRIVILEGED);
  assert_result(domain_grant_revoke(&change, &viewers), R_PRIVILEGED); /* of who holds the other, too */
  estate_abandon(&change);
  change = estate_change(C_ADMIN, C);
  assert_result(domain_grant_revoke(&change, &viewers), R_NOT_FOUND);
  estate_abandon(&change);
}

static void nobody_takes_from_themselves(void **state)
{
  (void)state;
  struct uuid own;
  assert_true(uuid_parse(STR("00000000-0000-7000-b000-000000000004"), &own));
  struct change change = estate_change(A_ADMIN, A);
  assert_result(domain_grant_revoke(&change, &own), R_SELF_SERVICE);
  estate_abandon(&change);
}

/* An import makes the tenant, its user and the user's role in one transaction, which no snapshot has seen. */
static void a_role_is_given_in_a_tenant_made_in_the_same_transaction(void **state)
{
  (void)state;
  struct change change = estate_change(P1_ADMIN, P1);
  struct tenant_new tenant = {.parent = estate_tenant(P1), .kind = BW_TENANT_CUSTOMER, .name = STR("fresh")};
  struct user_new user = {.login = STR("fresh")};
  struct grant_new grant = {.role = estate_role("customer_admin"), .reach = BW_REACH_SUBTREE};
  struct outcome made;
  assert_ok(domain_tenant_create(&change, &tenant, &made));
  user.tenant = grant.tenant = made.id;
  assert_ok(domain_user_create(&change, &user, &made));
  grant.principal = made.id;
  assert_ok(domain_grant_create(&change, &grant, &made));
  assert_int_equal(change.events, 3);
  estate_commit(&change);
}

static void an_operator_at_the_machine_has_no_ceiling(void **state)
{
  (void)state;
  struct change change = estate_change(0, PROVIDER);
  struct grant_new grant = gift(PROVIDER, PROVIDER_ADMIN, "auditor", BW_REACH_SELF);
  struct outcome outcome;
  assert_ok(domain_grant_create(&change, &grant, &outcome));
  assert_string_equal(estate_member(outcome.body, "granted_by"), "null");
  estate_abandon(&change);
}

static void nothing_is_given_to_who_is_terminated(void **state)
{
  (void)state;
  struct uuid plain = estate_user(B_PLAIN);
  struct outcome outcome;
  struct change change = estate_change(B_ADMIN, B);
  assert_ok(domain_user_terminate(&change, &plain, &outcome));
  estate_commit(&change);
  assert_int_equal(tried(B_ADMIN, B, gift(B, B_PLAIN, "viewer", BW_REACH_SELF)), R_WRONG_STATE);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      estate_test(a_partner_admin_cannot_grant_what_they_lack),
      estate_test(a_role_is_for_its_kinds_of_tenant),
      estate_test(no_machine_is_given_power_over_proofs_or_privileges),
      estate_test(who_holds_at_one_tenant_alone_gives_nothing_below),
      estate_test(nobody_gives_to_themselves),
      estate_test(a_grant_lies_within_its_principals_home),
      estate_test(what_is_out_of_sight_cannot_be_given_or_given_to),
      estate_test(the_same_grant_is_given_once),
      estate_test(a_grant_that_ends_before_it_begins_is_refused),
      estate_test(who_lost_the_right_gives_no_more),
      estate_test(a_privileged_role_is_taken_only_by_who_may_give_it),
      estate_test(nobody_takes_from_themselves),
      estate_test(a_role_is_given_in_a_tenant_made_in_the_same_transaction),
      estate_test(an_operator_at_the_machine_has_no_ceiling),
      estate_test(nothing_is_given_to_who_is_terminated),
  };
  return cmocka_run_group_tests(tests, estate_up, estate_down);
}
