/* What a handler's reply holds before it is sent. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "http/exchange.h"

struct desk {
  struct http_request request;
  struct http_reply *reply;
};

static struct desk desk;

static int set_up(void **state)
{
  (void)state;
  desk = (struct desk){.request = {.arena = arena_new(1 << 20), .id = STR("id-1")}};
  desk.reply = &desk.request.reply;
  desk.reply->request = &desk.request;
  return desk.request.arena ? 0 : -1;
}

static int tear_down(void **state)
{
  (void)state;
  arena_free(&desk.request.arena);
  return 0;
}

static struct str header(const char *name)
{
  for (size_t i = 0; i < desk.reply->count; i++)
    if (strcmp(desk.reply->headers[i].name, name) == 0)
      return desk.reply->headers[i].value;
  return STR_NONE;
}

static void a_problem_names_code_request_and_fields(void **state)
{
  (void)state;
  struct http_field_error errors[] = {{STR("name"), "too_long", "It is too long"},
                                      {STR("a\"b"), "unknown", "There is no such member"}};
  http_reply_problem(desk.reply, R_MALFORMED, "two of them", errors, 2);
  assert_int_equal(http_reply_status(desk.reply), 400);
  assert_string_equal(http_reply_content(desk.reply).p,
                      "{\"type\":\"urn:bailiwick:problem:malformed\",\"title\":\"The request is malformed\","
                      "\"status\":400,\"code\":\"malformed\",\"request_id\":\"id-1\",\"detail\":\"two of them\","
                      "\"errors\":[{\"field\":\"name\",\"code\":\"too_long\",\"message\":\"It is too long\"},"
                      "{\"field\":\"a\\\"b\",\"code\":\"unknown\",\"message\":\"There is no such member\"}]}");
}

static void a_problem_may_say_more(void **state)
{
  (void)state;
  http_reply_member(desk.reply, "step_up", STR("to\"tp"));
  http_reply_member(desk.reply, "acr_values", STR("aal2"));
  http_reply_problem(desk.reply, R_FORBIDDEN, NULL, NULL, 0);
  char end[] = ",\"step_up\":\"to\\\"tp\",\"acr_values\":\"aal2\"}";
  struct str content = desk.reply->content;
  assert_true(content.n > strlen(end));
  assert_string_equal(content.p + content.n - strlen(end), end);
  http_reply_clear(desk.reply);
  http_reply_problem(desk.reply, R_FORBIDDEN, NULL, NULL, 0);
  assert_null(strstr(desk.reply->content.p, "step_up"));
}

static void a_problem_drops_what_was_set_before(void **state)
{
  (void)state;
  http_reply_body(desk.reply, 200, "text/plain", STR("secret"));
  http_reply_header(desk.reply, "ETag", STR("\"1\""));
  http_reply_header(desk.reply, "WWW-Authenticate", STR("Bearer"));
  http_reply_problem(desk.reply, R_NOT_FOUND, NULL, NULL, 0);
  assert_int_equal(http_reply_status(desk.reply), 404);
  assert_null(strstr(http_reply_content(desk.reply).p, "secret"));
  assert_string_equal(desk.reply->content_type, "application/problem+json");
  assert_null(header("ETag").p);
  assert_true(str_is(header("WWW-Authenticate"), "Bearer"));
}

static void busy_says_when_to_come_back(void **state)
{
  (void)state;
  http_reply_problem(desk.reply, R_BUSY, NULL, NULL, 0);
  assert_true(str_is(header("Retry-After"), "1"));
}

static void a_time_to_come_back_that_was_set_stays(void **state)
{
  (void)state;
  http_reply_header(desk.reply, "Retry-After", STR("30"));
  http_reply_problem(desk.reply, R_THROTTLED, NULL, NULL, 0);
  assert_true(str_is(header("Retry-After"), "30"));
  assert_int_equal(desk.reply->count, 1);
}

static void a_header_that_would_split_is_refused(void **state)
{
  (void)state;
  static const struct str rows[] = {STR("a\rb"), STR("a\nb"), STR("a\0b"), STR("a\tb")};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    desk.reply->broken = false;
    http_reply_header(desk.reply, "X", rows[i]);
    assert_true(desk.reply->broken);
  }
  desk.reply->broken = false;
  http_reply_header(desk.reply, "X\r\nY", STR("a"));
  assert_true(desk.reply->broken);
  assert_int_equal(desk.reply->count, 0);
}

static void nothing_is_left_of_what_was_cleared(void **state)
{
  (void)state;
  http_reply_body(desk.reply, 201, "text/plain", STR("first"));
  http_reply_header(desk.reply, "ETag", STR("\"1\""));
  http_reply_header(desk.reply, "Location", STR("two\nlines"));
  http_reply_clear(desk.reply);
  assert_int_equal(http_reply_status(desk.reply), 0);
  assert_null(http_reply_content(desk.reply).p);
  assert_null(header("ETag").p);
  assert_false(desk.reply->broken);
  assert_ptr_equal(desk.reply->request, &desk.request);
}

static void there_is_room_for_so_many_headers(void **state)
{
  (void)state;
  for (int i = 0; i < HTTP_REPLY_HEADERS; i++)
    http_reply_header(desk.reply, "X", STR("a"));
  assert_false(desk.reply->broken);
  http_reply_header(desk.reply, "X", STR("a"));
  assert_true(desk.reply->broken);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(a_problem_names_code_request_and_fields, set_up, tear_down),
      cmocka_unit_test_setup_teardown(a_problem_may_say_more, set_up, tear_down),
      cmocka_unit_test_setup_teardown(a_problem_drops_what_was_set_before, set_up, tear_down),
      cmocka_unit_test_setup_teardown(busy_says_when_to_come_back, set_up, tear_down),
      cmocka_unit_test_setup_teardown(a_time_to_come_back_that_was_set_stays, set_up, tear_down),
      cmocka_unit_test_setup_teardown(a_header_that_would_split_is_refused, set_up, tear_down),
      cmocka_unit_test_setup_teardown(nothing_is_left_of_what_was_cleared, set_up, tear_down),
      cmocka_unit_test_setup_teardown(there_is_room_for_so_many_headers, set_up, tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
