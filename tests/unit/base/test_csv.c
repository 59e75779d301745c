/* Fields of CSV: quoted by RFC 4180, and never the beginning of a formula. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/csv.h"

struct field {
  struct str text;
  const char *written;
};

#define FIELD(text, written)                                                                                           \
  {                                                                                                                    \
    {text, sizeof text - 1}, written                                                                                   \
  }

static void each_is(const struct field *fields, size_t count)
{
  for (size_t i = 0; i < count; i++) {
    CLEANUP(arena_free) struct arena *arena = arena_new(4096);
    struct buf b = buf_in(arena, 1024);
    csv_put(&b, fields[i].text);
    buf_put_char(&b, '|');
    struct str all = buf_str(&b);
    assert_int_equal(all.n - 1, strlen(fields[i].written));
    assert_memory_equal(all.p, fields[i].written, strlen(fields[i].written));
  }
}

static void plain_text_stays_as_it_is(void **state)
{
  (void)state;
  static const struct field fields[] = {FIELD("", ""), FIELD("a b", "a b"), FIELD("a=b", "a=b"), FIELD("1-2", "1-2"),
                                        FIELD("Å", "Å"), FIELD("a'b", "a'b"), FIELD(" =1", " =1")};
  each_is(fields, sizeof fields / sizeof *fields);
}

static void separators_and_quotes_stand_in_quotes(void **state)
{
  (void)state;
  static const struct field fields[] = {FIELD("a,b", "\"a,b\""), FIELD("a\"b", "\"a\"\"b\""), FIELD("a\nb", "\"a\nb\""),
                                        FIELD("a\r", "\"a\r\""), FIELD("\"", "\"\"\"\"")};
  each_is(fields, sizeof fields / sizeof *fields);
}

static void nothing_begins_a_formula(void **state)
{
  (void)state;
  static const struct field fields[] = {FIELD("=1+1", "'=1+1"),   FIELD("+47", "'+47"), FIELD("-1", "'-1"),
                                        FIELD("@SUM", "'@SUM"),   FIELD("\tx", "'\tx"), FIELD("\r=1", "\"'\r=1\""),
                                        FIELD("=A,B", "\"'=A,B\"")};
  each_is(fields, sizeof fields / sizeof *fields);
}

/* Else who takes one apostrophe away would take one that was there. */
static void an_apostrophe_at_the_beginning_is_doubled(void **state)
{
  (void)state;
  static const struct field fields[] = {FIELD("'", "''"), FIELD("'=1", "''=1"), FIELD("''a", "'''a")};
  each_is(fields, sizeof fields / sizeof *fields);
}

static void a_nul_begins_no_field(void **state)
{
  (void)state;
  CLEANUP(arena_free) struct arena *arena = arena_new(4096);
  struct buf b = buf_in(arena, 1024);
  csv_put(&b, (struct str){"\0=1", 3});
  struct str all = buf_str(&b);
  assert_int_equal(all.n, 4);
  assert_memory_equal(all.p, "'\0=1", 4);
}

static void a_record_ends_with_cr_and_lf(void **state)
{
  (void)state;
  CLEANUP(arena_free) struct arena *arena = arena_new(4096);
  struct buf b = buf_in(arena, 1024);
  csv_put(&b, STR("a"));
  csv_end(&b);
  assert_string_equal(buf_str(&b).p, "a\r\n");
}

static void what_was_guarded_is_bared(void **state)
{
  (void)state;
  static const char *const fields[][2] = {{"'=1", "=1"}, {"''", "'"}, {"'\\N", "\\N"}, {"'\\", "'\\"}, {"'tis", "'tis"},
                                          {"'", "'"},     {"", ""},   {"=1", "=1"},     {"a", "a"}};
  for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
    assert_true(str_equal(csv_bare(str_of(fields[i][0])), str_of(fields[i][1])));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_was_guarded_is_bared),
      cmocka_unit_test(plain_text_stays_as_it_is),
      cmocka_unit_test(separators_and_quotes_stand_in_quotes),
      cmocka_unit_test(nothing_begins_a_formula),
      cmocka_unit_test(an_apostrophe_at_the_beginning_is_doubled),
      cmocka_unit_test(a_nul_begins_no_field),
      cmocka_unit_test(a_record_ends_with_cr_and_lf),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
