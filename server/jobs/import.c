/* Takes one step after the other as long as there is one, looks every now and then for more, and counts. */
#include "jobs/import.h"
#include "base/metric.h"
#include "import/step.h"
#include "jobs/pulse.h"
#include "policy/mint.h"
#include "store/call.h"
#include "store/import.h"
#include <stdatomic.h>

static const int64_t idle_time = CLOCK_SECOND / 4, pause_time = CLOCK_SECOND, yield_time = CLOCK_SECOND / 100,
                     look_time = 5 * CLOCK_SECOND;

/* Times that it gives way to who waits, one after the other: an import goes on, slowly, under any load. */
enum { ARENA_MOST = 192 << 20, LOOK_ARENA = 1 << 20, YIELDS_MOST = 20 };

enum outcome_kind { CREATED, UPDATED, UNCHANGED, REMOVED, REFUSED, OUTCOMES };

struct jobs_import {
  struct jobs_import_config config;
  struct import_pace pace;
  atomic_ullong rows[OUTCOMES], steps, step_time, yields;
  atomic_llong running, waiting; /* of all processes */
  int64_t looked_at;             /* clock_monotonic(): when those were counted */
  enum result said;              /* the last failure in the log, R_OK when all is well: it is not said twice */
  struct jobs_pulse pulse;
};

static void say(struct jobs_import *i, enum result r)
{
  if (r != R_OK && r != i->said)
    log_line(LOG_WARN, "import: %s: %s", result_row(r)->code, store_last_error());
  i->said = r;
}

static void count(struct jobs_import *i, const struct import_stepped *s, int64_t time)
{
  const int64_t rows[OUTCOMES] = {s->created, s->updated, s->unchanged, s->removed, s->refused};
  for (int kind = 0; kind < OUTCOMES; kind++)
    atomic_fetch_add(&i->rows[kind], (unsigned long long)rows[kind]);
  atomic_fetch_add(&i->steps, 1);
  atomic_fetch_add(&i->step_time, (unsigned long long)time);
}

/* One that fails is made up for by the next. */
static void look(struct jobs_import *i)
{
  CLEANUP(arena_free) struct arena *arena = arena_new(LOOK_ARENA);
  struct store_call store = {.pool = i->config.domain->app, .arena = arena, .deadline = clock_monotonic() + look_time};
  int64_t running, waiting;
  if (!arena || (i->looked_at && clock_monotonic() - i->looked_at < look_time))
    return;
  i->looked_at = clock_monotonic();
  if (policy_scope_whole(i->config.domain->policy, arena, &store.scope) != R_OK ||
      store_import_waiting(&store, &running, &waiting) != R_OK)
    return;
  atomic_store(&i->running, running);
  atomic_store(&i->waiting, waiting);
}

/* R_NOT_FOUND when there was nothing to do. */
static enum result step(struct jobs_import *i)
{
  CLEANUP(arena_free) struct arena *arena = arena_new(ARENA_MOST);
  struct import_stepped stepped;
  if (!arena)
    return R_NO_MEMORY;
  int64_t begun = clock_monotonic();
  enum result r = import_step(i->config.domain, &i->pace, arena, &stepped);
  if (r == R_OK)
    count(i, &stepped, clock_monotonic() - begun);
  import_pace_learn(&i->pace, &stepped, r);
  return r;
}

static void *run(void *argument)
{
  struct jobs_import *i = argument;
  int64_t time = idle_time;
  int yields = 0;
  while (jobs_pulse_sleep(&i->pulse, time)) {
    look(i);
    bool gives_way = i->config.busy && yields < YIELDS_MOST && i->config.busy(i->config.who);
    yields = gives_way ? yields + 1 : 0;
    time = yield_time;
    atomic_fetch_add(&i->yields, gives_way);
    if (gives_way)
      continue;
    enum result r = step(i);
    bool idle = r == R_NOT_FOUND;
    say(i, idle ? R_OK : r);
    time = idle ? idle_time : r == R_OK ? 0 : pause_time;
  }
  return NULL;
}

RESULT jobs_import_open(const struct jobs_import_config *config, struct arena *arena, struct jobs_import **ret_import)
{
  struct jobs_import *i = arena_alloc(arena, sizeof *i);
  if (!i)
    return R_NO_MEMORY;
  i->config = *config;
  i->pace = import_pace_of(config->refusals);
  TRY(jobs_pulse_start(&i->pulse, run, i));
  *ret_import = i;
  return R_OK;
}

void jobs_import_close(struct jobs_import **import)
{
  if (!*import)
    return;
  jobs_pulse_stop(&(*import)->pulse);
  *import = NULL;
}

static void put_rows(const struct jobs_import *i, struct buf *text)
{
  static const char *const names[OUTCOMES] = {"created", "updated", "unchanged", "removed", "refused"};
  metric_head(text, "bailiwick_import_rows_total", "counter", "Rows of import jobs that this process went through.");
  for (int kind = 0; kind < OUTCOMES; kind++)
    buf_print(text, "bailiwick_import_rows_total{outcome=\"%s\"} %llu\n", names[kind], atomic_load(&i->rows[kind]));
}

void jobs_import_metrics(const struct jobs_import *i, struct buf *text)
{
  const struct {
    const char *name, *type, *help;
    double value;
  } rows[] = {
      {"bailiwick_import_jobs_running", "gauge", "Import jobs that run, of all processes.",
       (double)atomic_load(&i->running)},
      {"bailiwick_import_jobs_waiting", "gauge", "Import jobs that wait for their first step, of all processes.",
       (double)atomic_load(&i->waiting)},
      {"bailiwick_import_steps_total", "counter", "Steps of import jobs that this process took.",
       (double)atomic_load(&i->steps)},
      {"bailiwick_import_step_seconds_total", "counter", "Time that those steps took.",
       (double)atomic_load(&i->step_time) / (double)CLOCK_SECOND},
      {"bailiwick_import_yields_total", "counter", "Times that a step waited, since a request did.",
       (double)atomic_load(&i->yields)},
  };
  put_rows(i, text);
  for (size_t at = 0; at < sizeof rows / sizeof *rows; at++)
    metric_put(text, rows[at].name, rows[at].type, rows[at].help, rows[at].value);
}
