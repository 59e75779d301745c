/* The statements of sql/query/, by name: there is no other way to say SQL. */
#pragma once
#include "base/arena.h"
#include "base/clock.h"
#include "base/result.h"
#include "base/uuid.h"
#include "db/pool.h"

enum statement {
#define STATEMENT(name, parameters, role, scoped, custom, text) SQL_##name,
#include "db/statements.def"
#undef STATEMENT
  SQL__COUNT
};

/* What the head of NAME.sql says of it: `-- role: app` (unless said otherwise), auth, policy, migrate or any;
   `-- scope: none` for the few of role app that run before there is a scope; `-- plan: custom` for lists. */
struct statement_row {
  const char *name, *text;
  int parameters;
  enum db_role role; /* it runs on pools of this role alone; DB_ANY: on all */
  bool scoped;       /* it runs with a scope or not at all */
  bool custom_plan;  /* planned anew for its values each time (ARCHITECTURE.md section 4) */
};

extern const struct statement_row db_statements[SQL__COUNT];

/* Values for $1, $2, ... in order. Views are not copied, and points into itself: pass it by address. Zeroed memory is
   an empty list. */
enum { DB_VALUES = 24 };
struct db_values {
  int count;
  const char *value[DB_VALUES];
  int length[DB_VALUES];
  int format[DB_VALUES];
  unsigned char scratch[DB_VALUES][16];
};

void db_put_uuid(struct db_values *v, const struct uuid *uuid); /* NULL: SQL NULL */
/* .p NULL: SQL NULL. Also for json, char, enum-like text, and arrays as text. R_INTERNAL comes of a NUL in it. */
void db_put_text(struct db_values *v, struct str text);
void db_put_bytes(struct db_values *v, const void *bytes, size_t n);
void db_put_int(struct db_values *v, int64_t number);  /* bigint */
void db_put_int4(struct db_values *v, int32_t number); /* integer */
void db_put_bool(struct db_values *v, bool flag);
void db_put_time(struct db_values *v, int64_t time); /* timestamptz, microseconds since 1970 */
void db_put_null(struct db_values *v);

/* Rows of one statement, binary; they live as long as the arena they were fetched into. */
struct db_rows {
  void *handle;
  int count;
  int changed; /* rows that an INSERT, UPDATE or DELETE touched */
};

bool db_is_null(const struct db_rows *rows, int row, int column);
struct str db_text(const struct db_rows *rows, int row, int column);  /* text, json, bytea; not copied */
struct uuid db_uuid(const struct db_rows *rows, int row, int column); /* zero for NULL */
int64_t db_int(const struct db_rows *rows, int row, int column);      /* smallint, integer, bigint; 0 for NULL */
bool db_bool(const struct db_rows *rows, int row, int column);
int64_t db_time(const struct db_rows *rows, int row, int column); /* 0 for NULL */
