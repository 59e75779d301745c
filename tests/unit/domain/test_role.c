/* What may be done to the roles of tenants, and by whom. */
#include "domain/role.h"
#include "domain/grant.h"
#include "store/role.h"
#include "support/estate.h"
#include <stdio.h>

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

/* Of one that includes `count` others. */
static struct role_new including(enum estate_tenant tenant, const char *name, const char *permissions,
                                 const struct uuid *includes, size_t count)
{
  struct role_new role = wanted(tenant, name, permissions);
  role.includes = (struct role_includes){true, includes, count};
  return role;
}

static struct uuid made_of(enum estate_tenant at, const char *name, const char *permissions,
                           const struct uuid *includes, size_t count)
{
  struct change change = estate_change(PROVIDER_ADMIN, at);
  struct outcome outcome = {0};
  struct role_new role = including(at, name, permissions, includes, count);
  assert_ok(domain_role_create(&change, &role, &outcome));
  estate_commit(&change);
  return outcome.id;
}

static struct role_patch to_include(const struct uuid *includes, size_t count)
{
  return (struct role_patch){.includes = {true, includes, count}};
}

/* By who may do everything. */
static enum result rewritten(const struct uuid *id, struct role_patch patch)
{
  return changed(PROVIDER_ADMIN, id, 0, patch);
}

static bool may(enum estate_user user, enum estate_tenant tenant, enum bw_permission permission)
{
  struct uuid u = estate_user(user), t = estate_tenant(tenant);
  struct bw_question question = {policy_id(&u), policy_id(&t), permission, clock_now()};
  struct bw_answer answer;
  bw_decide(policy_model(estate_domain.policy), &question, &answer);
  return answer.effect == BW_ALLOW;
}

static void who_holds_a_role_has_what_it_includes_as_that_changes(void **state)
{
  (void)state;
  struct uuid inner = made_of(PROVIDER, "inner", "audit:read", NULL, 0), middle = made_of(P1, "middle", "", &inner, 1),
              outer = made_of(P1, "outer", "tenant:read", &middle, 1);
  given(&outer, A, A_PLAIN);
  assert_true(may(A_PLAIN, A, BW_AUDIT_READ));
  assert_int_equal(rewritten(&inner, (struct role_patch){.permissions = STR("client:read")}), R_OK);
  assert_true(may(A_PLAIN, A, BW_CLIENT_READ) && !may(A_PLAIN, A, BW_AUDIT_READ));
  assert_int_equal(rewritten(&outer, to_include(NULL, 0)), R_OK);
  assert_true(may(A_PLAIN, A, BW_TENANT_READ) && !may(A_PLAIN, A, BW_CLIENT_READ));
}

static void what_is_included_is_measured_as_if_it_were_given(void **state)
{
  (void)state;
  struct uuid rich = made_of(PROVIDER, "rich", "tenant:create_partner", NULL, 0), viewer = estate_role("viewer"),
              poor = made_of(P1, "poor", "tenant:read", NULL, 0),
              foreign = made_of(P2, "foreign", "tenant:read", NULL, 0);
  assert_int_equal(tried(P1_ADMIN, P1, including(P1, "by-rich", "tenant:read", &rich, 1)), R_CEILING);
  assert_int_equal(tried(P1_ADMIN, P1, including(P1, "by-viewer", "tenant:read", &viewer, 1)), R_OK);
  assert_int_equal(tried(P1_ADMIN, P1, including(P1, "by-foreign", "tenant:read", &foreign, 1)), R_NOT_FOUND);
  assert_int_equal(tried(PROVIDER_ADMIN, PROVIDER, including(PROVIDER, "from-below", "", &poor, 1)), R_NOT_FOUND);
  assert_int_equal(changed(P1_ADMIN, &poor, 0, to_include(&rich, 1)), R_CEILING);
  assert_int_equal(changed(P1_ADMIN, &poor, 0, to_include(&viewer, 1)), R_OK);
}

/* Already having what a role permits is no leave to follow what its owner makes of it. */
static void nobody_includes_more_than_they_hold_where_it_is_permitted_already(void **state)
{
  (void)state;
  struct uuid rich = made_of(PROVIDER, "founding", "tenant:create_partner", NULL, 0);
  struct change change = estate_change(PROVIDER_ADMIN, P1);
  struct role_new role = wanted(P1, "founds", "tenant:create_partner");
  struct outcome outcome = {0};
  role.kinds = STR("provider");
  assert_ok(domain_role_create(&change, &role, &outcome));
  estate_commit(&change);
  assert_int_equal(changed(P1_ADMIN, &outcome.id, 0, to_include(&rich, 1)), R_CEILING);
}

static void a_role_is_held_only_where_all_that_it_includes_can_be(void **state)
{
  (void)state;
  struct uuid inner = made_of(P1, "partners-own", "tenant:read", NULL, 0);
  assert_int_equal(rewritten(&inner, (struct role_patch){.kinds = STR("partner")}), R_OK);
  struct role_new role = including(P1, "everywhere", "", &inner, 1);
  role.kinds = STR("partner customer");
  assert_int_equal(tried(PROVIDER_ADMIN, P1, role), R_KIND_CEILING);
  struct uuid outer = made_of(P1, "as-inner", "user:read", &inner, 1);
  assert_string_equal(estate_ask("SELECT kinds FROM role WHERE name = 'as-inner'"), "{partner}");
  assert_int_equal(rewritten(&outer, (struct role_patch){.kinds = STR("customer")}), R_KIND_CEILING);
  assert_int_equal(rewritten(&inner, (struct role_patch){.kinds = STR("provider")}), R_KIND_CEILING);
  assert_int_equal(rewritten(&inner, (struct role_patch){.kinds = STR("partner customer")}), R_OK);
}

/* Of both the one that is changed and the one that is held. */
static void whoever_holds_what_includes_a_role_is_measured_when_it_changes(void **state)
{
  (void)state;
  struct uuid inner = made_of(P1, "measured", "tenant:read", NULL, 0), middle = made_of(P1, "between", "", &inner, 1),
              outer = made_of(P1, "holding", "", &middle, 1), grant = given(&outer, P1, P1_ADMIN);
  struct role_patch more = {.permissions = STR("tenant:read user:read")},
                    barred = {.permissions = STR("client:create")};
  assert_int_equal(changed(P1_ADMIN, &inner, 0, more), R_SELF_SERVICE);
  assert_int_equal(changed(P1_ADMIN, &middle, 0, to_include(NULL, 0)), R_SELF_SERVICE);
  struct change change = estate_change(PROVIDER_ADMIN, P1);
  assert_ok(domain_grant_revoke(&change, &grant));
  estate_commit(&change);
  assert_int_equal(changed(P1_ADMIN, &inner, 0, more), R_OK);
  given(&outer, A, A_PLAIN);
  assert_int_equal(rewritten(&inner, (struct role_patch){.permissions = STR("tenant:create_customer")}),
                   R_KIND_CEILING);
  estate_sql("UPDATE principal SET kind = 'client', login = NULL, login_key = NULL WHERE id = (SELECT principal_id"
             " FROM \"grant\" g JOIN role r ON r.id = g.role_id WHERE r.name = 'holding')");
  assert_int_equal(rewritten(&inner, barred), R_NOT_FOR_MACHINES);
  estate_sql("UPDATE principal SET kind = 'user', login = 'plain-again', login_key = 'plain-again' WHERE id = (SELECT"
             " principal_id FROM \"grant\" g JOIN role r ON r.id = g.role_id WHERE r.name = 'holding')");
}

/* Who may not touch the privileged changes nothing by which they have something. */
static void a_role_in_a_privileged_one_takes_who_may_assign_those(void **state)
{
  (void)state;
  struct uuid inner = made_of(P1, "harmless", "tenant:read", NULL, 0);
  made_of(P1, "harmful", "client:create", &inner, 1);
  struct change change = estate_change(P1_PROVISIONER, P1);
  struct role_patch patch = {.permissions = STR("user:read")};
  struct outcome outcome;
  assert_result(domain_role_update(&change, &inner, 0, &patch, &outcome), R_PRIVILEGED);
  estate_abandon(&change);
}

static void no_role_comes_to_include_itself(void **state)
{
  (void)state;
  struct uuid one = made_of(P1, "ring-one", "tenant:read", NULL, 0), two = made_of(P1, "ring-two", "", &one, 1),
              three = made_of(P1, "ring-three", "", &two, 1);
  assert_int_equal(rewritten(&one, to_include(&one, 1)), R_ROLE_RING);
  assert_int_equal(rewritten(&one, to_include(&three, 1)), R_ROLE_RING);
  assert_int_equal(rewritten(&three, to_include((struct uuid[]){one, two}, 2)), R_OK);
}

static void roles_stand_in_one_another_so_deep_and_no_deeper(void **state)
{
  (void)state;
  struct uuid line[DOMAIN_ROLE_DEPTH + 1];
  char name[32];
  for (int i = 0; i < DOMAIN_ROLE_DEPTH; i++) {
    (void)snprintf(name, sizeof name, "deep-%d", i);
    line[i] = made_of(P1, name, i ? "" : "tenant:read", &line[i ? i - 1 : 0], i ? 1 : 0);
  }
  struct uuid last = line[DOMAIN_ROLE_DEPTH - 1], below = made_of(P1, "deeper", "user:read", NULL, 0);
  assert_int_equal(tried(PROVIDER_ADMIN, P1, including(P1, "deepest", "", &last, 1)), R_LIMIT_REACHED);
  assert_int_equal(rewritten(&line[0], to_include(&below, 1)), R_LIMIT_REACHED);
}

static void a_role_includes_so_many_and_no_more(void **state)
{
  (void)state;
  struct uuid many[DOMAIN_ROLE_INCLUDES + 1];
  char name[32];
  for (int i = 0; i <= DOMAIN_ROLE_INCLUDES; i++) {
    (void)snprintf(name, sizeof name, "many-%d", i);
    many[i] = made_of(P1, name, "tenant:read", NULL, 0);
  }
  assert_int_equal(tried(PROVIDER_ADMIN, P1, including(P1, "all", "", many, DOMAIN_ROLE_INCLUDES + 1)),
                   R_LIMIT_REACHED);
  made_of(P1, "most", "", many, DOMAIN_ROLE_INCLUDES);
  assert_int_equal(rewritten(&many[0], to_include(&many[DOMAIN_ROLE_INCLUDES], 1)), R_LIMIT_REACHED);
}

static void what_is_included_stays_until_it_is_not(void **state)
{
  (void)state;
  struct uuid inner = made_of(PROVIDER, "needed", "tenant:read", NULL, 0),
              outer = made_of(P1, "needing", "user:read", &inner, 1);
  struct change change = estate_change(PROVIDER_ADMIN, PROVIDER);
  assert_result(domain_role_delete(&change, &inner), R_IN_USE);
  estate_abandon(&change);
  assert_int_equal(rewritten(&outer, to_include(NULL, 0)), R_OK);
  change = estate_change(PROVIDER_ADMIN, PROVIDER);
  assert_ok(domain_role_delete(&change, &inner));
  estate_commit(&change);
}

static void a_role_permits_something(void **state)
{
  (void)state;
  struct uuid inner = made_of(P1, "something", "tenant:read", NULL, 0), outer = made_of(P1, "by-it", "", &inner, 1);
  assert_int_equal(rewritten(&outer, to_include(NULL, 0)), R_RULE);
  assert_int_equal(rewritten(&inner, (struct role_patch){.permissions = STR("")}), R_RULE);
}

static void what_a_role_includes_is_a_version_of_its_own(void **state)
{
  (void)state;
  struct uuid inner = made_of(P1, "versioned", "tenant:read", NULL, 0);
  struct outcome outer = made(P1_ADMIN, P1, "versions", "user:read");
  assert_int_equal(changed(P1_ADMIN, &outer.id, outer.version, to_include(&inner, 1)), R_OK);
  assert_int_equal(changed(P1_ADMIN, &outer.id, outer.version, to_include(NULL, 0)), R_STALE);
}

/* The root under which it is changed reaches its tenant alone, and what includes it stands below. */
static void a_change_reaches_below_where_the_root_does_not(void **state)
{
  (void)state;
  struct uuid inner = made_of(P1, "wide", "tenant:read user:read", NULL, 0),
              outer = made_of(A, "narrow", "", &inner, 1);
  given(&outer, A, P1_SELF_ADMIN);
  struct change change = estate_change(P1_SELF_ADMIN, P1);
  struct role_patch patch = {.permissions = STR("tenant:read")};
  struct outcome outcome;
  assert_result(domain_role_update(&change, &inner, 0, &patch, &outcome), R_SELF_SERVICE);
  assert_result(domain_role_delete(&change, &inner), R_IN_USE);
  estate_abandon(&change);
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
      estate_test(who_holds_a_role_has_what_it_includes_as_that_changes),
      estate_test(what_is_included_is_measured_as_if_it_were_given),
      estate_test(nobody_includes_more_than_they_hold_where_it_is_permitted_already),
      estate_test(a_role_is_held_only_where_all_that_it_includes_can_be),
      estate_test(whoever_holds_what_includes_a_role_is_measured_when_it_changes),
      estate_test(a_role_in_a_privileged_one_takes_who_may_assign_those),
      estate_test(no_role_comes_to_include_itself),
      estate_test(roles_stand_in_one_another_so_deep_and_no_deeper),
      estate_test(a_role_includes_so_many_and_no_more),
      estate_test(what_is_included_stays_until_it_is_not),
      estate_test(a_role_permits_something),
      estate_test(what_a_role_includes_is_a_version_of_its_own),
      estate_test(a_change_reaches_below_where_the_root_does_not),
  };
  return cmocka_run_group_tests(tests, estate_up, estate_down);
}
