/* A listener with its lanes: frames, routes and answers for one table of routes. */
#pragma once
#include "http/table.h"
#include "http/tls.h"

struct http_server;

struct http_limits {
  size_t body;                  /* bytes */
  size_t bodies;                /* bytes of all bodies that are being read or looked at; beyond: 503 */
  size_t header;                /* bytes of the whole header section */
  size_t target;                /* bytes of the request target */
  size_t arena;                 /* bytes of a request's arena, its body not counted */
  unsigned connections;         /* in all */
  unsigned address_connections; /* of one address (IPv6: one /64); behind a trusted proxy: its requests under way */
  unsigned queue[HTTP__LANES];  /* requests that wait for a lane's worker; beyond: 503 with Retry-After */
  int64_t request_time;         /* microseconds from first byte to the reply, header phase included */
  int64_t idle_time;            /* microseconds a kept connection may be silent */
  size_t upload;                /* bytes of a body that is stored as it comes ... */
  size_t piece;                 /* ... of how much of it is held at a time ... */
  unsigned uploads;             /* ... and how many longer than that come at once, for none gives its place up before
                                   all of it has come or stream_time is over; beyond: 503 with Retry-After ... */
  unsigned owner_uploads;       /* ... and of one owner */
  unsigned streams;             /* replies in pages that are under way, each of which holds one; beyond: 503 with
                                   Retry-After ... */
  unsigned owner_streams;       /* ... and of one owner */
  int64_t stream_time;          /* microseconds that either may take in all; each page or piece has a request's time */
};

/* Limits as the README's settings table has them. */
struct http_limits http_limits_default(void);

struct http_config {
  const char *address; /* "127.0.0.1" or "::1" ... */
  uint16_t port;       /* 0: any free one */
  struct http_tls *tls; /* NULL: plain HTTP */
  unsigned event_threads;
  unsigned workers[HTTP__LANES]; /* none for HTTP_LANE_DECISION */
  struct http_limits limits;
  const char *const *trusted_proxies; /* addresses or CIDR ranges, NULL-terminated; NULL: none */
  const char *const *cors_origins;    /* exact origins, NULL-terminated; NULL: none */
  const struct http_table *table;
  /* Stops what that worker waits for: its request's deadline has passed, or the server closes. Called again until the
     handler returns; never for the request after. */
  void (*cancel)(void *service, enum http_lane lane, unsigned worker);
};

/* Listens and answers until closed. The config is copied, what it points to must outlive the server. R_MALFORMED for an
   address or range that cannot be read and for a lane with routes but no workers, R_UNAVAILABLE where it cannot listen.
   Chunked bodies get 411. A client that closes its sending side before the reply of a database or hash route is there
   loses that reply: libmicrohttpd takes it for gone. */
RESULT http_server_open(const struct http_config *config, struct http_server **ret_server);

uint16_t http_server_port(const struct http_server *server);

/* Drains: accepts no more, says `Connection: close`, waits up to `grace` microseconds for what runs, cancels the rest,
   and frees all; waits for every handler, so a handler must return once cancelled. NULL-safe; leaves *server NULL. */
void http_server_close(struct http_server **server, int64_t grace);

/* Whether requests wait for a worker of a lane. */
bool http_server_waits(const struct http_server *server, enum http_lane lane);

/* Prometheus text of this listener: requests by operation and status with latency histogram, lanes' queues,
   connections, refused frames. No label comes from input. */
struct buf;
void http_server_metrics(const struct http_server *server, struct buf *text);
