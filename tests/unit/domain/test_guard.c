/* The ceiling, for every giver, role, place and reach, against what SQL says the giver holds. */
#include "domain/guard.h"
#include "domain/grant.h"
#include "store/role.h"
#include "support/estate.h"

enum { ROLES = 9 };

static const char *const roles[ROLES] = {"provider_admin", "partner_admin", "customer_admin", "helpdesk",    "auditor",
                                         "provisioner",    "viewer",        "portal",         "introspector"};

/* 't' or 'f' for each role with reach self, then subtree. Where a boundary stands at a tenant, what is held above it
   does not reach in. */
static const char *sql_allows(enum estate_user by, enum estate_tenant tenant)
{
  return estate_ask("SELECT string_agg(CASE WHEN w.permissions <@ coalesce(h.held, '{}') THEN 't' ELSE 'f' END, '' "
                    "ORDER BY w.id, v.reach)"
                    " FROM role w CROSS JOIN (VALUES ('self'), ('subtree')) AS v (reach) LEFT JOIN LATERAL ("
                    "   SELECT array_agg(p) AS held"
                    "     FROM tenant t, \"grant\" g JOIN role r ON r.id = g.role_id, unnest(r.permissions) p"
                    "    WHERE t.path = '%s' AND g.principal_id = '00000000-0000-7000-a000-%012d'"
                    "      AND starts_with(g.tenant_path || '/', t.boundary)"
                    "      AND (g.tenant_path = t.path AND (v.reach = 'self' OR g.reach = 'subtree')"
                    "           OR g.reach = 'subtree' AND starts_with(t.path, g.tenant_path || '/'))) h ON true"
                    " WHERE w.builtin",
                    estate_path(tenant).p, (int)by);
}

static void compare(enum estate_user by, enum estate_tenant tenant, struct str boundary)
{
  struct change change = estate_change(0, PROVIDER);
  struct store_place place = {.path = estate_path(tenant), .boundary = boundary};
  const char *allowed = sql_allows(by, tenant);
  assert_int_equal(strlen(allowed), 2 * ROLES);
  change.actor = (struct domain_actor){.kind = DOMAIN_ACTOR_USER, .id = estate_user(by)};
  for (size_t i = 0; i < ROLES; i++) {
    struct uuid role = estate_role(roles[i]);
    struct store_role facts;
    assert_ok(store_role_facts(change.tx, &role, &facts));
    for (enum bw_reach reach = BW_REACH_SELF; reach <= BW_REACH_SUBTREE; reach++) {
      struct domain_gift gift = {.place = &place, .reach = reach, .permissions = facts.permissions};
      assert_result(domain_guard_ceiling(&change, &gift), *allowed++ == 't' ? R_OK : R_CEILING);
    }
  }
  estate_abandon(&change);
}

static void a_role_is_given_only_within_what_the_giver_holds(void **state)
{
  static const enum estate_user givers[] = {PROVIDER_ADMIN, P1_ADMIN,       A_ADMIN,
                                            A_HELPDESK,     P1_PROVISIONER, P1_SELF_ADMIN};
  (void)state;
  for (size_t i = 0; i < sizeof givers / sizeof *givers; i++)
    for (enum estate_tenant tenant = PROVIDER; tenant <= C; tenant++)
      compare(givers[i], tenant, STR(""));
}

static void a_boundary_keeps_out_what_is_held_above(void **state)
{
  (void)state;
  estate_sql("UPDATE tenant SET is_boundary = true WHERE label = 'aaaaaaaa'");
  estate_settle();
  compare(P1_ADMIN, A, estate_path(A));
  compare(P1_ADMIN, B, STR(""));
  compare(A_ADMIN, A, estate_path(A));
  estate_sql("UPDATE tenant SET is_boundary = false WHERE label = 'aaaaaaaa'");
  estate_settle();
}

static void a_permission_that_nobody_knows_is_given_by_nobody(void **state)
{
  (void)state;
  struct change change = estate_change(PROVIDER_ADMIN, PROVIDER);
  struct store_place place = {.path = estate_path(PROVIDER), .boundary = STR(""), .kind = STR("provider")};
  struct domain_gift gift = {.place = &place, .reach = BW_REACH_SELF, .permissions = STR("tenant:read tenant:explode")};
  assert_result(domain_guard_ceiling(&change, &gift), R_CEILING);
  estate_abandon(&change);
}

static void the_privileged_are_guarded_where_they_are_at_home(void **state)
{
  (void)state;
  struct uuid admin = estate_user(A_ADMIN), viewer = estate_user(A_VIEWER), home = estate_tenant(A);
  struct change change = estate_change(P1_HELPDESK, A);
  assert_result(domain_guard_principal(&change, &admin, &home), R_PRIVILEGED);
  assert_ok(domain_guard_principal(&change, &viewer, &home));
  estate_abandon(&change);
  change = estate_change(P1_SELF_ADMIN, P1); /* holds it at p1, and not at a */
  assert_result(domain_guard_principal(&change, &admin, &home), R_PRIVILEGED);
  estate_abandon(&change);
  change = estate_change(P1_ADMIN, A);
  assert_ok(domain_guard_principal(&change, &admin, &home));
  estate_abandon(&change);
}

/* Without a second factor that counts, where the tenant asks for one; those that nobody guards are touched as before.
 */
static void what_is_privileged_by_whom_it_touches_takes_a_strong_session(void **state)
{
  (void)state;
  struct uuid admin = estate_user(A_ADMIN), viewer = estate_user(A_VIEWER), home = estate_tenant(A);
  struct store_place place = {.path = estate_path(A), .boundary = STR(""), .kind = STR("customer")};
  struct domain_gift gift = {.place = &place, .reach = BW_REACH_SELF, .permissions = STR("client:create")};
  struct change change = estate_change(P1_ADMIN, A);
  assert_ok(domain_guard_gift(&change, &gift));
  change.actor.weak = true;
  assert_result(domain_guard_principal(&change, &admin, &home), R_STEP_UP);
  assert_result(domain_guard_gift(&change, &gift), R_STEP_UP);
  assert_ok(domain_guard_principal(&change, &viewer, &home));
  estate_abandon(&change);
  change = estate_change(P1_HELPDESK, A);
  change.actor.weak = true;
  assert_result(domain_guard_principal(&change, &admin, &home), R_PRIVILEGED);
  estate_abandon(&change);
}

static void what_has_ended_is_given_by_nobody_from_that_very_instant(void **state)
{
  (void)state;
  int64_t hour = 3600 * CLOCK_SECOND, begin = clock_now() + hour, end = begin + hour;
  struct change change = estate_change(0, PROVIDER);
  struct grant_new grant = {.tenant = estate_tenant(A),
                            .principal = estate_user(A_PLAIN),
                            .role = estate_role("viewer"),
                            .reach = BW_REACH_SUBTREE,
                            .not_before = begin,
                            .expires_at = end};
  struct outcome outcome;
  assert_ok(domain_grant_create(&change, &grant, &outcome));
  estate_commit(&change);
  const struct {
    int64_t at;
    enum result ceiling, role;
  } instants[] = {{begin - 1, R_CEILING, R_OK},
                  {begin, R_OK, R_SELF_SERVICE},
                  {end - 1, R_OK, R_SELF_SERVICE},
                  {end, R_CEILING, R_OK}};
  struct store_place place = {.path = estate_path(A), .boundary = STR(""), .kind = STR("customer")};
  struct domain_gift gift = {.place = &place, .reach = BW_REACH_SUBTREE, .permissions = STR("tenant:read")};
  change = estate_change(0, PROVIDER);
  change.actor = (struct domain_actor){.kind = DOMAIN_ACTOR_USER, .id = estate_user(A_PLAIN)};
  for (size_t i = 0; i < sizeof instants / sizeof *instants; i++) {
    change.now = instants[i].at;
    assert_result(domain_guard_ceiling(&change, &gift), instants[i].ceiling);
    assert_result(domain_guard_roles(&change, &grant.role, 1), instants[i].role);
  }
  estate_abandon(&change);
}

static void each_kind_of_tenant_has_its_ceiling(void **state)
{
  (void)state;
  assert_result(domain_guard_kind(STR("customer"), STR("user:read tenant:create_customer")), R_KIND_CEILING);
  assert_result(domain_guard_kind(STR("customer"), STR("tenant:create_partner")), R_KIND_CEILING);
  assert_result(domain_guard_kind(STR("partner"), STR("tenant:create_partner")), R_KIND_CEILING);
  assert_result(domain_guard_kind(STR("somewhere"), STR("tenant:create_customer")), R_KIND_CEILING);
  assert_result(domain_guard_kind(STR("customer"), STR("tenant:explode")), R_KIND_CEILING);
  assert_ok(domain_guard_kind(STR("partner"), STR("tenant:create_customer")));
  assert_ok(domain_guard_kind(STR("provider"), STR("tenant:create_partner tenant:create_customer")));
  assert_ok(domain_guard_kind(STR("customer"), STR("user:read")));
}

static void unknown_names_are_known_for_it(void **state)
{
  (void)state;
  assert_true(domain_guard_known(STR("user:read client:create")));
  assert_false(domain_guard_known(STR("user:read no:thing")));
  assert_true(domain_guard_barred(STR("user:read client:create")));
  assert_true(domain_guard_barred(STR("no:thing")));
  assert_false(domain_guard_barred(STR("user:read")));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      estate_test(a_role_is_given_only_within_what_the_giver_holds),
      estate_test(a_boundary_keeps_out_what_is_held_above),
      estate_test(a_permission_that_nobody_knows_is_given_by_nobody),
      estate_test(the_privileged_are_guarded_where_they_are_at_home),
      estate_test(what_is_privileged_by_whom_it_touches_takes_a_strong_session),
      estate_test(what_has_ended_is_given_by_nobody_from_that_very_instant),
      estate_test(each_kind_of_tenant_has_its_ceiling),
      estate_test(unknown_names_are_known_for_it),
  };
  return cmocka_run_group_tests(tests, estate_up, estate_down);
}
