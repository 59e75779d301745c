/* The page of the manual: every command and option of the table, and nothing that roff would take for its own. */
#include "client/manual.h"
#include "client/command.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

static struct arena *arena;

static int begin(void **state)
{
  (void)state;
  arena = arena_new(16 << 20);
  return arena ? 0 : -1;
}

static int end(void **state)
{
  (void)state;
  arena_free(&arena);
  return 0;
}

static const char *page(struct str usage)
{
  struct buf out = buf_in(arena, 1 << 20);
  client_manual_put(&(struct client_program){"1.2.3", "serve", usage}, &out);
  return buf_str(&out).p;
}

static void every_command_has_its_entry(void **state)
{
  (void)state;
  const struct client_verb *verb;
  const char *text = page(STR("x"));
  for (size_t i = 0; (verb = client_command_verb(i)); i++)
    assert_non_null(strstr(text, arena_print(arena, ".B bailiwick %s%s", verb->noun, verb->name[0] ? " " : "").p));
  assert_non_null(strstr(text, ".B bailiwick grant rm GRANT...\n"));
  assert_non_null(strstr(text, ".B bailiwick client rm\\-key CLIENT KEY\n"));
  assert_non_null(strstr(text, ".B \\-\\-reach staff|subtree\n"));
}

static void each_status_and_variable_is_said(void **state)
{
  (void)state;
  static const char *const words[] = {".SH EXIT STATUS", ".SH ENVIRONMENT", "BAILIWICK_URL", "BAILIWICK_CLIENT_FILE",
                                      "\"bailiwick 1.2.3\""};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    assert_non_null(strstr(page(STR("x")), words[i]));
}

static void a_line_is_no_request_to_roff(void **state)
{
  (void)state;
  assert_non_null(strstr(page(STR("a\n.so /etc/passwd\n'x\\n-y\n")), "a\n\\&.so /etc/passwd\n\\&'x\\en\\-y\n"));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(every_command_has_its_entry, begin, end),
      cmocka_unit_test_setup_teardown(each_status_and_variable_is_said, begin, end),
      cmocka_unit_test_setup_teardown(a_line_is_no_request_to_roff, begin, end),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
