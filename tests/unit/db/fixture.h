/* A private cluster in a folder of its own, with the schema, for tests that need a database; and what they say to it.
 */
#pragma once
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/text.h"
#include "db/account.h"
#include "db/cluster.h"
#include "db/migrate.h"
#include "db/scope_mint.h"
#include "db/tx.h"
#include "support/template.h"
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define assert_ok(call)                                                                                                \
  do {                                                                                                                 \
    enum result assert_ok_result = (call);                                                                             \
    if (assert_ok_result != R_OK)                                                                                      \
      fail_msg("%s: %s: %s", #call, result_row(assert_ok_result)->code, db_last_error());                              \
  } while (0)

static char fixture_data[256];
static struct db_cluster *fixture_cluster;
static char fixture_root[SCOPE_PATH]; /* the provider's path */

/* As root it leaves root for good, as the service does. */
__attribute__((unused)) static void fixture_folder(void)
{
  struct arena *arena = arena_new(1 << 16);
  const char *used = NULL, *temporary = getenv("TMPDIR");
  snprintf(fixture_data, sizeof fixture_data, "%s/bwdb-XXXXXX", temporary ? temporary : "/tmp");
  assert_non_null(mkdtemp(fixture_data));
  assert_ok(db_account_enter(fixture_data, arena, &used));
  assert_string_equal(used, fixture_data);
  arena_free(&arena);
}

__attribute__((unused)) static void fixture_remove_folder(void)
{
  char command[300];
  snprintf(command, sizeof command, "rm -rf -- '%s'", fixture_data);
  assert_int_equal(system(command), 0);
}

/* Runs psql as the cluster's owner: what no role of the service may do. */
__attribute__((unused)) static void fixture_psql(const char *sql)
{
  char command[1024];
  snprintf(command, sizeof command, PROGRAMS "psql -Xqt -v ON_ERROR_STOP=1 \"%s user=postgres\" -c \"%s\" >/dev/null",
           db_cluster_conninfo(fixture_cluster), sql);
  assert_int_equal(system(command), 0);
}

__attribute__((unused)) static struct db_pool *fixture_pool(enum db_role role, unsigned connections)
{
  struct db_pool *pool = NULL;
  assert_ok(db_pool_open(&(struct db_config){db_cluster_conninfo(fixture_cluster), role, connections}, &pool));
  return pool;
}

__attribute__((unused)) static struct scope fixture_scope(const char *path)
{
  struct scope s = {0};
  snprintf(s.low, sizeof s.low, "%s", path);
  snprintf(s.high, sizeof s.high, "%s0", path);
  snprintf(s.ancestors, sizeof s.ancestors, "{%s}", fixture_root);
  snprintf(s.consents, sizeof s.consents, "{}");
  return s;
}

__attribute__((unused)) static int fixture_up(void **state)
{
  struct arena *arena = arena_new(1 << 20);
  struct db_rows rows = {0};
  int count = 0;
  (void)state;
  fixture_folder();
  template_copy(fixture_data);
  assert_ok(db_cluster_open(fixture_data, &fixture_cluster));
  assert_ok(db_migrate(db_cluster_conninfo(fixture_cluster), arena, &count));
  struct db_pool *pool = fixture_pool(DB_POLICY, 1);
  assert_ok(db_read(&(struct db_call){pool, NULL, arena, 0}, SQL_test_root, &(struct db_values){0}, &rows));
  assert_int_equal(rows.count, 1);
  snprintf(fixture_root, sizeof fixture_root, "/%.8s", db_text(&rows, 0, 1).p);
  db_pool_close(&pool);
  arena_free(&arena);
  return 0;
}

__attribute__((unused)) static int fixture_down(void **state)
{
  (void)state;
  db_cluster_close(&fixture_cluster);
  fixture_remove_folder();
  return 0;
}
