/* Exports: that data left in bulk is an event of the tenant that it left. */
#pragma once
#include "domain/change.h"

struct export_note {
  struct uuid tenant;
  struct str format, scope;
  bool complete; /* false: it has begun */
  int64_t rows;  /* that were read, when it is complete */
};

/* In the change's transaction. An export that ends with its first page has one event, another one before the first byte
   and one before the last: where the second is missing, the client did not get all. */
RESULT domain_export_note(struct change *change, const struct export_note *note);
