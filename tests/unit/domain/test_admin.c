/* A tenant keeps somebody who runs it, whatever those inside it do. */
#include "domain/admin.h"
#include "domain/grant.h"
#include "domain/user.h"
#include "support/estate.h"

/* A-HELPDESK may do whatever who runs A may, by another role. */
static void hire_a_warden(void)
{
  estate_sql(
      "INSERT INTO role (id, tenant_id, tenant_path, tenant_boundary, name, permissions)"
      " SELECT '00000000-0000-7000-c000-000000000001', t.id, path, boundary, 'warden', r.permissions"
      " FROM tenant t, role r WHERE t.label = 'aaaaaaaa' AND r.admin_of = 'customer';"
      "INSERT INTO \"grant\" (id, tenant_id, tenant_path, tenant_boundary, principal_id, principal_path, role_id,"
      " role_path, reach) SELECT '00000000-0000-7000-c000-000000000002', t.id, t.path, t.boundary, p.id,"
      " p.tenant_path, '00000000-0000-7000-c000-000000000001', t.path, 'subtree'"
      " FROM tenant t, principal p WHERE t.label = 'aaaaaaaa' AND p.login = 'a-helpdesk'");
  estate_settle();
}

static struct uuid grant_of(enum estate_user user)
{
  struct uuid id;
  assert_true(uuid_parse(str_of(estate_ask("SELECT g.id FROM \"grant\" g JOIN role r ON r.id = g.role_id WHERE"
                                           " g.principal_id = '00000000-0000-7000-a000-%012d' AND r.admin_of IS NOT"
                                           " NULL",
                                           (int)user)),
                         &id));
  return id;
}

static enum result revoked(enum estate_user by, enum estate_tenant at, enum estate_user of)
{
  struct uuid id = grant_of(of);
  struct change change = estate_change(by, at);
  enum result r = domain_grant_revoke(&change, &id);
  estate_abandon(&change);
  return r;
}

typedef enum result state_turn(struct change *change, const struct uuid *id, struct outcome *ret_outcome);

static enum result turned(enum estate_user by, enum estate_tenant at, enum estate_user whom, state_turn *turn)
{
  struct uuid id = estate_user(whom);
  struct change change = estate_change(by, at);
  struct outcome outcome;
  enum result r = turn(&change, &id, &outcome);
  estate_abandon(&change);
  return r;
}

static enum result redated(enum estate_user by, int64_t expires_at)
{
  struct uuid id = grant_of(A_ADMIN);
  struct change change = estate_change(by, A);
  struct outcome outcome;
  const struct grant_new again = {.tenant = estate_tenant(A),
                                  .principal = estate_user(A_ADMIN),
                                  .role = estate_role("customer_admin"),
                                  .reach = BW_REACH_SUBTREE,
                                  .expires_at = expires_at,
                                  .reason = STR("another")};
  enum result r = domain_grant_replace(&change, &id, &again, &outcome);
  estate_abandon(&change);
  return r;
}

/* Gives A-PLAIN or somebody else the role at A, and takes it away again after the look. */
static enum result with_successor(enum estate_user user, enum bw_reach reach, int64_t not_before, int64_t expires_at)
{
  struct change change = estate_change(0, PROVIDER);
  struct grant_new grant = {.tenant = estate_tenant(A),
                            .principal = estate_user(user),
                            .role = estate_role("customer_admin"),
                            .reach = reach,
                            .not_before = not_before,
                            .expires_at = expires_at};
  struct outcome made;
  assert_ok(domain_grant_create(&change, &grant, &made));
  estate_commit(&change);
  enum result r = revoked(A_HELPDESK, A, A_ADMIN);
  assert_int_equal(turned(A_HELPDESK, A, A_ADMIN, domain_user_suspend), r);
  change = estate_change(0, PROVIDER);
  assert_ok(domain_grant_revoke(&change, &made.id));
  estate_commit(&change);
  return r;
}

static void the_last_who_runs_a_tenant_stays_whatever_those_inside_do(void **state)
{
  (void)state;
  hire_a_warden();
  assert_result(revoked(A_HELPDESK, A, A_ADMIN), R_LAST_ADMIN);
  assert_result(turned(A_HELPDESK, A, A_ADMIN, domain_user_suspend), R_LAST_ADMIN);
  assert_result(turned(A_HELPDESK, A, A_ADMIN, domain_user_terminate), R_LAST_ADMIN);
  assert_result(redated(A_HELPDESK, clock_now() + 3600 * CLOCK_SECOND), R_LAST_ADMIN);
}

static void those_above_and_at_the_machine_may_end_it(void **state)
{
  static const enum estate_user above[] = {P1_ADMIN, PROVIDER_ADMIN, 0};
  (void)state;
  for (size_t i = 0; i < sizeof above / sizeof *above; i++) {
    enum estate_tenant at = above[i] == P1_ADMIN ? P1 : PROVIDER;
    assert_ok(revoked(above[i], at, A_ADMIN));
    assert_ok(turned(above[i], at, A_ADMIN, domain_user_suspend));
    assert_ok(turned(above[i], at, A_ADMIN, domain_user_terminate));
  }
  assert_result(turned(A_HELPDESK, A, A_VIEWER, domain_user_suspend), R_OK);
}

static void a_successor_holds_it_as_far_and_as_long(void **state)
{
  int64_t hour = 3600 * CLOCK_SECOND, now = clock_now();
  (void)state;
  assert_ok(with_successor(A_PLAIN, BW_REACH_SUBTREE, 0, 0));
  assert_ok(with_successor(A_PLAIN, BW_REACH_SUBTREE, now - hour, 0));
  assert_result(with_successor(A_PLAIN, BW_REACH_SELF, 0, 0), R_LAST_ADMIN);
  assert_result(with_successor(A_PLAIN, BW_REACH_SUBTREE, now + hour, 0), R_LAST_ADMIN);
  assert_result(with_successor(A_PLAIN, BW_REACH_SUBTREE, 0, now + hour), R_LAST_ADMIN);
  assert_result(with_successor(P1_PLAIN, BW_REACH_SUBTREE, 0, 0), R_LAST_ADMIN);
}

static void a_successor_is_active(void **state)
{
  static const char *const states[] = {"invited", "suspended"};
  (void)state;
  for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
    estate_sql("UPDATE principal SET state = '%s', state_before = CASE '%s' WHEN 'suspended' THEN 'active' END"
               " WHERE login = 'a-plain'",
               states[i], states[i]);
    assert_result(with_successor(A_PLAIN, BW_REACH_SUBTREE, 0, 0), R_LAST_ADMIN);
  }
  estate_sql("UPDATE principal SET state = 'active', state_before = NULL WHERE login = 'a-plain'");
}

static void whose_time_ends_may_be_followed_by_who_goes_on_as_long(void **state)
{
  int64_t hour = 3600 * CLOCK_SECOND, end = clock_now() + 2 * hour;
  (void)state;
  estate_sql("UPDATE \"grant\" g SET expires_at = to_timestamp(%.6f) FROM principal p WHERE p.id = g.principal_id AND"
             " p.login = 'a-admin'",
             (double)end / CLOCK_SECOND);
  assert_ok(with_successor(A_PLAIN, BW_REACH_SUBTREE, 0, end + hour));
  assert_result(with_successor(A_PLAIN, BW_REACH_SUBTREE, 0, end - hour), R_LAST_ADMIN);
  assert_ok(redated(A_HELPDESK, 0));
  assert_result(redated(A_HELPDESK, end - hour), R_LAST_ADMIN);
  estate_sql("UPDATE \"grant\" g SET expires_at = NULL FROM principal p WHERE p.id = g.principal_id AND"
             " p.login = 'a-admin'");
}

static void what_is_given_anew_as_it_was_takes_nothing(void **state)
{
  (void)state;
  assert_ok(redated(A_HELPDESK, 0));
}

/* Who comes from above is no successor, but takes part in running it: the last of all stays too. */
static void the_last_of_all_stays_wherever_they_are_at_home(void **state)
{
  (void)state;
  struct change change = estate_change(0, PROVIDER);
  struct grant_new grant = {.tenant = estate_tenant(A),
                            .principal = estate_user(P1_PLAIN),
                            .role = estate_role("customer_admin"),
                            .reach = BW_REACH_SUBTREE};
  struct outcome made;
  assert_ok(domain_grant_create(&change, &grant, &made));
  estate_commit(&change);
  assert_ok(revoked(A_HELPDESK, A, P1_PLAIN));
  estate_sql("UPDATE principal SET state = 'suspended', state_before = 'active' WHERE login = 'a-admin'");
  assert_result(revoked(A_HELPDESK, A, P1_PLAIN), R_LAST_ADMIN);
  estate_sql("UPDATE principal SET state = 'active', state_before = NULL WHERE login = 'a-admin'");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      estate_test(the_last_who_runs_a_tenant_stays_whatever_those_inside_do),
      estate_test(those_above_and_at_the_machine_may_end_it),
      estate_test(a_successor_holds_it_as_far_and_as_long),
      estate_test(a_successor_is_active),
      estate_test(whose_time_ends_may_be_followed_by_who_goes_on_as_long),
      estate_test(what_is_given_anew_as_it_was_takes_nothing),
      estate_test(the_last_of_all_stays_wherever_they_are_at_home),
  };
  return cmocka_run_group_tests(tests, estate_up, estate_down);
}
