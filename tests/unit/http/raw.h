/* What the tests of whole servers share: a small table of routes, and a client that sends bytes as they are. */
#pragma once
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/clock.h"
#include "base/buf.h"
#include "http/server.h"
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { WORKERS = 4, HASHERS = 1, ANSWER_MOST = 1 << 16 };

/* What the toy handlers look at and leave behind. */
struct toy {
  _Atomic unsigned entered, cancelled;
  _Atomic bool hold;    /* /slow and /hash wait while it is set ... */
  _Atomic bool stop[8]; /* ... or until their worker is cancelled */
  _Atomic bool worker_out_of_range;
  _Atomic int64_t slot, work;    /* microseconds: of /refuse's reply, and of what it does before */
  _Atomic int nice[HTTP__LANES]; /* of the thread that last ran something of the lane */
};

static const struct http_route toy_routes[] = {
    {"fast", HTTP_GET, "/fast", HTTP_LANE_DECISION, false, 0},
    {"echo", HTTP_POST, "/echo", HTTP_LANE_DATABASE, false, 0},
    {"check", HTTP_POST, "/fast", HTTP_LANE_DECISION, false, 0},
    {"thing", HTTP_GET, "/things/{id}", HTTP_LANE_DECISION, false, 0},
    {"slow", HTTP_GET, "/slow/{id}", HTTP_LANE_DATABASE, false, 0},
    {"hash", HTTP_POST, "/hash", HTTP_LANE_HASH, false, 0},
    {"token", HTTP_POST, "/token", HTTP_LANE_DATABASE, true, 100},
    {"search", HTTP_GET, "/search", HTTP_LANE_DECISION, false, 0},
    {"address", HTTP_GET, "/address", HTTP_LANE_DATABASE, false, 0},
    {"silent", HTTP_GET, "/silent", HTTP_LANE_DATABASE, false, 0},
    {"split", HTTP_GET, "/split", HTTP_LANE_DECISION, false, 0},
    {"drop", HTTP_DELETE, "/things/{id}", HTTP_LANE_DATABASE, false, 0},
    {"refuse", HTTP_POST, "/refuse/{id}", HTTP_LANE_HASH, false, 0},
};
enum { FAST, ECHO_BODY, CHECK, THING, SLOW, HASH, TOKEN, SEARCH, ADDRESS, SILENT, SPLIT, DROP, REFUSE, TOY_ROUTES };

static const struct http_route *toy_at(int i) { return &toy_routes[i]; }

static inline void toy_wait(struct toy *toy, struct http_request *request)
{
  unsigned worker = http_request_worker(request);
  while (toy->hold && !toy->stop[worker])
    nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
  toy->stop[worker] = false;
}

static inline struct str toy_query(struct http_request *request)
{
  struct str all = STR("");
  for (size_t i = 0; i < http_request_query_count(request); i++) {
    const struct http_query *q = http_request_query(request, i);
    all = arena_print(http_request_arena(request), "%.*s%.*s=%.*s;", (int)all.n, all.p, (int)q->name.n, q->name.p,
                      (int)q->value.n, q->value.n ? q->value.p : "");
  }
  return all;
}

static void toy_enter(void *service, int route, struct http_request *request, struct http_reply *reply)
{
  struct toy *toy = service;
  struct str content = STR("\"ok\"");
  toy->entered++;
  enum http_lane lane = toy_routes[route].lane;
  toy->nice[lane] = getpriority(PRIO_PROCESS, 0);
  unsigned workers = lane == HTTP_LANE_DATABASE ? WORKERS : lane == HTTP_LANE_HASH ? HASHERS : 2;
  if (http_request_worker(request) >= workers)
    toy->worker_out_of_range = true;
  if (route == SLOW || route == HASH)
    toy_wait(toy, request);
  if (route == SLOW || route == THING)
    content = http_request_path(request, "id");
  if (route == ECHO_BODY || route == TOKEN)
    content = http_request_body(request);
  if (route == SEARCH)
    content = toy_query(request);
  if (route == ADDRESS)
    content = http_request_address(request);
  if (route == SPLIT)
    http_reply_header(reply, "X-Split", STR("a\r\nX-Evil: 1"));
  if (route == REFUSE) {
    nanosleep(&(struct timespec){toy->work / CLOCK_SECOND, toy->work % CLOCK_SECOND * 1000}, NULL);
    http_reply_hold(reply, toy->slot);
  }
  if (route != SILENT)
    http_reply_body(reply, 200, "application/json", content);
}

static void toy_cancel(void *service, enum http_lane lane, unsigned worker)
{
  struct toy *toy = service;
  (void)lane;
  toy->cancelled++;
  toy->stop[worker] = true;
}

static inline struct http_config toy_config(struct http_table *table, struct toy *toy)
{
  *table = (struct http_table){TOY_ROUTES, toy_at, toy_enter, toy};
  struct http_config config = {.address = "127.0.0.1",
                               .event_threads = 2,
                               .workers = {[HTTP_LANE_DATABASE] = WORKERS, [HTTP_LANE_HASH] = HASHERS},
                               .limits = http_limits_default(),
                               .table = table,
                               .cancel = toy_cancel};
  return config;
}

static inline int dial(const struct http_server *server)
{
  struct sockaddr_in in = {
      .sin_family = AF_INET, .sin_port = htons(http_server_port(server)), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  struct timeval patience = {.tv_sec = 10};
  int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  assert_true(fd >= 0);
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  assert_int_equal(connect(fd, (struct sockaddr *)&in, sizeof in), 0);
  return fd;
}

static inline void put(int fd, const void *bytes, size_t n) { (void)!send(fd, bytes, n, MSG_NOSIGNAL); }

static inline void say(int fd, const char *text) { put(fd, text, strlen(text)); }

/* Reads until the other side closes; the length, with a NUL behind. */
static inline size_t hear_all(int fd, char answer[ANSWER_MOST])
{
  size_t n = 0;
  for (ssize_t got; n < ANSWER_MOST - 1 && (got = recv(fd, answer + n, ANSWER_MOST - 1 - n, 0)) > 0;)
    n += (size_t)got;
  answer[n] = '\0';
  return n;
}

/* Reads one reply by its Content-Length; false when the connection ended before. `head`: the reply has no body. */
static inline bool hear_one(int fd, char answer[ANSWER_MOST], bool head)
{
  size_t n = 0, most = ANSWER_MOST - 1;
  answer[0] = '\0';
  while (n < most) {
    ssize_t got = recv(fd, answer + n, 1, 0);
    if (got <= 0)
      return false;
    answer[++n] = '\0';
    if (n < 4 || memcmp(answer + n - 4, "\r\n\r\n", 4) != 0)
      continue;
    const char *length = strcasestr(answer, "\r\nContent-Length: ");
    most = n + (length && !head ? strtoul(length + 18, NULL, 10) : 0);
    if (most == n)
      return true;
  }
  return true;
}

static inline int status_of(const char *answer)
{
  return strncmp(answer, "HTTP/1.1 ", 9) == 0 ? (int)strtol(answer + 9, NULL, 10) : 0;
}

/* Sends bytes on a connection of their own and reads until the server closes it; the status of the first reply. */
static inline int ask_raw(const struct http_server *server, const char *bytes, size_t n, char answer[ANSWER_MOST])
{
  int fd = dial(server);
  put(fd, bytes, n);
  hear_all(fd, answer);
  close(fd);
  return status_of(answer);
}

/* Asks on a connection of its own and reads one reply; its status. */
static inline int ask(const struct http_server *server, const char *text, char answer[ANSWER_MOST])
{
  int fd = dial(server);
  say(fd, text);
  hear_one(fd, answer, strncmp(text, "HEAD ", 5) == 0);
  close(fd);
  return status_of(answer);
}

static inline unsigned replies_in(const char *answer)
{
  unsigned count = 0;
  for (const char *at = answer; (at = strstr(at, "HTTP/1.1 ")); at++)
    count++;
  return count;
}

static inline void wait_until_entered(struct toy *toy, unsigned count)
{
  for (int i = 0; i < 5000 && toy->entered < count; i++)
    nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
  assert_true(toy->entered >= count);
}
