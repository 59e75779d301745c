/* A thread that wakes every few minutes and removes what has had its time. */
#include "jobs/prune.h"
#include "store/import.h"
#include "store/installation.h"
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

static const int64_t every = 300 * CLOCK_SECOND, day = 24 * 3600 * CLOCK_SECOND;

enum { ARENA_MOST = 1 << 20 };

struct jobs_prune {
  const struct domain *domain;
  pthread_t thread;
  pthread_mutex_t lock;
  pthread_cond_t wake;
  bool stop;
};

static enum result prune(const struct domain *domain)
{
  CLEANUP(arena_free) struct arena *arena = arena_new(ARENA_MOST);
  const struct scope *whole;
  if (!arena)
    return R_NO_MEMORY;
  int64_t deadline = clock_monotonic() + 60 * CLOCK_SECOND, before = clock_now() - day;
  struct store_call auth = {.pool = domain->auth, .arena = arena, .deadline = deadline};
  TRY(store_installation_prune(&auth, before));
  TRY(policy_scope_whole(domain->policy, arena, &whole));
  struct store_call app = {.pool = domain->app, .scope = whole, .arena = arena, .deadline = deadline};
  TRY(store_import_prune(&app, before - 29 * day, before));
  return store_installation_prune_replies(&app, before);
}

/* Sleeps until it is time, or until the end. */
static bool sleep_on(struct jobs_prune *p)
{
  int64_t until = clock_now() + every;
  struct timespec at = {.tv_sec = until / CLOCK_SECOND, .tv_nsec = until % CLOCK_SECOND * 1000};
  pthread_mutex_lock(&p->lock);
  int waited = 0;
  while (!p->stop && waited == 0)
    waited = pthread_cond_timedwait(&p->wake, &p->lock, &at);
  bool stop = p->stop;
  pthread_mutex_unlock(&p->lock);
  return !stop;
}

static void *run(void *argument)
{
  struct jobs_prune *p = argument;
  do {
    enum result r = prune(p->domain);
    if (r != R_OK)
      log_line(LOG_WARN, "pruning: %s: %s", result_row(r)->code, store_last_error());
  } while (sleep_on(p));
  return NULL;
}

RESULT jobs_prune_open(const struct domain *domain, struct jobs_prune **ret_prune)
{
  struct jobs_prune *p = calloc(1, sizeof *p);
  if (!p)
    return R_NO_MEMORY;
  p->domain = domain;
  pthread_mutex_init(&p->lock, NULL);
  pthread_cond_init(&p->wake, NULL);
  if (pthread_create(&p->thread, NULL, run, p) != 0) {
    free(p);
    return R_NO_MEMORY;
  }
  *ret_prune = p;
  return R_OK;
}

void jobs_prune_close(struct jobs_prune **prune)
{
  struct jobs_prune *p = *prune;
  if (!p)
    return;
  pthread_mutex_lock(&p->lock);
  p->stop = true;
  pthread_cond_signal(&p->wake);
  pthread_mutex_unlock(&p->lock);
  pthread_join(p->thread, NULL);
  pthread_cond_destroy(&p->wake);
  pthread_mutex_destroy(&p->lock);
  free(p);
  *prune = NULL;
}
