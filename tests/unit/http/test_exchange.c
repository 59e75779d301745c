/* What reaches a handler and what never does: whole servers asked through raw sockets. */
#define _GNU_SOURCE
#include "raw.h"

struct house {
  struct toy toy;
  struct http_table table;
  struct http_server *server;
};

static struct house house;
static char answer[ANSWER_MOST];

static const char *const origins[] = {"https://portal.example", NULL};

static int open_house(void **state)
{
  struct http_config config = toy_config(&house.table, &house.toy);
  config.limits.body = 4096;
  config.cors_origins = origins;
  *state = &house;
  return http_server_open(&config, &house.server) == R_OK ? 0 : -1;
}

static int close_house(void **state)
{
  (void)state;
  http_server_close(&house.server, CLOCK_SECOND);
  return house.toy.worker_out_of_range;
}

/* A request that must not be understood, and what may not come back: a hidden second one runs when two replies do. */
struct bad {
  const char *name, *bytes;
  size_t n;
  int status;
};
#define BAD(name, status, bytes)                                                                                       \
  {                                                                                                                    \
    name, bytes, sizeof bytes - 1, status                                                                              \
  }
#define POST_ECHO "POST /echo HTTP/1.1\r\nHost: h\r\n"
#define GET_FAST "GET /fast HTTP/1.1\r\nHost: h\r\n"
#define HIDDEN "GET /fast HTTP/1.1\r\nHost: h\r\n\r\n"

/* One line a case. */
/* clang-format off */
static const struct bad bads[] = {
  BAD("two lengths", 400, POST_ECHO "Content-Length: 0\r\nContent-Length: 33\r\n\r\n"),
  BAD("two equal lengths", 400, POST_ECHO "Content-Length: 0\r\nContent-Length: 0\r\n\r\n"),
  BAD("a list of lengths", 400, POST_ECHO "Content-Length: 0, 0\r\n\r\n"),
  BAD("a signed length", 400, POST_ECHO "Content-Length: +0\r\n\r\n"),
  BAD("a negative length", 400, POST_ECHO "Content-Length: -1\r\n\r\n"),
  BAD("a length beyond 64 bits", 413, POST_ECHO "Content-Length: 18446744073709551617\r\n\r\n"),
  BAD("an empty length", 400, POST_ECHO "Content-Length: \r\n\r\n"),
  BAD("length and coding", 400, POST_ECHO "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
  BAD("coding and length", 400, POST_ECHO "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n"),
  BAD("coding twice", 400, POST_ECHO "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
  BAD("a list of codings", 400, POST_ECHO "Transfer-Encoding: identity, chunked\r\n\r\n0\r\n\r\n"),
  BAD("an unknown coding", 400, POST_ECHO "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"),
  BAD("chunked in 1.0", 400, "POST /echo HTTP/1.0\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
  BAD("a chunk extension with LF", 411, POST_ECHO "Transfer-Encoding: chunked\r\n\r\n2;\nxx\r\n0\r\n\r\n"),
  BAD("two hosts", 400, GET_FAST "Host: h\r\n\r\n"),
  BAD("no host", 400, "GET /fast HTTP/1.1\r\nX: h\r\n\r\n"),
  BAD("a list of hosts", 400, "GET /fast HTTP/1.1\r\nHost: a, b\r\n\r\n"),
  BAD("two authorizations", 400, GET_FAST "Authorization: a\r\nAuthorization: b\r\n\r\n"),
  BAD("two authorizations, two cases", 400, GET_FAST "authorization: a\r\nAUTHORIZATION: b\r\n\r\n"),
  BAD("two If-Match", 400, GET_FAST "If-Match: a\r\nIf-Match: b\r\n\r\n"),
  BAD("two Idempotency-Key", 400, GET_FAST "Idempotency-Key: a\r\nIdempotency-Key: b\r\n\r\n"),
  BAD("two Content-Type", 400, GET_FAST "Content-Type: a\r\nContent-Type: b\r\n\r\n"),
  BAD("a folded header", 400, GET_FAST "X: a\r\n b\r\n\r\n"),
  BAD("a folded first header", 400, "GET /fast HTTP/1.1\r\n Host: h\r\nHost: h\r\n\r\n"),
  BAD("a folded last header", 400, GET_FAST "\t\r\n\r\n"),
  BAD("a space before the colon", 400, GET_FAST "X : a\r\n\r\n"),
  BAD("a tab before the colon", 400, POST_ECHO "Content-Length\t: 33\r\n\r\n"),
  BAD("bare LF after the line", 400, "GET /fast HTTP/1.1\nHost: h\r\n\r\n"),
  BAD("bare LF after a header", 400, "GET /fast HTTP/1.1\r\nHost: h\nX: a\r\n\r\n"),
  BAD("bare LF at the end", 400, GET_FAST "\n"),
  BAD("bare LFs alone", 400, "GET /fast HTTP/1.1\nHost: h\n\n"),
  BAD("bare CR in a value", 400, GET_FAST "X: a\rb\r\n\r\n"),
  BAD("NUL in a value", 400, GET_FAST "X: a\0b\r\n\r\n"),
  BAD("NUL in a name", 400, GET_FAST "X\0Y: a\r\n\r\n"),
  BAD("NUL after a host", 400, "GET /fast HTTP/1.1\r\nHost: h\0\r\n\r\n"),
  BAD("NUL in the target", 400, "GET /fast\0x HTTP/1.1\r\nHost: h\r\n\r\n"),
  BAD("NUL in the method", 400, "GET\0 /fast HTTP/1.1\r\nHost: h\r\n\r\n"),
  BAD("no name", 400, GET_FAST ": a\r\n\r\n"),
  BAD("no colon", 400, GET_FAST "X\r\n\r\n"),
  BAD("a control in a value", 400, GET_FAST "X: a\001b\r\n\r\n"),
  BAD("a parenthesis in a name", 400, GET_FAST "X(: a\r\n\r\n"),
  BAD("two spaces in the line", 400, "GET  /fast HTTP/1.1\r\nHost: h\r\n\r\n"),
  BAD("a space in the target", 400, "GET /fast /x HTTP/1.1\r\nHost: h\r\n\r\n"),
  BAD("a tab in the line", 400, "GET\t/fast HTTP/1.1\r\nHost: h\r\n\r\n"),
  BAD("a space at the line's end", 400, "GET /fast HTTP/1.1 \r\nHost: h\r\n\r\n"),
  BAD("HTTP/1.9", 400, "GET /fast HTTP/1.9\r\nHost: h\r\n\r\n"),
  BAD("HTTP/1.10", 400, "GET /fast HTTP/1.10\r\nHost: h\r\n\r\n"),
  BAD("http/1.1", 400, "GET /fast http/1.1\r\nHost: h\r\n\r\n"),
  BAD("no version", 400, "GET /fast\r\nHost: h\r\n\r\n"),
  BAD("a body under GET", 400, GET_FAST "Content-Length: 33\r\n\r\n"),
  BAD("a lower-case method", 501, "get /fast HTTP/1.1\r\nHost: h\r\n\r\n"),
  BAD("TRACE", 501, "TRACE /fast HTTP/1.1\r\nHost: h\r\n\r\n"),
  BAD("CONNECT", 501, "CONNECT h:80 HTTP/1.1\r\nHost: h\r\n\r\n"),
  BAD("an unknown method", 501, "BREW /fast HTTP/1.1\r\nHost: h\r\n\r\n"),
};
/* clang-format on */

static void nothing_ambiguous_is_understood(void **state)
{
  struct toy *toy = &((struct house *)*state)->toy;
  for (size_t i = 0; i < sizeof bads / sizeof *bads; i++) {
    unsigned before = toy->entered;
    int status = ask_raw(house.server, bads[i].bytes, bads[i].n, answer);
    bool closed_by_library = status == 0 && answer[0] == '\0';
    if (toy->entered != before || (status != bads[i].status && !closed_by_library))
      fail_msg("%s: status %d, %u handlers ran: %s", bads[i].name, status, toy->entered - before, answer);
  }
}

static void nothing_ambiguous_is_understood_behind_a_sound_request(void **state)
{
  struct toy *toy = &((struct house *)*state)->toy;
  char bytes[1024];
  for (size_t i = 0; i < sizeof bads / sizeof *bads; i++) {
    unsigned before = toy->entered;
    int n = snprintf(bytes, sizeof bytes, "GET /slow/1 HTTP/1.1\r\nHost: h\r\n\r\n");
    memcpy(bytes + n, bads[i].bytes, bads[i].n);
    int status = ask_raw(house.server, bytes, (size_t)n + bads[i].n, answer);
    if (toy->entered != before + 1 || status != 200)
      fail_msg("%s: status %d, %u handlers ran: %s", bads[i].name, status, toy->entered - before, answer);
  }
}

static void paths_that_could_be_read_two_ways_are_refused(void **state)
{
  (void)state;
  static const char *const targets[] = {
      "/things/%00",       "/things/a%00b", "/things/a%2fb", "/things/a%2Fb",  "/things/..",
      "/things/%2e%2e",    "/things/.%2E",  "/things/.",     "/things/%5c",    "/things/a\\b",
      "/things//a",        "//fast",        "/fast/",        "/things/%c0%af", "/things/%ff",
      "/things/%ed%a0%80", "/things/%",     "/things/%4",    "/things/%zz",    "/things/\xc3\xa4",
      "/fast#x",           "fast",          "/things/{id}",  "/fast?a=1&a=2",  "/fast?a=%00",
      "/fast?a=%zz",       "/fast?=1",      "/fast?a=%ff",   "/fast?%61=1&a=2"};
  for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
    char text[256];
    unsigned before = house.toy.entered;
    snprintf(text, sizeof text, "GET %s HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", targets[i]);
    if (ask(house.server, text, answer) != 400 || house.toy.entered != before)
      fail_msg("%s: %s", targets[i], answer);
  }
}

static void a_parameter_sent_twice_is_named(void **state)
{
  (void)state;
  assert_int_equal(ask(house.server, "GET /fast?limit=1&limit=2 HTTP/1.1\r\nHost: h\r\n\r\n", answer), 400);
  assert_non_null(strstr(answer, "\"field\":\"limit\""));
}

static void segments_and_parameters_are_decoded_once(void **state)
{
  (void)state;
  assert_int_equal(ask(house.server, "GET /%74hings/a%2541%C3%A4+b HTTP/1.1\r\nHost: h\r\n\r\n", answer), 200);
  assert_non_null(strstr(answer, "\r\n\r\na%41\xC3\xA4+b"));
  assert_int_equal(ask(house.server, "GET /search?q=a+b%26c&x=&y HTTP/1.1\r\nHost: h\r\n\r\n", answer), 200);
  assert_non_null(strstr(answer, "\r\n\r\nq=a b&c;x=;y=;"));
  assert_int_equal(ask(house.server, "GET http://h/search?z=1 HTTP/1.1\r\nHost: h\r\n\r\n", answer), 200);
  assert_non_null(strstr(answer, "\r\n\r\nz=1;"));
}

static void a_body_must_be_what_the_route_takes(void **state)
{
  (void)state;
  static const struct {
    const char *path, *headers;
    int status;
  } rows[] = {{"/echo", "Content-Type: application/json\r\n", 200},
              {"/echo", "Content-Type: Application/JSON; charset=UTF-8\r\n", 200},
              {"/echo", "Content-Type: application/json;charset=\"utf-8\"\r\n", 200},
              {"/echo", "", 415},
              {"/echo", "Content-Type: text/plain\r\n", 415},
              {"/echo", "Content-Type: application/jsonp\r\n", 415},
              {"/echo", "Content-Type: application/json; charset=utf-16\r\n", 415},
              {"/echo", "Content-Type: application/json; charset=utf-7\r\n", 415},
              {"/echo", "Content-Type: application/x-www-form-urlencoded\r\n", 415},
              {"/echo", "Content-Type: multipart/form-data; boundary=x\r\n", 415},
              {"/echo", "Content-Type: application/json\r\nContent-Encoding: gzip\r\n", 415},
              {"/token", "Content-Type: application/x-www-form-urlencoded\r\n", 200},
              {"/token", "Content-Type: application/json\r\n", 415},
              {"/nowhere", "Content-Type: application/json\r\n", 404},
              {"/slow/1", "Content-Type: application/json\r\n", 405}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    char text[512];
    /* Two on one connection: a body that was refused is still read to its end. */
    int n = snprintf(text, sizeof text, "POST %s HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n%s\r\na=1", rows[i].path,
                     rows[i].headers);
    n += snprintf(text + n, sizeof text - (size_t)n, "GET /fast HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    int status = ask_raw(house.server, text, (size_t)n, answer);
    if (status != rows[i].status || replies_in(answer) != 2)
      fail_msg("%s %s: %s", rows[i].path, rows[i].headers, answer);
  }
}

static void a_route_takes_an_empty_body(void **state)
{
  (void)state;
  assert_int_equal(ask(house.server, "POST /echo HTTP/1.1\r\nHost: h\r\n\r\n", answer), 200);
  assert_non_null(strstr(answer, "Content-Length: 0\r\n"));
  assert_int_equal(ask(house.server, "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n", answer), 200);
}

static void a_body_arrives_in_pieces(void **state)
{
  (void)state;
  int fd = dial(house.server);
  say(fd, "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: 3000\r\n\r\n");
  char piece[1000];
  for (int i = 0; i < 3; i++) {
    memset(piece, 'a' + i, sizeof piece);
    put(fd, piece, sizeof piece);
    nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
  }
  assert_true(hear_one(fd, answer, false));
  const char *body = strstr(answer, "\r\n\r\n") + 4;
  assert_int_equal(strspn(body, "a"), 1000);
  assert_int_equal(strspn(body + 1000, "b"), 1000);
  assert_int_equal(strspn(body + 2000, "c"), 1000);
  close(fd);
}

static void a_client_may_ask_before_it_sends_the_body(void **state)
{
  (void)state;
  int fd = dial(house.server);
  say(fd, "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nExpect: 100-continue\r\n"
          "Content-Length: 2\r\n\r\n");
  assert_true(hear_one(fd, answer, true));
  assert_int_equal(status_of(answer), 100);
  say(fd, "{}");
  assert_true(hear_one(fd, answer, false));
  assert_int_equal(status_of(answer), 200);
  close(fd);
  fd = dial(house.server);
  say(fd, "POST /echo HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 5000\r\n\r\n");
  hear_all(fd, answer);
  assert_int_equal(status_of(answer), 413);
  assert_int_equal(replies_in(answer), 1);
  close(fd);
}

/* "GET " + target of n bytes, or one header of n bytes, then the end. */
static int ask_long(size_t target, size_t header)
{
  static char text[200000];
  int n = snprintf(text, sizeof text, "GET /things/%0*d HTTP/1.1\r\nHost: h\r\nX: %0*d\r\nConnection: close\r\n\r\n",
                   (int)target, 0, (int)header, 0);
  return ask_raw(house.server, text, (size_t)n, answer);
}

static void what_is_too_large_is_refused(void **state)
{
  (void)state;
  assert_int_equal(ask_long(8000, 1), 200);
  assert_int_equal(ask_long(9000, 1), 414);
  assert_non_null(strstr(answer, "application/problem+json"));
  assert_int_equal(ask_long(20000, 1), 431);
  assert_int_equal(ask_long(100000, 1), 414);
  assert_int_equal(ask_long(1, 15000), 200);
  assert_int_equal(ask_long(1, 17000), 431);
  assert_non_null(strstr(answer, "application/problem+json"));
  assert_int_equal(ask_long(1, 100000), 431);
}

static void a_body_over_the_limit_is_read_past(void **state)
{
  (void)state;
  int fd = dial(house.server);
  char body[5000];
  memset(body, ' ', sizeof body);
  say(fd, "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n");
  put(fd, body, sizeof body);
  assert_true(hear_one(fd, answer, false));
  assert_int_equal(status_of(answer), 413);
  say(fd, "GET /fast HTTP/1.1\r\nHost: h\r\n\r\n");
  assert_true(hear_one(fd, answer, false));
  assert_int_equal(status_of(answer), 200);
  close(fd);
}

static void a_head_is_a_get_without_its_body(void **state)
{
  (void)state;
  int fd = dial(house.server);
  say(fd, "HEAD /slow/abcdef HTTP/1.1\r\nHost: h\r\n\r\nGET /fast HTTP/1.1\r\nHost: h\r\n\r\n");
  assert_true(hear_one(fd, answer, true));
  assert_int_equal(status_of(answer), 200);
  assert_non_null(strstr(answer, "Content-Length: 6\r\n"));
  assert_true(hear_one(fd, answer, false));
  assert_int_equal(status_of(answer), 200);
  close(fd);
  assert_int_equal(ask(house.server, "HEAD /nowhere HTTP/1.1\r\nHost: h\r\n\r\n", answer), 404);
  assert_string_equal(strstr(answer, "\r\n\r\n"), "\r\n\r\n");
}

static void a_wrong_method_learns_the_right_ones(void **state)
{
  (void)state;
  assert_int_equal(ask(house.server, "PUT /things/1 HTTP/1.1\r\nHost: h\r\n\r\n", answer), 405);
  assert_non_null(strstr(answer, "Allow: GET, DELETE, HEAD, OPTIONS\r\n"));
  assert_non_null(strstr(answer, "\"code\":\"method_not_allowed\""));
  assert_int_equal(ask(house.server, "OPTIONS /things/1 HTTP/1.1\r\nHost: h\r\n\r\n", answer), 204);
  assert_non_null(strstr(answer, "Allow: GET, DELETE, HEAD, OPTIONS\r\n"));
  assert_null(strstr(answer, "Access-Control"));
  assert_int_equal(ask(house.server, "OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n", answer), 204);
  assert_int_equal(ask(house.server, "OPTIONS /nowhere HTTP/1.1\r\nHost: h\r\n\r\n", answer), 404);
}

static void only_named_origins_may_call_across(void **state)
{
  (void)state;
  ask(house.server,
      "OPTIONS /fast HTTP/1.1\r\nHost: h\r\nOrigin: https://portal.example\r\n"
      "Access-Control-Request-Method: POST\r\n\r\n",
      answer);
  assert_non_null(strstr(answer, "Access-Control-Allow-Origin: https://portal.example\r\n"));
  assert_non_null(strstr(answer, "Access-Control-Allow-Methods: GET, POST, HEAD, OPTIONS\r\n"));
  assert_non_null(strstr(answer, "Vary: Origin\r\n"));
  ask(house.server, "GET /fast HTTP/1.1\r\nHost: h\r\nOrigin: https://portal.example\r\n\r\n", answer);
  assert_non_null(strstr(answer, "Access-Control-Allow-Origin: https://portal.example\r\n"));
  ask(house.server, "GET /fast HTTP/1.1\r\nHost: h\r\nOrigin: https://portal.example.evil\r\n\r\n", answer);
  assert_null(strstr(answer, "Access-Control"));
}

static void every_reply_has_the_house_headers(void **state)
{
  (void)state;
  static const char *const requests[] = {"GET /fast HTTP/1.1\r\nHost: h\r\nX-Request-Id: abc.1\r\n\r\n",
                                         "GET /slow/1 HTTP/1.1\r\nHost: h\r\nX-Request-Id: abc.1\r\n\r\n",
                                         "GET /nowhere HTTP/1.1\r\nHost: h\r\nX-Request-Id: abc.1\r\n\r\n"};
  for (size_t i = 0; i < sizeof requests / sizeof *requests; i++) {
    ask(house.server, requests[i], answer);
    assert_non_null(strstr(answer, "X-Request-Id: abc.1\r\n"));
    assert_non_null(strstr(answer, "Cache-Control: no-store\r\n"));
    assert_non_null(strstr(answer, "X-Content-Type-Options: nosniff\r\n"));
    assert_null(strcasestr(answer, "\r\nServer:"));
  }
  assert_non_null(strstr(answer, "\"request_id\":\"abc.1\""));
  ask(house.server, "GET /fast HTTP/1.1\r\nHost: h\r\nX-Request-Id: a b\r\n\r\n", answer);
  assert_null(strstr(answer, "a b"));
  assert_non_null(strstr(answer, "X-Request-Id: "));
}

static void a_handler_that_answers_nothing_or_splits_a_header_gives_500(void **state)
{
  (void)state;
  assert_int_equal(ask(house.server, "GET /silent HTTP/1.1\r\nHost: h\r\n\r\n", answer), 500);
  assert_int_equal(ask(house.server, "GET /split HTTP/1.1\r\nHost: h\r\n\r\n", answer), 500);
  assert_null(strstr(answer, "Evil"));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(nothing_ambiguous_is_understood),
      cmocka_unit_test(nothing_ambiguous_is_understood_behind_a_sound_request),
      cmocka_unit_test(paths_that_could_be_read_two_ways_are_refused),
      cmocka_unit_test(a_parameter_sent_twice_is_named),
      cmocka_unit_test(segments_and_parameters_are_decoded_once),
      cmocka_unit_test(a_body_must_be_what_the_route_takes),
      cmocka_unit_test(a_route_takes_an_empty_body),
      cmocka_unit_test(a_body_arrives_in_pieces),
      cmocka_unit_test(a_client_may_ask_before_it_sends_the_body),
      cmocka_unit_test(what_is_too_large_is_refused),
      cmocka_unit_test(a_body_over_the_limit_is_read_past),
      cmocka_unit_test(a_head_is_a_get_without_its_body),
      cmocka_unit_test(a_wrong_method_learns_the_right_ones),
      cmocka_unit_test(only_named_origins_may_call_across),
      cmocka_unit_test(every_reply_has_the_house_headers),
      cmocka_unit_test(a_handler_that_answers_nothing_or_splits_a_header_gives_500),
  };
  return cmocka_run_group_tests(tests, open_house, close_house);
}
