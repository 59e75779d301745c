/* The revision applied and the time of the last word, behind a condition variable for those who wait. */
#include "policy/progress.h"
#include "base/clock.h"
#include <errno.h>

RESULT policy_progress_condition(pthread_cond_t *ret_condition)
{
  pthread_condattr_t monotonic;
  if (pthread_condattr_init(&monotonic) != 0)
    return R_NO_MEMORY;
  pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
  bool made = pthread_cond_init(ret_condition, &monotonic) == 0;
  pthread_condattr_destroy(&monotonic);
  return made ? R_OK : R_NO_MEMORY;
}

RESULT policy_progress_open(struct policy_progress *p)
{
  TRY(policy_progress_condition(&p->moved));
  pthread_mutex_init(&p->lock, NULL);
  atomic_store(&p->heard_at, clock_monotonic());
  return R_OK;
}

void policy_progress_close(struct policy_progress *p)
{
  pthread_cond_destroy(&p->moved);
  pthread_mutex_destroy(&p->lock);
}

void policy_progress_note(struct policy_progress *p, enum policy_step step, uint64_t revision, int64_t heard_at)
{
  pthread_mutex_lock(&p->lock);
  if (step == POLICY_ELSEWHERE) {
    p->elsewhere++;
    atomic_store(&p->awaited, 0);
  }
  if (step == POLICY_ELSEWHERE || (step == POLICY_WHOLE && atomic_load(&p->loaded)))
    atomic_fetch_add(&p->reloads, 1);
  atomic_store(&p->applied, revision);
  atomic_store(&p->heard_at, heard_at);
  atomic_store(&p->loaded, true);
  pthread_cond_broadcast(&p->moved);
  pthread_mutex_unlock(&p->lock);
}

bool policy_progress_fresh(const struct policy_progress *p, int64_t lease)
{
  return atomic_load(&p->loaded) && clock_monotonic() - atomic_load(&p->heard_at) <= lease &&
         atomic_load(&p->applied) >= atomic_load(&p->awaited) &&
         atomic_load(&p->heard_at) >= atomic_load(&p->awaited_at);
}

/* Under the lock. */
static RESULT wait_until(struct policy_progress *p, uint64_t revision, int64_t deadline)
{
  struct timespec at = {deadline / CLOCK_SECOND, deadline % CLOCK_SECOND * 1000};
  uint64_t elsewhere = p->elsewhere;
  int waited = 0;
  while (atomic_load(&p->applied) < revision && p->elsewhere == elsewhere && waited != ETIMEDOUT)
    waited = pthread_cond_timedwait(&p->moved, &p->lock, &at);
  if (p->elsewhere != elsewhere)
    return FAULT(R_UNAVAILABLE);
  if (atomic_load(&p->applied) >= revision)
    return R_OK;
  if (atomic_load(&p->awaited) < revision)
    atomic_store(&p->awaited, revision);
  return FAULT(R_UNAVAILABLE);
}

RESULT policy_progress_wait(struct policy_progress *p, uint64_t revision, int64_t deadline)
{
  pthread_mutex_lock(&p->lock);
  enum result r = wait_until(p, revision, deadline);
  pthread_mutex_unlock(&p->lock);
  return r;
}

RESULT policy_progress_wait_look(struct policy_progress *p, int64_t deadline)
{
  struct timespec at = {deadline / CLOCK_SECOND, deadline % CLOCK_SECOND * 1000};
  int waited = 0;
  pthread_mutex_lock(&p->lock);
  int64_t since = clock_monotonic();
  while (atomic_load(&p->heard_at) < since && waited != ETIMEDOUT)
    waited = pthread_cond_timedwait(&p->moved, &p->lock, &at);
  bool heard = atomic_load(&p->heard_at) >= since;
  if (!heard && atomic_load(&p->awaited_at) < since)
    atomic_store(&p->awaited_at, since);
  pthread_mutex_unlock(&p->lock);
  return heard ? R_OK : FAULT(R_UNAVAILABLE);
}
