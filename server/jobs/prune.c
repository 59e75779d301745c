/* A thread that wakes every few minutes and removes what has had its time. */
#include "jobs/prune.h"
#include "jobs/pulse.h"
#include "store/import.h"
#include "store/installation.h"
#include <stdlib.h>

static const int64_t every = 300 * CLOCK_SECOND, day = 24 * 3600 * CLOCK_SECOND;

enum { ARENA_MOST = 1 << 20 };

struct jobs_prune {
  const struct domain *domain;
  struct jobs_pulse pulse;
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

static void *run(void *argument)
{
  struct jobs_prune *p = argument;
  do {
    enum result r = prune(p->domain);
    if (r != R_OK)
      log_line(LOG_WARN, "pruning: %s: %s", result_row(r)->code, store_last_error());
  } while (jobs_pulse_sleep(&p->pulse, every));
  return NULL;
}

RESULT jobs_prune_open(const struct domain *domain, struct jobs_prune **ret_prune)
{
  struct jobs_prune *p = calloc(1, sizeof *p);
  if (!p)
    return R_NO_MEMORY;
  p->domain = domain;
  enum result r = jobs_pulse_start(&p->pulse, run, p);
  if (r != R_OK) {
    free(p);
    return r;
  }
  *ret_prune = p;
  return R_OK;
}

void jobs_prune_close(struct jobs_prune **prune)
{
  if (!*prune)
    return;
  jobs_pulse_stop(&(*prune)->pulse);
  free(*prune);
  *prune = NULL;
}
