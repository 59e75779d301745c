/* Bodies that are stored as they come: only those that may come, in flat memory, and never taken for whole when they are
   not. */
#define _GNU_SOURCE
#include "raw.h"
#include "http/upload.h"
#include <errno.h>
#include <malloc.h>

/* What /rows is told to do, and has done. */
struct store {
  _Atomic bool refuses, fails, hold;
  _Atomic unsigned entered, pieces, ends;
  _Atomic size_t taken, largest;
  _Atomic unsigned sum;
};

static struct store store;

static RESULT take(void *state, struct str piece)
{
  (void)state;
  while (store.hold)
    nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
  store.pieces++;
  if (store.fails)
    return R_UNAVAILABLE;
  for (size_t i = 0; i < piece.n; i += 997)
    store.sum += (unsigned char)piece.p[i];
  if (piece.n > store.largest)
    store.largest = piece.n;
  store.taken += piece.n;
  return R_OK;
}

static RESULT end(void *state, struct http_reply *reply)
{
  (void)state;
  store.ends++;
  http_reply_body(reply, 200, "application/json", STR("\"all\""));
  return R_OK;
}

static const struct http_route routes[] = {
    {"rows", HTTP_PUT, "/rows", HTTP_LANE_DATABASE, HTTP_MEDIA_ROWS, 0},
    {"fast", HTTP_GET, "/fast", HTTP_LANE_DATABASE, HTTP_MEDIA_JSON, 0},
};
static const struct http_route *at(int i) { return &routes[i]; }

static void enter(void *service, int route, struct http_request *request, struct http_reply *reply)
{
  (void)service;
  struct http_sink sink = {take, end, NULL, STR_NONE};
  if (route == 1) {
    http_reply_body(reply, 200, "application/json", STR("1"));
    return;
  }
  store.entered++;
  enum result r = store.refuses ? R_FORBIDDEN : http_upload_take(request, &sink);
  if (r != R_OK)
    http_reply_problem(reply, r, NULL, NULL, 0);
}

static void cancel(void *service, enum http_lane lane, unsigned worker)
{
  (void)service, (void)lane, (void)worker;
  store.hold = false;
}

static struct http_server *server;
static struct http_table table = {sizeof routes / sizeof *routes, at, enter, NULL};
static char answer[ANSWER_MOST];

static int open_with(int64_t request_time)
{
  struct http_config config = {.address = "127.0.0.1",
                               .event_threads = 1,
                               .workers = {[HTTP_LANE_DATABASE] = 2},
                               .limits = http_limits_default(),
                               .table = &table,
                               .cancel = cancel};
  config.limits.request_time = request_time;
  config.limits.uploads = 2;
  config.limits.upload = 256 << 20;
  store = (struct store){0};
  return http_server_open(&config, &server) == R_OK ? 0 : -1;
}

static int open_store(void **state)
{
  (void)state;
  return open_with(30 * CLOCK_SECOND);
}

static int open_hasty_store(void **state)
{
  (void)state;
  return open_with(CLOCK_SECOND / 4);
}

static int open_patient_store(void **state)
{
  (void)state;
  return open_with(2 * CLOCK_SECOND);
}

static int close_store(void **state)
{
  (void)state;
  store.hold = false;
  http_server_close(&server, CLOCK_SECOND);
  return 0;
}

static int begin(size_t length, const char *more)
{
  char text[256];
  int fd = dial(server);
  snprintf(text, sizeof text, "PUT /rows HTTP/1.1\r\nHost: h\r\nContent-Type: text/csv\r\nContent-Length: %zu\r\n%s\r\n", length,
           more);
  say(fd, text);
  return fd;
}

static void send_all(int fd, size_t length)
{
  static char bytes[1 << 16];
  memset(bytes, 'x', sizeof bytes);
  while (length > 0) {
    ssize_t sent = send(fd, bytes, length < sizeof bytes ? length : sizeof bytes, MSG_NOSIGNAL);
    if (sent <= 0)
      return;
    length -= (size_t)sent;
  }
}

static int hear(int fd)
{
  hear_one(fd, answer, false);
  return status_of(answer);
}

static void a_long_body_comes_whole_in_flat_memory(void **state)
{
  (void)state;
  size_t all = 200 << 20;
  struct mallinfo2 before = mallinfo2();
  int fd = begin(all, "");
  send_all(fd, all);
  assert_int_equal(hear(fd), 200);
  close(fd);
  assert_int_equal(store.taken, all);
  assert_int_equal(store.ends, 1);
  assert_int_equal(store.largest, 256 << 10);
  assert_int_equal(store.pieces, all / store.largest);
  assert_true(mallinfo2().arena <= before.arena + (25 << 20));
}

static void a_short_one_and_an_empty_one_come_too(void **state)
{
  (void)state;
  int fd = begin(5, "");
  send_all(fd, 5);
  assert_int_equal(hear(fd), 200);
  say(fd, "PUT /rows HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n");
  assert_int_equal(hear(fd), 200);
  close(fd);
  assert_int_equal(store.taken, 5);
  assert_int_equal(store.ends, 2);
}

static void who_asks_first_is_told_to_go_on_once_it_may(void **state)
{
  (void)state;
  int fd = begin(100000, "Expect: 100-continue\r\n");
  assert_int_equal(hear(fd), 100);
  assert_int_equal(store.entered, 1);
  send_all(fd, 100000);
  assert_int_equal(hear(fd), 200);
  close(fd);
  assert_int_equal(store.taken, 100000);
}

static void who_may_not_sends_nothing(void **state)
{
  (void)state;
  store.refuses = true;
  int fd = begin(100 << 20, "Expect: 100-continue\r\n");
  assert_int_equal(hear(fd), 403);
  assert_non_null(strstr(answer, "Connection: close\r\n"));
  assert_null(strstr(answer, "100 Continue"));
  close(fd);
  assert_int_equal(store.pieces, 0);
}

static void who_did_not_ask_hears_why_not(void **state)
{
  (void)state;
  store.refuses = true;
  int fd = begin(100000, "");
  send_all(fd, 100000);
  assert_int_equal(hear(fd), 403);
  say(fd, "GET /fast HTTP/1.1\r\nHost: h\r\n\r\n");
  assert_int_equal(hear(fd), 200);
  close(fd);
  assert_int_equal(store.pieces, 0);
}

static void what_is_cut_short_has_no_end(void **state)
{
  (void)state;
  int fd = begin(10 << 20, "");
  send_all(fd, 5 << 20);
  shutdown(fd, SHUT_WR);
  hear_all(fd, answer);
  close(fd);
  assert_int_equal(status_of(answer) == 200, 0);
  assert_true(store.taken <= 5 << 20);
  assert_int_equal(store.ends, 0);
}

static void a_piece_that_is_not_stored_is_no_end(void **state)
{
  (void)state;
  store.fails = true;
  int fd = begin(2 << 20, "");
  send_all(fd, 2 << 20);
  assert_int_equal(hear(fd), 503);
  close(fd);
  assert_int_equal(store.pieces, 1);
  fd = begin(100 << 20, "");
  send_all(fd, 100 << 20);
  hear_all(fd, answer);
  close(fd);
  assert_int_equal(store.pieces, 2);
  assert_int_equal(store.ends, 0);
}

static void what_cannot_be_a_body_here_is_refused_before(void **state)
{
  (void)state;
#define PUT_ROWS "PUT /rows HTTP/1.1\r\nHost: h\r\n"
  static const struct {
    const char *text;
    int status;
  } cases[] = {
      {PUT_ROWS "Content-Type: text/csv\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 411},
      {PUT_ROWS "Content-Type: text/csv\r\nContent-Length: 268435457\r\n\r\n", 413},
      {PUT_ROWS "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}", 415},
      {PUT_ROWS "Content-Type: text/csv\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\nab", 415},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    assert_int_equal(ask(server, cases[i].text, answer), cases[i].status);
  assert_int_equal(store.entered, 0);
}

static void as_many_long_ones_come_at_once_as_may(void **state)
{
  (void)state;
  int slow[] = {begin(1 << 20, "Expect: 100-continue\r\n"), begin(1 << 20, "Expect: 100-continue\r\n")};
  assert_int_equal(hear(slow[0]), 100);
  assert_int_equal(hear(slow[1]), 100);
  int fd = begin((256 << 10) + 1, "Expect: 100-continue\r\n");
  assert_int_equal(hear(fd), 503);
  assert_non_null(strstr(answer, "Retry-After: "));
  close(fd);
  fd = begin(256 << 10, "");
  send_all(fd, 256 << 10);
  assert_int_equal(hear(fd), 200);
  close(fd);
  for (int i = 0; i < 20; i++)
    assert_int_equal(ask(server, "GET /fast HTTP/1.1\r\nHost: h\r\n\r\n", answer), 200);
  send_all(slow[0], 1 << 20);
  assert_int_equal(hear(slow[0]), 200);
  close(slow[0]);
  close(slow[1]);
}

static void who_sends_too_slowly_is_cut(void **state)
{
  (void)state;
  int fd = begin(1000, "");
  send_all(fd, 10);
  hear_all(fd, answer);
  close(fd);
  assert_int_equal(status_of(answer), 408);
  assert_int_equal(store.ends, 0);
}

static void who_sends_slowly_gets_on(void **state)
{
  (void)state;
  size_t all = (256 << 10) + 1, some = all / 30;
  int fd = begin(all, "");
  for (int i = 0; i < 30; i++) {
    send_all(fd, some);
    nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
  }
  send_all(fd, all - 30 * some);
  assert_int_equal(hear(fd), 200);
  close(fd);
  assert_int_equal(store.taken, all);
  assert_true(store.pieces > 2);
  assert_int_equal(store.ends, 1);
}

static void a_short_one_has_no_more_time_than_another_body(void **state)
{
  (void)state;
  int fd = begin(1000, "");
  for (int i = 0; i < 100; i++) {
    send_all(fd, 1);
    nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
  }
  hear_all(fd, answer);
  close(fd);
  assert_int_equal(status_of(answer) == 200, 0);
  assert_int_equal(store.ends, 0);
}

static void closing_waits_for_no_client(void **state)
{
  (void)state;
  assert_int_equal(open_store(state), 0);
  int idle = begin(1 << 20, ""), busy = begin(10 << 20, "");
  send_all(idle, 1000);
  store.hold = true;
  send_all(busy, 1 << 20);
  http_server_close(&server, 0);
  close(idle);
  close(busy);
  assert_int_equal(store.ends, 0);
}

int main(void)
{
#define IN(test, open) cmocka_unit_test_setup_teardown(test, open, close_store)
  const struct CMUnitTest tests[] = {
      IN(a_long_body_comes_whole_in_flat_memory, open_store),
      IN(a_short_one_and_an_empty_one_come_too, open_store),
      IN(who_asks_first_is_told_to_go_on_once_it_may, open_store),
      IN(who_may_not_sends_nothing, open_store),
      IN(who_did_not_ask_hears_why_not, open_store),
      IN(what_is_cut_short_has_no_end, open_store),
      IN(a_piece_that_is_not_stored_is_no_end, open_store),
      IN(what_cannot_be_a_body_here_is_refused_before, open_store),
      IN(as_many_long_ones_come_at_once_as_may, open_store),
      IN(a_short_one_has_no_more_time_than_another_body, open_patient_store),
      IN(who_sends_too_slowly_is_cut, open_hasty_store),
      IN(who_sends_slowly_gets_on, open_patient_store),
      cmocka_unit_test(closing_waits_for_no_client),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
