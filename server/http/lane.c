/* Runs requests on the workers of a lane. */
#include "http/lane.h"
#include "base/clock.h"
#include "http/exchange.h"
#include <sched.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { LINGER = 8, HASH_NICE = 10, HASH_SLICE = 100000000 /* nanoseconds, the longest */ };

/* A request's handler, or the next page of a reply, or piece of a body, that one began with. */
static void serve(struct http_lane_pool *pool, struct http_request *request)
{
  if (request->stage == HTTP_STAGE_REPLY)
    http_stream_fill(request->stream);
  else if (request->stage == HTTP_STAGE_UPLOAD)
    http_upload_store(request);
  else
    pool->table->enter(pool->table->service, request->route, request, &request->reply);
}

static void run(struct http_worker *worker, struct http_request *request)
{
  bool late = request->deadline < clock_monotonic();
  pthread_mutex_lock(&worker->lock);
  worker->deadline = request->deadline;
  pthread_mutex_unlock(&worker->lock);
  request->worker = worker->number;
  request->begun = clock_monotonic();
  if (late)
    http_exchange_refuse(request);
  else
    serve(worker->pool, request);
  pthread_mutex_lock(&worker->lock);
  worker->deadline = 0;
  pthread_mutex_unlock(&worker->lock);
  http_exchange_leave(request);
}

/* Under the lock: the first in the queue, or NULL. */
static struct http_request *take(struct http_lane_pool *pool)
{
  struct http_request *request = pool->first;
  if (!request)
    return NULL;
  pool->first = request->next;
  if (!pool->first)
    pool->last = &pool->first;
  return request;
}

/* Under the lock: whether to wake a worker. One wakes at a time and wakes the next itself when more is queued: a signal
   for each request would wake all for what the first takes alone. */
static bool wakes(struct http_lane_pool *pool)
{
  if (!pool->first || pool->idle == 0 || pool->waking)
    return false;
  pool->waking = true;
  return true;
}

/* Lets others run a few times before it sleeps: under load the next request comes meanwhile, and nobody has to wake anybody. */
static void linger(struct http_lane_pool *pool)
{
  for (int i = 0; i < LINGER && atomic_load_explicit(&pool->waiting, memory_order_relaxed) == 0; i++)
    sched_yield();
}

/* Waits for a request; NULL when the lane ends. */
static struct http_request *next(struct http_lane_pool *pool)
{
  linger(pool);
  pthread_mutex_lock(&pool->lock);
  while (!pool->first && !pool->stops) {
    pool->idle++;
    pthread_cond_wait(&pool->work, &pool->lock);
    pool->idle--;
    pool->waking = false;
  }
  struct http_request *request = take(pool);
  bool wake = wakes(pool);
  pthread_mutex_unlock(&pool->lock);
  if (wake)
    pthread_cond_signal(&pool->work);
  if (request)
    atomic_fetch_sub(&pool->waiting, 1);
  return request;
}

/* sched_attr of linux/sched/types.h, which cannot be had beside sched.h. */
struct attributes {
  uint32_t size, policy;
  uint64_t flags;
  int32_t nice;
  uint32_t priority;
  uint64_t runtime, deadline, period;
};

/* What computes gives way to what answers, so a flood of logins delays no decision: this thread gets little where others
   want the processor, and a long slice, which since Linux 6.12 lets whoever wakes with a shorter one in at once. Not
   SCHED_IDLE: a busy machine would let nobody sign in. Where the kernel refuses, all is as it was. */
static void give_way(void)
{
  struct attributes attributes = {
      .size = sizeof attributes, .policy = SCHED_OTHER, .nice = HASH_NICE, .runtime = HASH_SLICE};
  (void)syscall(SYS_sched_setattr, 0, &attributes, 0);
}

static void *work(void *argument)
{
  struct http_worker *worker = argument;
  if (worker->pool->lane == HTTP_LANE_HASH)
    give_way();
  for (struct http_request *request; (request = next(worker->pool));)
    run(worker, request);
  return NULL;
}

RESULT http_lane_start(struct http_lane_pool *pool, unsigned count)
{
  pool->last = &pool->first;
  if (pthread_mutex_init(&pool->lock, NULL) != 0)
    return R_NO_MEMORY;
  pthread_cond_init(&pool->work, NULL);
  pool->workers = calloc(count ? count : 1, sizeof *pool->workers);
  if (!pool->workers) {
    pthread_mutex_destroy(&pool->lock);
    return R_NO_MEMORY;
  }
  for (; pool->count < count; pool->count++) {
    struct http_worker *worker = &pool->workers[pool->count];
    *worker = (struct http_worker){.pool = pool, .number = pool->count};
    if (pthread_mutex_init(&worker->lock, NULL) != 0)
      return R_NO_MEMORY;
    if (pthread_create(&worker->thread, NULL, work, worker) == 0)
      continue;
    pthread_mutex_destroy(&worker->lock);
    return R_NO_MEMORY;
  }
  return R_OK;
}

void http_lane_stop(struct http_lane_pool *pool)
{
  if (!pool->workers)
    return;
  pthread_mutex_lock(&pool->lock);
  pool->stops = true;
  pthread_cond_broadcast(&pool->work);
  pthread_mutex_unlock(&pool->lock);
  for (unsigned i = 0; i < pool->count; i++) {
    pthread_join(pool->workers[i].thread, NULL);
    pthread_mutex_destroy(&pool->workers[i].lock);
  }
  free(pool->workers);
  pool->workers = NULL;
  pthread_cond_destroy(&pool->work);
  pthread_mutex_destroy(&pool->lock);
}

bool http_lane_reserve(struct http_lane_pool *pool)
{
  if (atomic_fetch_add(&pool->waiting, 1) < pool->most)
    return true;
  atomic_fetch_sub(&pool->waiting, 1);
  atomic_fetch_add_explicit(&pool->refused, 1, memory_order_relaxed);
  return false;
}

void http_lane_put(struct http_lane_pool *pool, struct http_request *request)
{
  request->next = NULL;
  pthread_mutex_lock(&pool->lock);
  *pool->last = request;
  pool->last = &request->next;
  bool wake = wakes(pool);
  pthread_mutex_unlock(&pool->lock);
  if (wake)
    pthread_cond_signal(&pool->work);
}

void http_lane_push(struct http_lane_pool *pool, struct http_request *request)
{
  atomic_fetch_add(&pool->waiting, 1);
  http_lane_put(pool, request);
}

/* Takes what is late out of the queue, as a list. */
static struct http_request *take_late(struct http_lane_pool *pool, int64_t now)
{
  struct http_request *late = NULL;
  pthread_mutex_lock(&pool->lock);
  struct http_request **at = &pool->first;
  while (*at) {
    struct http_request *request = *at;
    if (request->deadline > now) {
      at = &request->next;
      continue;
    }
    *at = request->next;
    request->next = late;
    late = request;
  }
  pool->last = at;
  pthread_mutex_unlock(&pool->lock);
  return late;
}

void http_lane_expire(struct http_lane_pool *pool, int64_t now)
{
  for (struct http_request *late = take_late(pool, now), *rest; late; late = rest) {
    rest = late->next;
    atomic_fetch_sub(&pool->waiting, 1);
    http_exchange_refuse(late);
    http_exchange_resume(late);
  }
  for (unsigned i = 0; i < pool->count; i++) {
    struct http_worker *worker = &pool->workers[i];
    pthread_mutex_lock(&worker->lock);
    if (worker->deadline != 0 && worker->deadline <= now && pool->cancel)
      pool->cancel(pool->table->service, pool->lane, i);
    pthread_mutex_unlock(&worker->lock);
  }
}
