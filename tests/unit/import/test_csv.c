/* Comma-separated values: what a line says is what the row says, and a bad one spoils no other. */
#include "import/csv.h"
#include "base/csv.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
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

static struct import_csv_header header_of(const char *line, const char *kind)
{
  struct import_csv_header header;
  struct str wrong;
  assert_int_equal(import_csv_open(str_of(line), kind, arena, &header, &wrong), R_OK);
  return header;
}

static void header_is_wrong(const char *line, const char *kind, const char *why)
{
  struct import_csv_header header;
  struct str wrong;
  assert_int_equal(import_csv_open(str_of(line), kind, arena, &header, &wrong), R_MALFORMED);
  assert_string_equal(wrong.p, why);
}

static void says(const char *header_line, const char *line, const char *json)
{
  struct import_csv_header header = header_of(header_line, "user");
  struct str row, wrong;
  assert_int_equal(import_csv_read(&header, str_of(line), arena, &row, &wrong), R_OK);
  assert_string_equal(row.p, json);
}

static void is_wrong(const char *line, const char *why)
{
  struct import_csv_header header = header_of("login,email", "user");
  struct str row, wrong;
  assert_int_equal(import_csv_read(&header, str_of(line), arena, &row, &wrong), R_MALFORMED);
  assert_string_equal(wrong.p, why);
}

static void fields_go_by_the_names_of_the_header(void **state)
{
  (void)state;
  says("login,email", "ada,a@b", "{\"login\":\"ada\",\"email\":\"a@b\",\"kind\":\"user\"}");
  says("kind,login\r", "grant,ada\r", "{\"kind\":\"grant\",\"login\":\"ada\"}");
}

static void quotes_hold_commas_and_quotes(void **state)
{
  (void)state;
  says("display_name,login", "\"Lovelace, \"\"Ada\"\"\",x",
       "{\"display_name\":\"Lovelace, \\\"Ada\\\"\",\"login\":\"x\",\"kind\":\"user\"}");
  says("login", "\"\"", "{\"kind\":\"user\"}");
}

static void an_empty_field_is_left_out_and_a_null_is_said(void **state)
{
  (void)state;
  says("login,email", "ada,", "{\"login\":\"ada\",\"kind\":\"user\"}");
  says("login,email", "ada,\\N", "{\"login\":\"ada\",\"email\":null,\"kind\":\"user\"}");
}

static void a_list_stands_between_semicolons(void **state)
{
  (void)state;
  says("dialling_addresses", "sip:1@a; sip:2@a",
       "{\"dialling_addresses\":[\"sip:1@a\",\"sip:2@a\"],\"kind\":\"user\"}");
}

static void a_wrong_header_is_named(void **state)
{
  (void)state;
  header_is_wrong("login,id", "user", "The header has a name that no row has");
  header_is_wrong("login,login", "user", "The header has a name twice");
  header_is_wrong("login,", "user", "The header has a name that no row has");
  header_is_wrong("login", NULL, "The header has no kind, and the job takes rows of any");
  header_is_wrong("lo\"gin", "user", "The header has a quote where none may be");
  header_is_wrong("\xff\xfel", "user", "The header is not UTF-8");
}

static void a_ragged_or_broken_line_is_named(void **state)
{
  (void)state;
  is_wrong("ada", "Has more or fewer fields than the header");
  is_wrong("ada,a@b,c", "Has more or fewer fields than the header");
  is_wrong("\"ada,a@b", "Has a quote where none may be");
  is_wrong("\"ada\"x,a@b", "Has a quote where none may be");
  is_wrong("a\"da,a@b", "Has a quote where none may be");
  is_wrong("\xff,a@b", "Is not UTF-8");
}

static void a_list_may_be_an_array_of_json(void **state)
{
  (void)state;
  says("dialling_addresses", "\"[\"\"sip:1@a;x=,\"\",\"\"b\"\"]\"",
       "{\"dialling_addresses\":[\"sip:1@a;x=,\",\"b\"],\"kind\":\"user\"}");
  says("dialling_addresses", "[::1];b", "{\"dialling_addresses\":[\"[::1]\",\"b\"],\"kind\":\"user\"}");
}

static void what_was_written_of_nothing_is_a_text(void **state)
{
  (void)state;
  says("login", "'\\N", "{\"login\":\"\\\\N\",\"kind\":\"user\"}");
  says("login", "'tis", "{\"login\":\"'tis\",\"kind\":\"user\"}");
}

/* Pieces that mean something to somebody on the way. */
static struct str some_text(unsigned *seed)
{
  static const char *const pieces[] = {"=", "+", "-",   "@",  "'", "\"",     ",", ";",
                                       "[", "]", "\\N", "\\", "a", "\u00c5", " ", "{}"};
  struct buf text = buf_in(arena, 256);
  for (int i = 0; i < 1 + rand_r(seed) % 6; i++)
    buf_put(&text, str_of(pieces[(size_t)rand_r(seed) % (sizeof pieces / sizeof *pieces)]));
  return buf_str(&text);
}

/* A record as an export writes it, and the row that it is to say. */
static void reads_back(unsigned *seed)
{
  struct import_csv_header header = header_of("login,dialling_addresses,email", "user");
  struct buf line = buf_in(arena, 4096), list = buf_in(arena, 1024), json = buf_in(arena, 4096);
  struct str login = some_text(seed), row, wrong;
  for (int i = 0; i < 1 + rand_r(seed) % 3; i++) {
    buf_put_char(&list, i ? ',' : '[');
    buf_put_json(&list, some_text(seed));
  }
  buf_put_char(&list, ']');
  csv_put(&line, login);
  buf_put_char(&line, ',');
  csv_put(&line, buf_str(&list));
  buf_put(&line, STR(",\r"));
  buf_put(&json, STR("{\"login\":"));
  buf_put_json(&json, login);
  buf_print(&json, ",\"dialling_addresses\":%s,\"kind\":\"user\"}", buf_str(&list).p);
  assert_int_equal(import_csv_read(&header, buf_str(&line), arena, &row, &wrong), R_OK);
  assert_string_equal(row.p, buf_str(&json).p);
}

static void whatever_is_exported_reads_back(void **state)
{
  unsigned seed = 20260728;
  for (int i = 0; i < 2000; i++) {
    reads_back(&seed);
    if (i % 100 == 99)
      (void)(end(state), begin(state));
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(fields_go_by_the_names_of_the_header),
      cmocka_unit_test(quotes_hold_commas_and_quotes),
      cmocka_unit_test(an_empty_field_is_left_out_and_a_null_is_said),
      cmocka_unit_test(a_list_stands_between_semicolons),
      cmocka_unit_test(a_wrong_header_is_named),
      cmocka_unit_test(a_ragged_or_broken_line_is_named),
      cmocka_unit_test(a_list_may_be_an_array_of_json),
      cmocka_unit_test(what_was_written_of_nothing_is_a_text),
      cmocka_unit_test(whatever_is_exported_reads_back),
  };
  return cmocka_run_group_tests(tests, begin, end);
}
