/* Wakes every second, serves requests to reset a password, delivers what is due, at a pace. */
#include "jobs/outbox.h"
#include "base/metric.h"
#include "domain/invitation.h"
#include "jobs/pulse.h"
#include "store/outbox.h"

static const int64_t idle_time = CLOCK_SECOND, pause_time = 5 * CLOCK_SECOND, look_time = 10 * CLOCK_SECOND;

enum { ARENA_MOST = 8 << 20 };

struct jobs_outbox {
  struct jobs_courier courier;
  int64_t looked_at; /* clock_monotonic(): when the queue was measured */
  atomic_llong waiting, oldest;
  enum result said; /* the last failure in the log, R_OK when all is well: it is not said twice */
  struct jobs_pulse pulse;
};

/* One step of either kind, and how long to rest: a request that was served is no mail yet, and holds up none. */
static enum result step(struct jobs_outbox *o, int64_t *ret_rest)
{
  CLEANUP(arena_free) struct arena *arena = arena_new(ARENA_MOST);
  *ret_rest = pause_time;
  if (!arena)
    return R_NO_MEMORY;
  enum result served = domain_invitation_serve(o->courier.domain, arena);
  if (served != R_OK && served != R_NOT_FOUND)
    return served;
  enum result r = jobs_courier_step(&o->courier, arena);
  if (r == R_OK || r == R_NOT_FOUND)
    *ret_rest = served == R_OK ? 0 : r == R_OK ? o->courier.interval : idle_time;
  return r == R_NOT_FOUND ? R_OK : r;
}

static void look(struct jobs_outbox *o)
{
  CLEANUP(arena_free) struct arena *arena = arena_new(ARENA_MOST);
  int64_t count, oldest;
  if (!arena || (o->looked_at && clock_monotonic() - o->looked_at < look_time))
    return;
  struct store_call store = {
      .pool = o->courier.domain->auth, .arena = arena, .deadline = clock_monotonic() + look_time};
  o->looked_at = clock_monotonic();
  if (store_outbox_waiting(&store, &count, &oldest) != R_OK)
    return;
  atomic_store(&o->waiting, count);
  atomic_store(&o->oldest, oldest);
}

static void say(struct jobs_outbox *o, enum result r)
{
  if (r != R_OK && r != o->said)
    log_line(LOG_WARN, "outbox: %s: %s", result_row(r)->code, store_last_error());
  o->said = r;
}

static void *run(void *argument)
{
  struct jobs_outbox *o = argument;
  int64_t time;
  do {
    look(o);
    say(o, step(o, &time));
  } while (jobs_pulse_sleep(&o->pulse, time));
  return NULL;
}

RESULT jobs_outbox_open(const struct jobs_outbox_config *config, struct arena *arena, struct jobs_outbox **ret_outbox)
{
  struct jobs_outbox *o = arena_alloc(arena, sizeof *o);
  if (!o)
    return R_NO_MEMORY;
  o->courier.domain = config->domain;
  o->courier.from = config->from;
  o->courier.deliver = config->deliver;
  o->courier.post = config->post;
  o->courier.interval = 60 * CLOCK_SECOND / config->pace;
  TRY(jobs_pulse_start(&o->pulse, run, o));
  *ret_outbox = o;
  return R_OK;
}

void jobs_outbox_close(struct jobs_outbox **outbox)
{
  if (!*outbox)
    return;
  jobs_pulse_stop(&(*outbox)->pulse);
  *outbox = NULL;
}

void jobs_outbox_metrics(const struct jobs_outbox *o, struct buf *text)
{
  if (!o)
    return;
  int64_t oldest = atomic_load(&o->oldest);
  double age = oldest ? (double)(clock_now() - oldest) / (double)CLOCK_SECOND : 0;
  jobs_courier_metrics(&o->courier, text);
  metric_put(text, "bailiwick_mail_waiting", "gauge", "Mails that wait, of all processes.",
             (double)atomic_load(&o->waiting));
  metric_put(text, "bailiwick_mail_oldest_seconds", "gauge", "How long the oldest of them has waited.", age);
}
