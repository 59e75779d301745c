/* Replies in pages: made as they are taken, whole or visibly not, and never in the way of anything else. */
#define _GNU_SOURCE
#include "raw.h"
#include "http/stream.h"
#include <errno.h>
#include <malloc.h>

enum { PAGE = 64 << 10 };

/* What /pages/{count}/{owner} is told to do, and has done. */
struct mill {
  _Atomic unsigned made, running;
  _Atomic bool fails, hold, overlap;
  _Atomic bool stop[WORKERS];
  _Atomic unsigned cancelled;
};

static struct mill mill;

struct order {
  struct http_request *request;
  unsigned count, made;
};

static RESULT fill(void *state, struct arena *arena, struct http_page *ret_page)
{
  struct order *order = state;
  unsigned worker = http_request_worker(order->request);
  char *text = arena_alloc(arena, PAGE);
  if (atomic_fetch_add(&mill.running, 1) >= WORKERS)
    mill.overlap = true;
  while (mill.hold && order->made > 0 && !mill.stop[worker])
    nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
  bool stopped = atomic_exchange(&mill.stop[worker], false);
  mill.running--;
  if (!text || stopped || (mill.fails && order->made > 0))
    return R_UNAVAILABLE;
  memset(text, 'a' + (int)(order->made % 26), PAGE);
  mill.made++;
  order->made++;
  *ret_page = (struct http_page){{text, PAGE}, order->made == order->count};
  return R_OK;
}

static const struct http_route routes[] = {
    {"pages", HTTP_GET, "/pages/{count}/{owner}", HTTP_LANE_DATABASE, false, 0},
    {"late", HTTP_GET, "/late", HTTP_LANE_DATABASE, false, 0},
    {"fast", HTTP_GET, "/fast", HTTP_LANE_DATABASE, false, 0},
};
enum { PAGES, LATE, FAST_ROUTE };
static const struct http_route *at(int i) { return &routes[i]; }

static void enter(void *service, int route, struct http_request *request, struct http_reply *reply)
{
  (void)service;
  struct order *order = arena_alloc(http_request_arena(request), sizeof *order);
  assert_non_null(order);
  *order = (struct order){.request = request, .count = 3};
  if (route == FAST_ROUTE) {
    http_reply_body(reply, 200, "application/json", STR("1"));
    return;
  }
  struct str owner = STR("");
  if (route == PAGES) {
    order->count = (unsigned)strtoul(http_request_path(request, "count").p, NULL, 10);
    owner = http_request_path(request, "owner");
  }
  struct http_source source = {fill, order, owner};
  enum result r = http_stream_reply(reply, "text/plain", &source);
  if (r != R_OK || route == LATE)
    http_reply_problem(reply, r == R_OK ? R_CONFLICT : r, NULL, NULL, 0);
}

static void cancel(void *service, enum http_lane lane, unsigned worker)
{
  (void)service, (void)lane;
  mill.cancelled++;
  mill.stop[worker] = true;
}

static struct http_server *server;
static struct http_table table = {sizeof routes / sizeof *routes, at, enter, NULL};
static char answer[ANSWER_MOST];

static int open_with(struct http_limits limits)
{
  struct http_config config = {.address = "127.0.0.1",
                               .event_threads = 1,
                               .workers = {[HTTP_LANE_DATABASE] = 2},
                               .limits = limits,
                               .table = &table,
                               .cancel = cancel};
  mill = (struct mill){0};
  return http_server_open(&config, &server) == R_OK ? 0 : -1;
}

static int open_mill(void **state)
{
  (void)state;
  struct http_limits limits = http_limits_default();
  limits.streams = 4;
  limits.owner_streams = 2;
  return open_with(limits);
}

static int open_hasty_mill(void **state)
{
  (void)state;
  struct http_limits limits = http_limits_default();
  limits.request_time = CLOCK_SECOND / 4;
  return open_with(limits);
}

static int open_short_mill(void **state)
{
  (void)state;
  struct http_limits limits = http_limits_default();
  limits.stream_time = CLOCK_SECOND / 4;
  return open_with(limits);
}

static int close_mill(void **state)
{
  (void)state;
  http_server_close(&server, CLOCK_SECOND);
  return mill.overlap;
}

/* Bytes until the other side ends it; *ret_error of how: 0 or ECONNRESET. */
static size_t drain(int fd, int *ret_error, char *ret_tail, size_t tail)
{
  static char bytes[1 << 16];
  size_t all = 0;
  ssize_t got;
  while ((got = recv(fd, bytes, sizeof bytes, 0)) > 0) {
    all += (size_t)got;
    if ((size_t)got >= tail)
      memcpy(ret_tail, bytes + got - tail, tail);
  }
  *ret_error = got < 0 ? errno : 0;
  return all;
}

static int order_pages(const char *target, const char *version)
{
  char text[128];
  int fd = dial(server);
  snprintf(text, sizeof text, "GET %s HTTP/%s\r\nHost: h\r\nConnection: close\r\n\r\n", target, version);
  say(fd, text);
  return fd;
}

static void hear_head(int fd)
{
  size_t n = 0;
  while (n < ANSWER_MOST - 1 && recv(fd, answer + n, 1, 0) == 1) {
    answer[++n] = '\0';
    if (n >= 4 && strcmp(answer + n - 4, "\r\n\r\n") == 0)
      return;
  }
  fail_msg("no head: %s", answer);
}

static void wait_for_streams(unsigned wanted)
{
  char line[64];
  CLEANUP(arena_free) struct arena *arena = arena_new(1 << 24);
  snprintf(line, sizeof line, "bailiwick_http_streams %u\n", wanted);
  for (int i = 0; i < 5000; i++) {
    struct buf text = buf_in(arena, 1 << 20);
    http_server_metrics(server, &text);
    if (strstr(buf_str(&text).p, line))
      return;
    nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
    if (i % 50 == 49) {
      arena_free(&arena);
      arena = arena_new(1 << 24);
    }
  }
  fail_msg("there are not %u streams", wanted);
}

static void all_pages_arrive_in_order(void **state)
{
  (void)state;
  char tail[5];
  int error, fd = order_pages("/pages/40/me", "1.1");
  hear_head(fd);
  assert_int_equal(status_of(answer), 200);
  assert_non_null(strstr(answer, "Transfer-Encoding: chunked\r\n"));
  assert_null(strstr(answer, "Content-Length"));
  size_t n = drain(fd, &error, tail, sizeof tail);
  close(fd);
  assert_int_equal(error, 0);
  assert_true(n > 40 * PAGE && n < 41 * PAGE);
  assert_memory_equal(tail, "0\r\n\r\n", 5);
  assert_int_equal(mill.made, 40);
}

static void an_old_client_hears_the_end_of_the_connection(void **state)
{
  (void)state;
  char tail[1];
  int error, fd = order_pages("/pages/3/me", "1.0");
  hear_head(fd);
  assert_null(strstr(answer, "chunked"));
  assert_int_equal(drain(fd, &error, tail, 1), 3 * PAGE);
  assert_int_equal(error, 0);
  assert_int_equal(tail[0], 'c');
  close(fd);
}

static void a_kept_connection_asks_again(void **state)
{
  (void)state;
  int fd = dial(server);
  for (int i = 0; i < 3; i++) {
    size_t n = 0;
    say(fd, "GET /pages/2/me HTTP/1.1\r\nHost: h\r\n\r\n");
    hear_head(fd);
    assert_int_equal(status_of(answer), 200);
    for (char last[5] = ""; memcmp(last, "0\r\n\r\n", 5) != 0; n++) {
      memmove(last, last + 1, 4);
      assert_int_equal(recv(fd, last + 4, 1, 0), 1);
    }
    assert_true(n > 2 * PAGE);
  }
  close(fd);
}

static void one_page_alone_has_a_length(void **state)
{
  (void)state;
  int fd = order_pages("/pages/1/me", "1.1");
  hear_head(fd);
  close(fd);
  assert_non_null(strstr(answer, "Content-Length: 65536\r\n"));
  assert_null(strstr(answer, "chunked"));
}

static void head_makes_no_page_but_the_first(void **state)
{
  (void)state;
  assert_int_equal(ask(server, "HEAD /pages/9/me HTTP/1.1\r\nHost: h\r\n\r\n", answer), 200);
  wait_for_streams(0);
  assert_int_equal(mill.made, 1);
}

static void a_fault_after_the_first_page_is_no_end(void **state)
{
  (void)state;
  static const char *const versions[] = {"1.1", "1.0"};
  mill.fails = true;
  for (int i = 0; i < 2; i++) {
    char tail[5] = "";
    int error, fd = order_pages("/pages/5/me", versions[i]);
    drain(fd, &error, tail, sizeof tail);
    close(fd);
    assert_int_equal(error, ECONNRESET);
    assert_memory_not_equal(tail, "0\r\n\r\n", 5);
  }
  wait_for_streams(0);
}

static void a_fault_in_the_first_page_is_a_problem(void **state)
{
  (void)state;
  mill.stop[0] = mill.stop[1] = true;
  assert_int_equal(ask(server, "GET /pages/5/me HTTP/1.1\r\nHost: h\r\n\r\n", answer), 503);
  wait_for_streams(0);
}

static void a_problem_afterwards_takes_its_place(void **state)
{
  (void)state;
  assert_int_equal(ask(server, "GET /late HTTP/1.1\r\nHost: h\r\n\r\n", answer), 409);
  assert_non_null(strstr(answer, "Content-Length: "));
  wait_for_streams(0);
}

/* Pages stop where buffers are full, and nobody waits in the lane meanwhile. */
static void a_client_that_does_not_read_holds_no_worker(void **state)
{
  (void)state;
  int slow[4];
  for (int i = 0; i < 4; i++) {
    slow[i] = order_pages(i % 2 ? "/pages/1000000/me" : "/pages/1000000/you", "1.1");
    hear_head(slow[i]);
  }
  unsigned made;
  do {
    made = mill.made;
    nanosleep(&(struct timespec){.tv_nsec = 200000000}, NULL);
  } while (mill.made != made);
  assert_true(made < 4 * 512);
  assert_int_equal(mill.running, 0);
  for (int i = 0; i < 20; i++)
    assert_int_equal(ask(server, "GET /fast HTTP/1.1\r\nHost: h\r\n\r\n", answer), 200);
  assert_int_equal(ask(server, "GET /pages/2/them HTTP/1.1\r\nHost: h\r\n\r\n", answer), 503);
  assert_non_null(strstr(answer, "Retry-After: "));
  for (int i = 0; i < 4; i++)
    close(slow[i]);
  wait_for_streams(0);
  assert_int_equal(ask(server, "HEAD /pages/2/them HTTP/1.1\r\nHost: h\r\n\r\n", answer), 200);
}

static void one_owner_has_a_share_of_the_streams(void **state)
{
  (void)state;
  int slow[2] = {order_pages("/pages/1000000/me", "1.1"), order_pages("/pages/1000000/me", "1.1")};
  hear_head(slow[0]);
  hear_head(slow[1]);
  assert_int_equal(ask(server, "GET /pages/2/me HTTP/1.1\r\nHost: h\r\n\r\n", answer), 503);
  assert_int_equal(ask(server, "HEAD /pages/1/me HTTP/1.1\r\nHost: h\r\n\r\n", answer), 200);
  assert_int_equal(ask(server, "HEAD /pages/2/you HTTP/1.1\r\nHost: h\r\n\r\n", answer), 200);
  close(slow[0]);
  close(slow[1]);
  wait_for_streams(0);
}

/* 256 MiB pass; what the process holds grows by less than a tenth of it. */
static void memory_stays_flat(void **state)
{
  (void)state;
  char tail[5];
  int error, fd = order_pages("/pages/64/me", "1.1");
  drain(fd, &error, tail, sizeof tail);
  close(fd);
  struct mallinfo2 before = mallinfo2();
  fd = order_pages("/pages/4096/me", "1.1");
  size_t n = drain(fd, &error, tail, sizeof tail);
  close(fd);
  assert_true(n > (size_t)4096 * PAGE);
  assert_true(mallinfo2().arena <= before.arena + (25 << 20));
}

static void who_takes_no_page_in_its_time_is_cut(void **state)
{
  (void)state;
  char tail[5] = "";
  int error, fd = order_pages("/pages/1000000/me", "1.0");
  hear_head(fd);
  wait_for_streams(0);
  drain(fd, &error, tail, sizeof tail);
  close(fd);
  assert_int_equal(error, ECONNRESET);
}

static void a_page_that_takes_too_long_is_cancelled(void **state)
{
  (void)state;
  char tail[5] = "";
  int error, fd = order_pages("/pages/9/me", "1.1");
  mill.hold = true;
  drain(fd, &error, tail, sizeof tail);
  close(fd);
  assert_true(mill.cancelled > 0 || mill.made == 9);
  wait_for_streams(0);
}

static void a_stream_ends_with_its_time(void **state)
{
  (void)state;
  char tail[5] = "";
  int error, fd = order_pages("/pages/1000000/me", "1.1");
  drain(fd, &error, tail, sizeof tail);
  close(fd);
  assert_int_equal(error, ECONNRESET);
  assert_memory_not_equal(tail, "0\r\n\r\n", 5);
}

static void closing_breaks_off_what_does_not_end(void **state)
{
  char tail[5] = "";
  int error;
  assert_int_equal(open_mill(state), 0);
  int read = order_pages("/pages/1000000/me", "1.1"), unread = order_pages("/pages/1000000/me", "1.1");
  hear_head(read);
  hear_head(unread);
  http_server_close(&server, 0);
  drain(read, &error, tail, sizeof tail);
  assert_memory_not_equal(tail, "0\r\n\r\n", 5);
  close(read);
  close(unread);
}

int main(void)
{
#define IN(test, open) cmocka_unit_test_setup_teardown(test, open, close_mill)
  const struct CMUnitTest tests[] = {
      IN(all_pages_arrive_in_order, open_mill),
      IN(an_old_client_hears_the_end_of_the_connection, open_mill),
      IN(a_kept_connection_asks_again, open_mill),
      IN(one_page_alone_has_a_length, open_mill),
      IN(head_makes_no_page_but_the_first, open_mill),
      IN(a_fault_after_the_first_page_is_no_end, open_mill),
      IN(a_fault_in_the_first_page_is_a_problem, open_mill),
      IN(a_problem_afterwards_takes_its_place, open_mill),
      IN(a_client_that_does_not_read_holds_no_worker, open_mill),
      IN(one_owner_has_a_share_of_the_streams, open_mill),
      IN(memory_stays_flat, open_mill),
      IN(who_takes_no_page_in_its_time_is_cut, open_hasty_mill),
      IN(a_page_that_takes_too_long_is_cancelled, open_hasty_mill),
      IN(a_stream_ends_with_its_time, open_short_mill),
      cmocka_unit_test(closing_breaks_off_what_does_not_end),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
