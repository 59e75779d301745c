/* Brings a database to the schema of this binary, one transaction a migration, and looks for holes in the wall. */
#include "db/migrate.h"
#include "base/buf.h"
#include "base/clock.h"
#include "db/connection.h"
#include "db/failure.h"

struct migration {
  int number;
  const char *name, *digest, *text;
};

static const struct migration migrations[] = {
#define MIGRATION(number, name, digest, text) {number, name, digest, text},
#include "db/migrations.def"
#undef MIGRATION
};

enum { MIGRATIONS = sizeof migrations / sizeof *migrations, CHECK_SECONDS = 30, FOUND_MOST = 64 << 10 };

_Static_assert(MIGRATIONS > 0, "the schema comes from migrations");

int db_migration_newest(void) { return migrations[MIGRATIONS - 1].number; }

/* One statement, as far as the server's answer. */
static RESULT run(struct db_connection *c, struct arena *arena, enum statement statement,
                  const struct db_values *values, struct db_rows *ret_rows)
{
  TRY(db_connection_send(c, statement, values, ret_rows));
  TRY(db_connection_sync(c));
  return db_connection_receive(c, arena, 0);
}

static RESULT say(struct db_connection *c, struct arena *arena, enum db_verb verb)
{
  TRY(db_connection_verb(c, verb));
  TRY(db_connection_sync(c));
  TRY(db_connection_receive(c, arena, 0));
  return verb == DB_COMMIT && !db_connection_committed(c) ? FAULT(R_INTERNAL) : R_OK;
}

/* BEGIN, the lock that all who migrate take, and what is applied as seen under it. */
static RESULT begin_locked(struct db_connection *c, struct arena *arena, struct db_rows *ret_applied)
{
  const struct db_values none = {0};
  TRY(say(c, arena, DB_BEGIN));
  TRY(run(c, arena, SQL_migration_lock, &none, NULL));
  return run(c, arena, SQL_migration_list, &none, ret_applied);
}

/* In *ret_done whether it is applied. R_RULE when another text was applied under its number. */
static RESULT look_up(const struct migration *m, const struct db_rows *applied, bool *ret_done)
{
  bool done = false;
  for (int i = 0; i < applied->count; i++) {
    if (db_int(applied, i, 0) != m->number)
      continue;
    done = true;
    if (!str_is(db_text(applied, i, 2), m->digest))
      return db_failure_say(R_RULE, "migration %s was applied with another text than this binary's", m->name);
  }
  *ret_done = done;
  return R_OK;
}

static RESULT apply(struct db_connection *c, struct arena *arena, const struct migration *m)
{
  struct db_values row = {0};
  db_put_int4(&row, m->number);
  db_put_text(&row, str_of(m->name));
  db_put_text(&row, str_of(m->digest));
  TRY(db_connection_script(c, m->text));
  TRY(run(c, arena, SQL_migration_add, &row, NULL));
  return say(c, arena, DB_COMMIT);
}

static RESULT migrate(struct db_connection *c, struct arena *arena, int *ret_count)
{
  int count = 0;
  TRY(say(c, arena, DB_BEGIN));
  TRY(run(c, arena, SQL_migration_lock, &(struct db_values){0}, NULL));
  TRY(run(c, arena, SQL_migration_table, &(struct db_values){0}, NULL));
  TRY(say(c, arena, DB_COMMIT));
  for (size_t i = 0; i < MIGRATIONS; i++) {
    struct db_rows applied = {0};
    bool done = false;
    TRY(begin_locked(c, arena, &applied));
    TRY(look_up(&migrations[i], &applied, &done));
    TRY(done ? say(c, arena, DB_ROLLBACK) : apply(c, arena, &migrations[i]));
    count += !done;
  }
  *ret_count = count;
  return R_OK;
}

RESULT db_migrate(const char *conninfo, struct arena *arena, int *ret_count)
{
  CLEANUP(db_connection_close) struct db_connection *c = NULL;
  TRY(db_connection_open(conninfo, DB_MIGRATE, &c));
  return migrate(c, arena, ret_count);
}

RESULT db_migration_applied(const char *conninfo, int *ret_number)
{
  CLEANUP(arena_free) struct arena *arena = arena_new(FOUND_MOST);
  CLEANUP(db_connection_close) struct db_connection *c = NULL;
  struct db_rows applied = {0};
  if (!arena)
    return R_NO_MEMORY;
  TRY(db_connection_open(conninfo, DB_MIGRATE, &c));
  enum result r = run(c, arena, SQL_migration_list, &(struct db_values){0}, &applied);
  if (r != R_OK && !db_failure_was("42P01")) /* no such table: nothing was ever applied */
    return r;
  *ret_number = applied.count ? (int)db_int(&applied, applied.count - 1, 0) : 0;
  return R_OK;
}

RESULT db_escape_check(const char *conninfo, struct arena *arena, struct str *ret_found)
{
  CLEANUP(db_connection_close) struct db_connection *c = NULL;
  struct db_rows rows = {0};
  struct buf found = buf_in(arena, FOUND_MOST);
  TRY(db_connection_open(conninfo, DB_MIGRATE, &c));
  TRY(db_connection_send(c, SQL_escape_hatches, &(struct db_values){0}, &rows));
  TRY(db_connection_sync(c));
  TRY(db_connection_receive(c, arena, clock_monotonic() + CHECK_SECONDS * CLOCK_SECOND));
  if (rows.count == 0)
    return R_OK;
  for (int i = 0; i < rows.count; i++) {
    struct str kind = db_text(&rows, i, 0), object = db_text(&rows, i, 1);
    buf_print(&found, "%.*s: %.*s\n", (int)kind.n, kind.p, (int)object.n, object.p);
  }
  *ret_found = buf_str(&found);
  return db_failure_say(R_RULE, "%d ways past the tenant's wall", rows.count);
}
