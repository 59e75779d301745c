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
  config.limits.bodies = 6000;
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

static void a_route_may_take_less(void **state)
{
  (void)state;
  char request[400];
  snprintf(request, sizeof request, "POST /token HTTP/1.1\r\nHost: h\r\nContent-Type: application/x-www-form-urlencoded\r\n"
           "Content-Length: %d\r\nConnection: close\r\n\r\n%0*d", 100, 100, 0);
  assert_int_equal(ask(house.server, request, answer), 200);
  snprintf(request, sizeof request, "POST /token HTTP/1.1\r\nHost: h\r\nContent-Type: application/x-www-form-urlencoded\r\n"
           "Content-Length: %d\r\nConnection: close\r\n\r\n%0*d", 101, 101, 0);
  assert_int_equal(ask(house.server, request, answer), 413);
}

#define BODY 4000
#define POST_BODY "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: 4000\r\n\r\n"

/* Sends whole bodies, each by itself, until one is answered so: others' bytes come and go by threads of their own. */
static bool body_is_answered(int status, const char body[static BODY])
{
  for (int64_t until = clock_monotonic() + 5 * CLOCK_SECOND; clock_monotonic() < until;) {
    int fd = dial(house.server);
    say(fd, POST_BODY);
    put(fd, body, BODY);
    bool heard = hear_one(fd, answer, false);
    close(fd);
    if (heard && status_of(answer) == status)
      return true;
  }
  return false;
}

/* Whether a body that lacks its last byte keeps others out, and is taken when that byte comes. It is one too many itself where
   another's bytes are not gone while it is on its way. */
static bool first_keeps_others_out(char body[static BODY])
{
  int first = dial(house.server);
  say(first, POST_BODY);
  put(first, body, BODY - 1);
  bool kept = body_is_answered(503, body) && strstr(answer, "Retry-After: ");
  put(first, body, 1);
  bool taken = hear_one(first, answer, false) && status_of(answer) == 200;
  close(first);
  return kept && taken;
}

/* However many send them. */
static void all_bodies_together_have_a_limit(void **state)
{
  (void)state;
  char body[BODY];
  memset(body, ' ', sizeof body);
  int tries = 0;
  while (!first_keeps_others_out(body))
    assert_true(++tries < 20);
  for (int i = 0; i < 3; i++)
    assert_true(body_is_answered(200, body));
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
      cmocka_unit_test(a_route_takes_an_empty_body),
      cmocka_unit_test(a_body_arrives_in_pieces),
      cmocka_unit_test(a_client_may_ask_before_it_sends_the_body),
      cmocka_unit_test(a_route_may_take_less),
      cmocka_unit_test(all_bodies_together_have_a_limit),
      cmocka_unit_test(a_body_over_the_limit_is_read_past),
      cmocka_unit_test(a_head_is_a_get_without_its_body),
      cmocka_unit_test(a_handler_that_answers_nothing_or_splits_a_header_gives_500),
  };
  return cmocka_run_group_tests(tests, open_house, close_house);
}
