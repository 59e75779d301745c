/* What is looked at before a handler runs: path, query, body, limits, methods, origins. */
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

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(paths_that_could_be_read_two_ways_are_refused),
      cmocka_unit_test(a_parameter_sent_twice_is_named),
      cmocka_unit_test(segments_and_parameters_are_decoded_once),
      cmocka_unit_test(a_body_must_be_what_the_route_takes),
      cmocka_unit_test(what_is_too_large_is_refused),
      cmocka_unit_test(a_wrong_method_learns_the_right_ones),
      cmocka_unit_test(only_named_origins_may_call_across),
      cmocka_unit_test(every_reply_has_the_house_headers),
  };
  return cmocka_run_group_tests(tests, open_house, close_house);
}
