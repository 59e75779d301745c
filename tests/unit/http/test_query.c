/* Parameters of queries and form bodies. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "http/query.h"
#include <stdio.h>

static struct arena *arena;
static struct str culprit;
static struct http_parameters found;

static enum result parse(const char *text)
{
  struct str copy = arena_copy(arena, str_of(text));
  culprit = STR_NONE;
  return http_query_parse(arena, copy, &found, &culprit);
}

static int set_up(void **state)
{
  (void)state;
  arena = arena_new(1 << 20);
  return arena ? 0 : -1;
}

static int tear_down(void **state)
{
  (void)state;
  arena_free(&arena);
  return 0;
}

static void parameters_come_decoded_in_order(void **state)
{
  (void)state;
  assert_int_equal(parse("a=1&b+c=x%20y%26&d=&e&f=g=h&i=/?:@"), R_OK);
  static const char *const rows[][2] = {{"a", "1"}, {"b c", "x y&"}, {"d", ""}, {"e", ""}, {"f", "g=h"}, {"i", "/?:@"}};
  assert_int_equal(found.count, sizeof rows / sizeof *rows);
  for (size_t i = 0; i < found.count; i++) {
    assert_true(str_is(found.query[i].name, rows[i][0]));
    assert_true(str_is(found.query[i].value, rows[i][1]));
  }
}

static void no_query_has_no_parameters(void **state)
{
  (void)state;
  assert_int_equal(parse(""), R_OK);
  assert_int_equal(found.count, 0);
}

static void a_name_comes_once(void **state)
{
  (void)state;
  assert_int_equal(parse("limit=1&a=2&%6cimit=3"), R_MALFORMED);
  assert_true(str_is(culprit, "limit"));
}

static void what_cannot_be_decoded_is_named(void **state)
{
  (void)state;
  static const char *const rows[] = {"q=%", "q=%4", "q=%zz", "q=%00", "q=%ff", "q=%C0%AF"};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    assert_int_equal(parse(rows[i]), R_MALFORMED);
    assert_true(str_is(culprit, "q"));
  }
}

static void an_ill_formed_query_is_refused(void **state)
{
  (void)state;
  static const char *const rows[] = {"&",     "a=1&",  "&a=1", "a=1&&b=2",   "=1",
                                     "%ff=1", "a=b c", "a=\"", "a=\xC3\xA4", "a=#"};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    assert_int_equal(parse(rows[i]), R_MALFORMED);
}

static void there_are_at_most_so_many(void **state)
{
  (void)state;
  char text[512] = "";
  size_t n = 0;
  for (int i = 0; i < HTTP_QUERY_MOST; i++)
    n += (size_t)snprintf(text + n, sizeof text - n, i ? "&p%d=%d" : "p%d=%d", i, i);
  assert_int_equal(parse(text), R_OK);
  assert_int_equal(found.count, HTTP_QUERY_MOST);
  snprintf(text + n, sizeof text - n, "&more=1");
  assert_int_equal(parse(text), R_MALFORMED);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(parameters_come_decoded_in_order),
      cmocka_unit_test(no_query_has_no_parameters),
      cmocka_unit_test(a_name_comes_once),
      cmocka_unit_test(what_cannot_be_decoded_is_named),
      cmocka_unit_test(an_ill_formed_query_is_refused),
      cmocka_unit_test(there_are_at_most_so_many),
  };
  return cmocka_run_group_tests(tests, set_up, tear_down);
}
