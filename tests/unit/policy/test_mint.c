/* Proves that a scope shows exactly the rows of the root it was made for, when PostgreSQL applies it. */
#include "world.h"
#include "db/scope_mint.h"
#include "db/tx.h"

static struct policy *policy;
static struct db_pool *pool;
static struct arena *arena;

static int all_up(void **state)
{
  if (server_up(state) != 0)
    return -1;
  policy = policy_with(0);
  bool opened = db_pool_open(&(struct db_config){conninfo, DB_APP, 2}, &pool) == R_OK;
  return opened && SOON(policy_fresh(policy)) ? 0 : -1;
}

static int all_down(void **state)
{
  policy_close(&policy);
  db_pool_close(&pool);
  return server_down(state);
}

enum { BUILTIN_ROLES = 9 };

static int fresh_arena(void **state)
{
  (void)state;
  arena = arena_new(1 << 20);
  return arena ? 0 : -1;
}

static int free_arena(void **state)
{
  (void)state;
  arena_free(&arena);
  return 0;
}

static void assert_shows(const struct scope *scope, const char *tenants, const char *users)
{
  struct db_call call = {.pool = pool, .scope = scope, .arena = arena};
  struct db_rows rows;
  assert_int_equal(db_read(&call, SQL_test_policy_seen, &(struct db_values){0}, &rows), R_OK);
  struct str t = db_text(&rows, 0, 0), u = db_text(&rows, 0, 1);
  assert_string_equal(arena_copy(arena, t).p, tenants);
  assert_string_equal(arena_copy(arena, u).p, users);
  assert_int_equal(db_int(&rows, 0, 2), BUILTIN_ROLES);
}

static const struct scope *scope_of(unsigned subject, unsigned tenant)
{
  struct bw_answer answer = ask(policy, subject, tenant);
  const struct scope *scope = NULL;
  assert_int_equal(policy_scope(policy, &answer, arena, &scope), R_OK);
  return scope;
}

static size_t roots_of(unsigned subject, enum bw_permission permission, const struct policy_root **ret_roots)
{
  struct bw_id of = id(subject);
  struct uuid uuid = policy_uuid(&of);
  size_t count = 99;
  assert_int_equal(policy_roots(policy, &uuid, permission, clock_now(), arena, ret_roots, &count), R_OK);
  return count;
}

/* Runs a change and waits until the snapshot has it. */
static void change(const char *text)
{
  sql("%s", text);
  assert_int_equal(policy_wait(policy, newest_revision(), clock_monotonic() + 20 * CLOCK_SECOND), R_OK);
}

static void a_homes_scope_shows_it_and_all_below_whoever_asks(void **state)
{
  (void)state;
  struct bw_id home = id(6), none = id(99);
  struct uuid tenant = policy_uuid(&home), nowhere = policy_uuid(&none);
  const struct scope *scope = NULL;
  assert_int_equal(policy_scope_home(policy, &tenant, arena, &scope), R_OK);
  assert_shows(scope, "006 007", "106");
  scope = NULL;
  assert_int_equal(policy_scope_home(policy, &nowhere, arena, &scope), R_NOT_FOUND);
  assert_null(scope);
}

static void a_subtree_scope_shows_the_root_and_all_below(void **state)
{
  (void)state;
  assert_shows(scope_of(106, 7), "006 007", "106");
}

static void a_scope_is_the_roots_and_not_the_targets(void **state)
{
  (void)state;
  assert_string_equal(scope_of(102, 4)->low, "/00000001/00000002");
}

static void a_boundary_below_shows_nothing_to_a_root_above(void **state)
{
  (void)state;
  assert_shows(scope_of(102, 2), "002 003 004 005", "102 103 104");
}

static void a_self_scope_shows_its_tenant_alone(void **state)
{
  (void)state;
  struct bw_id tenant = id(3);
  struct bw_answer answer = {.effect = BW_ALLOW, .root = tenant, .reach = BW_REACH_SELF};
  const struct scope *scope = NULL;
  assert_int_equal(policy_scope(policy, &answer, arena, &scope), R_OK);
  assert_string_equal(scope->low, "/00000001/00000002/00000003");
  assert_string_equal(scope->high, "/00000001/00000002/00000003/");
  assert_string_equal(scope->ancestors, "{/00000001,/00000001/00000002,/00000001/00000002/00000003}");
  assert_string_equal(scope->consents, "{}");
  assert_shows(scope, "003", "");
}

static void a_denial_gives_no_scope(void **state)
{
  (void)state;
  const struct scope *scope = NULL;
  struct bw_answer denied = ask(policy, 102, 7), nothing = {0};
  assert_int_equal(policy_scope(policy, &denied, arena, &scope), R_NOT_FOUND);
  assert_int_equal(policy_scope(policy, &nothing, arena, &scope), R_NOT_FOUND);
  struct bw_answer gone = {.effect = BW_ALLOW, .root = id(404), .reach = BW_REACH_SUBTREE};
  assert_int_equal(policy_scope(policy, &gone, arena, &scope), R_NOT_FOUND);
  assert_null(scope);
}

static void the_whole_tree_is_whole_but_for_boundaries(void **state)
{
  (void)state;
  const struct scope *scope = NULL;
  assert_int_equal(policy_scope_whole(policy, arena, &scope), R_OK);
  assert_shows(scope, "001 002 003 004 005 006 007", "102 103 104 106");
}

static void a_root_inside_another_is_dropped(void **state)
{
  (void)state;
  const struct policy_root *roots;
  assert_int_equal(roots_of(103, BW_TENANT_READ, &roots), 1);
  assert_string_equal(roots[0].path, "/00000001/00000002");
  assert_int_equal(roots[0].reach, BW_REACH_SUBTREE);
  struct bw_id tenant = policy_id(&roots[0].tenant), expected = id(2);
  assert_memory_equal(&tenant, &expected, sizeof tenant);
  assert_shows(roots[0].scope, "002 003 004 005", "102 103 104");
}

static void roots_are_those_with_the_permission(void **state)
{
  (void)state;
  const struct policy_root *roots;
  assert_int_equal(roots_of(103, BW_USER_INVITE, &roots), 1);
  assert_string_equal(roots[0].path, "/00000001/00000002/00000003");
  assert_int_equal(roots[0].reach, BW_REACH_SELF);
  assert_shows(roots[0].scope, "003", "");
  assert_int_equal(roots_of(103, BW_AUDIT_READ, &roots), 0);
  assert_int_equal(roots_of(104, BW_TENANT_READ, &roots), 0);
  assert_int_equal(roots_of(999, BW_TENANT_READ, &roots), 0);
}

static void roots_come_in_path_order_and_share_no_row(void **state)
{
  (void)state;
  const struct policy_root *roots;
  change("SELECT test.user(120, 2), test.grant(220, 120, 7, 5, 'self'), test.grant(221, 120, 7, 3, 'subtree'),"
         "test.grant(222, 120, 4, 4, 'self'), test.grant(223, 120, 7, 3, 'self'), test.grant(224, 120, 7, 2, 'self');");
  assert_int_equal(roots_of(120, BW_TENANT_READ, &roots), 3);
  assert_shows(roots[0].scope, "002", "102 103 120");
  assert_shows(roots[1].scope, "003 004", "104");
  assert_shows(roots[2].scope, "005", "");
  change("DELETE FROM principal WHERE id = test.id(120);");
}

static void a_grant_behind_a_boundary_is_a_root_of_its_own(void **state)
{
  (void)state;
  const struct policy_root *roots;
  change("SELECT test.user(121, 2), test.grant(230, 121, 7, 2, 'subtree'), test.grant(231, 121, 7, 8, 'subtree');");
  assert_int_equal(roots_of(121, BW_TENANT_READ, &roots), 2);
  assert_shows(roots[0].scope, "002 003 004 005", "102 103 121 104");
  assert_shows(roots[1].scope, "008 009", "109");
  change("DELETE FROM principal WHERE id = test.id(121);");
}

static void more_roots_than_fit_at_first_are_all_found(void **state)
{
  (void)state;
  const struct policy_root *roots;
  change("SELECT test.user(122, 6);"
         "SELECT test.tenant(n, 6, 'customer'), test.grant(n + 1000, 122, 7, n, 'self') FROM generate_series(500, 599) "
         "n;");
  assert_int_equal(roots_of(122, BW_TENANT_READ, &roots), 100);
  for (size_t i = 1; i < 100; i++)
    assert_true(strcmp(roots[i - 1].path, roots[i].path) < 0);
  change("DELETE FROM principal WHERE id = test.id(122); DELETE FROM tenant WHERE id BETWEEN test.id(500) AND "
         "test.id(599);");
}

static void nobody_has_roots_while_suspended(void **state)
{
  (void)state;
  const struct policy_root *roots;
  assert_int_equal(roots_of(106, BW_TENANT_READ, &roots), 1);
  change("UPDATE principal SET state = 'suspended', state_before = 'active' WHERE id = test.id(106);");
  assert_int_equal(roots_of(106, BW_TENANT_READ, &roots), 0);
  change("UPDATE principal SET state = 'active', state_before = NULL WHERE id = test.id(106);");
}

static void sixteen_levels_fit_into_a_scope(void **state)
{
  (void)state;
  change("DO $$ BEGIN PERFORM test.tenant(700, 1, 'partner');"
         "FOR n IN 701..714 LOOP PERFORM test.tenant(n, n - 1, 'partner'); END LOOP; END $$;"
         "SELECT test.user(714, 714), test.grant(2714, 714, 7, 714, 'subtree');");
  const struct scope *scope = scope_of(714, 714);
  assert_int_equal(strlen(scope->low), 16 * 9);
  assert_int_equal(strlen(scope->ancestors), 9 * 16 * 17 / 2 + 15 + 2);
  assert_shows(scope, "714", "714");
}

#define IN_ARENA(test) cmocka_unit_test_setup_teardown(test, fresh_arena, free_arena)

int main(void)
{
  const struct CMUnitTest tests[] = {
      IN_ARENA(a_homes_scope_shows_it_and_all_below_whoever_asks),
      IN_ARENA(a_subtree_scope_shows_the_root_and_all_below),
      IN_ARENA(a_scope_is_the_roots_and_not_the_targets),
      IN_ARENA(a_boundary_below_shows_nothing_to_a_root_above),
      IN_ARENA(a_self_scope_shows_its_tenant_alone),
      IN_ARENA(a_denial_gives_no_scope),
      IN_ARENA(the_whole_tree_is_whole_but_for_boundaries),
      IN_ARENA(a_root_inside_another_is_dropped),
      IN_ARENA(roots_are_those_with_the_permission),
      IN_ARENA(roots_come_in_path_order_and_share_no_row),
      IN_ARENA(a_grant_behind_a_boundary_is_a_root_of_its_own),
      IN_ARENA(more_roots_than_fit_at_first_are_all_found),
      IN_ARENA(nobody_has_roots_while_suspended),
      IN_ARENA(sixteen_levels_fit_into_a_scope),
  };
  return cmocka_run_group_tests(tests, all_up, all_down);
}
