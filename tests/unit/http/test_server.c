/* Lanes, deadlines, limits and the end of whole servers. */
#define _GNU_SOURCE
#include "raw.h"
#include "base/buf.h"
#include <stdio.h>

struct house {
  struct toy toy;
  struct http_table table;
  struct http_config config;
  struct http_server *server;
};

static char answer[ANSWER_MOST];

static void open_house(struct house *house)
{
  assert_int_equal(http_server_open(&house->config, &house->server), R_OK);
}

static void set_up(struct house *house)
{
  memset(house, 0, sizeof *house);
  house->config = toy_config(&house->table, &house->toy);
}

static void close_house(struct house *house)
{
  house->toy.hold = false;
  http_server_close(&house->server, 2 * CLOCK_SECOND);
  assert_null(house->server);
  assert_false(house->toy.worker_out_of_range);
}

static void pause_for(int64_t microseconds)
{
  nanosleep(&(struct timespec){microseconds / CLOCK_SECOND, microseconds % CLOCK_SECOND * 1000}, NULL);
}

/* Waits until so many requests wait for a worker of the lane. */
static void wait_until_queued(const struct http_server *server, const char *lane, unsigned count)
{
  char line[96];
  bool queued = false;
  snprintf(line, sizeof line, "lane_waiting{lane=\"%s\"} %u\n", lane, count);
  for (int i = 0; i < 2000 && !queued; i++) {
    CLEANUP(arena_free) struct arena *arena = arena_new(1 << 20);
    struct buf text = buf_in(arena, 1 << 20);
    http_server_metrics(server, &text);
    queued = strstr(buf_str(&text).p, line);
    pause_for(2000);
  }
  assert_true(queued);
}

/* Whether the other side closes within the time, whatever it says before. */
static bool closes_within(int fd, int64_t microseconds)
{
  int64_t until = clock_monotonic() + microseconds;
  for (int64_t left; (left = until - clock_monotonic()) > 0;) {
    struct pollfd p = {fd, POLLIN, 0};
    if (poll(&p, 1, (int)(left / 1000) + 1) <= 0)
      continue;
    if (recv(fd, answer, sizeof answer - 1, 0) <= 0)
      return true;
  }
  return false;
}

static void pipelined_requests_are_answered_in_order(void **state)
{
  (void)state;
  struct house house;
  set_up(&house);
  open_house(&house);
  int fd = dial(house.server);
  say(fd, "GET /slow/first HTTP/1.1\r\nHost: h\r\n\r\nGET /slow/second HTTP/1.1\r\nHost: h\r\n\r\n"
          "GET /slow/third HTTP/1.1\r\nHost: h\r\n\r\n");
  static const char *const bodies[] = {"\r\n\r\nfirst", "\r\n\r\nsecond", "\r\n\r\nthird"};
  for (int i = 0; i < 3; i++) {
    assert_true(hear_one(fd, answer, false));
    assert_non_null(strstr(answer, bodies[i]));
  }
  close(fd);
  close_house(&house);
}

static void a_slow_query_delays_no_decision(void **state)
{
  (void)state;
  struct house house;
  set_up(&house);
  house.toy.hold = true;
  open_house(&house);
  int slow[WORKERS];
  for (int i = 0; i < WORKERS; i++) {
    slow[i] = dial(house.server);
    say(slow[i], "GET /slow/1 HTTP/1.1\r\nHost: h\r\n\r\n");
  }
  wait_until_entered(&house.toy, WORKERS);
  assert_int_equal(ask(house.server, "GET /fast HTTP/1.1\r\nHost: h\r\n\r\n", answer), 200);
  house.toy.hold = false;
  for (int i = 0; i < WORKERS; i++) {
    assert_true(hear_one(slow[i], answer, false));
    assert_int_equal(status_of(answer), 200);
    close(slow[i]);
  }
  close_house(&house);
}

static void a_full_queue_says_when_to_come_back(void **state)
{
  (void)state;
  struct house house;
  set_up(&house);
  house.toy.hold = true;
  house.config.limits.queue[HTTP_LANE_HASH] = 2;
  open_house(&house);
  int fds[3];
  for (unsigned i = 0; i < 3; i++) {
    fds[i] = dial(house.server);
    say(fds[i], "POST /hash HTTP/1.1\r\nHost: h\r\n\r\n");
    wait_until_entered(&house.toy, 1); /* the first runs, two wait */
  }
  wait_until_queued(house.server, "hash", 2);
  int fd = dial(house.server);
  say(fd, "POST /hash HTTP/1.1\r\nHost: h\r\n\r\nGET /slow/other HTTP/1.1\r\nHost: h\r\n\r\n");
  assert_true(hear_one(fd, answer, false));
  assert_int_equal(status_of(answer), 503);
  assert_non_null(strstr(answer, "Retry-After: "));
  assert_non_null(strstr(answer, "\"code\":\"busy\""));
  house.toy.hold = false;
  assert_true(hear_one(fd, answer, false));
  assert_int_equal(status_of(answer), 200);
  for (unsigned i = 0; i < 3; i++) {
    assert_true(hear_one(fds[i], answer, false));
    assert_int_equal(status_of(answer), 200);
    close(fds[i]);
  }
  close(fd);
  close_house(&house);
}

static void a_byte_now_and_then_does_not_outlive_the_request_time(void **state)
{
  (void)state;
  /* Where each stands when the bytes begin to dribble: line, headers, body, and the line of a second request. */
  static const struct {
    const char *first;
    bool second, told;
  } stages[] = {
      {"G", false, false},
      {"GET /fast HTTP/1.1\r\nHost: h\r\nX: ", false, true},
      {"POST /echo HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: 999\r\n\r\n", false, true},
      {"GET /fast HTTP/1.1\r\nHost: h\r\n\r\nG", true, false}};
  struct house house;
  set_up(&house);
  house.config.limits.request_time = 400000;
  house.config.limits.idle_time = 60 * CLOCK_SECOND;
  open_house(&house);
  for (size_t i = 0; i < sizeof stages / sizeof *stages; i++) {
    int fd = dial(house.server);
    say(fd, stages[i].first);
    if (stages[i].second)
      assert_true(hear_one(fd, answer, false));
    int64_t began = clock_monotonic();
    memset(answer, 0, sizeof answer);
    bool closed = false;
    while (!closed && clock_monotonic() < began + 4 * CLOCK_SECOND) {
      say(fd, "E");
      closed = closes_within(fd, 50000);
    }
    assert_true(closed);
    assert_true(clock_monotonic() - began < 2500000);
    assert_int_equal(status_of(answer), stages[i].told ? 408 : 0);
    close(fd);
  }
  close_house(&house);
}

static void a_silent_connection_is_kept_for_the_idle_time(void **state)
{
  (void)state;
  struct house house;
  set_up(&house);
  house.config.limits.request_time = 100000;
  house.config.limits.idle_time = 1500000;
  open_house(&house);
  int fd = dial(house.server), fresh = dial(house.server);
  say(fd, "GET /fast HTTP/1.1\r\nHost: h\r\n\r\n");
  assert_true(hear_one(fd, answer, false));
  assert_false(closes_within(fd, 300000));
  say(fd, "GET /fast HTTP/1.1\r\nHost: h\r\n\r\n");
  assert_true(hear_one(fd, answer, false));
  assert_true(closes_within(fd, 5 * CLOCK_SECOND));
  assert_true(closes_within(fresh, 5 * CLOCK_SECOND));
  close(fd);
  close(fresh);
  close_house(&house);
}

static void a_running_request_is_cancelled_at_its_deadline(void **state)
{
  (void)state;
  struct house house;
  set_up(&house);
  house.toy.hold = true;
  house.config.limits.request_time = 300000;
  open_house(&house);
  int fd = dial(house.server);
  int64_t began = clock_monotonic();
  say(fd, "GET /slow/1 HTTP/1.1\r\nHost: h\r\n\r\n");
  assert_true(hear_one(fd, answer, false));
  assert_true(clock_monotonic() - began < 5 * CLOCK_SECOND);
  assert_true(house.toy.cancelled > 0);
  close(fd);
  close_house(&house);
}

static void a_queued_request_is_answered_at_its_deadline(void **state)
{
  (void)state;
  struct house house;
  set_up(&house);
  house.toy.hold = true;
  house.config.cancel = NULL;
  house.config.limits.request_time = 300000;
  open_house(&house);
  int running = dial(house.server), queued = dial(house.server);
  say(running, "POST /hash HTTP/1.1\r\nHost: h\r\n\r\n");
  wait_until_entered(&house.toy, 1);
  say(queued, "POST /hash HTTP/1.1\r\nHost: h\r\n\r\n");
  assert_true(hear_one(queued, answer, false));
  assert_int_equal(status_of(answer), 503);
  assert_int_equal(house.toy.entered, 1);
  close(running);
  close(queued);
  close_house(&house);
}

#define REFUSED "POST /refuse/1 HTTP/1.1\r\nHost: h\r\n\r\n"

/* Waits until that stands in the metrics. */
static void wait_until_counted(const struct http_server *server, const char *line)
{
  bool counted = false;
  for (int64_t until = clock_monotonic() + 20 * CLOCK_SECOND; !counted && clock_monotonic() < until;) {
    CLEANUP(arena_free) struct arena *arena = arena_new(1 << 20);
    struct buf text = buf_in(arena, 1 << 20);
    http_server_metrics(server, &text);
    counted = strstr(buf_str(&text).p, line);
    pause_for(2000);
  }
  assert_true(counted);
}

static void a_held_reply_leaves_at_a_whole_slot(void **state)
{
  (void)state;
  struct house house;
  set_up(&house);
  house.toy.slot = 200000;
  open_house(&house);
  static const int64_t works[] = {0, 50000, 250000};
  for (size_t i = 0; i < sizeof works / sizeof *works; i++) {
    house.toy.work = works[i];
    int64_t began = clock_monotonic();
    assert_int_equal(ask(house.server, REFUSED, answer), 200);
    assert_true(clock_monotonic() - began >= (works[i] > house.toy.slot ? 2 : 1) * house.toy.slot);
  }
  wait_until_counted(house.server, "\nbailiwick_http_replies_late_total 1\n");
  close_house(&house);
}

static void a_held_reply_keeps_no_worker_from_others(void **state)
{
  (void)state;
  struct house house;
  set_up(&house);
  house.toy.slot = 20 * CLOCK_SECOND;
  open_house(&house);
  enum { WAITING = 20 };
  int fds[WAITING];
  for (int i = 0; i < WAITING; i++)
    say(fds[i] = dial(house.server), REFUSED);
  wait_until_counted(house.server, "\nbailiwick_http_replies_held 20\n");
  assert_int_equal(ask(house.server, "POST /hash HTTP/1.1\r\nHost: h\r\n\r\n", answer), 200);
  int64_t began = clock_monotonic();
  close_house(&house);
  assert_true(clock_monotonic() - began < 10 * CLOCK_SECOND);
  for (int i = 0; i < WAITING; i++) {
    assert_true(hear_one(fds[i], answer, false));
    assert_int_equal(status_of(answer), 200);
    close(fds[i]);
  }
}

static void a_held_reply_leaves_at_its_deadline(void **state)
{
  (void)state;
  struct house house;
  set_up(&house);
  house.toy.slot = 20 * CLOCK_SECOND;
  house.config.limits.request_time = 300000;
  open_house(&house);
  int64_t began = clock_monotonic();
  assert_int_equal(ask(house.server, REFUSED, answer), 200);
  assert_true(clock_monotonic() - began < 10 * CLOCK_SECOND);
  close_house(&house);
}

static void a_client_that_leaves_while_suspended_leaves_nothing_behind(void **state)
{
  (void)state;
  struct house house;
  set_up(&house);
  house.toy.hold = true;
  house.config.limits.address_connections = 4;
  open_house(&house);
  struct linger reset = {.l_onoff = 1, .l_linger = 0};
  for (unsigned i = 0; i < 4; i++) {
    int fd = dial(house.server);
    say(fd, "GET /slow/1 HTTP/1.1\r\nHost: h\r\n\r\n");
    wait_until_entered(&house.toy, i + 1);
    if (i % 2)
      setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    close(fd);
  }
  house.toy.hold = false;
  int status = 0;
  for (int i = 0; i < 100 && status != 200; i++) {
    pause_for(10000);
    status = ask(house.server, "GET /slow/2 HTTP/1.1\r\nHost: h\r\n\r\n", answer);
  }
  assert_int_equal(status, 200);
  close_house(&house);
}

static bool is_refused(const struct http_server *server)
{
  int fd = dial(server);
  say(fd, "GET /fast HTTP/1.1\r\nHost: h\r\n\r\n");
  bool answered = hear_one(fd, answer, false);
  close(fd);
  return !answered;
}

static void a_client_that_leaves_in_the_middle_is_noticed(void **state)
{
  (void)state;
  static const char *const parts[] = {"GET /fa", "GET /fast HTTP/1.1\r\nHo",
                                      "POST /echo HTTP/1.1\r\nHost: h\r\n"
                                      "Content-Type: application/json\r\nContent-Length: 9\r\n\r\n{"};
  struct house house;
  set_up(&house);
  house.config.limits.address_connections = 3;
  open_house(&house);
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
    for (int n = 0; n < 3; n++) {
      int fd = dial(house.server);
      say(fd, parts[i]);
      close(fd);
    }
    bool refused = true;
    for (int n = 0; n < 300 && refused; n++) {
      pause_for(10000);
      refused = is_refused(house.server);
    }
    assert_false(refused);
  }
  close_house(&house);
}

static void one_address_has_its_share_of_connections(void **state)
{
  (void)state;
  struct house house;
  set_up(&house);
  house.config.limits.address_connections = 3;
  open_house(&house);
  int fds[3];
  for (int i = 0; i < 3; i++) {
    fds[i] = dial(house.server);
    say(fds[i], "GET /fast HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_true(hear_one(fds[i], answer, false));
  }
  assert_true(is_refused(house.server));
  close(fds[0]);
  bool refused = true;
  for (int i = 0; i < 200 && refused; i++) {
    pause_for(5000);
    refused = is_refused(house.server);
  }
  assert_false(refused);
  close(fds[1]);
  close(fds[2]);
  close_house(&house);
}

static void there_are_so_many_connections_in_all(void **state)
{
  (void)state;
  struct house house;
  set_up(&house);
  house.config.limits.connections = 2;
  open_house(&house);
  int fds[2];
  for (int i = 0; i < 2; i++) {
    fds[i] = dial(house.server);
    say(fds[i], "GET /fast HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_true(hear_one(fds[i], answer, false));
  }
  assert_true(is_refused(house.server));
  close(fds[0]);
  close(fds[1]);
  close_house(&house);
}

static const char *stated_address(const struct http_server *server, const char *headers)
{
  char text[512];
  snprintf(text, sizeof text, "GET /address HTTP/1.1\r\nHost: h\r\n%s\r\n", headers);
  assert_int_equal(ask(server, text, answer), 200);
  return strstr(answer, "\r\n\r\n") + 4;
}

static void only_a_trusted_proxy_states_an_address(void **state)
{
  (void)state;
  static const char *const nobody[] = {"10.0.0.0/8", NULL}, *const here[] = {"127.0.0.1", "10.0.0.0/8", NULL};
  struct house house;
  set_up(&house);
  house.config.trusted_proxies = nobody;
  open_house(&house);
  assert_string_equal(stated_address(house.server, "X-Forwarded-For: 192.0.2.1\r\n"), "127.0.0.1");
  close_house(&house);
  set_up(&house);
  house.config.trusted_proxies = here;
  open_house(&house);
  static const struct {
    const char *headers, *address;
  } rows[] = {
      {"", "127.0.0.1"},
      {"X-Forwarded-For: 192.0.2.1\r\n", "192.0.2.1"},
      {"X-Forwarded-For: 203.0.113.9, 192.0.2.1, 10.1.2.3\r\n", "192.0.2.1"},
      {"X-Forwarded-For: 203.0.113.9, 192.0.2.1\r\nX-Forwarded-For: 10.1.2.3\r\n", "192.0.2.1"},
      {"X-Forwarded-For: 10.9.9.9, 10.1.2.3\r\n", "10.9.9.9"},
      {"X-Forwarded-For: ::ffff:192.0.2.1\r\n", "192.0.2.1"},
      {"X-Forwarded-For: 2001:db8::1\r\n", "2001:db8::1"},
      {"X-Forwarded-For: 192.0.2.1, unknown\r\n", "127.0.0.1"},
      {"X-Forwarded-For: 192.0.2.1,\r\n", "127.0.0.1"},
      {"X-Forwarded-For: 192.0.2.1:80\r\n", "127.0.0.1"},
      {"X-Forwarded-For: \r\n", "127.0.0.1"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    assert_string_equal(stated_address(house.server, rows[i].headers), rows[i].address);
  close_house(&house);
}

static void a_stated_address_has_its_share_of_requests(void **state)
{
  (void)state;
  static const char *const here[] = {"127.0.0.1", NULL};
  struct house house;
  set_up(&house);
  house.toy.hold = true;
  house.config.trusted_proxies = here;
  house.config.limits.address_connections = 2;
  open_house(&house);
  int fds[2];
  for (unsigned i = 0; i < 2; i++) {
    fds[i] = dial(house.server);
    say(fds[i], "GET /slow/1 HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: 192.0.2.1\r\n\r\n");
    wait_until_entered(&house.toy, i + 1);
  }
  static const char third[] = "GET /fast HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: 192.0.2.1\r\n\r\n";
  assert_int_equal(ask(house.server, third, answer), 503);
  assert_non_null(strstr(answer, "Retry-After: "));
  assert_int_equal(ask(house.server, "GET /fast HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: 192.0.2.2\r\n\r\n", answer),
                   200);
  house.toy.hold = false;
  for (int i = 0; i < 2; i++) {
    assert_true(hear_one(fds[i], answer, false));
    close(fds[i]);
  }
  assert_int_equal(ask(house.server, third, answer), 200);
  close_house(&house);
}

struct closing {
  struct house *house;
  int64_t grace;
};

static void *close_in_thread(void *argument)
{
  struct closing *closing = argument;
  http_server_close(&closing->house->server, closing->grace);
  return NULL;
}

static void closing_waits_for_what_runs(void **state)
{
  (void)state;
  struct house house;
  set_up(&house);
  house.toy.hold = true;
  open_house(&house);
  int running = dial(house.server), kept = dial(house.server);
  say(kept, "GET /fast HTTP/1.1\r\nHost: h\r\n\r\n");
  assert_true(hear_one(kept, answer, false));
  assert_null(strstr(answer, "Connection: close"));
  say(running, "GET /slow/1 HTTP/1.1\r\nHost: h\r\n\r\n");
  wait_until_entered(&house.toy, 2);
  struct closing closing = {&house, 10 * CLOCK_SECOND};
  pthread_t thread;
  pthread_create(&thread, NULL, close_in_thread, &closing);
  for (int i = 0; i < 200 && !strstr(answer, "Connection: close\r\n"); i++) {
    pause_for(10000);
    say(kept, "GET /fast HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_true(hear_one(kept, answer, false));
  }
  assert_non_null(strstr(answer, "Connection: close\r\n"));
  house.toy.hold = false;
  assert_true(hear_one(running, answer, false));
  assert_int_equal(status_of(answer), 200);
  assert_non_null(strstr(answer, "Connection: close\r\n"));
  pthread_join(thread, NULL);
  assert_null(house.server);
  assert_int_equal(house.toy.cancelled, 0);
  close(running);
  close(kept);
}

static void closing_cancels_what_does_not_end(void **state)
{
  (void)state;
  struct house house;
  set_up(&house);
  house.toy.hold = true;
  open_house(&house);
  int fds[WORKERS + 4];
  for (unsigned i = 0; i < WORKERS + 4; i++) {
    fds[i] = dial(house.server);
    say(fds[i], "GET /slow/1 HTTP/1.1\r\nHost: h\r\n\r\n");
  }
  wait_until_entered(&house.toy, WORKERS);
  wait_until_queued(house.server, "database", 4);
  int64_t began = clock_monotonic();
  http_server_close(&house.server, 100000);
  assert_true(clock_monotonic() - began < 5 * CLOCK_SECOND);
  assert_true(house.toy.cancelled >= WORKERS);
  for (unsigned i = 0; i < WORKERS + 4; i++) {
    assert_true(hear_one(fds[i], answer, false));
    assert_true(status_of(answer) == 200 || status_of(answer) == 503);
    close(fds[i]);
  }
}

static void a_config_that_cannot_work_is_refused(void **state)
{
  (void)state;
  static const char *const proxies[] = {"10.0.0.0/33", NULL};
  struct house house;
  set_up(&house);
  house.config.trusted_proxies = proxies;
  assert_int_equal(http_server_open(&house.config, &house.server), R_MALFORMED);
  set_up(&house);
  house.config.address = "localhost";
  assert_int_equal(http_server_open(&house.config, &house.server), R_MALFORMED);
  set_up(&house);
  house.config.workers[HTTP_LANE_HASH] = 0;
  assert_int_equal(http_server_open(&house.config, &house.server), R_MALFORMED);
  set_up(&house);
  open_house(&house);
  struct http_server *second = NULL;
  house.config.port = http_server_port(house.server);
  assert_int_equal(http_server_open(&house.config, &second), R_UNAVAILABLE);
  assert_null(second);
  close_house(&house);
}

static void metrics_are_prometheus_text(void **state)
{
  (void)state;
  struct house house;
  set_up(&house);
  open_house(&house);
  assert_int_equal(ask(house.server, "GET /things/secret-label HTTP/1.1\r\nHost: h\r\n\r\n", answer), 200);
  assert_int_equal(ask(house.server, "GET /nowhere/secret-label HTTP/1.1\r\nHost: h\r\n\r\n", answer), 404);
  assert_int_equal(ask(house.server, "GET /fast HTTP/1.1\r\n\r\n", answer), 400);
  struct arena *arena = arena_new(1 << 20);
  struct buf text = buf_in(arena, 1 << 20);
  http_server_metrics(house.server, &text);
  struct str metrics = buf_str(&text);
  assert_non_null(metrics.p);
  assert_non_null(strstr(metrics.p, "bailiwick_http_requests_total{operation=\"thing\",status=\"200\"} 1\n"));
  assert_non_null(strstr(metrics.p, "bailiwick_http_requests_total{operation=\"none\",status=\"404\"} 1\n"));
  assert_non_null(strstr(metrics.p, "bailiwick_http_frames_refused_total 1\n"));
  assert_non_null(strstr(metrics.p, "request_duration_seconds_bucket{operation=\"thing\",le=\"+Inf\"} 1\n"));
  assert_null(strstr(metrics.p, "secret-label"));
  if (access("/usr/bin/promtool", X_OK) == 0) {
    FILE *promtool = popen("/usr/bin/promtool check metrics >/dev/null 2>&1", "w");
    assert_non_null(promtool);
    fwrite(metrics.p, 1, metrics.n, promtool);
    assert_int_equal(pclose(promtool), 0);
  }
  arena_free(&arena);
  close_house(&house);
}

static void what_computes_gives_way_to_what_answers(void **state)
{
  (void)state;
  struct house house;
  set_up(&house);
  open_house(&house);
  int usual = getpriority(PRIO_PROCESS, 0);
  assert_int_equal(ask(house.server, "GET /fast HTTP/1.1\r\nHost: h\r\n\r\n", answer), 200);
  assert_int_equal(ask(house.server, "GET /slow/a HTTP/1.1\r\nHost: h\r\n\r\n", answer), 200);
  assert_int_equal(ask(house.server, "POST /hash HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n"
                                     "Content-Length: 2\r\n\r\n{}", answer), 200);
  assert_int_equal(house.toy.nice[HTTP_LANE_DECISION], usual);
  assert_int_equal(house.toy.nice[HTTP_LANE_DATABASE], usual);
  assert_true(house.toy.nice[HTTP_LANE_HASH] > usual || usual >= 10);
  close_house(&house);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_computes_gives_way_to_what_answers),
      cmocka_unit_test(pipelined_requests_are_answered_in_order),
      cmocka_unit_test(a_slow_query_delays_no_decision),
      cmocka_unit_test(a_full_queue_says_when_to_come_back),
      cmocka_unit_test(a_byte_now_and_then_does_not_outlive_the_request_time),
      cmocka_unit_test(a_silent_connection_is_kept_for_the_idle_time),
      cmocka_unit_test(a_running_request_is_cancelled_at_its_deadline),
      cmocka_unit_test(a_queued_request_is_answered_at_its_deadline),
      cmocka_unit_test(a_held_reply_leaves_at_a_whole_slot),
      cmocka_unit_test(a_held_reply_keeps_no_worker_from_others),
      cmocka_unit_test(a_held_reply_leaves_at_its_deadline),
      cmocka_unit_test(a_client_that_leaves_while_suspended_leaves_nothing_behind),
      cmocka_unit_test(a_client_that_leaves_in_the_middle_is_noticed),
      cmocka_unit_test(one_address_has_its_share_of_connections),
      cmocka_unit_test(there_are_so_many_connections_in_all),
      cmocka_unit_test(only_a_trusted_proxy_states_an_address),
      cmocka_unit_test(a_stated_address_has_its_share_of_requests),
      cmocka_unit_test(closing_waits_for_what_runs),
      cmocka_unit_test(closing_cancels_what_does_not_end),
      cmocka_unit_test(a_config_that_cannot_work_is_refused),
      cmocka_unit_test(metrics_are_prometheus_text),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
