/* Keeps refusals in a table of fixed size and writes them by a thread of its own. Trusts: nothing that callers send;
   their texts are cut to what has room. */
#include "domain/refusal.h"
#include "base/metric.h"
#include "domain/audit.h"
#include "store/tenant.h"
#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

enum { ADDRESS = 64, REQUEST_ID = 64, BATCH = 64, BATCH_ARENA = 256 * 1024, NONE = -1 };

static const int64_t minute = 60 * CLOCK_SECOND, tick = CLOCK_SECOND / 4, patience = 5 * CLOCK_SECOND;

/* Equal refusals of a minute. The first is written at once, those that follow as one when the minute is over. */
struct refusal {
  struct domain_refusal_event event;
  char address[ADDRESS], request_id[REQUEST_ID];
  int64_t at;
  int64_t waiting; /* how many are still to be written */
  bool written;    /* the first was */
  int next;        /* in its bucket, or among the free */
};

struct domain_refusal {
  const struct domain *domain;
  pthread_t thread;
  pthread_mutex_t mutex;
  pthread_cond_t wake;
  bool stop;
  struct uuid root; /* of the tree, once asked for; the thread's alone */
  atomic_ullong written, dropped;
  atomic_int used;
  int capacity, free;
  struct refusal *refusals;
  int *buckets; /* as many as refusals */
};

static void copy_text(struct str text, char *ret_copy, size_t room, struct str *ret_view)
{
  size_t n = text.n < room ? text.n : room;
  if (n)
    memcpy(ret_copy, text.p, n);
  *ret_view = text.p ? (struct str){ret_copy, n} : STR_NONE;
}

/* FNV-1a. */
static void mix(uint32_t *hash, const void *bytes, size_t n)
{
  const unsigned char *b = bytes;
  for (size_t i = 0; i < n; i++)
    *hash = (*hash ^ b[i]) * 16777619u;
}

static int bucket_of(const struct domain_refusal *queue, const struct domain_refusal_event *e)
{
  uint32_t hash = 2166136261u;
  mix(&hash, &e->actor.id, sizeof e->actor.id);
  mix(&hash, e->action, strlen(e->action));
  mix(&hash, &e->reason, sizeof e->reason);
  mix(&hash, &e->tenant, sizeof e->tenant);
  if (uuid_is_zero(&e->actor.id) && e->actor.address.n)
    mix(&hash, e->actor.address.p, e->actor.address.n < ADDRESS ? e->actor.address.n : ADDRESS);
  return (int)(hash % (uint32_t)queue->capacity);
}

/* One who is not known is told from others by the address. */
static bool same(const struct refusal *kept, const struct domain_refusal_event *e, int64_t now)
{
  const struct domain_refusal_event *k = &kept->event;
  struct str address = {e->actor.address.p, e->actor.address.n < ADDRESS ? e->actor.address.n : ADDRESS};
  return kept->at / minute == now / minute && k->actor.kind == e->actor.kind && k->reason == e->reason &&
         uuid_equal(&k->actor.id, &e->actor.id) && uuid_equal(&k->tenant, &e->tenant) &&
         uuid_equal(&k->stated_by, &e->stated_by) && strcmp(k->action, e->action) == 0 &&
         (!uuid_is_zero(&e->actor.id) || str_equal(k->actor.address, address));
}

void domain_refusal_put(struct domain_refusal *queue, const struct domain_refusal_event *event)
{
  int64_t now = clock_now();
  pthread_mutex_lock(&queue->mutex);
  int *bucket = &queue->buckets[bucket_of(queue, event)], i = *bucket;
  while (i != NONE && !same(&queue->refusals[i], event, now))
    i = queue->refusals[i].next;
  if (i != NONE) {
    queue->refusals[i].waiting++;
  } else if (queue->free == NONE) {
    queue->dropped++;
  } else {
    i = queue->free;
    struct refusal *r = &queue->refusals[i];
    queue->free = r->next;
    queue->used++;
    *r = (struct refusal){.event = *event, .at = now, .waiting = 1, .next = *bucket};
    copy_text(event->actor.address, r->address, ADDRESS, &r->event.actor.address);
    copy_text(event->actor.request_id, r->request_id, REQUEST_ID, &r->event.actor.request_id);
    *bucket = i;
  }
  pthread_mutex_unlock(&queue->mutex);
}

static void unlink_from(struct domain_refusal *queue, int i)
{
  int *link = &queue->buckets[bucket_of(queue, &queue->refusals[i].event)];
  while (*link != i)
    link = &queue->refusals[*link].next;
  *link = queue->refusals[i].next;
  queue->refusals[i].next = queue->free;
  queue->free = i;
  queue->used--;
}

/* Takes what is due into `ret_batch`; what has nothing to say any more makes room. */
static int take(struct domain_refusal *queue, struct refusal *ret_batch)
{
  int count = 0;
  int64_t this_minute = clock_now() / minute;
  pthread_mutex_lock(&queue->mutex);
  bool full = queue->free == NONE;
  for (int b = 0; b < queue->capacity && queue->used > 0 && count < BATCH; b++)
    for (int i = queue->buckets[b], next; i != NONE && count < BATCH; i = next) {
      struct refusal *r = &queue->refusals[i];
      bool over = r->at / minute != this_minute || full || queue->stop;
      next = r->next;
      if (r->waiting > 0 && (!r->written || over)) {
        ret_batch[count++] = *r;
        r->written = true;
        r->waiting = 0;
      }
      if (over && r->waiting == 0)
        unlink_from(queue, i);
    }
  pthread_mutex_unlock(&queue->mutex);
  for (int i = 0; i < count; i++) { /* the copies' views showed the originals' texts */
    struct domain_actor *actor = &ret_batch[i].event.actor;
    actor->address.p = actor->address.p ? ret_batch[i].address : NULL;
    actor->request_id.p = actor->request_id.p ? ret_batch[i].request_id : NULL;
  }
  return count;
}

/* The first tenant in the order of the tree. */
static RESULT find_root(struct domain_refusal *queue, const struct store_call *call)
{
  struct store_tenant_filter first = {.range = {.low = STR(""), .subtree = true, .limit = 1}};
  struct store_page page;
  if (!uuid_is_zero(&queue->root))
    return R_OK;
  TRY(store_tenant_list(call, &first, &page));
  if (page.count != 1)
    return R_AGAIN;
  queue->root = page.items[0].id;
  return R_OK;
}

/* Who stated the address, named to those who see it, as with a login that succeeds (sql/query/audit_sign_in.sql). A
   client that is gone meanwhile is named to nobody. */
static RESULT name_relay(const struct domain_refusal *queue, const struct uuid *client, struct arena *arena,
                         struct store_audit *event)
{
  const struct bw_model *model = policy_model(queue->domain->policy);
  struct bw_id id = policy_id(client);
  struct bw_principal_fact fact;
  char text[UUID_TEXT], path[BW_PATH];
  if (uuid_is_zero(client) || !bw_principal(model, &id, &fact) || bw_tenant_path(model, &fact.home, path) == 0)
    return R_OK;
  uuid_format(client, text);
  event->after = arena_print(arena, "{\"relayed_by\":\"%s\"}", text);
  event->named = arena_print(arena, "{\"relayed_by\":\"%s\"}", path);
  return event->after.p && event->named.p ? R_OK : R_NO_MEMORY;
}

static RESULT write_one(struct domain_refusal *queue, const struct store_call *call, struct store_tx *tx,
                        const struct refusal *refusal)
{
  const struct domain_refusal_event *e = &refusal->event;
  struct store_audit event = {.tenant = e->tenant,
                              .at = refusal->at,
                              .action = str_of(e->action),
                              .outcome = STR("refused"),
                              .reason = str_of(result_row(e->reason)->code),
                              .object = e->object,
                              .count = refusal->waiting};
  if (uuid_is_zero(&event.tenant))
    event.tenant = uuid_is_zero(&e->actor.home) ? queue->root : e->actor.home;
  TRY(uuid_new(&event.id));
  TRY(domain_audit_actor(queue->domain, &e->actor, call->arena, &event));
  TRY(name_relay(queue, &e->stated_by, call->arena, &event));
  return store_audit_write(tx, &event);
}

static RESULT write_batch(struct domain_refusal *queue, const struct refusal *batch, int count)
{
  CLEANUP(arena_free) struct arena *arena = arena_new(BATCH_ARENA);
  CLEANUP(store_tx_close) struct store_tx *tx = NULL;
  struct store_call call = {.pool = queue->domain->app, .arena = arena, .deadline = clock_monotonic() + patience};
  uint64_t revision;
  if (!arena)
    return R_NO_MEMORY;
  TRY(policy_scope_whole(queue->domain->policy, arena, &call.scope));
  TRY(find_root(queue, &call));
  TRY(store_tx_open(&call, &tx));
  for (int i = 0; i < count; i++)
    TRY(write_one(queue, &call, tx, &batch[i]));
  return store_tx_commit(tx, &revision);
}

/* What a later try may mend. */
static bool may_pass(enum result r)
{
  return r == R_UNAVAILABLE || r == R_AGAIN || r == R_NO_MEMORY || r == R_NOT_FOUND;
}

static void account(struct domain_refusal *queue, enum result r, int count)
{
  atomic_fetch_add(r == R_OK ? &queue->written : &queue->dropped, (unsigned)count);
}

/* Together; where one spoils the batch (its tenant is gone), each by itself. True: done with them, written or not. */
static bool write_out(struct domain_refusal *queue, const struct refusal *batch, int count)
{
  enum result r = write_batch(queue, batch, count);
  if (may_pass(r))
    return false;
  if (r == R_OK || count == 1) {
    account(queue, r, count);
    return true;
  }
  for (int i = 0; i < count; i++)
    account(queue, write_batch(queue, &batch[i], 1), 1);
  return true;
}

/* True once the queue is to close. */
static bool rest(struct domain_refusal *queue)
{
  struct timespec until;
  clock_gettime(CLOCK_MONOTONIC, &until);
  int64_t nanoseconds = until.tv_nsec + tick * 1000;
  until.tv_sec += nanoseconds / 1000000000;
  until.tv_nsec = nanoseconds % 1000000000;
  pthread_mutex_lock(&queue->mutex);
  while (!queue->stop && pthread_cond_timedwait(&queue->wake, &queue->mutex, &until) == 0)
    continue;
  bool stop = queue->stop;
  pthread_mutex_unlock(&queue->mutex);
  return stop;
}

/* What is left when the queue closes: written while the database answers. */
static void drain(struct domain_refusal *queue, struct refusal *batch, int count)
{
  bool answers = true;
  for (; count > 0; count = take(queue, batch)) {
    answers = answers && write_out(queue, batch, count);
    if (!answers)
      account(queue, R_UNAVAILABLE, count);
  }
}

static void *run(void *object)
{
  struct domain_refusal *queue = object;
  struct refusal batch[BATCH];
  int count = 0;
  while (!rest(queue)) {
    if (count == 0)
      count = take(queue, batch);
    if (count > 0 && write_out(queue, batch, count))
      count = 0;
  }
  drain(queue, batch, count > 0 ? count : take(queue, batch));
  return NULL;
}

static RESULT start(struct domain_refusal *queue)
{
  pthread_condattr_t attributes;
  pthread_condattr_init(&attributes);
  pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
  pthread_mutex_init(&queue->mutex, NULL);
  pthread_cond_init(&queue->wake, &attributes);
  pthread_condattr_destroy(&attributes);
  return pthread_create(&queue->thread, NULL, run, queue) == 0 ? R_OK : R_NO_MEMORY;
}

static void discard(struct domain_refusal *queue)
{
  free(queue->refusals);
  free(queue->buckets);
  free(queue);
}

RESULT domain_refusal_open(const struct domain *domain, size_t capacity, struct domain_refusal **ret_queue)
{
  assert(capacity > 0 && capacity <= 1 << 20);
  struct domain_refusal *queue = calloc(1, sizeof *queue);
  if (!queue)
    return R_NO_MEMORY;
  queue->domain = domain;
  queue->capacity = (int)capacity;
  queue->refusals = calloc(capacity, sizeof *queue->refusals);
  queue->buckets = calloc(capacity, sizeof *queue->buckets);
  for (int i = 0; queue->refusals && queue->buckets && i < queue->capacity; i++) {
    queue->refusals[i].next = i + 1 < queue->capacity ? i + 1 : NONE;
    queue->buckets[i] = NONE;
  }
  enum result r = queue->refusals && queue->buckets ? start(queue) : R_NO_MEMORY;
  if (r == R_OK)
    *ret_queue = queue;
  else
    discard(queue);
  return r;
}

void domain_refusal_close(struct domain_refusal **queue)
{
  struct domain_refusal *q = queue ? *queue : NULL;
  if (!q)
    return;
  *queue = NULL;
  pthread_mutex_lock(&q->mutex);
  q->stop = true;
  pthread_cond_signal(&q->wake);
  pthread_mutex_unlock(&q->mutex);
  pthread_join(q->thread, NULL);
  pthread_cond_destroy(&q->wake);
  pthread_mutex_destroy(&q->mutex);
  discard(q);
}

void domain_refusal_metrics(const struct domain_refusal *queue, struct buf *text)
{
  metric_put(text, "bailiwick_refusals_waiting", "gauge", "refusals that are not written yet", atomic_load(&queue->used));
  metric_put(text, "bailiwick_refusals_written_total", "counter", "refusal events written to the audit",
             (double)atomic_load(&queue->written));
  metric_put(text, "bailiwick_refusals_dropped_total", "counter", "refusals lost because the queue was full",
             (double)atomic_load(&queue->dropped));
}
