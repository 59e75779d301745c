/* What bash completes: every command of the table and every option of it. */
#define _GNU_SOURCE
#include "client/completion.h"
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

static const char *script(void)
{
  struct buf out = buf_in(arena, 1 << 20);
  client_completion_put("serve version", &out);
  return buf_str(&out).p;
}

static void every_command_is_known(void **state)
{
  (void)state;
  const struct client_verb *verb;
  const char *text = script();
  assert_non_null(strstr(text, "serve version' ;;\n"));
  for (size_t i = 0; (verb = client_command_verb(i)); i++) {
    struct str row = arena_print(arena, "\n  '%s%s%s') words='--", verb->noun, verb->name[0] ? " " : "", verb->name);
    assert_non_null(strstr(text, row.p));
  }
}

static void choices_are_offered_behind_their_option(void **state)
{
  (void)state;
  assert_non_null(strstr(script(), "\n  'tenant suspend --reach') words='staff subtree' ;;\n"));
  assert_non_null(strstr(script(), "\n  'login --audience') words='service partner analytics' ;;\n"));
  assert_non_null(strstr(script(), "\n  *' --ca') compopt -o default; return ;;\n"));
}

static void what_is_never_written_is_not_offered(void **state)
{
  (void)state;
  assert_null(strstr(script(), "suspended active' ;;\n  'client suspend --state'"));
  const char *row = strstr(script(), "\n  'client suspend') words='");
  assert_non_null(row);
  assert_null(memmem(row, (size_t)(strchr(row + 1, '\n') - row), "--state", 7));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(every_command_is_known, begin, end),
      cmocka_unit_test_setup_teardown(choices_are_offered_behind_their_option, begin, end),
      cmocka_unit_test_setup_teardown(what_is_never_written_is_not_offered, begin, end),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
