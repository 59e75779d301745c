/* A thread that looks every two seconds, and every half when somebody shows a key that is not known. */
#include "jobs/keys.h"
#include "domain/signing.h"
#include "jobs/pulse.h"
#include "store/call.h"

static const int64_t every = 2 * CLOCK_SECOND, tick = CLOCK_SECOND / 2;

enum { ARENA_MOST = 1 << 20, PRUNE_ROUNDS = 300 };

struct jobs_keys {
  const struct domain *domain;
  struct jobs_pulse pulse;
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

static void *run(void *argument)
{
  struct jobs_keys *k = argument;
  int64_t looked = clock_monotonic();
  while (jobs_pulse_sleep(&k->pulse, tick)) {
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
  TRY(jobs_pulse_start(&k->pulse, run, k));
  *ret_keys = k;
  return R_OK;
}

void jobs_keys_close(struct jobs_keys **keys)
{
  if (!*keys)
    return;
  jobs_pulse_stop(&(*keys)->pulse);
  *keys = NULL;
}
