/* Lets replies go when their time has come: a list in that order, and a thread that sleeps until the first. */
#include "http/hold.h"
#include "base/clock.h"
#include <sys/prctl.h>

enum { SLACK = 1000 /* nanoseconds by which the kernel may be late */ };

int64_t http_hold_slot(int64_t began, int64_t now, int64_t slot)
{
  int64_t past = now > began ? now - began : 0;
  return began + (past > slot ? (past + slot - 1) / slot : 1) * slot;
}

/* Under the lock. Most come in the order in which they go: the place is found from the end. */
static void insert(struct http_hold *hold, struct http_held *held)
{
  struct http_held *before = hold->last;
  while (before && before->at > held->at)
    before = before->before;
  held->before = before;
  held->after = before ? before->after : hold->first;
  *(before ? &before->after : &hold->first) = held;
  *(held->after ? &held->after->before : &hold->last) = held;
  hold->waiting++;
}

/* Under the lock: the first, when its time has come. */
static struct http_held *take(struct http_hold *hold)
{
  struct http_held *held = hold->first;
  if (!held || !(hold->open || held->at <= clock_monotonic()))
    return NULL;
  hold->first = held->after;
  *(held->after ? &held->after->before : &hold->last) = NULL;
  hold->waiting--;
  return held;
}

/* Under the lock: until the first one's time, or until somebody has something to say. */
static void await(struct http_hold *hold)
{
  if (!hold->first) {
    pthread_cond_wait(&hold->wake, &hold->lock);
    return;
  }
  int64_t at = hold->first->at;
  struct timespec until = {.tv_sec = at / CLOCK_SECOND, .tv_nsec = at % CLOCK_SECOND * 1000};
  pthread_cond_timedwait(&hold->wake, &hold->lock, &until);
}

static void *run(void *argument)
{
  struct http_hold *hold = argument;
  (void)prctl(PR_SET_TIMERSLACK, SLACK);
  pthread_mutex_lock(&hold->lock);
  while (!hold->stops || hold->first) {
    struct http_held *held = take(hold);
    if (!held) {
      await(hold);
      continue;
    }
    pthread_mutex_unlock(&hold->lock);
    hold->let_go(held);
    pthread_mutex_lock(&hold->lock);
  }
  pthread_mutex_unlock(&hold->lock);
  return NULL;
}

RESULT http_hold_start(struct http_hold *hold, void (*let_go)(struct http_held *held))
{
  pthread_condattr_t monotonic;
  *hold = (struct http_hold){.let_go = let_go};
  if (pthread_condattr_init(&monotonic) != 0)
    return R_NO_MEMORY;
  pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
  pthread_cond_init(&hold->wake, &monotonic);
  pthread_condattr_destroy(&monotonic);
  pthread_mutex_init(&hold->lock, NULL);
  hold->runs = pthread_create(&hold->thread, NULL, run, hold) == 0;
  if (hold->runs)
    return R_OK;
  pthread_mutex_destroy(&hold->lock);
  pthread_cond_destroy(&hold->wake);
  return R_NO_MEMORY;
}

void http_hold_put(struct http_hold *hold, struct http_held *held, int64_t at)
{
  held->at = at;
  pthread_mutex_lock(&hold->lock);
  bool waits = !hold->open;
  if (waits)
    insert(hold, held);
  bool first = waits && hold->first == held;
  if (first) /* under the lock: what is let go may be gone before it is left */
    pthread_cond_signal(&hold->wake);
  pthread_mutex_unlock(&hold->lock);
  if (!waits)
    hold->let_go(held);
}

void http_hold_release(struct http_hold *hold)
{
  pthread_mutex_lock(&hold->lock);
  hold->open = true;
  pthread_cond_signal(&hold->wake);
  pthread_mutex_unlock(&hold->lock);
}

void http_hold_stop(struct http_hold *hold)
{
  if (!hold->runs)
    return;
  http_hold_release(hold);
  pthread_mutex_lock(&hold->lock);
  hold->stops = true;
  pthread_cond_signal(&hold->wake);
  pthread_mutex_unlock(&hold->lock);
  pthread_join(hold->thread, NULL);
  hold->runs = false;
  pthread_mutex_destroy(&hold->lock);
  pthread_cond_destroy(&hold->wake);
}
