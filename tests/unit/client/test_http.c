/* URLs of a service: tokens go to nothing but https, and to this machine. */
#include "client/http.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

static struct arena *arena;

static int begin(void **state)
{
  (void)state;
  arena = arena_new(64 << 20);
  return arena ? 0 : -1;
}

static int end(void **state)
{
  (void)state;
  arena_free(&arena);
  return 0;
}

static void a_url_is(const char *text, enum result wanted)
{
  const char *url = NULL;
  assert_int_equal(client_http_url(text, arena, &url), wanted);
  if (wanted != R_OK)
    assert_null(url);
}

static void https_goes_anywhere(void **state)
{
  (void)state;
  a_url_is("https://api.example.org", R_OK);
  a_url_is("https://api.example.org:8443/bailiwick", R_OK);
  a_url_is("https://[2001:db8::1]", R_OK);
}

static void plain_http_goes_to_this_machine_alone(void **state)
{
  (void)state;
  a_url_is("http://127.0.0.1:8080", R_OK);
  a_url_is("http://localhost", R_OK);
  a_url_is("http://[::1]:8080", R_OK);
  a_url_is("http://api.example.org", R_FORBIDDEN);
  a_url_is("http://10.0.0.1", R_FORBIDDEN);
  a_url_is("http://127.0.0.1.example.org", R_FORBIDDEN);
  a_url_is("http://localhost.example.org", R_FORBIDDEN);
}

static void nothing_else_is_one(void **state)
{
  (void)state;
  static const char *const texts[] = {"",
                                      "api.example.org",
                                      "ftp://127.0.0.1",
                                      "https://user@a.example",
                                      "https://a.example?x=1",
                                      "https://a.example#x",
                                      "file:///etc/passwd"};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
    a_url_is(texts[i], R_MALFORMED);
}

static void no_slash_is_left_at_its_end(void **state)
{
  (void)state;
  const char *url = NULL;
  assert_int_equal(client_http_url("https://a.example/x//", arena, &url), R_OK);
  assert_string_equal(url, "https://a.example/x");
}

/* Nobody listens on port 1. */
static void a_service_that_is_not_there_is_said(void **state)
{
  (void)state;
  struct client_http *http = NULL;
  struct client_http_config config = {.url = "http://127.0.0.1:1"};
  struct client_request request = {.method = "GET", .target = STR("/v1/me")};
  struct client_reply reply;
  assert_int_equal(client_http_open(&config, arena, &http), R_OK);
  assert_int_equal(client_http_send(http, &request, arena, &reply), R_UNAVAILABLE);
  assert_non_null(strstr(client_http_fault(http), "127.0.0.1"));
  client_http_close(&http);
  assert_null(http);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(https_goes_anywhere, begin, end),
      cmocka_unit_test_setup_teardown(plain_http_goes_to_this_machine_alone, begin, end),
      cmocka_unit_test_setup_teardown(nothing_else_is_one, begin, end),
      cmocka_unit_test_setup_teardown(no_slash_is_left_at_its_end, begin, end),
      cmocka_unit_test_setup_teardown(a_service_that_is_not_there_is_said, begin, end),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
