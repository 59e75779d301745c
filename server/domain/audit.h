/* Audit events: one with every change, in its transaction. */
#pragma once
#include "domain/change.h"
#include "store/audit.h"

struct audit_record {
  const char *action;      /* NULL: the change's own; else that of what goes with it */
  struct uuid tenant;      /* where it happened */
  const char *object_kind; /* "tenant", "user", "client", "grant", ... */
  struct uuid object;
  struct str before, after; /* JSON of the whole object; SQL keeps the members that differ; .p NULL for none */
  struct str named;         /* paths of what members of these name (store/audit.h) */
};

/* Queues the event of this change; it goes out with the commit. Counts it in change->events. */
RESULT domain_audit_done(struct change *change, const struct audit_record *record);

/* Fills in who acted, and as what those below them see them in the events of event->tenant. R_AGAIN: not known here
 * yet. */
RESULT domain_audit_actor(const struct domain *domain, const struct domain_actor *actor, struct arena *arena,
                          struct store_audit *event);

/* What somebody who stands above a tenant is called there: always the same, and otherwise in every other tenant. */
RESULT domain_audit_pseudonym(const struct domain *domain, const struct uuid *tenant, const struct uuid *actor,
                              struct arena *arena, struct str *ret_pseudonym);
