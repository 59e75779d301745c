/* What may be done to the roles of tenants, and by whom. */
#include "domain/role.h"
#include "domain/grant.h"
#include "store/role.h"
#include "support/estate.h"

static struct role_new wanted(enum estate_tenant tenant, const char *name, const char *permissions)
{
  return (struct role_new){.tenant = estate_tenant(tenant),
                           .name = str_of(name),
                           .description = STR(""),
                           .permissions = str_of(permissions)};
}

/* What comes of it; nothing of it stays. */
static enum result tried(enum estate_user by, enum estate_tenant at, struct role_new role)
{
  struct change change = estate_change(by, at);
  struct outcome outcome;
  enum result r = domain_role_create(&change, &role, &outcome);
  estate_abandon(&change);
  return r;
}

static struct outcome made(enum estate_user by, enum estate_tenant at, const char *name, const char *permissions)
{
  struct change change = estate_change(by, at);
  struct outcome outcome = {0};
  struct role_new role = wanted(at, name, permissions);
  assert_ok(domain_role_create(&change, &role, &outcome));
  assert_int_equal(change.events, 1);
  estate_commit(&change);
  return outcome;
}

static enum result changed(enum estate_user by, const struct uuid *id, int64_t version, struct role_patch patch)
{
  struct change change = estate_change(by, P1);
  struct outcome outcome;
  enum result r = domain_role_update(&change, id, version, &patch, &outcome);
  if (r == R_OK)
    estate_commit(&change);
  else
    estate_abandon(&change);
  return r;
}

static struct uuid given(const struct uuid *role, enum estate_tenant tenant, enum estate_user to)
{
  struct change change = estate_change(PROVIDER_ADMIN, tenant);
  struct outcome outcome = {0};
  struct grant_new grant = {
      .tenant = estate_tenant(tenant), .principal = estate_user(to), .role = *role, .reach = BW_REACH_SELF};
  assert_ok(domain_grant_create(&change, &grant, &outcome));
  estate_commit(&change);
  return outcome.id;
}

static void a_role_is_made_of_what_its_maker_holds_there(void **state)
{
  (void)state;
  assert_int_equal(tried(P1_ADMIN, P1, wanted(P1, "ok", "tenant:read client:create")), R_OK);
  assert_int_equal(tried(P1_ADMIN, P1, wanted(P1, "more", "tenant:read tenant:create_partner")), R_CEILING);
  assert_int_equal(tried(P1_SELF_ADMIN, P1, wanted(P1, "deep", "tenant:read")), R_CEILING);
  assert_int_equal(tried(P1_HELPDESK, P1, wanted(P1, "privileged", "client:create")), R_CEILING);
  assert_int_equal(tried(P1_ADMIN, P1, wanted(P1, "unknown", "tenant:read tenant:fly")), R_MALFORMED);
}

static void a_role_is_for_the_kinds_whose_ceiling_allows_it(void **state)
{
  (void)state;
  struct role_new role = wanted(P1, "founder", "tenant:create_customer");
  struct change change = estate_change(P1_ADMIN, P1);
  struct outcome outcome;
  assert_ok(domain_role_create(&change, &role, &outcome));
  bool both = strstr(outcome.body.p, "\"kinds\" : [\"provider\",\"partner\"]") != NULL;
  estate_abandon(&change);
  assert_true(both);
  role.kinds = STR("partner customer");
  assert_int_equal(tried(P1_ADMIN, P1, role), R_KIND_CEILING);
  role = wanted(PROVIDER, "grower", "tenant:create_partner");
  role.kinds = STR("partner");
  assert_int_equal(tried(PROVIDER_ADMIN, PROVIDER, role), R_KIND_CEILING);
}

static void a_name_means_one_role_there(void **state)
{
  (void)state;
  made(P1_ADMIN, P1, "twice", "tenant:read");
  assert_int_equal(tried(P1_ADMIN, P1, wanted(P1, "twice", "tenant:read")), R_ALREADY_EXISTS);
  assert_int_equal(tried(P1_ADMIN, A, wanted(A, "twice", "tenant:read")), R_ALREADY_EXISTS);
  assert_int_equal(tried(P1_ADMIN, P1, wanted(P1, "auditor", "tenant:read")), R_ALREADY_EXISTS);
  assert_int_equal(tried(P2_ADMIN, P2, wanted(P2, "twice", "tenant:read")), R_OK);
  struct uuid other = made(P1_ADMIN, P1, "once", "tenant:read").id;
  assert_int_equal(changed(P1_ADMIN, &other, 0, (struct role_patch){.name = STR("twice")}), R_ALREADY_EXISTS);
  assert_int_equal(changed(P1_ADMIN, &other, 0, (struct role_patch){.name = STR("once")}), R_OK);
}

/* The root under which they change it reaches its tenant alone, and they hold it below. */
static void nobody_changes_a_role_that_they_hold_out_of_the_roots_sight(void **state)
{
  (void)state;
  struct uuid role = made(P1_ADMIN, P1, "below", "tenant:read user:read").id;
  given(&role, A, P1_SELF_ADMIN);
  struct change change = estate_change(P1_SELF_ADMIN, P1);
  struct role_patch patch = {.permissions = STR("tenant:read")};
  struct outcome outcome;
  assert_result(domain_role_update(&change, &role, 0, &patch, &outcome), R_SELF_SERVICE);
  estate_abandon(&change);
}

static void what_changes_is_measured_as_what_is_made(void **state)
{
  (void)state;
  struct outcome role = made(P1_ADMIN, P1, "changing", "tenant:read");
  struct role_patch more = {.permissions = STR("tenant:read tenant:create_partner")};
  assert_int_equal(changed(P1_ADMIN, &role.id, 0, more), R_CEILING);
  assert_int_equal(changed(P1_ADMIN, &role.id, 0, (struct role_patch){.permissions = STR("no:thing")}), R_MALFORMED);
  assert_int_equal(changed(P1_ADMIN, &role.id, role.version, (struct role_patch){.description = STR("d")}), R_OK);
  assert_int_equal(changed(P1_ADMIN, &role.id, role.version, (struct role_patch){.description = STR("e")}), R_STALE);
}

/* What somebody above put into it, its tenant's admin leaves in or takes out, and can add to nothing else. */
static void what_it_permits_already_needs_not_be_held(void **state)
{
  (void)state;
  struct change change = estate_change(PROVIDER_ADMIN, P1);
  struct role_new role = wanted(P1, "richer", "tenant:create_partner");
  struct outcome outcome = {0};
  role.kinds = STR("provider");
  assert_ok(domain_role_create(&change, &role, &outcome));
  estate_commit(&change);
  struct role_patch patch = {.permissions = STR("tenant:create_partner user:read")};
  assert_int_equal(changed(P1_ADMIN, &outcome.id, 0, patch), R_OK);
  assert_int_equal(changed(P1_ADMIN, &outcome.id, 0, (struct role_patch){.permissions = STR("user:read")}), R_OK);
  assert_int_equal(changed(P1_ADMIN, &outcome.id, 0, patch), R_CEILING);
}

static void who_holds_a_role_does_not_change_what_it_permits(void **state)
{
  (void)state;
  struct uuid role = made(PROVIDER_ADMIN, P1, "held", "tenant:read").id;
  given(&role, P1, P1_ADMIN);
  assert_int_equal(changed(P1_ADMIN, &role, 0, (struct role_patch){.permissions = STR("user:read")}), R_SELF_SERVICE);
  assert_int_equal(changed(P1_ADMIN, &role, 0, (struct role_patch){.kinds = STR("partner")}), R_SELF_SERVICE);
  assert_int_equal(changed(P1_ADMIN, &role, 0, (struct role_patch){.description = STR("held")}), R_OK);
  assert_int_equal(changed(PROVIDER_ADMIN, &role, 0, (struct role_patch){.permissions = STR("user:read")}), R_OK);
}

static void who_holds_a_role_must_be_able_to_hold_it_after(void **state)
{
  (void)state;
  struct uuid role = made(P1_ADMIN, P1, "holdable", "tenant:read").id;
  given(&role, A, A_PLAIN);
  struct role_patch founder = {.permissions = STR("tenant:create_customer"), .kinds = STR("partner")};
  assert_int_equal(changed(P1_ADMIN, &role, 0, founder), R_KIND_CEILING);
  assert_int_equal(changed(P1_ADMIN, &role, 0, (struct role_patch){.permissions = founder.permissions}),
                   R_KIND_CEILING);
  assert_int_equal(changed(P1_ADMIN, &role, 0, (struct role_patch){.permissions = STR("client:create")}), R_OK);
}

/* Whether it is privileged before or after. */
static void what_is_privileged_takes_a_strong_session(void **state)
{
  (void)state;
  struct uuid role = made(P1_ADMIN, P1, "strong", "client:create").id;
  struct change change = estate_change(P1_ADMIN, P1);
  struct outcome outcome;
  struct role_patch tame = {.permissions = STR("tenant:read")};
  struct role_new another = wanted(P1, "stronger", "client:create");
  change.actor.weak = true;
  assert_result(domain_role_create(&change, &another, &outcome), R_STEP_UP);
  assert_result(domain_role_update(&change, &role, 0, &tame, &outcome), R_STEP_UP);
  assert_result(domain_role_delete(&change, &role), R_STEP_UP);
  estate_abandon(&change);
  change = estate_change(P1_PROVISIONER, P1);
  assert_result(domain_role_delete(&change, &role), R_PRIVILEGED);
  estate_abandon(&change);
}

static void a_role_goes_with_an_event_when_nobody_holds_it(void **state)
{
  (void)state;
  struct uuid role = made(P1_ADMIN, P1, "going", "tenant:read").id, grant = given(&role, A, A_VIEWER);
  struct change change = estate_change(P1_ADMIN, P1);
  assert_result(domain_role_delete(&change, &role), R_IN_USE);
  estate_abandon(&change);
  change = estate_change(P1_ADMIN, A);
  assert_ok(domain_grant_revoke(&change, &grant));
  estate_commit(&change);
  change = estate_change(P1_ADMIN, P1);
  assert_ok(domain_role_delete(&change, &role));
  assert_int_equal(change.events, 1);
  estate_commit(&change);
  assert_int_equal(changed(P1_ADMIN, &role, 0, (struct role_patch){.description = STR("gone")}), R_NOT_FOUND);
}

static void what_is_built_in_stays(void **state)
{
  (void)state;
  struct uuid viewer = estate_role("viewer");
  assert_int_equal(changed(PROVIDER_ADMIN, &viewer, 0, (struct role_patch){.description = STR("mine")}), R_BUILTIN);
  struct change change = estate_change(PROVIDER_ADMIN, PROVIDER);
  assert_result(domain_role_delete(&change, &viewer), R_BUILTIN);
  estate_abandon(&change);
}

/* The one waits for the other at the grant's key, and what it measured the role by is then no more. */
static void a_role_that_changed_meanwhile_is_not_given(void **state)
{
  (void)state;
  struct uuid role = made(P1_ADMIN, P1, "moving", "tenant:read").id;
  char id[UUID_TEXT];
  uuid_format(&role, id);
  estate_sql(
      "CREATE FUNCTION widen() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN"
      " UPDATE bailiwick.role SET permissions = permissions || '{user:read}' WHERE id = '%s'; RETURN NULL; END $$;"
      "CREATE TRIGGER widen AFTER INSERT ON \"grant\" FOR EACH ROW EXECUTE FUNCTION widen()",
      id);
  struct change change = estate_change(P1_ADMIN, A);
  struct grant_new grant = {
      .tenant = estate_tenant(A), .principal = estate_user(A_HELPDESK), .role = role, .reach = BW_REACH_SELF};
  struct outcome outcome;
  assert_result(domain_grant_create(&change, &grant, &outcome), R_AGAIN);
  estate_abandon(&change);
  estate_sql("DROP TRIGGER widen ON \"grant\"; DROP FUNCTION widen()");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      estate_test(a_role_is_made_of_what_its_maker_holds_there),
      estate_test(a_role_is_for_the_kinds_whose_ceiling_allows_it),
      estate_test(a_name_means_one_role_there),
      estate_test(nobody_changes_a_role_that_they_hold_out_of_the_roots_sight),
      estate_test(what_changes_is_measured_as_what_is_made),
      estate_test(what_it_permits_already_needs_not_be_held),
      estate_test(who_holds_a_role_does_not_change_what_it_permits),
      estate_test(who_holds_a_role_must_be_able_to_hold_it_after),
      estate_test(what_is_privileged_takes_a_strong_session),
      estate_test(a_role_goes_with_an_event_when_nobody_holds_it),
      estate_test(what_is_built_in_stays),
      estate_test(a_role_that_changed_meanwhile_is_not_given),
  };
  return cmocka_run_group_tests(tests, estate_up, estate_down);
}
