/* Why the database said no. Seen by db alone. */
#pragma once
#include "base/result.h"
#include <stdbool.h>

struct pg_result;

/* What a failed result of libpq means (db/sqlstate.def), its SQLSTATE, constraint and message kept for db_last_error.
   Never its DETAIL, nor the message of a data exception (class 22): both quote values. */
enum result db_failure_of(const struct pg_result *result);

/* Keeps a reason of our own for db_last_error; gives `r`. */
enum result db_failure_say(enum result r, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Whether this thread's last failure came with that SQLSTATE. */
bool db_failure_was(const char *sqlstate);
