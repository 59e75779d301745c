/* Counts connections and shuts those that outlive their time: libmicrohttpd's own timeout starts again at
   every byte and does not run while a connection is suspended. Trusts: nothing that comes from a peer. */
#include "http/registry.h"
#include <assert.h>
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/socket.h>

/* TCP_CLOSE_WAIT of netinet/tcp.h, whose tcp_info has no bytes_received. */
enum { CLOSE_WAIT = 8 };

RESULT http_registry_init(struct http_registry *r)
{
  size_t size = 64;
  while (size < (size_t)r->most * 2 + 64)
    size *= 2;
  if (getrandom(&r->seed, sizeof r->seed, 0) != sizeof r->seed)
    return R_UNAVAILABLE;
  r->tallies = calloc(size, sizeof *r->tallies);
  if (!r->tallies)
    return R_NO_MEMORY;
  r->tallies_mask = size - 1;
  if (pthread_mutex_init(&r->lock, NULL) == 0)
    return R_OK;
  free(r->tallies);
  r->tallies = NULL;
  return R_NO_MEMORY;
}

void http_registry_free(struct http_registry *r)
{
  if (!r->tallies)
    return;
  free(r->tallies);
  r->tallies = NULL;
  pthread_mutex_destroy(&r->lock);
}

/* Who holds one IPv6 address holds its /64: that is what counts as one. */
static struct http_address counted(const struct http_address *address)
{
  struct http_address a = *address;
  if (!IN6_IS_ADDR_V4MAPPED(&a.in6))
    memset(a.in6.s6_addr + 8, 0, 8);
  return a;
}

static size_t home(const struct http_registry *r, const struct http_address *a)
{
  uint64_t half[2];
  memcpy(half, &a->in6, sizeof half);
  uint64_t h = (half[0] ^ r->seed) * UINT64_C(0x9E3779B97F4A7C15);
  h = (h ^ h >> 29 ^ half[1] ^ r->seed >> 7) * UINT64_C(0xBF58476D1CE4E5B9);
  return (size_t)(h ^ h >> 32) & r->tallies_mask;
}

/* The address's place, or the free one where it would go. As many places again as connections are free. */
static struct http_tally *tally(struct http_registry *r, const struct http_address *a)
{
  size_t i = home(r, a);
  while (r->tallies[i].count > 0 && memcmp(&r->tallies[i].address, a, sizeof *a) != 0)
    i = (i + 1) & r->tallies_mask;
  return &r->tallies[i];
}

static void tally_add(struct http_registry *r, const struct http_address *address)
{
  struct http_address a = counted(address);
  struct http_tally *t = tally(r, &a);
  t->address = a;
  t->count++;
}

/* Frees an emptied place and moves up what a look-up would no longer reach across it. */
static void tally_drop(struct http_registry *r, const struct http_address *address)
{
  struct http_address a = counted(address);
  struct http_tally *t = tally(r, &a);
  if (t->count == 0 || --t->count > 0)
    return;
  size_t hole = (size_t)(t - r->tallies);
  for (size_t i = (hole + 1) & r->tallies_mask; r->tallies[i].count > 0; i = (i + 1) & r->tallies_mask) {
    size_t from = home(r, &r->tallies[i].address);
    if (((i - from) & r->tallies_mask) < ((i - hole) & r->tallies_mask))
      continue;
    r->tallies[hole] = r->tallies[i];
    r->tallies[i].count = 0;
    hole = i;
  }
}

static bool is_full(struct http_registry *r, const struct http_address *address)
{
  struct http_address a = counted(address);
  return tally(r, &a)->count >= r->address_most;
}

bool http_registry_admits(struct http_registry *r, const struct sockaddr *peer)
{
  struct http_address address = {0};
  bool known = http_address_of(peer, &address);
  bool trusted = known && http_address_within(&address, r->trusted, r->trusted_count);
  pthread_mutex_lock(&r->lock);
  bool admits = r->open < r->most && (!known || trusted || !is_full(r, &address));
  pthread_mutex_unlock(&r->lock);
  if (!admits)
    atomic_fetch_add_explicit(&r->refused, 1, memory_order_relaxed);
  return admits;
}

void http_registry_add(struct http_registry *r, struct http_connection *c)
{
  pthread_mutex_lock(&r->lock);
  c->next = r->first;
  c->link = &r->first;
  if (c->next)
    c->next->link = &c->next;
  r->first = c;
  r->open++;
  if (!c->trusted)
    tally_add(r, &c->peer);
  pthread_mutex_unlock(&r->lock);
}

void http_registry_remove(struct http_registry *r, struct http_connection *c)
{
  pthread_mutex_lock(&r->lock);
  *c->link = c->next;
  if (c->next)
    c->next->link = c->link;
  r->open--;
  if (!c->trusted)
    tally_drop(r, &c->peer);
  pthread_mutex_unlock(&r->lock);
}

bool http_registry_enter(struct http_registry *r, const struct http_address *address)
{
  pthread_mutex_lock(&r->lock);
  bool enters = !is_full(r, address);
  if (enters)
    tally_add(r, address);
  pthread_mutex_unlock(&r->lock);
  if (!enters)
    atomic_fetch_add_explicit(&r->refused, 1, memory_order_relaxed);
  return enters;
}

void http_registry_leave(struct http_registry *r, const struct http_address *address)
{
  pthread_mutex_lock(&r->lock);
  tally_drop(r, address);
  pthread_mutex_unlock(&r->lock);
}

/* What a client is told whose request did not come in time. */
#define TIMEOUT_BODY                                                                                                   \
  "{\"type\":\"urn:bailiwick:problem:request_timeout\",\"title\":\"The request took too long to arrive\","             \
  "\"status\":408,\"code\":\"request_timeout\",\"request_id\":\"-\"}"
static const char timeout_reply[] = "HTTP/1.1 408 Request Timeout\r\nContent-Type: application/problem+json\r\n"
                                    "Content-Length: 149\r\nCache-Control: no-store\r\n"
                                    "X-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n" TIMEOUT_BODY;
static_assert(sizeof TIMEOUT_BODY - 1 == 149, "the Content-Length above");

static void cut(struct http_connection *c, enum http_phase phase)
{
  if (!atomic_compare_exchange_strong(&c->phase, &phase, HTTP_CUT))
    return;
  if (phase == HTTP_READING && !c->registry->secure) /* a line in clear would be noise inside TLS */
    (void)send(c->socket, timeout_reply, sizeof timeout_reply - 1, MSG_NOSIGNAL | MSG_DONTWAIT);
  if (phase == HTTP_SENDING)
    http_connection_reset(c);
  else
    (void)shutdown(c->socket, SHUT_RDWR);
  atomic_fetch_add_explicit(&c->registry->cut, 1, memory_order_relaxed);
}

/* libmicrohttpd tells of a request when its whole first line is there. Bytes that come while the connection waits are a
   line on its way, and its time runs from when they were first seen. */
static void watch_line(struct http_connection *c, const struct tcp_info *info, int64_t now)
{
  int64_t since = c->since, deadline = c->deadline;
  bool fresh = c->watched != since;
  bool grew = !fresh && info->tcpi_bytes_received != c->bytes;
  c->watched = since;
  c->bytes = info->tcpi_bytes_received;
  if (c->dribbles || !grew || now + c->registry->request_time >= deadline)
    return;
  c->dribbles = true;
  (void)atomic_compare_exchange_strong(&c->deadline, &deadline, now + c->registry->request_time);
}

/* The client has closed its side and nothing of it is left to read. libmicrohttpd misses that where the end came with
   the last bytes: it reads those, takes a short read for the last, and no further edge comes. */
static bool has_left(const struct http_connection *c, const struct tcp_info *info)
{
  int unread = 0;
  return info->tcpi_state == CLOSE_WAIT && ioctl(c->socket, SIOCINQ, &unread) == 0 && unread == 0;
}

static void watch(struct http_connection *c, enum http_phase phase, int64_t now)
{
  struct tcp_info info = {0};
  socklen_t size = sizeof info;
  if (getsockopt(c->socket, IPPROTO_TCP, TCP_INFO, &info, &size) != 0)
    return;
  bool left = has_left(c, &info);
  if (left && c->left)
    (void)shutdown(c->socket, SHUT_RDWR);
  c->left = left;
  if (phase == HTTP_WAITING)
    watch_line(c, &info, now);
}

void http_registry_sweep(struct http_registry *r, int64_t now)
{
  pthread_mutex_lock(&r->lock);
  for (struct http_connection *c = r->first; c; c = c->next) {
    enum http_phase phase = c->phase;
    if (phase == HTTP_RUNNING || phase == HTTP_CUT)
      continue;
    if (now > c->deadline)
      cut(c, phase);
    else if (phase != HTTP_SENDING)
      watch(c, phase, now);
  }
  pthread_mutex_unlock(&r->lock);
}
