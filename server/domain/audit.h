/* Audit events: one with every change, in its transaction. */
#pragma once
#include "domain/change.h"

struct audit_record {
  struct uuid tenant;           /* where it happened */
  const char *object_kind;      /* "tenant", "user", "client", "grant", ... */
  struct uuid object;
  struct str before, after;     /* JSON of the whole object; SQL keeps the members that differ; .p NULL for none */
};

/* Queues the event of this change; it goes out with the commit. Counts it in change->events. */
RESULT domain_audit_done(struct change *change, const struct audit_record *record);
