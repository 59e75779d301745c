/* Hands out connections, at most so many, and lets a database that is down alone for a growing while. */
#include "db/pool.h"
#include "base/clock.h"
#include "db/failure.h"
#include "db/lease.h"
#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

enum { WAIT_SECONDS = 5, BACKOFF_FIRST_MS = 50, BACKOFF_DOUBLINGS = 5 };

/* What was used so lately is not asked whether it lives: what ends in this time could as well have ended a moment
   later, under the statement. */
static const int64_t trusted_time = CLOCK_SECOND / 20;

struct slot {
  struct db_connection *connection; /* NULL: none yet, or lost; the holder of a taken slot makes one */
  bool taken;
  uint64_t thread;    /* of the holder */
  int64_t given_back; /* when, by clock_monotonic() */
};

struct db_pool {
  char *conninfo;
  enum db_role role;
  pthread_mutex_t lock; /* over all that follows */
  pthread_cond_t released;
  unsigned failures; /* connecting failed so many times in a row */
  bool probing;      /* after a failure one thread at a time tries again */
  int64_t retry_at;
  atomic_bool reachable;
  unsigned count;
  struct slot slots[];
};

uint64_t db_thread(void)
{
  static _Atomic uint64_t last;     /* of the process, so that no two threads share a number */
  static _Thread_local uint64_t me; /* of the thread, for all its life */
  if (me == 0)
    me = atomic_fetch_add(&last, 1) + 1;
  return me;
}

RESULT db_pool_open(const struct db_config *config, struct db_pool **ret_pool)
{
  assert(config->connections > 0 && config->role > 0 && config->role < DB__ROLES);
  struct db_pool *pool = calloc(1, sizeof *pool + config->connections * sizeof pool->slots[0]);
  if (!pool)
    return R_NO_MEMORY;
  pool->conninfo = strdup(config->conninfo);
  if (!pool->conninfo) {
    free(pool);
    return R_NO_MEMORY;
  }
  pool->role = config->role;
  pool->count = config->connections;
  pthread_condattr_t attributes;
  pthread_condattr_init(&attributes);
  pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
  pthread_cond_init(&pool->released, &attributes);
  pthread_condattr_destroy(&attributes);
  pthread_mutex_init(&pool->lock, NULL);
  *ret_pool = pool;
  return R_OK;
}

void db_pool_close(struct db_pool **pool)
{
  struct db_pool *p = pool ? *pool : NULL;
  if (!p)
    return;
  for (unsigned i = 0; i < p->count; i++) {
    assert(!p->slots[i].taken);
    db_connection_close(&p->slots[i].connection);
  }
  pthread_cond_destroy(&p->released);
  pthread_mutex_destroy(&p->lock);
  free(p->conninfo);
  free(p);
  *pool = NULL;
}

bool db_pool_reachable(const struct db_pool *pool) { return atomic_load(&pool->reachable); }

enum db_role db_pool_role(const struct db_pool *pool) { return pool->role; }

/* A free slot, rather one with a connection: those in front stay warm, those behind are made under load. */
static struct slot *free_slot(struct db_pool *pool)
{
  struct slot *empty = NULL;
  for (unsigned i = 0; i < pool->count; i++) {
    struct slot *slot = &pool->slots[i];
    if (!slot->taken && slot->connection)
      return slot;
    if (!slot->taken && !empty)
      empty = slot;
  }
  return empty;
}

/* Takes a slot, waiting for one; NULL when none came free in time. */
static struct slot *take_slot(struct db_pool *pool, int64_t deadline)
{
  int64_t most = clock_monotonic() + WAIT_SECONDS * CLOCK_SECOND;
  int64_t until = deadline && deadline < most ? deadline : most;
  struct timespec at = {until / CLOCK_SECOND, until % CLOCK_SECOND * 1000};
  struct slot *slot = NULL;
  pthread_mutex_lock(&pool->lock);
  while (!(slot = free_slot(pool)))
    if (pthread_cond_timedwait(&pool->released, &pool->lock, &at) == ETIMEDOUT)
      break;
  if (slot) {
    slot->taken = true;
    slot->thread = db_thread();
  }
  pthread_mutex_unlock(&pool->lock);
  return slot;
}

static struct slot *slot_of(struct db_pool *pool, const struct db_connection *connection)
{
  pthread_mutex_lock(&pool->lock);
  struct slot *slot = pool->slots;
  while (slot->connection != connection)
    slot++;
  pthread_mutex_unlock(&pool->lock);
  return slot;
}

/* Gives a slot back with what is to stay in it. */
static void free_slot_with(struct db_pool *pool, struct slot *slot, struct db_connection *connection)
{
  pthread_mutex_lock(&pool->lock);
  slot->connection = connection;
  slot->taken = false;
  slot->given_back = clock_monotonic();
  pthread_cond_signal(&pool->released);
  pthread_mutex_unlock(&pool->lock);
}

/* Puts a connection into a taken slot, or takes it out; after this db_pool_cancel sees it, or no longer. */
static void swap_connection(struct db_pool *pool, struct slot *slot, struct db_connection *connection)
{
  pthread_mutex_lock(&pool->lock);
  slot->connection = connection;
  pthread_mutex_unlock(&pool->lock);
}

static bool may_connect(struct db_pool *pool)
{
  pthread_mutex_lock(&pool->lock);
  bool may = pool->failures == 0 || (!pool->probing && clock_monotonic() >= pool->retry_at);
  if (may && pool->failures > 0)
    pool->probing = true;
  pthread_mutex_unlock(&pool->lock);
  return may;
}

/* Half of the step is sure and half is chance, so that many processes do not knock at once. */
static int64_t backoff(unsigned failures)
{
  unsigned doublings = failures < BACKOFF_DOUBLINGS ? failures : BACKOFF_DOUBLINGS;
  int64_t step = (int64_t)BACKOFF_FIRST_MS * 1000 << doublings;
  uint32_t chance = 0;
  if (getrandom(&chance, sizeof chance, 0) != sizeof chance)
    chance = (uint32_t)clock_monotonic();
  return step / 2 + chance % (step / 2);
}

static void connected(struct db_pool *pool, bool success)
{
  pthread_mutex_lock(&pool->lock);
  pool->probing = false;
  pool->failures = success ? 0 : pool->failures + 1;
  pool->retry_at = success ? 0 : clock_monotonic() + backoff(pool->failures);
  pthread_mutex_unlock(&pool->lock);
  atomic_store(&pool->reachable, success);
}

static RESULT connect_slot(struct db_pool *pool, struct slot *slot)
{
  struct db_connection *connection = NULL;
  if (!may_connect(pool))
    return db_failure_say(R_UNAVAILABLE, "the database could not be reached a moment ago");
  enum result r = db_connection_open(pool->conninfo, pool->role, &connection);
  connected(pool, r == R_OK);
  if (r == R_OK)
    swap_connection(pool, slot, connection);
  return r;
}

static bool is_dead(const struct slot *slot)
{
  return slot->connection && clock_monotonic() - slot->given_back > trusted_time &&
         !db_connection_alive(slot->connection);
}

RESULT db_pool_lease(struct db_pool *pool, int64_t deadline, struct db_connection **ret_connection)
{
  struct slot *slot = take_slot(pool, deadline);
  if (!slot)
    return db_failure_say(R_UNAVAILABLE, "no connection to the database came free in time");
  if (is_dead(slot)) {
    struct db_connection *dead = slot->connection;
    swap_connection(pool, slot, NULL);
    db_connection_close(&dead);
  }
  enum result r = slot->connection ? R_OK : connect_slot(pool, slot);
  if (r != R_OK) {
    free_slot_with(pool, slot, NULL);
    return r;
  }
  *ret_connection = slot->connection;
  return R_OK;
}

void db_pool_release(struct db_pool *pool, struct db_connection *connection)
{
  struct slot *slot = slot_of(pool, connection);
  swap_connection(pool, slot, NULL);
  /* Out of db_pool_cancel's sight now: a cancel came before this, and shows, or it does not come at all. */
  bool keep = db_connection_idle(connection);
  if (!keep)
    db_connection_close(&connection);
  free_slot_with(pool, slot, keep ? connection : NULL);
}

RESULT db_pool_spare(struct db_pool *pool, struct db_connection **ret_connection)
{
  return db_connection_open(pool->conninfo, pool->role, ret_connection);
}

void db_pool_cancel(struct db_pool *pool, uint64_t thread)
{
  pthread_mutex_lock(&pool->lock);
  for (unsigned i = 0; i < pool->count; i++)
    if (pool->slots[i].taken && pool->slots[i].thread == thread && pool->slots[i].connection)
      db_connection_cancel(pool->slots[i].connection);
  pthread_mutex_unlock(&pool->lock);
}
