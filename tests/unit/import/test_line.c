/* Lines of a content, whatever part of it is at hand. */
#include "import/line.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static struct import_text text_of(const char *bytes, int64_t begins, int64_t ends)
{
  return (struct import_text){str_of(bytes), begins, ends};
}

static void is_line(const struct import_text *text, size_t at, const char *wanted)
{
  struct import_line line;
  assert_true(import_line_at(text, at, &line));
  assert_true(str_is(line.text, wanted));
  assert_true(line.ended);
}

static void lines_follow_one_another(void **state)
{
  (void)state;
  struct import_text text = text_of("one\n\nthree", 0, 10);
  struct import_line line;
  is_line(&text, 0, "one");
  is_line(&text, 4, "");
  is_line(&text, 5, "three"); /* the last one needs no end */
  assert_false(import_line_at(&text, 10, &line));
}

static void a_line_that_goes_on_behind_the_bytes_is_not_here(void **state)
{
  (void)state;
  struct import_text text = text_of("one\ntw", 0, 7);
  struct import_line line;
  is_line(&text, 0, "one");
  assert_false(import_line_at(&text, 4, &line));
  assert_false(import_text_is_last(&text));
}

static void the_mark_before_the_first_line_is_none_of_it(void **state)
{
  (void)state;
  struct import_text text = text_of("\xEF\xBB\xBFone\n\xEF\xBB\xBFtwo", 0, 13);
  is_line(&text, 0, "one");
  is_line(&text, 7, "\xEF\xBB\xBFtwo");
  text = text_of("\xEF\xBB\xBFone", 5, 11);
  is_line(&text, 0, "\xEF\xBB\xBFone");
}

static void a_line_too_long_is_told_before_its_end_is_here(void **state)
{
  (void)state;
  char *bytes = malloc(IMPORT_LINE + 2);
  struct import_line line;
  assert_non_null(bytes);
  memset(bytes, 'x', IMPORT_LINE + 1);
  bytes[IMPORT_LINE + 1] = '\0';
  struct import_text text = text_of(bytes, 0, INT64_C(1) << 30);
  assert_true(import_line_at(&text, 0, &line));
  assert_true(line.too_long && !line.ended);
  text.bytes.n = IMPORT_LINE;
  assert_false(import_line_at(&text, 0, &line));
  free(bytes);
}

static void blank_is_what_shows_nothing(void **state)
{
  (void)state;
  assert_true(import_line_is_blank(STR(" \t\r")));
  assert_true(import_line_is_blank(STR("")));
  assert_false(import_line_is_blank(STR(" {")));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(lines_follow_one_another),
      cmocka_unit_test(a_line_that_goes_on_behind_the_bytes_is_not_here),
      cmocka_unit_test(the_mark_before_the_first_line_is_none_of_it),
      cmocka_unit_test(a_line_too_long_is_told_before_its_end_is_here),
      cmocka_unit_test(blank_is_what_shows_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
