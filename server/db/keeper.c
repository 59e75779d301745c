/* Looks whether PostgreSQL runs, and has it started again when it does not: for as long as the process lives. */
#include "db/keeper.h"
#include "base/clock.h"
#include "base/log.h"
#include "db/tx.h"
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

enum { LOOK_MS = 250, RETRY_DOUBLINGS = 6 };

struct db_keeper {
  struct db_cluster *cluster;
  pthread_t thread;
  pthread_mutex_t lock; /* over `stop` */
  pthread_cond_t stopped;
  bool stop;
};

/* False when the thread is to end. */
static bool rest(struct db_keeper *k, unsigned failures)
{
  int64_t until = clock_monotonic() + ((int64_t)LOOK_MS * 1000 << (failures < RETRY_DOUBLINGS ? failures : RETRY_DOUBLINGS));
  struct timespec at = {until / CLOCK_SECOND, until % CLOCK_SECOND * 1000};
  pthread_mutex_lock(&k->lock);
  while (!k->stop && clock_monotonic() < until)
    pthread_cond_timedwait(&k->stopped, &k->lock, &at);
  bool stop = k->stop;
  pthread_mutex_unlock(&k->lock);
  return !stop;
}

static void *keep(void *argument)
{
  struct db_keeper *k = argument;
  unsigned failures = 0;
  while (rest(k, failures)) {
    bool again = false;
    enum result r = db_cluster_keep(k->cluster, &again);
    if (r != R_OK)
      log_line(LOG_ERROR, "PostgreSQL has ended and cannot be started again (%s): %s", result_row(r)->code, db_last_error());
    else if (again)
      log_line(LOG_WARN, "PostgreSQL had ended and was started again");
    failures = r == R_OK ? 0 : failures + 1;
  }
  return NULL;
}

/* Signals are for the main thread. */
static bool start(struct db_keeper *k)
{
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  bool started = pthread_create(&k->thread, NULL, keep, k) == 0;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return started;
}

static void release(struct db_keeper *k)
{
  pthread_cond_destroy(&k->stopped);
  pthread_mutex_destroy(&k->lock);
  free(k);
}

RESULT db_keeper_open(struct db_cluster *cluster, struct db_keeper **ret_keeper)
{
  struct db_keeper *k = calloc(1, sizeof *k);
  pthread_condattr_t monotonic;
  if (!k)
    return R_NO_MEMORY;
  k->cluster = cluster;
  pthread_condattr_init(&monotonic);
  pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
  pthread_cond_init(&k->stopped, &monotonic);
  pthread_condattr_destroy(&monotonic);
  pthread_mutex_init(&k->lock, NULL);
  if (!start(k)) {
    release(k);
    return R_NO_MEMORY;
  }
  *ret_keeper = k;
  return R_OK;
}

void db_keeper_close(struct db_keeper **keeper)
{
  struct db_keeper *k = keeper ? *keeper : NULL;
  if (!k)
    return;
  db_cluster_give_up(k->cluster);
  pthread_mutex_lock(&k->lock);
  k->stop = true;
  pthread_cond_signal(&k->stopped);
  pthread_mutex_unlock(&k->lock);
  pthread_join(k->thread, NULL);
  release(k);
  *keeper = NULL;
}
