/* Refused requests on their way into the audit: counted together, written by a thread, never in anybody's way. */
#pragma once
#include "base/buf.h"
#include "domain/change.h"

struct domain_refusal;

struct domain_refusal_event {
  struct domain_actor actor;
  const char *action; /* static: the route's operation */
  enum result reason;
  struct uuid object; /* as it was asked for; zero: none */
  struct uuid tenant; /* zero: the actor's home, or the root of the tree for who has none */
  struct uuid stated_by; /* the client whose word the actor's address is; zero: none */
};

/* Keeps up to `capacity` different refusals at a time, and starts the thread that writes them. */
RESULT domain_refusal_open(const struct domain *domain, size_t capacity, struct domain_refusal **ret_queue);

/* Writes what it has, as far as the database answers. NULL-safe. */
void domain_refusal_close(struct domain_refusal **queue);

/* Never waits for the database, never allocates: equal ones of one caller, action, reason, tenant and minute become one
   with a count, and what finds no room is counted as dropped. Any thread may call. */
void domain_refusal_put(struct domain_refusal *queue, const struct domain_refusal_event *event);

/* Prometheus text: waiting, written, dropped. */
void domain_refusal_metrics(const struct domain_refusal *queue, struct buf *text);
