/* Orders: words become a command of the table, and that becomes a target and a body. */
#include "client/order.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

static struct client_order order;
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

enum { WORDS = 300 };

static enum result reading(const char *const *words, struct str *ret_wrong)
{
  char *copies[WORDS];
  int count = 0;
  for (; words[count]; count++)
    copies[count] = (char *)(uintptr_t)arena_copy(arena, str_of(words[count])).p;
  return client_order_read(count, copies, arena, &order, ret_wrong);
}

static void read_as(const char *const *words, const char *target, const char *body)
{
  struct str wrong, text = STR_NONE;
  assert_int_equal(reading(words, &wrong), R_OK);
  assert_string_equal(client_order_target(&order, 0, arena).p, target);
  assert_int_equal(client_order_body(&order, arena, &text), R_OK);
  if (body)
    assert_string_equal(text.p, body);
  else
    assert_null(text.p);
}

#define LIST(...) ((const char *const[]){__VA_ARGS__, NULL})

static void a_query_is_escaped(void **state)
{
  (void)state;
  read_as(LIST("user", "ls", "a/b", "--q", "Ü &=", "--state", "active"),
          "/v1/tenants/a%2Fb/users?q=%C3%9C%20%26%3D&state=active", NULL);
}

static void a_body_has_what_was_said_and_no_more(void **state)
{
  (void)state;
  read_as(LIST("user", "add", "t", "--login=a\"b", "--dialling-addresses", "1", "--dialling-addresses", "2"),
          "/v1/tenants/t/users", "{\"login\":\"a\\\"b\",\"dialling_addresses\":[\"1\",\"2\"]}");
  read_as(LIST("client", "add", "t", "--display-name", "x", "--with-secret", "false"), "/v1/tenants/t/clients",
          "{\"display_name\":\"x\",\"with_secret\":false}");
}

static void an_empty_text_takes_away(void **state)
{
  (void)state;
  read_as(LIST("user", "set", "u", "--email", "", "--dialling-addresses="), "/v1/users/u",
          "{\"email\":null,\"dialling_addresses\":[]}");
}

static void what_is_supposed_gives_way_to_what_is_said(void **state)
{
  (void)state;
  struct str wrong, body;
  assert_int_equal(reading(LIST("import", "file"), &wrong), R_OK);
  client_order_suppose(&order, "format", STR("csv"));
  assert_int_equal(client_order_body(&order, arena, &body), R_OK);
  assert_string_equal(body.p, "{\"format\":\"csv\"}");
  assert_int_equal(reading(LIST("import", "file", "--format", "ndjson"), &wrong), R_OK);
  client_order_suppose(&order, "format", STR("csv"));
  assert_string_equal(client_order_value(&order, "format").p, "ndjson");
}

static void a_number_is_a_whole_one(void **state)
{
  (void)state;
  struct str wrong;
  assert_int_equal(reading(LIST("user", "ls", "--limit", "12"), &wrong), R_OK);
  assert_int_equal(reading(LIST("user", "ls", "--limit", "1.5"), &wrong), R_MALFORMED);
  assert_string_equal(wrong.p, "--limit: must be a whole number");
}

static void what_a_command_always_says_is_said(void **state)
{
  (void)state;
  read_as(LIST("client", "suspend", "c"), "/v1/clients/c", "{\"state\":\"suspended\"}");
}

static void ids_stand_in_their_places(void **state)
{
  (void)state;
  read_as(LIST("client", "rm-key", "c", "k"), "/v1/clients/c/keys/k", NULL);
  read_as(LIST("user", "show", "--json", "--", "-x"), "/v1/users/-x", NULL);
  assert_string_equal(client_order_value(&order, "json").p, "true");
}

static void of_several_things_each_has_a_target(void **state)
{
  (void)state;
  read_as(LIST("grant", "rm", "a", "b"), "/v1/grants/a", NULL);
  assert_string_equal(client_order_target(&order, 1, arena).p, "/v1/grants/b");
}

static void a_file_is_what_stands_in_it(void **state)
{
  (void)state;
  char path[] = "/tmp/bailiwick-order-XXXXXX";
  int file = mkstemp(path);
  assert_int_equal(write(file, "k\n", 2), 2);
  close(file);
  read_as(LIST("client", "add-key", "c", "--pem", path), "/v1/clients/c/keys", "{\"pem\":\"k\\n\"}");
  unlink(path);
  struct str body;
  assert_int_equal(client_order_body(&order, arena, &body), R_UNAVAILABLE);
}

static void refused(const char *const *words, const char *why)
{
  struct str wrong;
  assert_int_equal(reading(words, &wrong), R_MALFORMED);
  assert_string_equal(wrong.p, why);
}

static void what_is_wrong_is_said(void **state)
{
  (void)state;
  refused(LIST("nobody"), "there is no such command");
  refused(LIST("user", "show"), "it does not say of what");
  refused(LIST("user", "ls", "a", "b"), "b: one word too many");
  refused(LIST("user", "show", ""), "an id is empty, or no UTF-8");
  refused(LIST("user", "ls", "--state", "gone"), "--state: is none of those that there are");
  refused(LIST("user", "ls", "--q", "\xff"), "--q: must be UTF-8");
  refused(LIST("user", "ls", "-q"), "-q: unknown here");
  refused(LIST("user", "ls", "--=x"), "--: unknown here");
  refused(LIST("user", "add"), "it needs --login");
  refused(LIST("tenant", "set", "x"), "it does not say what to change");
}

static void too_many_of_them_are_refused(void **state)
{
  (void)state;
  const char *words[WORDS] = {"user", "show"};
  for (int i = 2; i < 2 + CLIENT_ORDER_IDS; i++)
    words[i] = "x";
  struct str wrong;
  assert_int_equal(reading(words, &wrong), R_OK);
  words[2 + CLIENT_ORDER_IDS] = "y";
  refused(words, "y: too many things at once");
}

static void help_needs_nothing_else(void **state)
{
  (void)state;
  struct str wrong;
  assert_int_equal(reading(LIST("user", "add", "--help"), &wrong), R_OK);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(a_query_is_escaped, begin, end),
      cmocka_unit_test_setup_teardown(a_body_has_what_was_said_and_no_more, begin, end),
      cmocka_unit_test_setup_teardown(an_empty_text_takes_away, begin, end),
      cmocka_unit_test_setup_teardown(what_a_command_always_says_is_said, begin, end),
      cmocka_unit_test_setup_teardown(what_is_supposed_gives_way_to_what_is_said, begin, end),
      cmocka_unit_test_setup_teardown(a_number_is_a_whole_one, begin, end),
      cmocka_unit_test_setup_teardown(ids_stand_in_their_places, begin, end),
      cmocka_unit_test_setup_teardown(of_several_things_each_has_a_target, begin, end),
      cmocka_unit_test_setup_teardown(a_file_is_what_stands_in_it, begin, end),
      cmocka_unit_test_setup_teardown(what_is_wrong_is_said, begin, end),
      cmocka_unit_test_setup_teardown(too_many_of_them_are_refused, begin, end),
      cmocka_unit_test_setup_teardown(help_needs_nothing_else, begin, end),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
