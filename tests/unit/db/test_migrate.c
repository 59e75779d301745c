/* The schema comes from migrations, each once; nothing escapes the wall, and a hole is found. */
#include "fixture.h"

static struct arena *arena;

static int up(void **state)
{
  arena = arena_new(1 << 20);
  unsetenv("TEST_CLUSTER"); /* here all of them run */
  return fixture_up(state);
}

static int down(void **state)
{
  arena_free(&arena);
  return fixture_down(state);
}

static const char *conninfo(void) { return db_cluster_conninfo(fixture_cluster); }

static void migrations_run_once(void **state)
{
  int count = -1, applied = -1;
  (void)state;
  assert_ok(db_migrate(conninfo(), arena, &count));
  assert_int_equal(count, 0);
  assert_ok(db_migration_applied(conninfo(), &applied));
  assert_int_equal(applied, db_migration_newest());
}

static void a_migration_changed_after_it_ran_is_refused(void **state)
{
  int count = -1;
  (void)state;
  fixture_psql("UPDATE bailiwick.migration SET digest = 'x' || digest WHERE number = 1");
  assert_int_equal(db_migrate(conninfo(), arena, &count), R_RULE);
  assert_int_equal(count, -1);
  assert_non_null(strstr(db_last_error(), "0001_"));
  fixture_psql("UPDATE bailiwick.migration SET digest = substr(digest, 2) WHERE number = 1");
  assert_ok(db_migrate(conninfo(), arena, &count));
}

static void a_migration_that_fails_is_not_written_down(void **state)
{
  int count = -1, applied = -1;
  (void)state;
  /* Forgotten, 7 runs again, and fails on the provider that it made the first time. */
  fixture_psql("UPDATE bailiwick.migration SET number = -number WHERE number >= 7");
  assert_int_not_equal(db_migrate(conninfo(), arena, &count), R_OK);
  assert_int_equal(count, -1);
  assert_ok(db_migration_applied(conninfo(), &applied));
  assert_int_equal(applied, 6);
  fixture_psql("UPDATE bailiwick.migration SET number = -number WHERE number < 0");
}

static void the_schema_has_no_escape_hatch(void **state)
{
  struct str found = STR_NONE;
  (void)state;
  assert_ok(db_escape_check(conninfo(), arena, &found));
  assert_null(found.p);
}

static void a_hole_in_the_wall_is_found_and_named(void **state)
{
  struct str found = STR_NONE;
  (void)state;
  fixture_psql("ALTER TABLE bailiwick.principal NO FORCE ROW LEVEL SECURITY");
  assert_int_equal(db_escape_check(conninfo(), arena, &found), R_RULE);
  assert_true(str_is(found, "table without forced row level security: bailiwick.principal\n"));
  fixture_psql("ALTER TABLE bailiwick.principal FORCE ROW LEVEL SECURITY");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(migrations_run_once),
      cmocka_unit_test(a_migration_changed_after_it_ran_is_refused),
      cmocka_unit_test(a_migration_that_fails_is_not_written_down),
      cmocka_unit_test(the_schema_has_no_escape_hatch),
      cmocka_unit_test(a_hole_in_the_wall_is_found_and_named),
  };
  return cmocka_run_group_tests(tests, up, down);
}
