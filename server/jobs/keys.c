/* A thread that looks every two seconds, and every half when somebody shows a key that is not known. */
#include "jobs/keys.h"
#include "domain/signing.h"
#include "store/call.h"
#include <pthread.h>
#include <time.h>

static const int64_t every = 2 * CLOCK_SECOND, tick = CLOCK_SECOND / 2;

enum { ARENA_MOST = 1 << 20, PRUNE_ROUNDS = 300 };

struct jobs_keys {
  const struct domain *domain;
  pthread_t thread;
  pthread_mutex_t lock;
  pthread_cond_t wake;
  bool stop;
  bool failing; /* the thread's own: a failure is said once */
  unsigned rounds;
};

static enum result look(struct jobs_keys *k)
{
  CLEANUP(arena_free) struct arena *arena = arena_new(ARENA_MOST);
  struct domain_signing made;
  if (!arena)
    return R_NO_MEMORY;
  TRY(domain_signing_read(k->domain, arena));
  if (domain_signing_due(k->domain, clock_now())) {
    enum result r = domain_signing_rotate(k->domain, DOMAIN_SIGNING_BY_SCHEDULE, arena, &made);
    if (r == R_OK)
      log_line(LOG_INFO, "signing key %.*s made by schedule", (int)made.kid.n, made.kid.p);
    else if (r != R_ALREADY_EXISTS)
      return r;
  }
  return k->rounds++ % PRUNE_ROUNDS == 0 ? domain_signing_prune(k->domain, arena) : R_OK;
}

static void look_and_tell(struct jobs_keys *k)
{
  enum result r = look(k);
  if (r != R_OK && !k->failing)
    log_line(LOG_WARN, "signing keys: %s: %s", result_row(r)->code, store_last_error());
  k->failing = r != R_OK;
}

/* Sleeps for a tick, or until the end: then it is false. */
static bool sleep_on(struct jobs_keys *k)
{
  int64_t until = clock_now() + tick;
  struct timespec at = {.tv_sec = until / CLOCK_SECOND, .tv_nsec = until % CLOCK_SECOND * 1000};
  pthread_mutex_lock(&k->lock);
  int waited = 0;
  while (!k->stop && waited == 0)
    waited = pthread_cond_timedwait(&k->wake, &k->lock, &at);
  bool stop = k->stop;
  pthread_mutex_unlock(&k->lock);
  return !stop;
}

static void *run(void *argument)
{
  struct jobs_keys *k = argument;
  int64_t looked = clock_monotonic();
  while (sleep_on(k)) {
    bool doubted = authn_keyring_doubted(k->domain->issuer.ring);
    if (!doubted && clock_monotonic() - looked < every)
      continue;
    looked = clock_monotonic();
    look_and_tell(k);
  }
  return NULL;
}

RESULT jobs_keys_open(const struct domain *domain, struct arena *arena, struct jobs_keys **ret_keys)
{
  struct jobs_keys *k = arena_alloc(arena, sizeof *k);
  if (!k)
    return R_NO_MEMORY;
  k->domain = domain;
  pthread_mutex_init(&k->lock, NULL);
  pthread_cond_init(&k->wake, NULL);
  if (pthread_create(&k->thread, NULL, run, k) != 0)
    return R_NO_MEMORY;
  *ret_keys = k;
  return R_OK;
}

void jobs_keys_close(struct jobs_keys **keys)
{
  struct jobs_keys *k = *keys;
  if (!k)
    return;
  pthread_mutex_lock(&k->lock);
  k->stop = true;
  pthread_cond_signal(&k->wake);
  pthread_mutex_unlock(&k->lock);
  pthread_join(k->thread, NULL);
  pthread_cond_destroy(&k->wake);
  pthread_mutex_destroy(&k->lock);
  *keys = NULL;
}
