/* Cutting, decoding and matching of paths. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "http/path.h"

static char raw[1024];

static enum result split(const char *text, struct http_path *ret_path)
{
  size_t n = strlen(text);
  memcpy(raw, text, n);
  return http_path_split(raw, n, ret_path);
}

static void a_path_is_cut_before_it_is_decoded(void **state)
{
  (void)state;
  struct http_path path;
  assert_int_equal(split("/a/b%20c/%C3%A4;x=1", &path), R_OK);
  assert_int_equal(path.count, 3);
  assert_true(str_is(path.segments[0], "a"));
  assert_true(str_is(path.segments[1], "b c"));
  assert_true(str_is(path.segments[2], "\xC3\xA4;x=1"));
  assert_int_equal(split("/", &path), R_OK);
  assert_int_equal(path.count, 0);
}

static void a_segment_is_decoded_once(void **state)
{
  (void)state;
  struct http_path path;
  assert_int_equal(split("/%252f/%25", &path), R_OK);
  assert_true(str_is(path.segments[0], "%2f"));
  assert_true(str_is(path.segments[1], "%"));
}

static void an_ambiguous_path_is_refused(void **state)
{
  (void)state;
  static const char *const rows[] = {"",      "a",    "//",    "/a/",  "/a//b", "/.",      "/..",    "/%2e",
                                     "/%2E.", "/%00", "/a%00", "/%2f", "/%5c",  "/\\",     "/%",     "/%1",
                                     "/%g0",  "/a b", "/a\"b", "/<",   "/^",    "/%C0%AF", "/%FF",   "/%ED%A0%80",
                                     "/`",    "/a?b", "/#",    "/a|b", "/{a}",  "/\x80",   "/%E2%82"};
  struct http_path path;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    assert_int_equal(split(rows[i], &path), R_MALFORMED);
}

static void a_path_deeper_than_any_route_is_not_found(void **state)
{
  (void)state;
  struct http_path path;
  assert_int_equal(split("/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16", &path), R_OK);
  assert_int_equal(split("/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17", &path), R_NOT_FOUND);
  assert_int_equal(split("/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17/..", &path), R_MALFORMED);
}

static const struct http_route routes[] = {
    {"root", HTTP_GET, "/", HTTP_LANE_DECISION, false},
    {"list", HTTP_GET, "/users", HTTP_LANE_DECISION, false},
    {"read", HTTP_GET, "/users/{id}", HTTP_LANE_DECISION, false},
    {"change", HTTP_PATCH, "/users/{user}", HTTP_LANE_DECISION, false},
    {"me", HTTP_GET, "/users/me", HTTP_LANE_DECISION, false},
    {"grants", HTTP_GET, "/users/{id}/grants/{grant}", HTTP_LANE_DECISION, false},
    {"keys", HTTP_GET, "/users/me/keys", HTTP_LANE_DECISION, false},
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

static void a_name_gives_its_segment(void **state)
{
  (void)state;
  struct http_path path;
  assert_int_equal(split("/users/7/grants/%39", &path), R_OK);
  assert_true(str_is(http_path_value(&path, &routes[5], STR("id")), "7"));
  assert_true(str_is(http_path_value(&path, &routes[5], STR("grant")), "9"));
  assert_null(http_path_value(&path, &routes[5], STR("user")).p);
}

static struct http_route bad_route;

static const struct http_route *bad_at(int i) { return i == 0 ? &routes[2] : &bad_route; }

static void a_table_that_cannot_be_matched_is_refused(void **state)
{
  (void)state;
  static const struct http_route rows[] = {{"same", HTTP_GET, "/users/{other}", HTTP_LANE_DECISION, false},
                                           {"relative", HTTP_GET, "users", HTTP_LANE_DECISION, false},
                                           {"empty", HTTP_GET, "", HTTP_LANE_DECISION, false},
                                           {"hole", HTTP_GET, "/a//b", HTTP_LANE_DECISION, false},
                                           {"method", 0, "/a", HTTP_LANE_DECISION, false}};
  struct http_table table = {2, bad_at, NULL, NULL};
  struct http_matcher *matcher = NULL;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    bad_route = rows[i];
    assert_int_equal(http_matcher_new(&table, &matcher), R_INTERNAL);
    assert_null(matcher);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_path_is_cut_before_it_is_decoded),
      cmocka_unit_test(a_segment_is_decoded_once),
      cmocka_unit_test(an_ambiguous_path_is_refused),
      cmocka_unit_test(a_path_deeper_than_any_route_is_not_found),
      cmocka_unit_test(a_literal_goes_before_a_name),
      cmocka_unit_test(a_name_gives_its_segment),
      cmocka_unit_test(a_table_that_cannot_be_matched_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
