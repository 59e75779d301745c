/* Turns SQLSTATEs into results and keeps the last reason of each thread, without any value in it. */
#include "db/failure.h"
#include "db/tx.h"
#include <libpq-fe.h>
#include <stdarg.h>
#include <stdio.h>

enum { CODE = 6 };

/* Of each thread, as the cause is that goes with it. */
static _Thread_local char code[CODE];

static const struct {
  const char *start, *end;
  enum result result;
} meanings[] = {
#define SQLSTATE(start, end, result) {start, end, R_##result},
#include "db/sqlstate.def"
#undef SQLSTATE
};

static bool ends_with(const char *text, const char *end)
{
  size_t n = strlen(text), m = strlen(end);
  return n >= m && strcmp(text + n - m, end) == 0;
}

static enum result meaning(const char *sqlstate, const char *constraint)
{
  for (size_t i = 0; i < sizeof meanings / sizeof *meanings; i++)
    if (strncmp(sqlstate, meanings[i].start, strlen(meanings[i].start)) == 0 && ends_with(constraint, meanings[i].end))
      return meanings[i].result;
  return FAULT(R_INTERNAL);
}

static const char *field(const PGresult *result, int name)
{
  const char *text = PQresultErrorField(result, name);
  return text ? text : "";
}

enum result db_failure_of(const PGresult *result)
{
  const char *sqlstate = field(result, PG_DIAG_SQLSTATE), *constraint = field(result, PG_DIAG_CONSTRAINT_NAME);
  if (!sqlstate[0])
    return db_failure_say(R_UNAVAILABLE, "the connection to the database was lost");
  const char *message = strncmp(sqlstate, "22", 2) == 0 ? "data exception" : field(result, PG_DIAG_MESSAGE_PRIMARY);
  enum result r = db_failure_say(meaning(sqlstate, constraint), "%s %s%s%s", sqlstate, constraint,
                                 constraint[0] ? ": " : "", message);
  snprintf(code, sizeof code, "%s", sqlstate);
  return r;
}

enum result db_failure_say(enum result r, const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  (void)result_blame(r, format, arguments);
  va_end(arguments);
  code[0] = '\0';
  return r;
}

bool db_failure_was(const char *sqlstate) { return strcmp(code, sqlstate) == 0; }

const char *db_last_error(void) { return result_cause(); }
