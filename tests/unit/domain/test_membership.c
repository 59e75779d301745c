/* Who may put whom into which group. */
#include "domain/membership.h"
#include "domain/client.h"
#include "domain/grant.h"
#include "domain/group.h"
#include "domain/role.h"
#include "domain/user.h"
#include "store/grant.h"
#include "support/estate.h"

static struct uuid group_at(enum estate_user by, enum estate_tenant tenant, const char *name)
{
  struct change change = estate_change(by, tenant);
  struct group_new group = {.tenant = estate_tenant(tenant), .display_name = str_of(name)};
  struct outcome outcome = {0};
  assert_ok(domain_group_create(&change, &group, &outcome));
  estate_commit(&change);
  return outcome.id;
}

static struct uuid machine_at(enum estate_user by, enum estate_tenant tenant)
{
  struct change change = estate_change(by, tenant);
  struct client_new client = {.tenant = estate_tenant(tenant), .display_name = STR("Robot"), .without_secret = true};
  struct outcome outcome = {0};
  struct str secret;
  assert_ok(domain_client_create(&change, &client, &outcome, &secret));
  estate_commit(&change);
  return outcome.id;
}

static enum result put(enum estate_user by, enum estate_tenant at, struct uuid group, struct uuid member, bool stays)
{
  struct change change = estate_change(by, at);
  struct membership_new membership = {.group = group, .member = member};
  struct outcome outcome;
  enum result r = domain_membership_add(&change, &membership, &outcome);
  if (r == R_OK)
    assert_int_equal(change.events, 1);
  (stays ? estate_commit : estate_abandon)(&change);
  return r;
}

/* What comes of it; nothing of it stays. */
static enum result tried(enum estate_user by, enum estate_tenant at, struct uuid group, struct uuid member)
{
  return put(by, at, group, member, false);
}

static void join(enum estate_user by, enum estate_tenant at, struct uuid group, struct uuid member)
{
  assert_int_equal(put(by, at, group, member, true), R_OK);
}

static enum result given(enum estate_user by, enum estate_tenant at, struct uuid group, const char *role, bool stays)
{
  struct change change = estate_change(by, at);
  struct grant_new grant = {
      .tenant = estate_tenant(at), .principal = group, .role = estate_role(role), .reach = BW_REACH_SUBTREE};
  struct outcome outcome;
  enum result r = domain_grant_create(&change, &grant, &outcome);
  (stays ? estate_commit : estate_abandon)(&change);
  return r;
}

static enum result taken(enum estate_user by, enum estate_tenant at, struct uuid group, struct uuid member, bool stays)
{
  struct change change = estate_change(by, at);
  struct membership_new membership = {.group = group, .member = member};
  enum result r = domain_membership_end(&change, &membership);
  (stays ? estate_commit : estate_abandon)(&change);
  return r;
}

static bool may(enum estate_user user, enum bw_permission permission, enum estate_tenant at)
{
  struct uuid who = estate_user(user), where = estate_tenant(at);
  struct bw_question question = {policy_id(&who), policy_id(&where), permission, clock_now()};
  struct bw_answer answer;
  bw_decide(policy_model(estate_domain.policy), &question, &answer);
  return answer.effect == BW_ALLOW;
}

static void who_joins_has_what_the_group_holds_until_they_leave(void **state)
{
  (void)state;
  struct uuid readers = group_at(A_ADMIN, A, "Readers"), all = group_at(A_ADMIN, A, "All"),
              plain = estate_user(A_PLAIN);
  assert_int_equal(given(A_ADMIN, A, all, "auditor", true), R_OK);
  join(A_ADMIN, A, all, readers);
  assert_false(may(A_PLAIN, BW_AUDIT_READ, A));
  join(A_ADMIN, A, readers, plain);
  assert_true(may(A_PLAIN, BW_AUDIT_READ, A));
  assert_int_equal(tried(A_ADMIN, A, readers, plain), R_ALREADY_EXISTS);
  assert_int_equal(taken(A_ADMIN, A, readers, plain, true), R_OK);
  assert_false(may(A_PLAIN, BW_AUDIT_READ, A));
  assert_int_equal(taken(A_ADMIN, A, readers, plain, false), R_NOT_FOUND);
}

static void joining_is_measured_as_a_grant_to_whoever_joins(void **state)
{
  (void)state;
  struct uuid admins = group_at(A_ADMIN, A, "Admins"), inner = group_at(A_ADMIN, A, "Inner"),
              plain = estate_user(A_PLAIN);
  assert_int_equal(given(A_ADMIN, A, admins, "customer_admin", true), R_OK);
  assert_int_equal(tried(A_HELPDESK, A, admins, plain), R_CEILING);
  assert_int_equal(tried(A_ADMIN, A, admins, plain), R_OK);
  join(A_ADMIN, A, admins, inner);
  assert_int_equal(tried(A_HELPDESK, A, inner, plain), R_CEILING);
  join(A_ADMIN, A, inner, plain);
  assert_int_equal(taken(A_HELPDESK, A, inner, plain, false), R_PRIVILEGED);
  assert_int_equal(taken(P1_ADMIN, A, inner, plain, true), R_OK);
}

/* An administrator of p1 alone sees no row of a, where the group holds what they do not hold. */
static void what_a_group_holds_out_of_the_giver_s_sight_counts_too(void **state)
{
  (void)state;
  struct uuid managers = group_at(P1_ADMIN, P1, "Managers");
  assert_int_equal(given(P1_ADMIN, A, managers, "customer_admin", true), R_OK);
  assert_int_equal(tried(P1_SELF_ADMIN, P1, managers, estate_user(P1_PLAIN)), R_CEILING);
  assert_int_equal(tried(P1_ADMIN, P1, managers, estate_user(P1_PLAIN)), R_OK);
}

static void nobody_joins_or_leaves_or_gives_by_themselves(void **state)
{
  (void)state;
  struct uuid outer = group_at(B_ADMIN, B, "Outer"), inner = group_at(B_ADMIN, B, "Inner"),
              admin = estate_user(B_ADMIN);
  assert_int_equal(tried(B_ADMIN, B, inner, admin), R_SELF_SERVICE);
  join(P1_ADMIN, B, inner, admin);
  assert_int_equal(tried(B_ADMIN, B, outer, inner), R_SELF_SERVICE);
  join(P1_ADMIN, B, outer, inner);
  assert_int_equal(given(B_ADMIN, B, outer, "viewer", false), R_SELF_SERVICE);
  assert_int_equal(taken(B_ADMIN, B, outer, inner, false), R_SELF_SERVICE);
  assert_int_equal(taken(B_ADMIN, B, inner, admin, false), R_SELF_SERVICE);
  struct change change = estate_change(B_ADMIN, B);
  struct group_patch patch = {.state = {true, STR("suspended")}};
  struct outcome outcome;
  assert_result(domain_group_update(&change, &outer, 0, &patch, &outcome), R_SELF_SERVICE);
  assert_result(domain_group_delete(&change, &inner), R_SELF_SERVICE);
  estate_abandon(&change);
}

static void nobody_changes_a_role_that_a_group_of_theirs_holds(void **state)
{
  (void)state;
  struct uuid staff = group_at(P1_ADMIN, P1, "Staff");
  struct change change = estate_change(P1_ADMIN, P1);
  struct role_new role = {
      .tenant = estate_tenant(P1), .name = STR("staff"), .description = STR(""), .permissions = STR("user:read")};
  struct role_patch more = {.permissions = STR("user:read user:create")};
  struct outcome made, changed;
  assert_ok(domain_role_create(&change, &role, &made));
  estate_commit(&change);
  change = estate_change(P1_ADMIN, P1);
  struct grant_new grant = {.tenant = role.tenant, .principal = staff, .role = made.id, .reach = BW_REACH_SUBTREE};
  assert_ok(domain_grant_create(&change, &grant, &changed));
  estate_commit(&change);
  join(PROVIDER_ADMIN, P1, staff, estate_user(P1_ADMIN));
  change = estate_change(P1_ADMIN, P1);
  assert_result(domain_role_update(&change, &made.id, 0, &more, &changed), R_SELF_SERVICE);
  estate_abandon(&change);
}

static void no_machine_gets_by_a_group_what_no_machine_may_hold(void **state)
{
  (void)state;
  struct uuid outer = group_at(A_ADMIN, A, "Racks"), inner = group_at(A_ADMIN, A, "Shelf"),
              robot = machine_at(A_ADMIN, A);
  join(A_ADMIN, A, inner, robot);
  join(A_ADMIN, A, outer, inner);
  assert_int_equal(given(A_ADMIN, A, outer, "customer_admin", false), R_NOT_FOR_MACHINES);
  assert_int_equal(given(A_ADMIN, A, outer, "viewer", true), R_OK);
  struct uuid admins = group_at(A_ADMIN, A, "Chiefs");
  assert_int_equal(given(A_ADMIN, A, admins, "customer_admin", true), R_OK);
  assert_int_equal(tried(A_ADMIN, A, admins, robot), R_NOT_FOR_MACHINES);
  assert_int_equal(tried(A_ADMIN, A, admins, outer), R_NOT_FOR_MACHINES);
}

static void a_group_never_comes_to_be_in_itself(void **state)
{
  (void)state;
  struct uuid one = group_at(A_ADMIN, A, "One"), two = group_at(A_ADMIN, A, "Two"),
              three = group_at(A_ADMIN, A, "Three");
  assert_int_equal(tried(A_ADMIN, A, one, one), R_GROUP_RING);
  join(A_ADMIN, A, two, one);
  join(A_ADMIN, A, three, two);
  assert_int_equal(tried(A_ADMIN, A, one, three), R_GROUP_RING);
}

/* Groups of b, put in without anybody's asking: each in the next. */
static void pile(const char *name, unsigned count, bool upwards)
{
  estate_sql(
      "INSERT INTO principal (id, tenant_id, tenant_path, tenant_boundary, kind, state, display_name, name_key)"
      " SELECT gen_random_uuid(), id, path, boundary, 'group', 'active', n.name, n.name"
      " FROM tenant, LATERAL (SELECT '%s' || n AS name FROM generate_series(1, %u) n) n WHERE label = 'bbbbbbbb'",
      name, count);
  if (upwards)
    estate_sql("INSERT INTO membership (id, tenant_id, tenant_path, tenant_boundary, group_id, member_id)"
               " SELECT gen_random_uuid(), g.tenant_id, g.tenant_path, g.tenant_boundary, g.id, m.id"
               " FROM generate_series(2, %u) n JOIN principal g ON g.name_key = '%s' || n"
               " JOIN principal m ON m.name_key = '%s' || n - 1",
               count, name, name);
  estate_settle();
}

static struct uuid named(const char *name)
{
  struct uuid id;
  assert_true(uuid_parse(str_of(estate_ask("SELECT id FROM principal WHERE name_key = '%s'", name)), &id));
  return id;
}

static void groups_are_piled_eight_high_and_no_higher(void **state)
{
  (void)state;
  pile("pile", DOMAIN_GROUP_DEPTH, true);
  struct uuid ninth = group_at(P1_ADMIN, B, "Ninth"), lowest = named("pile1");
  assert_int_equal(tried(P1_ADMIN, B, lowest, estate_user(B_PLAIN)), R_OK);
  assert_int_equal(tried(P1_ADMIN, B, ninth, named("pile8")), R_OK);
  join(P1_ADMIN, B, lowest, estate_user(B_PLAIN));
  assert_int_equal(tried(P1_ADMIN, B, ninth, named("pile8")), R_LIMIT_REACHED);
  assert_int_equal(taken(P1_ADMIN, B, lowest, estate_user(B_PLAIN), true), R_OK);
}

static void above_one_principal_are_thirty_two_groups_and_no_more(void **state)
{
  (void)state;
  pile("wide", BW_GROUPS + 1, false);
  estate_sql("INSERT INTO membership (id, tenant_id, tenant_path, tenant_boundary, group_id, member_id)"
             " SELECT gen_random_uuid(), g.tenant_id, g.tenant_path, g.tenant_boundary, g.id, m.id FROM principal g, "
             "principal m"
             " WHERE g.name_key = ANY (SELECT 'wide' || n FROM generate_series(1, %d) n) AND m.name_key = 'wide33'",
             BW_GROUPS - 1);
  estate_settle();
  struct uuid last = named("wide33"), more = group_at(P1_ADMIN, B, "More");
  assert_int_equal(put(P1_ADMIN, B, last, estate_user(B_PLAIN), true), R_OK);
  assert_int_equal(tried(P1_ADMIN, B, named("wide32"), last), R_LIMIT_REACHED);
  assert_int_equal(tried(P1_ADMIN, B, more, estate_user(B_PLAIN)), R_LIMIT_REACHED);
}

static void who_is_in_a_group_is_at_home_where_it_is(void **state)
{
  (void)state;
  struct uuid locals = group_at(A_ADMIN, A, "Locals");
  assert_int_equal(tried(P1_ADMIN, P1, locals, estate_user(P1_PLAIN)), R_NOT_AT_HOME);
  assert_int_equal(tried(P1_ADMIN, P1, locals, estate_user(B_PLAIN)), R_NOT_AT_HOME);
  assert_int_equal(tried(A_ADMIN, A, locals, estate_user(P1_PLAIN)), R_NOT_FOUND);
  assert_int_equal(tried(A_ADMIN, A, estate_user(A_PLAIN), estate_user(A_VIEWER)), R_NOT_FOUND);
}

static size_t admins_of(enum estate_tenant tenant)
{
  struct change change = estate_change(P2_ADMIN, C);
  struct uuid at = estate_tenant(tenant);
  const struct store_admin *admins;
  size_t count = 0;
  assert_ok(store_grant_admins(change.tx, &at, change.now, &admins, &count));
  estate_abandon(&change);
  return count;
}

static void whoever_runs_a_tenant_by_a_group_counts_and_an_empty_one_does_not(void **state)
{
  (void)state;
  struct uuid rulers = group_at(P2_ADMIN, C, "Rulers"), inner = group_at(P2_ADMIN, C, "Deputies"),
              plain = estate_user(C_PLAIN);
  struct uuid first = estate_user(C_ADMIN);
  struct outcome outcome;
  assert_int_equal(given(P2_ADMIN, C, rulers, "customer_admin", true), R_OK);
  join(P2_ADMIN, C, rulers, inner);
  assert_int_equal(admins_of(C), 1);
  join(P2_ADMIN, C, inner, plain);
  assert_int_equal(admins_of(C), 2);
  struct change change = estate_change(C_PLAIN, C);
  assert_ok(domain_user_suspend(&change, &first, &outcome));
  estate_abandon(&change);
  change = estate_change(P2_ADMIN, C);
  struct group_patch patch = {.state = {true, STR("suspended")}};
  assert_ok(domain_group_update(&change, &inner, 0, &patch, &outcome));
  estate_commit(&change);
  assert_int_equal(admins_of(C), 1);
  change = estate_change(P2_ADMIN, C);
  assert_ok(domain_group_delete(&change, &rulers));
  assert_ok(domain_group_delete(&change, &inner));
  estate_commit(&change);
}

static void who_is_terminated_is_in_no_group(void **state)
{
  (void)state;
  struct uuid crew = group_at(C_ADMIN, C, "Crew"), plain = estate_user(C_PLAIN);
  struct outcome outcome;
  join(C_ADMIN, C, crew, plain);
  struct change change = estate_change(C_ADMIN, C);
  assert_ok(domain_user_terminate(&change, &plain, &outcome));
  assert_int_equal(change.events, 2);
  estate_commit(&change);
  assert_string_equal(estate_ask("SELECT count(*) FROM membership WHERE tenant_path LIKE '%%cccccccc'"), "0");
  assert_int_equal(tried(C_ADMIN, C, crew, plain), R_WRONG_STATE);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      estate_test(who_joins_has_what_the_group_holds_until_they_leave),
      estate_test(joining_is_measured_as_a_grant_to_whoever_joins),
      estate_test(what_a_group_holds_out_of_the_giver_s_sight_counts_too),
      estate_test(nobody_joins_or_leaves_or_gives_by_themselves),
      estate_test(nobody_changes_a_role_that_a_group_of_theirs_holds),
      estate_test(no_machine_gets_by_a_group_what_no_machine_may_hold),
      estate_test(a_group_never_comes_to_be_in_itself),
      estate_test(groups_are_piled_eight_high_and_no_higher),
      estate_test(above_one_principal_are_thirty_two_groups_and_no_more),
      estate_test(who_is_in_a_group_is_at_home_where_it_is),
      estate_test(whoever_runs_a_tenant_by_a_group_counts_and_an_empty_one_does_not),
      estate_test(who_is_terminated_is_in_no_group),
  };
  return cmocka_run_group_tests(tests, estate_up, estate_down);
}
