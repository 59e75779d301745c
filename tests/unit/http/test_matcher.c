/* Which route a path finds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "http/matcher.h"

static char raw[1024];

static enum result split(const char *text, struct http_path *ret_path)
{
  size_t n = strlen(text);
  memcpy(raw, text, n);
  return http_path_split(raw, n, ret_path);
}

static const struct http_route routes[] = {
    {"root", HTTP_GET, "/", HTTP_LANE_DECISION, false, 0},
    {"list", HTTP_GET, "/users", HTTP_LANE_DECISION, false, 0},
    {"read", HTTP_GET, "/users/{id}", HTTP_LANE_DECISION, false, 0},
    {"change", HTTP_PATCH, "/users/{user}", HTTP_LANE_DECISION, false, 0},
    {"me", HTTP_GET, "/users/me", HTTP_LANE_DECISION, false, 0},
    {"grants", HTTP_GET, "/users/{id}/grants/{grant}", HTTP_LANE_DECISION, false, 0},
    {"keys", HTTP_GET, "/users/me/keys", HTTP_LANE_DECISION, false, 0},
};

static const struct http_route *at(int i) { return &routes[i]; }

static int found(const struct http_matcher *matcher, enum http_method method, const char *text)
{
  struct http_path path;
  assert_int_equal(split(text, &path), R_OK);
  const struct http_match *match = http_matcher_find(matcher, &path);
  return match ? match->routes[method] : -2;
}

static void a_literal_goes_before_a_name(void **state)
{
  (void)state;
  struct http_table table = {sizeof routes / sizeof *routes, at, NULL, NULL};
  struct http_matcher *matcher;
  assert_int_equal(http_matcher_new(&table, &matcher), R_OK);
  assert_int_equal(found(matcher, HTTP_GET, "/"), 0);
  assert_int_equal(found(matcher, HTTP_GET, "/users"), 1);
  assert_int_equal(found(matcher, HTTP_POST, "/users"), -1);
  assert_int_equal(found(matcher, HTTP_GET, "/users/7"), 2);
  assert_int_equal(found(matcher, HTTP_PATCH, "/users/7"), 3);
  assert_int_equal(found(matcher, HTTP_GET, "/users/me"), 4);
  assert_int_equal(found(matcher, HTTP_PATCH, "/users/me"), -1);
  assert_int_equal(found(matcher, HTTP_GET, "/users/me/grants/2"), 5);
  assert_int_equal(found(matcher, HTTP_GET, "/users/me/keys"), 6);
  assert_int_equal(found(matcher, HTTP_GET, "/users/7/keys"), -2);
  assert_int_equal(found(matcher, HTTP_GET, "/user"), -2);
  assert_int_equal(found(matcher, HTTP_GET, "/USERS"), -2);
  http_matcher_free(&matcher);
  assert_null(matcher);
}

static struct http_route bad_route;

static const struct http_route *bad_at(int i) { return i == 0 ? &routes[2] : &bad_route; }

static void a_table_that_cannot_be_matched_is_refused(void **state)
{
  (void)state;
  static const struct http_route rows[] = {{"same", HTTP_GET, "/users/{other}", HTTP_LANE_DECISION, false, 0},
                                           {"relative", HTTP_GET, "users", HTTP_LANE_DECISION, false, 0},
                                           {"empty", HTTP_GET, "", HTTP_LANE_DECISION, false, 0},
                                           {"hole", HTTP_GET, "/a//b", HTTP_LANE_DECISION, false, 0},
                                           {"method", 0, "/a", HTTP_LANE_DECISION, false, 0}};
  struct http_table table = {2, bad_at, NULL, NULL};
  struct http_matcher *matcher = NULL;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    bad_route = rows[i];
    assert_int_equal(http_matcher_new(&table, &matcher), R_INTERNAL);
    assert_null(matcher);
  }
}

static void an_allow_header_names_what_the_path_answers(void **state)
{
  (void)state;
  struct arena *arena = arena_new(4096);
  struct http_match match = {{[HTTP_GET] = 3, [HTTP_POST] = -1, [HTTP_PUT] = -1, [HTTP_PATCH] = 0, [HTTP_DELETE] = -1}};
  assert_true(str_is(http_matcher_allow(arena, &match), "GET, PATCH, HEAD, OPTIONS"));
  assert_true(str_is(http_matcher_allow(arena, NULL), "GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS"));
  arena_free(&arena);
}

static void a_method_is_known_as_it_is_written(void **state)
{
  (void)state;
  assert_int_equal(http_matcher_method(STR("PATCH")), HTTP_PATCH);
  assert_int_equal(http_matcher_method(STR("patch")), 0);
  assert_int_equal(http_matcher_method(STR("TRACE")), 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_literal_goes_before_a_name),
      cmocka_unit_test(a_table_that_cannot_be_matched_is_refused),
      cmocka_unit_test(an_allow_header_names_what_the_path_answers),
      cmocka_unit_test(a_method_is_known_as_it_is_written),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
