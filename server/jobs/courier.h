/* One mail at a time out of the outbox: written, handed to whoever delivers it, and what became of it noted. */
#pragma once
#include "base/buf.h"
#include "domain/change.h"
#include <stdatomic.h>

struct jobs_parcel {
  struct str from, to; /* the envelope */
  struct str message;
};

/* R_OK: somebody else answers for it now; R_RULE: it was refused for good; R_AGAIN: refused for now; R_UNAVAILABLE:
   nobody took anything; R_MALFORMED: the mail server cannot take such an address. */
typedef RESULT jobs_deliver(void *post, const struct jobs_parcel *parcel);

struct jobs_courier {
  const struct domain *domain;
  struct str from;
  int64_t interval; /* microseconds between two mails, whichever process delivers them */
  jobs_deliver *deliver;
  void *post;
  atomic_ullong sent, deferred, refused, given_up;
};

/* Who has one may die with it: after that many seconds somebody else takes it. Delivering must not take longer. */
enum { JOBS_COURIER_LEASE = 60 };

/* The mail that is due first. It is given up, with an event at its person's home, when its time is over, when it was
   refused three times, or cannot be written. R_NOT_FOUND when none is due, or its turn has not
   come; R_UNAVAILABLE when nobody took it, or the
   database is away. */
RESULT jobs_courier_step(struct jobs_courier *courier, struct arena *arena);

/* Prometheus text: what became of mails in this process. */
void jobs_courier_metrics(const struct jobs_courier *courier, struct buf *text);
