/* The table of statements, values on their way in and rows on their way out, in PostgreSQL's binary forms. */
#include "db/statement.h"
#include <assert.h>
#include <endian.h>
#include <libpq-fe.h>
#include <limits.h>

const struct statement_row db_statements[SQL__COUNT] = {
#define STATEMENT(name, parameters, role, scoped, custom, text)                                                        \
  [SQL_##name] = {#name, text, parameters, DB_##role, scoped, custom},
#include "db/statements.def"
#undef STATEMENT
};

/* PostgreSQL counts time from 2000-01-01. */
#define EPOCH_2000 (INT64_C(946684800) * CLOCK_SECOND)

/* The type code of jsonb, and the one version of its binary form, which stands before the text. */
enum { TYPE_JSONB = 3802, JSONB_VERSION = 1 };

enum { TEXT_FORM, BINARY_FORM };

static void put(struct db_values *v, const void *bytes, size_t n, int format)
{
  assert(v->count < DB_VALUES && n <= INT_MAX);
  v->value[v->count] = bytes;
  v->length[v->count] = (int)n;
  v->format[v->count] = format;
  v->count++;
}

static void put_copy(struct db_values *v, const void *bytes, size_t n)
{
  assert(v->count < DB_VALUES && n <= sizeof v->scratch[0]);
  memcpy(v->scratch[v->count], bytes, n);
  put(v, v->scratch[v->count], n, BINARY_FORM);
}

void db_put_null(struct db_values *v) { put(v, NULL, 0, BINARY_FORM); }

void db_put_uuid(struct db_values *v, const struct uuid *uuid)
{
  if (uuid)
    put_copy(v, uuid->b, sizeof uuid->b);
  else
    db_put_null(v);
}

void db_put_text(struct db_values *v, struct str text) { put(v, text.p, text.n, TEXT_FORM); }

void db_put_bytes(struct db_values *v, const void *bytes, size_t n) { put(v, bytes, n, BINARY_FORM); }

void db_put_int(struct db_values *v, int64_t number)
{
  uint64_t wire = htobe64((uint64_t)number);
  put_copy(v, &wire, sizeof wire);
}

void db_put_int4(struct db_values *v, int32_t number)
{
  uint32_t wire = htobe32((uint32_t)number);
  put_copy(v, &wire, sizeof wire);
}

void db_put_bool(struct db_values *v, bool flag) { put_copy(v, &(unsigned char){flag}, 1); }

void db_put_time(struct db_values *v, int64_t time) { db_put_int(v, time - EPOCH_2000); }

bool db_is_null(const struct db_rows *rows, int row, int column)
{
  assert(row >= 0 && row < rows->count);
  return PQgetisnull(rows->handle, row, column);
}

struct str db_text(const struct db_rows *rows, int row, int column)
{
  if (db_is_null(rows, row, column))
    return STR_NONE;
  struct str s = {PQgetvalue(rows->handle, row, column), (size_t)PQgetlength(rows->handle, row, column)};
  if (PQftype(rows->handle, column) == TYPE_JSONB && s.n > 0 && s.p[0] == JSONB_VERSION)
    return (struct str){s.p + 1, s.n - 1};
  return s;
}

struct uuid db_uuid(const struct db_rows *rows, int row, int column)
{
  struct uuid uuid = {0};
  struct str s = db_text(rows, row, column);
  assert(s.n == 0 || s.n == sizeof uuid.b);
  if (s.n)
    memcpy(uuid.b, s.p, sizeof uuid.b);
  return uuid;
}

int64_t db_int(const struct db_rows *rows, int row, int column)
{
  uint64_t wire = 0;
  struct str s = db_text(rows, row, column);
  assert(s.n == 0 || s.n == 2 || s.n == 4 || s.n == 8);
  for (size_t i = 0; i < s.n; i++)
    wire = wire << 8 | (unsigned char)s.p[i];
  return s.n == 2 ? (int16_t)wire : s.n == 4 ? (int32_t)wire : (int64_t)wire;
}

bool db_bool(const struct db_rows *rows, int row, int column)
{
  struct str s = db_text(rows, row, column);
  return s.n == 1 && s.p[0] == 1;
}

int64_t db_time(const struct db_rows *rows, int row, int column)
{
  return db_is_null(rows, row, column) ? 0 : db_int(rows, row, column) + EPOCH_2000;
}
