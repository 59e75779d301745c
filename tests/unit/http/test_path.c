/* Cutting and decoding of paths. */
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

static void a_name_gives_its_segment(void **state)
{
  (void)state;
  static const struct http_route route = {"x", HTTP_GET, "/users/{id}/grants/{grant}", HTTP_LANE_DECISION, false, 0};
  struct http_path path;
  assert_int_equal(split("/users/7/grants/%39", &path), R_OK);
  assert_true(str_is(http_path_value(&path, &route, STR("id")), "7"));
  assert_true(str_is(http_path_value(&path, &route, STR("grant")), "9"));
  assert_null(http_path_value(&path, &route, STR("user")).p);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_path_is_cut_before_it_is_decoded), cmocka_unit_test(a_segment_is_decoded_once),
      cmocka_unit_test(an_ambiguous_path_is_refused),       cmocka_unit_test(a_path_deeper_than_any_route_is_not_found),
      cmocka_unit_test(a_name_gives_its_segment),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
