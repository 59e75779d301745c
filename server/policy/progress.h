/* How far the follower is, told to those who wait for it or ask whether it is fresh. */
#pragma once
#include "policy/load.h"
#include <pthread.h>
#include <stdatomic.h>

struct policy_progress {
  pthread_mutex_t lock;
  pthread_cond_t moved;
  uint64_t
      elsewhere; /* how often the database turned out to be another: revisions before and after are not of one order */
  atomic_bool loaded;
  _Atomic uint64_t applied;
  _Atomic uint64_t awaited; /* by somebody who gave up waiting */
  _Atomic int64_t heard_at;   /* clock_monotonic() */
  _Atomic int64_t awaited_at; /* a look begun then, or later, by somebody who gave up waiting */
  _Atomic uint64_t reloads;
};

/* A condition variable whose deadlines are those of clock_monotonic(). */
RESULT policy_progress_condition(pthread_cond_t *ret_condition);

RESULT policy_progress_open(struct policy_progress *progress);
void policy_progress_close(struct policy_progress *progress);

/* The follower has taken a step; the state that the model now holds was the newest one at `heard_at`, or later. */
void policy_progress_note(struct policy_progress *progress, enum policy_step step, uint64_t revision, int64_t heard_at);

bool policy_progress_fresh(const struct policy_progress *progress, int64_t lease);

/* As policy_wait. */
RESULT policy_progress_wait(struct policy_progress *progress, uint64_t revision, int64_t deadline);
/* As policy_wait for STORE_REVISION_UNKNOWN. */
RESULT policy_progress_wait_look(struct policy_progress *progress, int64_t deadline);
