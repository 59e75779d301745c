/* The buffer: its maximum, the failure that sticks, and JSON strings. */
#include "base/buf.h"
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

static struct arena *arena;

static int begin(void **state)
{
  (void)state;
  arena = arena_new(4 << 20);
  return arena ? 0 : -1;
}

static int end(void **state)
{
  (void)state;
  arena_free(&arena);
  return 0;
}

static void an_empty_buffer_is_an_empty_text(void **state)
{
  (void)state;
  struct buf b = buf_in(arena, 0);
  assert_string_equal(buf_str(&b).p, "");
  assert_int_equal(buf_str(&b).n, 0);
  assert_false(b.failed);
}

static void the_maximum_is_reached_exactly(void **state)
{
  (void)state;
  struct buf b = buf_in(arena, 5);
  buf_put(&b, STR("abc"));
  buf_print(&b, "%d", 42);
  assert_string_equal(buf_str(&b).p, "abc42");
  buf_put(&b, STR(""));
  assert_false(b.failed);
  buf_put_char(&b, '!');
  assert_true(b.failed);
  assert_null(buf_str(&b).p);
}

static void a_failure_sticks(void **state)
{
  (void)state;
  struct buf b = buf_in(arena, 5);
  buf_print(&b, "%s", "123456");
  buf_put(&b, STR("a"));
  buf_print(&b, "b");
  buf_put_json(&b, STR(""));
  assert_true(b.failed);
  assert_int_equal(b.n, 0);
  assert_null(buf_str(&b).p);
}

static void the_arenas_limit_is_a_failure_too(void **state)
{
  (void)state;
  struct arena *tiny = arena_new(300);
  struct buf b = buf_in(tiny, 1 << 20);
  for (int i = 0; i < 300; i++)
    buf_put_char(&b, 'x');
  assert_null(buf_str(&b).p);
  arena_free(&tiny);
}

static void it_grows_to_its_maximum_and_keeps_all(void **state)
{
  (void)state;
  struct buf b = buf_in(arena, 1 << 20);
  for (int i = 0; i < 1 << 20; i++)
    buf_put_char(&b, (char)('a' + i % 26));
  struct str text = buf_str(&b);
  assert_int_equal(text.n, 1 << 20);
  for (size_t i = 0; i < text.n; i++)
    if (text.p[i] != (char)('a' + i % 26))
      fail_msg("byte %zu was lost", i);
  assert_int_equal(text.p[text.n], 0);
}

static void one_large_piece_fits_at_once(void **state)
{
  (void)state;
  struct buf b = buf_in(arena, 1 << 20);
  static char large[700001];
  memset(large, 'x', sizeof large);
  buf_put(&b, (struct str){large, sizeof large});
  buf_put_char(&b, 'y');
  assert_int_equal(buf_str(&b).n, sizeof large + 1);
  assert_int_equal(buf_str(&b).p[sizeof large], 'y');
}

static void sizes_that_overflow_fail(void **state)
{
  (void)state;
  static const size_t sizes[] = {SIZE_MAX, SIZE_MAX - 1, SIZE_MAX / 2 + 2};
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    struct buf b = buf_in(arena, SIZE_MAX);
    buf_put_char(&b, 'x');
    buf_put(&b, (struct str){"x", sizes[i]});
    assert_true(b.failed);
  }
}

static void a_nul_is_a_byte_like_others(void **state)
{
  (void)state;
  struct buf b = buf_in(arena, 16);
  buf_put(&b, STR("a\0b"));
  buf_put_char(&b, '\0');
  assert_int_equal(buf_str(&b).n, 4);
  assert_memory_equal(buf_str(&b).p, "a\0b\0", 5);
}

static void assert_json(struct str text, const char *expected)
{
  struct buf b = buf_in(arena, 4096);
  buf_put_json(&b, text);
  assert_string_equal(buf_str(&b).p, expected);
}

static void json_strings_are_quoted_and_escaped(void **state)
{
  (void)state;
  assert_json(STR_NONE, "\"\"");
  assert_json(STR("a\"b\\c/"), "\"a\\\"b\\\\c/\"");
  assert_json(STR("\b\f\n\r\t"), "\"\\b\\f\\n\\r\\t\"");
  assert_json(STR("\0\x01\x1f\x7f"), "\"\\u0000\\u0001\\u001f\\u007f\"");
  assert_json(STR("\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80"), "\"\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80\"");
}

static void broken_utf8_becomes_replacement_characters(void **state)
{
  (void)state;
  assert_json(STR("a\xFFz"), "\"a\xEF\xBF\xBDz\"");
  assert_json(STR("\xE2\x82"), "\"\xEF\xBF\xBD\xEF\xBF\xBD\"");
  assert_json(STR("\xED\xA0\x80"), "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"");
  assert_json(STR("\xC0\xAF"), "\"\xEF\xBF\xBD\xEF\xBF\xBD\"");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(an_empty_buffer_is_an_empty_text, begin, end),
      cmocka_unit_test_setup_teardown(the_maximum_is_reached_exactly, begin, end),
      cmocka_unit_test_setup_teardown(a_failure_sticks, begin, end),
      cmocka_unit_test(the_arenas_limit_is_a_failure_too),
      cmocka_unit_test_setup_teardown(it_grows_to_its_maximum_and_keeps_all, begin, end),
      cmocka_unit_test_setup_teardown(one_large_piece_fits_at_once, begin, end),
      cmocka_unit_test_setup_teardown(sizes_that_overflow_fail, begin, end),
      cmocka_unit_test_setup_teardown(a_nul_is_a_byte_like_others, begin, end),
      cmocka_unit_test_setup_teardown(json_strings_are_quoted_and_escaped, begin, end),
      cmocka_unit_test_setup_teardown(broken_utf8_becomes_replacement_characters, begin, end),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
