/* Text for terminals: what would be a command to one is not passed on, and the rest is as it was. */
#include "client/text.h"
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

static void shown_is(struct str text, const char *wanted)
{
  struct buf out = buf_in(arena, 4096);
  client_text_put(&out, text);
  assert_string_equal(buf_str(&out).p, wanted);
}

static void json_is(struct str json, const char *wanted)
{
  struct buf out = buf_in(arena, 4096);
  client_text_put_json(&out, json);
  assert_string_equal(buf_str(&out).p, wanted);
}

static void what_people_write_is_shown_as_it_is(void **state)
{
  (void)state;
  shown_is(STR("Küste 東京 \U0001F600"), "Küste 東京 \U0001F600");
  shown_is(STR(""), "");
}

static void what_moves_the_cursor_is_not(void **state)
{
  (void)state;
  shown_is(STR("a\x1b[2Jb"), "a\xEF\xBF\xBD[2Jb");
  shown_is(STR("a\r\n\t\0b\x7f"), "a\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"
                                  "b\xEF\xBF\xBD");
  shown_is(STR("\xC2\x85\xC2\x9B\u2028"), "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
}

static void what_turns_the_direction_is_not(void **state)
{
  (void)state;
  shown_is(STR("\u202e\u2066\u200f\u061c"), "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
}

static void what_is_no_utf8_goes_byte_by_byte(void **state)
{
  (void)state;
  shown_is(STR("a\xff\xc3"), "a\xEF\xBF\xBD\xEF\xBF\xBD");
}

static void json_keeps_its_value_and_its_line(void **state)
{
  (void)state;
  json_is(STR("{\"a\" : \"\u202eb\",\n\t\"c\": \"\xC2\x9B\\n\"}"), "{\"a\" : \"\\u202eb\",  \"c\": \"\\u009b\\n\"}");
}

static void columns_are_those_of_a_terminal(void **state)
{
  (void)state;
  client_text_open();
  assert_int_equal(client_text_columns(STR("Küste")), 5);
  assert_int_equal(client_text_columns(STR("東京")), 4);
  assert_int_equal(client_text_columns(STR("e\u0301")), 1);
  assert_int_equal(client_text_columns(STR("\x1b\xff")), 2);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(what_people_write_is_shown_as_it_is, begin, end),
      cmocka_unit_test_setup_teardown(what_moves_the_cursor_is_not, begin, end),
      cmocka_unit_test_setup_teardown(what_turns_the_direction_is_not, begin, end),
      cmocka_unit_test_setup_teardown(what_is_no_utf8_goes_byte_by_byte, begin, end),
      cmocka_unit_test_setup_teardown(json_keeps_its_value_and_its_line, begin, end),
      cmocka_unit_test_setup_teardown(columns_are_those_of_a_terminal, begin, end),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
