/* Connects, looks, waits to be told, and connects again when the database was lost: for as long as the process lives.
 */
#include "policy/follow.h"
#include "base/clock.h"
#include "base/log.h"
#include "db/tx.h"
#include <signal.h>
#include <stdlib.h>

enum { PAUSE_FIRST_MS = 20, PAUSE_DOUBLINGS = 5, FORGET_SECONDS = 60 };

struct policy_follow {
  char *conninfo;
  int64_t period;
  struct bw_model *model;
  struct policy_progress *progress;
  pthread_t thread;
  pthread_mutex_t lock; /* over the next three */
  pthread_cond_t stopped;
  bool stop;
  struct db_listen *listen; /* while connected */
  /* The thread's own. */
  struct policy_place place;
  int64_t forget_at;
  unsigned failures;
};

static bool is_stopped(struct policy_follow *f)
{
  pthread_mutex_lock(&f->lock);
  bool stop = f->stop;
  pthread_mutex_unlock(&f->lock);
  return stop;
}

/* From now on until NULL is shown a stop cancels what this connection waits for. False when stopped already. */
static bool show(struct policy_follow *f, struct db_listen *listen)
{
  pthread_mutex_lock(&f->lock);
  f->listen = listen;
  bool stop = f->stop;
  pthread_mutex_unlock(&f->lock);
  return !stop;
}

static void forget_sessions(struct policy_follow *f)
{
  int64_t now = clock_now();
  if (now < f->forget_at)
    return;
  bw_model_forget_sessions(f->model, now);
  f->forget_at = now + FORGET_SECONDS * CLOCK_SECOND;
}

static void log_load(const struct policy_follow *f, int64_t began)
{
  struct bw_model_counts counts;
  bw_model_count(f->model, &counts);
  log_line(LOG_INFO, "policy loaded at revision %llu in %lld ms: %zu tenants, %zu principals, %zu grants",
           (unsigned long long)f->place.revision, (long long)(clock_monotonic() - began) / 1000, counts.tenants,
           counts.principals, counts.grants);
}

/* After a load of the whole, which may have taken long, it looks again at once. */
static RESULT look_and_wait(struct policy_follow *f)
{
  int64_t began = clock_monotonic();
  enum policy_step step;
  TRY(policy_load(f->listen, f->model, &f->place, &step));
  policy_progress_note(f->progress, step, f->place.revision, began);
  f->failures = 0;
  forget_sessions(f);
  if (step == POLICY_SAME || step == POLICY_CHANGED)
    return db_listen_wait(f->listen, began + f->period);
  log_load(f, began);
  return R_OK;
}

static RESULT follow_connection(struct policy_follow *f)
{
  struct db_listen *listen CLEANUP(db_listen_close) = NULL;
  TRY(db_listen_open(f->conninfo, &listen));
  enum result r = show(f, listen) ? R_OK : R_UNAVAILABLE;
  while (r == R_OK)
    r = look_and_wait(f);
  show(f, NULL);
  return r;
}

/* Half of the pause is chance, so that many processes do not knock at once. */
static void pause_a_while(struct policy_follow *f)
{
  int64_t step = (int64_t)PAUSE_FIRST_MS * 1000 << (f->failures < PAUSE_DOUBLINGS ? f->failures : PAUSE_DOUBLINGS);
  int64_t until = clock_monotonic() + step / 2 + clock_now() % (step / 2);
  struct timespec at = {until / CLOCK_SECOND, until % CLOCK_SECOND * 1000};
  f->failures++;
  pthread_mutex_lock(&f->lock);
  while (!f->stop && clock_monotonic() < until)
    pthread_cond_timedwait(&f->stopped, &f->lock, &at);
  pthread_mutex_unlock(&f->lock);
}

static void *follow(void *argument)
{
  struct policy_follow *f = argument;
  while (!is_stopped(f)) {
    enum result r = follow_connection(f);
    if (f->failures == 0 && !is_stopped(f))
      log_line(LOG_WARN, "policy: the database cannot be followed (%s): %s", result_row(r)->code, db_last_error());
    pause_a_while(f);
  }
  return NULL;
}

/* Signals are for the main thread. */
static bool start(struct policy_follow *f)
{
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  bool started = pthread_create(&f->thread, NULL, follow, f) == 0;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return started;
}

static void release(struct policy_follow *f)
{
  pthread_cond_destroy(&f->stopped);
  pthread_mutex_destroy(&f->lock);
  free(f->conninfo);
  free(f);
}

RESULT policy_follow_open(const char *conninfo, int64_t period, struct bw_model *model,
                          struct policy_progress *progress, struct policy_follow **ret_follow)
{
  struct policy_follow *f = calloc(1, sizeof *f);
  if (!f || policy_progress_condition(&f->stopped) != R_OK) {
    free(f);
    return R_NO_MEMORY;
  }
  pthread_mutex_init(&f->lock, NULL);
  f->conninfo = strdup(conninfo);
  f->period = period;
  f->model = model;
  f->progress = progress;
  if (!f->conninfo || !start(f)) {
    release(f);
    return R_NO_MEMORY;
  }
  *ret_follow = f;
  return R_OK;
}

void policy_follow_close(struct policy_follow **follow)
{
  struct policy_follow *f = follow ? *follow : NULL;
  if (!f)
    return;
  pthread_mutex_lock(&f->lock);
  f->stop = true;
  if (f->listen)
    db_listen_cancel(f->listen);
  pthread_cond_signal(&f->stopped);
  pthread_mutex_unlock(&f->lock);
  pthread_join(f->thread, NULL);
  release(f);
  *follow = NULL;
}
