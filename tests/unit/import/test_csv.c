/* Comma-separated values: what a line says is what the row says, and a bad one spoils no other. */
#include "import/csv.h"
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

static void is_put(const char *field, const char *text)
{
  struct buf buf = buf_in(arena, 1024);
  import_csv_put(&buf, str_of(field));
  assert_string_equal(buf_str(&buf).p, text);
}

static void what_is_put_is_no_formula_and_reads_back(void **state)
{
  (void)state;
  static const char *const fields[] = {"=1+1", "+49", "-x", "@a", "'", "'=", "a,b", "a\"b", " a", "plain", "\\N?"};
  is_put("=1+1", "'=1+1");
  is_put("a,b", "\"a,b\"");
  is_put("=a\"b", "\"'=a\"\"b\"");
  for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
    struct import_csv_header header = header_of("login", "user");
    struct buf line = buf_in(arena, 1024), json = buf_in(arena, 1024);
    struct str row, wrong;
    import_csv_put(&line, str_of(fields[i]));
    buf_put(&json, STR("{\"login\":"));
    buf_put_json(&json, str_of(fields[i]));
    buf_put(&json, STR(",\"kind\":\"user\"}"));
    assert_int_equal(import_csv_read(&header, buf_str(&line), arena, &row, &wrong), R_OK);
    assert_string_equal(row.p, buf_str(&json).p);
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
      cmocka_unit_test(what_is_put_is_no_formula_and_reads_back),
  };
  return cmocka_run_group_tests(tests, begin, end);
}
