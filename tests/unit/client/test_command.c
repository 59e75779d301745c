/* The table of commands: it says each thing once, and what it says can be done. */
#include "client/command.h"
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

static struct str line_of(const char *noun, const char *verb)
{
  struct buf out = buf_in(arena, 4096);
  client_command_put(client_command_find(str_of(noun), str_of(verb)), &out);
  return buf_str(&out);
}

static void every_command_stands_there_once(void **state)
{
  (void)state;
  const struct client_verb *verb;
  for (size_t i = 0; (verb = client_command_verb(i)); i++) {
    assert_ptr_equal(client_command_find(str_of(verb->noun), str_of(verb->name)), verb);
    assert_true(client_command_has_noun(str_of(verb->noun)));
    assert_true(verb->help[0]);
  }
}

static void every_member_is_of_a_command_and_means_one_thing(void **state)
{
  (void)state;
  const struct client_member *member;
  for (size_t i = 0; (member = client_command_member(i)); i++) {
    if (!member->noun[0])
      continue;
    const struct client_verb *verb = client_command_find(str_of(member->noun), str_of(member->verb));
    assert_non_null(verb);
    assert_true(client_command_takes(verb, member));
    if (member->place != CLIENT_FIXED)
      assert_ptr_equal(client_command_option(verb, str_of(member->name)), member);
    assert_int_equal(member->kind == CLIENT_CHOICE || member->place == CLIENT_FIXED, member->choices != NULL);
  }
}

static void every_list_has_columns(void **state)
{
  (void)state;
  const struct client_verb *verb;
  for (size_t i = 0; (verb = client_command_verb(i)); i++)
    if (verb->kind == CLIENT_LIST || verb->kind == CLIENT_WHOLE)
      assert_true(client_command_columns(verb)[0]);
}

static void a_line_says_what_may_be_left_out(void **state)
{
  (void)state;
  assert_string_equal(line_of("user", "ls").p, "user ls [TENANT] [--scope self|subtree] [--q TEXT] "
                                               "[--state invited|active|suspended|terminated] [--external-id TEXT]");
  assert_string_equal(line_of("tenant", "suspend").p, "tenant suspend TENANT... --reach staff|subtree");
  assert_string_equal(line_of("client", "rm-secret").p, "client rm-secret CLIENT SECRET");
  assert_string_equal(line_of("client", "suspend").p, "client suspend CLIENT...");
  assert_string_equal(line_of("whoami", "").p, "whoami");
}

static void dashes_stand_for_underscores(void **state)
{
  (void)state;
  const struct client_verb *verb = client_command_find(STR("user"), STR("add"));
  assert_string_equal(client_command_option(verb, STR("external-id"))->name, "external_id");
  assert_null(client_command_option(verb, STR("external-i")));
  assert_null(client_command_option(verb, STR("external-idx")));
  assert_null(client_command_option(verb, STR("limit")));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_command_stands_there_once),
      cmocka_unit_test(every_member_is_of_a_command_and_means_one_thing),
      cmocka_unit_test(every_list_has_columns),
      cmocka_unit_test_setup_teardown(a_line_says_what_may_be_left_out, begin, end),
      cmocka_unit_test(dashes_stand_for_underscores),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
