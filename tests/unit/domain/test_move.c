/* A move does what was planned, once, for who planned it, while nothing else came between. */
#include "domain/move.h"
#include "domain/grant.h"
#include "support/estate.h"

static struct move to(enum estate_tenant tenant, enum estate_tenant parent)
{
  return (struct move){.kind = MOVE_TENANT, .object = estate_tenant(tenant), .destination = estate_tenant(parent)};
}

static struct move_plan planned(enum estate_user user, const struct move *move)
{
  struct change change = estate_change(user, PROVIDER);
  struct move_plan plan = {0};
  assert_ok(domain_move_plan(&change, move, &plan));
  assert_int_equal(change.events, 0);
  estate_abandon(&change);
  return plan;
}

static void made(struct move move)
{
  struct move_plan plan = planned(PROVIDER_ADMIN, &move);
  struct change change = estate_change(PROVIDER_ADMIN, PROVIDER);
  struct outcome outcome;
  move.plan = plan.token;
  assert_ok(domain_move(&change, &move, &outcome));
  estate_commit(&change);
}

static void a_move_is_one_change_with_all_that_ends(void **state)
{
  (void)state;
  struct uuid staff = estate_user(P1_PLAIN), role = estate_role("viewer");
  struct change change = estate_change(P1_ADMIN, P1);
  struct grant_new grant = {
      .tenant = estate_tenant(A), .principal = staff, .role = role, .reach = BW_REACH_SELF};
  struct outcome outcome;
  assert_ok(domain_grant_create(&change, &grant, &outcome));
  estate_commit(&change);
  struct move move = to(A, P2);
  struct move_plan plan = planned(PROVIDER_ADMIN, &move);
  assert_int_equal(plan.grant_count, 1);
  assert_true(str_is(plan.clashes, "[]"));
  made(move);
  assert_string_equal(estate_ask("SELECT string_agg(kind, ' ' ORDER BY kind) FROM policy_event WHERE xid ="
                                 " (SELECT xid FROM policy_event ORDER BY revision DESC LIMIT 1)"),
                      "grant tenant");
  struct bw_id a = policy_id(&move.object), p2 = policy_id(&move.destination);
  assert_true(bw_tenant_within(policy_model(estate_domain.policy), &a, &p2));
  assert_string_equal(estate_ask("SELECT count(*) FROM audit_event WHERE object_kind = 'tenant'"
                                 " AND before::text LIKE '%%parent_id%%'"),
                      "3");
  made(to(A, P1));
}

static void refused(enum estate_user user, const struct move *move, enum result wanted)
{
  struct change change = estate_change(user, PROVIDER);
  struct outcome outcome;
  assert_result(domain_move(&change, move, &outcome), wanted);
  estate_abandon(&change);
}

static void a_plan_is_of_its_maker_and_its_minutes(void **state)
{
  (void)state;
  struct move move = to(A, P2), other = to(B, P2);
  other.plan = move.plan = planned(PROVIDER_ADMIN, &move).token;
  refused(0, &move, R_PLAN_STALE);
  refused(PROVIDER_ADMIN, &other, R_PLAN_STALE);
  struct change change = estate_change(PROVIDER_ADMIN, PROVIDER);
  struct outcome outcome;
  change.now += 6 * 60 * CLOCK_SECOND;
  assert_result(domain_move(&change, &move, &outcome), R_PLAN_STALE);
  estate_abandon(&change);
}

static void what_is_set_where_it_goes_is_told(void **state)
{
  (void)state;
  struct move move = to(A, P2);
  struct change change = estate_change(P2_ADMIN, P2);
  struct setting_patch patch = {.setting = SETTING_password_least, .number = 12};
  struct setting_change wanted = {
      .tenant = move.destination, .section = SETTING_SECURITY, .object_kind = "x", .patches = &patch, .count = 1};
  struct setting_refusals refusals;
  assert_ok(domain_setting_set(&change, &wanted, &refusals));
  estate_commit(&change);
  struct move_plan plan = planned(PROVIDER_ADMIN, &move);
  assert_int_equal(plan.setting_count, 1);
  assert_int_equal(plan.settings[0].effect, SETTING_TIGHTENS);
  assert_true(uuid_equal(&plan.settings[0].tenant, &move.object));
}

static void nobody_moves_themselves_or_whom_they_may_not_touch(void **state)
{
  (void)state;
  struct move move = {.kind = MOVE_USER, .object = estate_user(P1_ADMIN), .destination = estate_tenant(A)};
  struct change change = estate_change(P1_ADMIN, P1);
  struct move_plan plan;
  assert_result(domain_move_plan(&change, &move, &plan), R_SELF_SERVICE);
  move.object = estate_user(B_PLAIN);
  assert_ok(domain_move_plan(&change, &move, &plan));
  estate_abandon(&change);
  change = estate_change(P1_HELPDESK, P1);
  move.object = estate_user(B_ADMIN);
  assert_result(domain_move_plan(&change, &move, &plan), R_PRIVILEGED);
  estate_abandon(&change);
}

/* P1-HELPDESK may do whatever who runs P1 may, by another role. */
static void hire_a_warden(void)
{
  estate_sql(
      "INSERT INTO role (id, tenant_id, tenant_path, tenant_boundary, name, permissions)"
      " SELECT '00000000-0000-7000-c000-000000000001', t.id, t.path, t.boundary, 'warden', r.permissions"
      " FROM tenant t, role r WHERE t.label = 'p1p1p1p1' AND r.admin_of = 'partner';"
      "INSERT INTO \"grant\" (id, tenant_id, tenant_path, tenant_boundary, principal_id, principal_path, role_id,"
      " role_path, reach) SELECT '00000000-0000-7000-c000-000000000002', t.id, t.path, t.boundary, p.id,"
      " p.tenant_path, '00000000-0000-7000-c000-000000000001', t.path, 'subtree'"
      " FROM tenant t, principal p WHERE t.label = 'p1p1p1p1' AND p.login = 'p1-helpdesk'");
  estate_settle();
}

static enum result taken_out_by(enum estate_user user, enum estate_tenant at)
{
  struct move move = {.kind = MOVE_USER, .object = estate_user(P1_ADMIN), .destination = estate_tenant(A)};
  struct change change = estate_change(user, at);
  struct move_plan plan = {0};
  struct outcome outcome;
  assert_ok(domain_move_plan(&change, &move, &plan));
  move.plan = plan.token;
  enum result r = domain_move(&change, &move, &outcome);
  estate_abandon(&change);
  return r;
}

static void the_last_who_runs_a_tenant_is_moved_out_by_those_above_alone(void **state)
{
  (void)state;
  hire_a_warden();
  assert_result(taken_out_by(P1_HELPDESK, P1), R_LAST_ADMIN);
  assert_ok(taken_out_by(PROVIDER_ADMIN, PROVIDER));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(a_move_is_one_change_with_all_that_ends, estate_begin, estate_end),
      cmocka_unit_test_setup_teardown(a_plan_is_of_its_maker_and_its_minutes, estate_begin, estate_end),
      cmocka_unit_test_setup_teardown(what_is_set_where_it_goes_is_told, estate_begin, estate_end),
      cmocka_unit_test_setup_teardown(nobody_moves_themselves_or_whom_they_may_not_touch, estate_begin, estate_end),
      cmocka_unit_test_setup_teardown(the_last_who_runs_a_tenant_is_moved_out_by_those_above_alone, estate_begin,
                                      estate_end),
  };
  return cmocka_run_group_tests(tests, estate_up, estate_down);
}
