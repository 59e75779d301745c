/* Opens a listener with its lanes and closes it in an order that libmicrohttpd survives. */
#include "http/server.h"
#include "base/metric.h"
#include "base/buf.h"
#include "base/clock.h"
#include "http/exchange.h"
#include <arpa/inet.h>
#include <gnutls/abstract.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

struct http_limits http_limits_default(void)
{
  return (struct http_limits){.body = 1 << 20,
                              .bodies = 256 << 20,
                              .header = 16 << 10,
                              .target = 8 << 10,
                              .arena = 8 << 20,
                              .connections = 1024,
                              .address_connections = 256,
                              .queue = {[HTTP_LANE_DATABASE] = 1024, [HTTP_LANE_HASH] = 64},
                              .request_time = 30 * CLOCK_SECOND,
                              .idle_time = 60 * CLOCK_SECOND,
                              .upload = 1 << 30,
                              .piece = 256 << 10,
                              .uploads = 32,
                              .owner_uploads = 4,
                              .streams = 32,
                              .owner_streams = 4,
                              .stream_time = 3600 * CLOCK_SECOND};
}

static enum MHD_Result admit(void *cls, const struct sockaddr *peer, socklen_t size)
{
  struct http_server *server = cls;
  (void)size;
  return http_registry_admits(&server->registry, peer) ? MHD_YES : MHD_NO;
}

static void notify(void *cls, struct MHD_Connection *mhd, void **context, enum MHD_ConnectionNotificationCode code)
{
  struct http_server *server = cls;
  if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
    http_connection_free(*context);
    *context = NULL;
    return;
  }
  int fd = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
  const struct sockaddr *peer = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS)->client_addr;
  struct http_connection *connection = http_connection_new(&server->registry, peer, fd);
  if (connection && server->config.tls)
    connection->certificate = http_tls_show(
        server->config.tls, MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_GNUTLS_SESSION)->tls_session);
  *context = connection;
}

/* Asked of whoever was shown no certificate of the connection's own, for want of memory: there is none. */
static int no_certificate(gnutls_session_t session, const struct gnutls_cert_retr_st *asked, gnutls_pcert_st **ret_chain,
                          unsigned *ret_count, gnutls_ocsp_data_st **ret_ocsp, unsigned *ret_ocsp_count,
                          gnutls_privkey_t *ret_key, unsigned *ret_flags)
{
  (void)session, (void)asked, (void)ret_chain, (void)ret_count, (void)ret_ocsp, (void)ret_ocsp_count;
  (void)ret_key, (void)ret_flags;
  return -1;
}

/* The path is routed as it came: libmicrohttpd would make %2f a slash and end it at %00. */
static size_t leave_escaped(void *cls, struct MHD_Connection *mhd, char *text)
{
  (void)cls;
  (void)mhd;
  return strlen(text);
}

static int64_t sweep_period(const struct http_limits *limits)
{
  int64_t least = limits->request_time < limits->idle_time ? limits->request_time : limits->idle_time;
  int64_t period = least / 8;
  return period < 5000 ? 5000 : period > 200000 ? 200000 : period;
}

/* Looks after every deadline: sockets that wait, read or send, requests that are queued or run. */
static void *sweep(void *argument)
{
  struct http_server *server = argument;
  int64_t period = sweep_period(&server->config.limits);
  pthread_mutex_lock(&server->lock);
  while (!server->stops) {
    int64_t until = clock_monotonic() + period;
    struct timespec at = {.tv_sec = until / CLOCK_SECOND, .tv_nsec = until % CLOCK_SECOND * 1000};
    pthread_cond_timedwait(&server->wake, &server->lock, &at);
    pthread_mutex_unlock(&server->lock);
    http_registry_sweep(&server->registry, clock_monotonic());
    for (int lane = HTTP_LANE_DATABASE; lane < HTTP__LANES; lane++)
      http_lane_expire(&server->lanes[lane], clock_monotonic());
    pthread_mutex_lock(&server->lock);
  }
  pthread_mutex_unlock(&server->lock);
  return NULL;
}

static RESULT start_sweeper(struct http_server *server)
{
  pthread_condattr_t monotonic;
  if (pthread_condattr_init(&monotonic) != 0)
    return R_NO_MEMORY;
  pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
  pthread_cond_init(&server->wake, &monotonic);
  pthread_condattr_destroy(&monotonic);
  pthread_mutex_init(&server->lock, NULL);
  if (pthread_create(&server->sweeper, NULL, sweep, server) != 0)
    return R_NO_MEMORY;
  server->sweeping = true;
  return R_OK;
}

static void stop_sweeper(struct http_server *server)
{
  if (!server->sweeping)
    return;
  pthread_mutex_lock(&server->lock);
  server->stops = true;
  pthread_cond_signal(&server->wake);
  pthread_mutex_unlock(&server->lock);
  pthread_join(server->sweeper, NULL);
  server->sweeping = false;
}

static RESULT read_proxies(struct http_server *server)
{
  const char *const *proxies = server->config.trusted_proxies;
  size_t count = 0;
  while (proxies && proxies[count])
    count++;
  server->trusted = calloc(count + 1, sizeof *server->trusted);
  if (!server->trusted)
    return R_NO_MEMORY;
  for (size_t i = 0; i < count; i++)
    if (!http_address_range(str_of(proxies[i]), &server->trusted[i]))
      return R_MALFORMED;
  server->registry.trusted = server->trusted;
  server->registry.trusted_count = count;
  return R_OK;
}

static socklen_t listen_address(const struct http_config *config, struct sockaddr_storage *ret_address)
{
  struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(config->port)};
  struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(config->port)};
  if (inet_pton(AF_INET, config->address, &in.sin_addr) == 1) {
    memcpy(ret_address, &in, sizeof in);
    return sizeof in;
  }
  if (inet_pton(AF_INET6, config->address, &in6.sin6_addr) != 1)
    return 0;
  memcpy(ret_address, &in6, sizeof in6);
  return sizeof in6;
}

static RESULT bind_and_listen(struct http_server *server, int fd, const struct sockaddr_storage *address,
                              socklen_t size)
{
  struct sockaddr_in6 bound = {0};
  socklen_t bound_size = sizeof bound;
  int one = 1;
  if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) != 0 ||
      bind(fd, (const struct sockaddr *)address, size) != 0 || listen(fd, SOMAXCONN) != 0 ||
      getsockname(fd, (struct sockaddr *)&bound, &bound_size) != 0)
    return R_UNAVAILABLE;
  server->port = ntohs(bound.sin6_port); /* at the same place in both families */
  return R_OK;
}

static RESULT open_listener(struct http_server *server, int *ret_fd)
{
  struct sockaddr_storage address = {0};
  socklen_t size = listen_address(&server->config, &address);
  if (size == 0)
    return R_MALFORMED;
  int fd = socket(address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0)
    return R_UNAVAILABLE;
  enum result bound = bind_and_listen(server, fd, &address, size);
  if (bound != R_OK) {
    close(fd);
    return bound;
  }
  *ret_fd = fd;
  return R_OK;
}

static RESULT start_daemon(struct http_server *server)
{
  const struct http_config *config = &server->config;
  int fd;
  TRY(open_listener(server, &fd));
  unsigned threads = config->event_threads ? config->event_threads : 1;
  unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | (config->tls ? MHD_USE_TLS : 0u);
  struct MHD_OptionItem tls[] = {{MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)(uintptr_t)http_tls_priorities},
                                 {MHD_OPTION_HTTPS_CERT_CALLBACK2, 0, (void *)no_certificate},
                                 {MHD_OPTION_END, 0, NULL}};
  server->daemon =
      MHD_start_daemon(flags, 0, admit, server, http_exchange_handle, server, MHD_OPTION_LISTEN_SOCKET, fd,
                       MHD_OPTION_ARRAY, config->tls ? tls : &tls[2], MHD_OPTION_THREAD_POOL_SIZE, threads,
                       /* The registry counts; each event thread could take all connections. */
                       MHD_OPTION_CONNECTION_LIMIT, (config->limits.connections + 1) * threads,
                       /* Room for a section over the limit, so that its 431 is ours. */
                       MHD_OPTION_CONNECTION_MEMORY_LIMIT, config->limits.header * 2, MHD_OPTION_CONNECTION_TIMEOUT, 0u,
                       MHD_OPTION_NOTIFY_COMPLETED, http_exchange_done, server, MHD_OPTION_NOTIFY_CONNECTION, notify,
                       server, MHD_OPTION_URI_LOG_CALLBACK, http_exchange_line, server, MHD_OPTION_UNESCAPE_CALLBACK,
                       leave_escaped, NULL, MHD_OPTION_END);
  if (server->daemon)
    return R_OK;
  close(fd);
  return R_UNAVAILABLE;
}

static RESULT make_spare(struct http_server *server)
{
  static char text[] = "{\"type\":\"urn:bailiwick:problem:unavailable\",\"title\":\"The service cannot answer now\","
                       "\"status\":503,\"code\":\"unavailable\",\"request_id\":\"-\"}";
  server->spare = MHD_create_response_from_buffer(sizeof text - 1, text, MHD_RESPMEM_PERSISTENT);
  if (!server->spare)
    return R_NO_MEMORY;
  static const char *const headers[][2] = {{"Content-Type", "application/problem+json"},
                                           {"Cache-Control", "no-store"},
                                           {"X-Content-Type-Options", "nosniff"},
                                           {"Retry-After", "1"},
                                           {"Connection", "close"}};
  for (size_t i = 0; i < sizeof headers / sizeof *headers; i++)
    if (MHD_add_response_header(server->spare, headers[i][0], headers[i][1]) != MHD_YES)
      return R_NO_MEMORY;
  return R_OK;
}

static RESULT start_lanes(struct http_server *server)
{
  for (int lane = HTTP_LANE_DATABASE; lane < HTTP__LANES; lane++) {
    struct http_lane_pool *pool = &server->lanes[lane];
    pool->lane = (enum http_lane)lane;
    pool->table = server->config.table;
    pool->cancel = server->config.cancel;
    pool->most = server->config.limits.queue[lane];
    TRY(http_lane_start(pool, server->config.workers[lane]));
  }
  return R_OK;
}

/* A route on a lane without workers would wait for ever. */
static RESULT check_lanes(const struct http_config *config)
{
  for (int i = 0; i < config->table->count; i++) {
    enum http_lane lane = config->table->at(i)->lane;
    if (lane < HTTP_LANE_DECISION || lane >= HTTP__LANES)
      return FAULT(R_INTERNAL);
    if (lane != HTTP_LANE_DECISION && config->workers[lane] == 0)
      return R_MALFORMED;
  }
  return R_OK;
}

static RESULT build(struct http_server *server)
{
  const struct http_limits *limits = &server->config.limits;
  server->registry.most = limits->connections;
  server->registry.address_most = limits->address_connections;
  server->registry.secure = server->config.tls;
  server->registry.request_time = limits->request_time;
  server->registry.idle_time = limits->idle_time;
  TRY(check_lanes(&server->config));
  TRY(http_registry_init(&server->registry));
  TRY(http_stats_init(&server->stats, server->config.table));
  TRY(http_share_init(&server->streams, limits->streams, limits->owner_streams));
  TRY(http_share_init(&server->uploads, limits->uploads, limits->owner_uploads));
  TRY(http_matcher_new(server->config.table, &server->matcher));
  TRY(read_proxies(server));
  TRY(make_spare(server));
  TRY(http_hold_start(&server->hold, http_exchange_let_go));
  TRY(start_lanes(server));
  TRY(start_sweeper(server));
  return start_daemon(server);
}

RESULT http_server_open(const struct http_config *config, struct http_server **ret_server)
{
  struct http_server *server = calloc(1, sizeof *server);
  if (!server)
    return R_NO_MEMORY;
  server->config = *config;
  enum result built = build(server);
  if (built != R_OK) {
    http_server_close(&server, 0);
    return built;
  }
  *ret_server = server;
  return R_OK;
}

uint16_t http_server_port(const struct http_server *server) { return server->port; }

/* Waits until the count is 0 or the time has come. */
static void wait_for(const _Atomic unsigned *count, int64_t until)
{
  while (*count > 0 && clock_monotonic() < until)
    nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
}

static void drain(struct http_server *server, int64_t grace)
{
  server->draining = true;
  int fd = MHD_quiesce_daemon(server->daemon);
  if (fd >= 0)
    close(fd);
  wait_for(&server->active, clock_monotonic() + grace);
  server->closing = true;
  http_hold_release(&server->hold);
  while (server->suspended > 0) {
    for (int lane = HTTP_LANE_DATABASE; lane < HTTP__LANES; lane++)
      http_lane_expire(&server->lanes[lane], INT64_MAX);
    wait_for(&server->suspended, clock_monotonic() + 20000);
  }
  /* What was cancelled has its reply now: let it leave. */
  wait_for(&server->active, clock_monotonic() + CLOCK_SECOND / 2);
}

void http_server_close(struct http_server **server, int64_t grace)
{
  if (!server || !*server)
    return;
  struct http_server *s = *server;
  if (s->daemon)
    drain(s, grace);
  stop_sweeper(s);
  /* The workers first, then whoever they hand replies to: one may still be inside MHD_resume_connection. */
  for (int lane = HTTP_LANE_DATABASE; lane < HTTP__LANES; lane++)
    http_lane_stop(&s->lanes[lane]);
  http_hold_stop(&s->hold);
  if (s->daemon)
    MHD_stop_daemon(s->daemon);
  if (s->spare)
    MHD_destroy_response(s->spare);
  http_matcher_free(&s->matcher);
  http_stats_free(&s->stats);
  http_registry_free(&s->registry);
  free(s->trusted);
  free(s);
  *server = NULL;
}

bool http_server_waits(const struct http_server *server, enum http_lane lane)
{
  return atomic_load_explicit(&server->lanes[lane].waiting, memory_order_relaxed) > 0;
}

static void print_lanes(const struct http_server *server, struct buf *text)
{
  static const char *const names[HTTP__LANES] = {[HTTP_LANE_DATABASE] = "database", [HTTP_LANE_HASH] = "hash"};
  metric_head(text, "bailiwick_http_lane_waiting", "gauge", "Requests that wait for a lane's worker.");
  for (int lane = HTTP_LANE_DATABASE; lane < HTTP__LANES; lane++)
    buf_print(text, "bailiwick_http_lane_waiting{lane=\"%s\"} %u\n", names[lane], server->lanes[lane].waiting);
  metric_head(text, "bailiwick_http_lane_refused_total", "counter", "Requests refused because a lane's queue was full.");
  for (int lane = HTTP_LANE_DATABASE; lane < HTTP__LANES; lane++)
    buf_print(text, "bailiwick_http_lane_refused_total{lane=\"%s\"} %llu\n", names[lane],
              (unsigned long long)server->lanes[lane].refused);
}

static void print_hold(const struct http_server *server, struct buf *text)
{
  metric_head(text, "bailiwick_http_replies_held", "gauge", "Replies that wait for the end of a slot.");
  buf_print(text, "bailiwick_http_replies_held %u\n", server->hold.waiting);
  metric_head(text, "bailiwick_http_replies_late_total", "counter", "Of those, made after the end of the first slot.");
  buf_print(text, "bailiwick_http_replies_late_total %llu\n", (unsigned long long)server->late);
}

void http_server_metrics(const struct http_server *server, struct buf *text)
{
  http_stats_print(&server->stats, text);
  print_lanes(server, text);
  print_hold(server, text);
  http_share_print(&server->streams, "bailiwick_http_streams", "Replies in pages that are under way.", text);
  http_share_print(&server->uploads, "bailiwick_http_uploads", "Bodies that are stored as they come.", text);
  metric_head(text, "bailiwick_http_connections", "gauge", "Open connections.");
  buf_print(text, "bailiwick_http_connections %u\n", server->registry.open);
  metric_head(text, "bailiwick_http_connections_refused_total", "counter", "Connections and requests over a connection limit.");
  buf_print(text, "bailiwick_http_connections_refused_total %llu\n", (unsigned long long)server->registry.refused);
  metric_head(text, "bailiwick_http_connections_cut_total", "counter", "Connections shut because their time was over.");
  buf_print(text, "bailiwick_http_connections_cut_total %llu\n", (unsigned long long)server->registry.cut);
  if (server->config.tls)
    metric_put(text, "bailiwick_tls_certificate_end_seconds", "gauge", "When the certificate that is shown ends, since 1970.",
               (double)http_tls_end(server->config.tls));
}
