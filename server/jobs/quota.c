/* A thread that looks every few seconds which quotas reached a level of which they warn. */
#include "jobs/quota.h"
#include "domain/quota.h"
#include "jobs/pulse.h"

static const int64_t every = 5 * CLOCK_SECOND;

enum { ARENA_MOST = 4 << 20 };

struct jobs_quota {
  const struct domain *domain;
  struct jobs_pulse pulse;
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

static void *run(void *argument)
{
  struct jobs_quota *q = argument;
  while (jobs_pulse_sleep(&q->pulse, every))
    look_and_tell(q);
  return NULL;
}

RESULT jobs_quota_open(const struct domain *domain, struct arena *arena, struct jobs_quota **ret_quota)
{
  struct jobs_quota *q = arena_alloc(arena, sizeof *q);
  if (!q)
    return R_NO_MEMORY;
  q->domain = domain;
  TRY(jobs_pulse_start(&q->pulse, run, q));
  *ret_quota = q;
  return R_OK;
}

void jobs_quota_close(struct jobs_quota **quota)
{
  if (!*quota)
    return;
  jobs_pulse_stop(&(*quota)->pulse);
  *quota = NULL;
}
