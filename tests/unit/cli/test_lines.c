/* Lines of a file: their ends, their number, those that are too long. */
#include "cli/lines.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static struct arena *arena;
static int file;

static int begin(void **state)
{
  (void)state;
  arena = arena_new(16 << 20);
  char path[] = "/tmp/bailiwick-lines-XXXXXX";
  file = mkstemp(path);
  unlink(path);
  return arena && file >= 0 ? 0 : -1;
}

static int end(void **state)
{
  (void)state;
  arena_free(&arena);
  return close(file);
}

static void put(struct str text) { assert_int_equal(write(file, text.p, text.n), text.n); }

/* A long line of that many bytes, without its end. */
static void put_long(size_t n)
{
  char *bytes = arena_alloc(arena, n);
  memset(bytes, 'x', n);
  put((struct str){bytes, n});
}

static struct cli_lines *lines_of_it(void)
{
  struct cli_lines *lines = NULL;
  assert_int_equal(lseek(file, 0, SEEK_SET), 0);
  assert_int_equal(cli_lines_open(file, arena, &lines), R_OK);
  return lines;
}

static void next_is(struct cli_lines *lines, const char *text, unsigned long long number)
{
  struct str line = STR_NONE;
  assert_int_equal(cli_lines_next(lines, &line), R_OK);
  assert_true(str_is(line, text));
  assert_int_equal(cli_lines_number(lines), number);
}

static void ends(struct cli_lines *lines)
{
  struct str line = STR_NONE;
  assert_int_equal(cli_lines_next(lines, &line), R_NOT_FOUND);
  assert_int_equal(cli_lines_next(lines, &line), R_NOT_FOUND);
}

static void every_line_comes_with_its_number(void **state)
{
  (void)state;
  put(STR("one\n\ntwo\r\nthree"));
  struct cli_lines *lines = lines_of_it();
  next_is(lines, "one", 1);
  next_is(lines, "", 2);
  next_is(lines, "two\r", 3);
  next_is(lines, "three", 4);
  ends(lines);
}

static void an_empty_file_has_no_line(void **state)
{
  (void)state;
  ends(lines_of_it());
}

static void the_end_behind_the_last_line_begins_no_other(void **state)
{
  (void)state;
  put(STR("one\n"));
  struct cli_lines *lines = lines_of_it();
  next_is(lines, "one", 1);
  ends(lines);
}

static void a_byte_order_mark_is_dropped_from_the_first_line_alone(void **state)
{
  (void)state;
  put(STR("\xEF\xBB\xBFone\n\xEF\xBB\xBFtwo\n"));
  struct cli_lines *lines = lines_of_it();
  next_is(lines, "one", 1);
  next_is(lines, "\xEF\xBB\xBFtwo", 2);
  ends(lines);
}

static void a_line_of_the_greatest_length_is_read(void **state)
{
  (void)state;
  put_long(CLI_LINE_MOST);
  put(STR("\nshort\n"));
  struct cli_lines *lines = lines_of_it();
  struct str line = STR_NONE;
  assert_int_equal(cli_lines_next(lines, &line), R_OK);
  assert_int_equal(line.n, CLI_LINE_MOST);
  next_is(lines, "short", 2);
  ends(lines);
}

static void a_longer_line_is_refused_and_the_next_read(void **state)
{
  static const size_t lengths[] = {CLI_LINE_MOST + 1, CLI_LINE_MOST + 100000, 3 * CLI_LINE_MOST};
  (void)state;
  put(STR("first\n"));
  for (size_t i = 0; i < 3; i++) {
    put_long(lengths[i]);
    put(STR("\nshort\n"));
  }
  struct cli_lines *lines = lines_of_it();
  next_is(lines, "first", 1);
  for (unsigned long long i = 0; i < 3; i++) {
    struct str line = STR_NONE;
    assert_int_equal(cli_lines_next(lines, &line), R_TOO_LARGE);
    assert_int_equal(cli_lines_number(lines), 2 + 2 * i);
    next_is(lines, "short", 3 + 2 * i);
  }
  ends(lines);
}

static void a_long_line_without_an_end_is_the_last(void **state)
{
  (void)state;
  put_long(2 * CLI_LINE_MOST);
  struct cli_lines *lines = lines_of_it();
  struct str line = STR_NONE;
  assert_int_equal(cli_lines_next(lines, &line), R_TOO_LARGE);
  ends(lines);
}

static void many_lines_pass_through_the_same_memory(void **state)
{
  (void)state;
  enum { LINES = 300000 };
  char text[32];
  FILE *out = fdopen(dup(file), "w");
  for (int i = 1; i <= LINES; i++)
    fprintf(out, "line %d\n", i);
  assert_int_equal(fclose(out), 0);
  struct cli_lines *lines = lines_of_it();
  for (int i = 1; i <= LINES; i++) {
    snprintf(text, sizeof text, "line %d", i);
    next_is(lines, text, (unsigned long long)i);
  }
  ends(lines);
}

static void what_cannot_be_read_is_no_end(void **state)
{
  (void)state;
  struct cli_lines *lines = NULL;
  struct str line = STR_NONE;
  assert_int_equal(cli_lines_open(-1, arena, &lines), R_OK);
  assert_int_equal(cli_lines_next(lines, &line), R_UNAVAILABLE);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(every_line_comes_with_its_number, begin, end),
      cmocka_unit_test_setup_teardown(an_empty_file_has_no_line, begin, end),
      cmocka_unit_test_setup_teardown(the_end_behind_the_last_line_begins_no_other, begin, end),
      cmocka_unit_test_setup_teardown(a_byte_order_mark_is_dropped_from_the_first_line_alone, begin, end),
      cmocka_unit_test_setup_teardown(a_line_of_the_greatest_length_is_read, begin, end),
      cmocka_unit_test_setup_teardown(a_longer_line_is_refused_and_the_next_read, begin, end),
      cmocka_unit_test_setup_teardown(a_long_line_without_an_end_is_the_last, begin, end),
      cmocka_unit_test_setup_teardown(many_lines_pass_through_the_same_memory, begin, end),
      cmocka_unit_test_setup_teardown(what_cannot_be_read_is_no_end, begin, end),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
