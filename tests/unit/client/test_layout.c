/* Columns: as wide as their widest cell, by what a terminal shows of it. */
#include "client/layout.h"
#include "client/text.h"
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

#define CELLS(...) ((const struct str[]){__VA_ARGS__})

static struct str line_of(const struct client_layout *layout, const struct str *cells)
{
  struct buf out = buf_in(arena, 4096);
  client_layout_put(layout, cells, &out);
  return buf_str(&out);
}

static void a_column_is_as_wide_as_its_widest_cell(void **state)
{
  (void)state;
  struct client_layout layout = {.count = 3};
  client_text_open();
  client_layout_measure(&layout, CELLS(STR("name"), STR("x"), STR("id")));
  client_layout_measure(&layout, CELLS(STR("東京都"), STR("y"), STR("1")));
  assert_string_equal(line_of(&layout, CELLS(STR("name"), STR("x"), STR("id"))).p, "name    x  id\n");
  assert_string_equal(line_of(&layout, CELLS(STR("東京都"), STR("y"), STR("1"))).p, "東京都  y  1\n");
}

static void nothing_is_a_dash_and_a_wide_cell_pushes(void **state)
{
  (void)state;
  struct client_layout layout = {.count = 2, .widths = {2, 2}};
  assert_string_equal(line_of(&layout, CELLS(STR_NONE, STR(""))).p, "-   -\n");
  assert_string_equal(line_of(&layout, CELLS(STR("wider"), STR("b"))).p, "wider b\n");
}

static void a_cell_is_no_command(void **state)
{
  (void)state;
  struct client_layout layout = {.count = 1};
  assert_string_equal(line_of(&layout, CELLS(STR("\x1b[1m"))).p, "\xEF\xBF\xBD[1m\n");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(a_column_is_as_wide_as_its_widest_cell, begin, end),
      cmocka_unit_test_setup_teardown(nothing_is_a_dash_and_a_wide_cell_pushes, begin, end),
      cmocka_unit_test_setup_teardown(a_cell_is_no_command, begin, end),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
