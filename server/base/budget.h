/* Budgets of requests: a token bucket for each of whoever asks, in a table of fixed size that any thread may use
   at once without a lock. What one asker does cannot grow the table, and nobody outside can tell who shares what
   in it: the place of a bucket is a keyed hash.

   A bucket holds what its rate gives in BUDGET_SECONDS, is full at first, and is nothing but the time at which it
   will be full again (GCRA): one that is full says nothing, so its place can be given to another. Where every
   place that a name can have is taken by buckets that are not full, the fullest of them is given up: its owner is
   forgiven what is missing. */
#pragma once
#include "base/arena.h"
#include "base/result.h"
#include <stdint.h>

struct budget;

/* For how long a bucket that was full lasts above its rate. */
enum { BUDGET_SECONDS = 10 };

/* What is taken: hundredths of a request, so that what costs little can count little. */
enum { BUDGET_REQUEST = 100 };

struct budget_charge {
  int kind;        /* names of two kinds never share a bucket */
  struct str name; /* of whoever asks: an id, an address */
  int64_t rate;    /* requests a second, 1 to 1,000,000 */
  int64_t cost;    /* in hundredths of a request, 1 to BUDGET_REQUEST */
};

struct budget_left {
  int64_t requests; /* that the bucket still holds */
  int64_t full_in;  /* seconds, rounded up */
  int64_t wait;     /* seconds until there is enough; 0 when there was */
};

/* 1 MiB of the arena, for its life. R_NO_MEMORY; R_UNAVAILABLE without random bytes for the key. */
RESULT budget_open(struct arena *arena, struct budget **ret_budget);

/* Takes the cost at `now` (clock_monotonic()), or nothing when the bucket holds less: false. */
bool budget_take(struct budget *budget, const struct budget_charge *charge, int64_t now, struct budget_left *ret_left);
