/* Drawn trees: who stands below whom can be told from the lines alone. */
#include "client/tree.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

static struct client_tree tree;

static int begin(void **state)
{
  (void)state;
  tree = (struct client_tree){.arena = arena_new(64 << 20)};
  return tree.arena ? 0 : -1;
}

static int end(void **state)
{
  (void)state;
  arena_free(&tree.arena);
  return 0;
}

static void add(const char *id, const char *parent)
{
  assert_int_equal(client_tree_add(&tree, str_of(id), str_of(parent), str_of(id)), R_OK);
}

static void drawn_is(bool unicode, const char *wanted)
{
  struct buf out = buf_in(tree.arena, 1 << 20);
  client_tree_draw(&tree, unicode, &out);
  assert_string_equal(buf_str(&out).p, wanted);
}

static void fill(void)
{
  add("a", NULL);
  add("b", "a");
  add("c", "b");
  add("d", "b");
  add("e", "a");
  add("f", "e");
}

static void lines_lead_to_what_is_below(void **state)
{
  (void)state;
  fill();
  drawn_is(true, "a\n"
                 "├── b\n"
                 "│   ├── c\n"
                 "│   └── d\n"
                 "└── e\n"
                 "    └── f\n");
}

static void a_terminal_without_unicode_has_them_too(void **state)
{
  (void)state;
  fill();
  drawn_is(false, "a\n"
                  "|-- b\n"
                  "|   |-- c\n"
                  "|   `-- d\n"
                  "`-- e\n"
                  "    `-- f\n");
}

static void what_stands_below_nothing_that_is_seen_is_a_root(void **state)
{
  (void)state;
  add("a", NULL);
  add("b", "a");
  add("x", NULL);
  add("y", "unseen");
  drawn_is(true, "a\n"
                 "└── b\n"
                 "x\n"
                 "y\n");
}

static void nothing_is_drawn_of_nothing(void **state)
{
  (void)state;
  drawn_is(true, "");
}

static void a_label_is_no_command(void **state)
{
  (void)state;
  assert_int_equal(client_tree_add(&tree, STR("i"), STR_NONE, STR("\x1b[2J")), R_OK);
  drawn_is(true, "\xEF\xBF\xBD[2J\n");
}

static void many_are_drawn_and_the_deepest_is_known(void **state)
{
  (void)state;
  static const char *const ids[] = {"0",  "1",  "2",  "3",  "4",  "5",  "6",  "7",  "8",  "9",  "10",
                                    "11", "12", "13", "14", "15", "16", "17", "18", "19", "20", "21",
                                    "22", "23", "24", "25", "26", "27", "28", "29", "30", "31"};
  add("0", NULL);
  for (int i = 0; i < 5000; i++)
    add("leaf", "0");
  for (size_t i = 1; i < CLIENT_TREE_DEEPEST; i++)
    add(ids[i], ids[i - 1]);
  assert_int_equal(client_tree_add(&tree, STR("x"), STR("31"), STR("x")), R_TOO_LARGE);
  struct buf out = buf_in(tree.arena, 1 << 20);
  client_tree_draw(&tree, true, &out);
  assert_non_null(strstr(buf_str(&out).p, "└── 31\n"));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(lines_lead_to_what_is_below, begin, end),
      cmocka_unit_test_setup_teardown(a_terminal_without_unicode_has_them_too, begin, end),
      cmocka_unit_test_setup_teardown(what_stands_below_nothing_that_is_seen_is_a_root, begin, end),
      cmocka_unit_test_setup_teardown(nothing_is_drawn_of_nothing, begin, end),
      cmocka_unit_test_setup_teardown(a_label_is_no_command, begin, end),
      cmocka_unit_test_setup_teardown(many_are_drawn_and_the_deepest_is_known, begin, end),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
