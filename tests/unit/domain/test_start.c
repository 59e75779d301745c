/* The first who runs a tenant is given from above by who does not hold all of the role, and by nobody alone. */
#include "domain/start.h"
#include "domain/tenant.h"
#include "domain/user.h"
#include "support/estate.h"

/* P1-HELPDESK may start customers of P1, and holds little of what their administrators do. */
static void hire_a_seller(void)
{
  estate_sql(
      "INSERT INTO role (id, tenant_id, tenant_path, tenant_boundary, name, permissions)"
      " SELECT '00000000-0000-7000-c000-000000000001', id, path, boundary, 'seller',"
      " '{tenant:read,tenant:create_customer,user:create,user:update,grant:assign,grant:assign_privileged}'"
      " FROM tenant WHERE label = 'p1p1p1p1';"
      "INSERT INTO \"grant\" (id, tenant_id, tenant_path, tenant_boundary, principal_id, principal_path, role_id,"
      " role_path, reach) SELECT '00000000-0000-7000-c000-000000000002', t.id, t.path, t.boundary, p.id,"
      " p.tenant_path, '00000000-0000-7000-c000-000000000001', t.path, 'subtree'"
      " FROM tenant t, principal p WHERE t.label = 'p1p1p1p1' AND p.login = 'p1-helpdesk';"
      "DELETE FROM \"grant\" WHERE principal_id = '00000000-0000-7000-a000-%012d'",
      (int)B_ADMIN);
  estate_settle();
}

static enum result tried(enum estate_user by, enum estate_tenant tenant, enum estate_user to, const char *role)
{
  struct change change = estate_change(by, P1);
  struct grant_new grant = {.tenant = estate_tenant(tenant),
                            .principal = estate_user(to),
                            .role = estate_role(role),
                            .reach = BW_REACH_SUBTREE};
  struct outcome outcome;
  enum result r = domain_grant_create(&change, &grant, &outcome);
  estate_abandon(&change);
  return r;
}

static void who_makes_customers_gives_their_first_administrator(void **state)
{
  (void)state;
  hire_a_seller();
  assert_ok(tried(P1_HELPDESK, B, B_PLAIN, "customer_admin"));
}

static void nothing_else_is_given_so(void **state)
{
  (void)state;
  assert_result(tried(P1_HELPDESK, B, B_PLAIN, "auditor"), R_CEILING);
  assert_result(tried(P1_HELPDESK, P1, P1_PLAIN, "partner_admin"), R_CEILING);
  assert_result(tried(P1_HELPDESK, P1, P1_PLAIN, "customer_admin"), R_CEILING);
}

static void a_tenant_that_somebody_runs_has_been_started(void **state)
{
  (void)state;
  assert_result(tried(P1_HELPDESK, A, A_PLAIN, "customer_admin"), R_CEILING);
}

static void who_comes_from_above_is_not_its_first_administrator(void **state)
{
  (void)state;
  assert_result(tried(P1_HELPDESK, B, P1_PLAIN, "customer_admin"), R_CEILING);
}

static void the_first_administrator_has_come_in(void **state)
{
  (void)state;
  estate_sql("UPDATE principal SET state = 'invited' WHERE login = 'b-plain'");
  assert_result(tried(P1_HELPDESK, B, B_PLAIN, "customer_admin"), R_CEILING);
  estate_sql("UPDATE principal SET state = 'active' WHERE login = 'b-plain'");
}

static void who_makes_no_customers_there_starts_none(void **state)
{
  (void)state;
  estate_sql("UPDATE role SET permissions = array_remove(permissions, 'tenant:create_customer') WHERE name = 'seller'");
  estate_settle();
  assert_result(tried(P1_HELPDESK, B, B_PLAIN, "customer_admin"), R_CEILING);
  estate_sql("UPDATE role SET permissions = permissions || '{tenant:create_customer}' WHERE name = 'seller'");
  estate_sql("UPDATE \"grant\" SET reach = 'self' WHERE id = '00000000-0000-7000-c000-000000000002'");
  estate_settle();
  assert_int_not_equal(tried(P1_HELPDESK, B, B_PLAIN, "customer_admin"), R_OK);
  estate_sql("UPDATE \"grant\" SET reach = 'subtree' WHERE id = '00000000-0000-7000-c000-000000000002'");
  estate_settle();
}

static void it_is_privileged_all_the_same(void **state)
{
  (void)state;
  estate_sql(
      "UPDATE role SET permissions = array_remove(permissions, 'grant:assign_privileged') WHERE name = 'seller'");
  estate_settle();
  assert_result(tried(P1_HELPDESK, B, B_PLAIN, "customer_admin"), R_PRIVILEGED);
  estate_sql("UPDATE role SET permissions = permissions || '{grant:assign_privileged}' WHERE name = 'seller'");
  estate_settle();
}

static void nobody_alone_makes_the_ruler_of_a_tenant(void **state)
{
  (void)state;
  struct uuid plain = estate_user(B_PLAIN);
  struct change change = estate_change(P1_HELPDESK, P1);
  struct user_patch patch = {.display_name = {.given = true, .value = STR("Somebody else")}};
  struct outcome outcome;
  assert_ok(domain_user_update(&change, &plain, 0, &patch, &outcome));
  estate_commit(&change);
  assert_result(tried(P1_HELPDESK, B, B_PLAIN, "customer_admin"), R_FOUR_EYES);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      estate_test(who_makes_customers_gives_their_first_administrator),
      estate_test(nothing_else_is_given_so),
      estate_test(a_tenant_that_somebody_runs_has_been_started),
      estate_test(who_comes_from_above_is_not_its_first_administrator),
      estate_test(the_first_administrator_has_come_in),
      estate_test(who_makes_no_customers_there_starts_none),
      estate_test(it_is_privileged_all_the_same),
      estate_test(nobody_alone_makes_the_ruler_of_a_tenant),
  };
  return cmocka_run_group_tests(tests, estate_up, estate_down);
}
