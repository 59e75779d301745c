/* A thread that looks every few seconds which quotas reached a level of which they warn. */
#include "jobs/quota.h"
#include "domain/quota.h"
#include <pthread.h>
#include <time.h>

static const int64_t every = 5 * CLOCK_SECOND;

enum { ARENA_MOST = 4 << 20 };

struct jobs_quota {
  const struct domain *domain;
  pthread_t thread;
  pthread_mutex_t lock;
  pthread_cond_t wake;
  bool stop;
  bool failing; /* the thread's own: a failure is said once */
};

static enum result look(const struct domain *domain)
{
  size_t count = 0;
  do {
    CLEANUP(arena_free) struct arena *arena = arena_new(ARENA_MOST);
    if (!arena)
      return R_NO_MEMORY;
    TRY(domain_quota_tell(domain, arena, &count));
  } while (count > 0);
  return R_OK;
}

static void look_and_tell(struct jobs_quota *q)
{
  enum result r = look(q->domain);
  if (r != R_OK && !q->failing)
    log_line(LOG_WARN, "quotas: %s: %s", result_row(r)->code, store_last_error());
  q->failing = r != R_OK;
}

/* Sleeps until it is time, or until the end: then it is false. */
static bool sleep_on(struct jobs_quota *q)
{
  int64_t until = clock_now() + every;
  struct timespec at = {.tv_sec = until / CLOCK_SECOND, .tv_nsec = until % CLOCK_SECOND * 1000};
  pthread_mutex_lock(&q->lock);
  int waited = 0;
  while (!q->stop && waited == 0)
    waited = pthread_cond_timedwait(&q->wake, &q->lock, &at);
  bool stop = q->stop;
  pthread_mutex_unlock(&q->lock);
  return !stop;
}

static void *run(void *argument)
{
  struct jobs_quota *q = argument;
  while (sleep_on(q))
    look_and_tell(q);
  return NULL;
}

RESULT jobs_quota_open(const struct domain *domain, struct arena *arena, struct jobs_quota **ret_quota)
{
  struct jobs_quota *q = arena_alloc(arena, sizeof *q);
  if (!q)
    return R_NO_MEMORY;
  q->domain = domain;
  pthread_mutex_init(&q->lock, NULL);
  pthread_cond_init(&q->wake, NULL);
  if (pthread_create(&q->thread, NULL, run, q) != 0)
    return R_NO_MEMORY;
  *ret_quota = q;
  return R_OK;
}

void jobs_quota_close(struct jobs_quota **quota)
{
  struct jobs_quota *q = *quota;
  if (!q)
    return;
  pthread_mutex_lock(&q->lock);
  q->stop = true;
  pthread_cond_signal(&q->wake);
  pthread_mutex_unlock(&q->lock);
  pthread_join(q->thread, NULL);
  pthread_cond_destroy(&q->wake);
  pthread_mutex_destroy(&q->lock);
  *quota = NULL;
}
