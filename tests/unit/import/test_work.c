/* What is there against what a row wants. */
#include "import/work.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

static struct arena *arena;
static struct import_apply apply;
static struct import_work work;
static const struct json *view;

static int begin(void **state)
{
  (void)state;
  arena = arena_new(1 << 20);
  apply = (struct import_apply){0};
  work = (struct import_work){.apply = &apply, .arena = arena};
  struct store_object object = {.body = STR("{\"login\": \"ada\", \"email\": null, \"numbers\": [\"1\", \"2\"],"
                                            " \"at\": \"2030-01-01T00:00:00.000000Z\"}")};
  return arena && import_work_view(&work, &object, &view) == R_OK ? 0 : -1;
}

static int end(void **state)
{
  (void)state;
  arena_free(&arena);
  return 0;
}

static void what_a_row_leaves_out_is_the_same(void **state)
{
  (void)state;
  assert_true(import_work_same_text(view, "login", &(struct json_text){0}));
  assert_true(import_work_same_texts(view, "numbers", &(struct json_texts){0}));
}

static void text_differs_from_other_text_and_from_none(void **state)
{
  (void)state;
  assert_true(import_work_same_text(view, "login", &(struct json_text){STR("ada"), true, false}));
  assert_false(import_work_same_text(view, "login", &(struct json_text){STR("Ada"), true, false}));
  assert_false(import_work_same_text(view, "login", &(struct json_text){STR_NONE, true, true}));
  assert_true(import_work_same_text(view, "email", &(struct json_text){STR_NONE, true, true}));
  assert_false(import_work_same_text(view, "email", &(struct json_text){STR("a@b"), true, false}));
}

static void lists_are_the_same_in_their_order(void **state)
{
  (void)state;
  const struct str there[] = {STR("1"), STR("2")}, turned[] = {STR("2"), STR("1")};
  assert_true(import_work_same_texts(view, "numbers", &(struct json_texts){there, 2, true, false}));
  assert_false(import_work_same_texts(view, "numbers", &(struct json_texts){turned, 2, true, false}));
  assert_false(import_work_same_texts(view, "numbers", &(struct json_texts){there, 1, true, false}));
}

static void a_time_that_is_not_there_is_zero(void **state)
{
  (void)state;
  assert_int_equal(import_work_time(view, "at"), INT64_C(1893456000) * 1000000);
  assert_int_equal(import_work_time(view, "never"), 0);
}

static void what_is_found_is_in_the_way_of_create_alone(void **state)
{
  (void)state;
  assert_int_equal(import_work_found(&work, "login"), R_OK);
  apply.mode = IMPORT_CREATE;
  assert_int_equal(import_work_found(&work, "login"), R_ALREADY_EXISTS);
  assert_true(str_is(work.applied.about, "login"));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(what_a_row_leaves_out_is_the_same, begin, end),
      cmocka_unit_test_setup_teardown(text_differs_from_other_text_and_from_none, begin, end),
      cmocka_unit_test_setup_teardown(lists_are_the_same_in_their_order, begin, end),
      cmocka_unit_test_setup_teardown(a_time_that_is_not_there_is_zero, begin, end),
      cmocka_unit_test_setup_teardown(what_is_found_is_in_the_way_of_create_alone, begin, end),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
