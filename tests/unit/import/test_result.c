/* What became of rows, as lines. */
#include "import/result.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
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

static void says(struct buf *lines, const char *wanted)
{
  struct str text = buf_str(lines);
  assert_non_null(text.p);
  assert_string_equal(text.p, wanted);
}

static const struct import_row user = {.kind = IMPORT_ROW_USER};

static struct import_results begun(int64_t refused_before)
{
  struct import_results results;
  assert_int_equal(import_results_in(arena, refused_before, 8, &results), R_OK);
  return results;
}

static void what_was_done_and_what_was_refused_stand_apart(void **state)
{
  (void)state;
  struct import_results results = begun(0);
  import_results_put(&results, &(struct import_verdict){.line = 7, .row = &user, .applied.effect = IMPORT_UPDATED});
  import_results_put(&results,
                     &(struct import_verdict){
                         .line = 8, .row = &user, .why = R_NOT_FOUND, .applied.about = STR("tenant_external_id")});
  says(&results.done,
       "{\"line\":7,\"action\":\"importUser\",\"id\":null,\"outcome\":\"updated\",\"code\":null,\"field\":null,"
       "\"message\":null}\n");
  says(&results.refused,
       "{\"line\":8,\"action\":\"importUser\",\"id\":null,\"outcome\":\"refused\",\"code\":\"not_found\","
       "\"field\":\"tenant_external_id\",\"message\":\"There is no such thing\"}\n");
}

static void what_no_line_names_has_none(void **state)
{
  (void)state;
  struct import_results results = begun(0);
  struct str text;
  struct buf csv = buf_in(arena, 4096);
  import_results_put(&results, &(struct import_verdict){.row = &user, .applied.effect = IMPORT_REMOVED});
  text = buf_str(&results.done);
  assert_non_null(strstr(text.p, "{\"line\":null,"));
  assert_int_equal(import_results_csv(text, arena, &csv), R_OK);
  says(&csv, ",importUser,,removed,,,\r\n");
}

static void refused_rows_are_listed_up_to_a_bound(void **state)
{
  (void)state;
  struct import_results results = begun(IMPORT_REFUSED_LISTED - 1);
  const struct import_verdict refused = {.line = 1, .row = &user, .why = R_FORBIDDEN};
  import_results_put(&results, &refused);
  size_t listed = results.refused.n;
  import_results_put(&results, &refused);
  assert_true(listed > 0 && results.refused.n == listed);
}

static void put(struct import_results *results, int64_t line, enum result why)
{
  import_results_put(results, &(struct import_verdict){.line = line, .row = &user, .why = why});
}

static void is_piece(struct import_results *results, size_t i, int64_t place, bool refused, size_t lines)
{
  struct str text = import_results_lines(results, i);
  size_t count = 0;
  while (text.n > 0 && str_cut(&text, '\n').n > 0)
    count++;
  assert_true(i < results->count && results->pieces[i].place == place && results->pieces[i].refused == refused);
  assert_int_equal(count, lines);
}

static void results_are_kept_by_places_of_the_content(void **state)
{
  (void)state;
  struct import_results results = begun(0);
  put(&results, 1022, R_OK);
  put(&results, 1023, R_FORBIDDEN);
  put(&results, 1024, R_OK);
  put(&results, 1025, R_OK);
  import_results_put(&results, &(struct import_verdict){.removal = 1, .row = &user});
  is_piece(&results, 0, 0, false, 1);
  is_piece(&results, 1, 0, true, 1);
  is_piece(&results, 2, 1, false, 2);
  is_piece(&results, 3, (INT64_C(1) << 41) / IMPORT_PLACE, false, 1);
  assert_int_equal(results.count, 4);
}

static void what_is_undone_leaves_nothing(void **state)
{
  (void)state;
  struct import_results results = begun(0);
  put(&results, 1, R_OK);
  const struct import_results before = results;
  put(&results, 2, R_OK);
  put(&results, 2000, R_OK);
  results = before;
  put(&results, 1030, R_OK);
  is_piece(&results, 0, 0, false, 1);
  is_piece(&results, 1, 1, false, 1);
}

static void lines_are_read_in_their_order(void **state)
{
  (void)state;
  struct str sorted;
  static const char *const mixed = "{\"line\":12,\n{\"line\":9,\n{\"line\":null,b\n{\"line\":null,a\n{\"line\":10,\n";
  assert_int_equal(import_results_sort(str_of(mixed), 9, arena, &sorted), R_OK);
  assert_string_equal(sorted.p, "{\"line\":null,b\n{\"line\":null,a\n{\"line\":10,\n{\"line\":12,\n");
}

static void there_is_no_more_than_room_for_the_rows_of_a_step(void **state)
{
  (void)state;
  struct import_results results = begun(0);
  for (int i = 0; i < 9; i++)
    put(&results, 2000 * i + 1, R_OK);
  assert_null(import_results_lines(&results, 0).p);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(what_was_done_and_what_was_refused_stand_apart, begin, end),
      cmocka_unit_test_setup_teardown(what_no_line_names_has_none, begin, end),
      cmocka_unit_test_setup_teardown(refused_rows_are_listed_up_to_a_bound, begin, end),
      cmocka_unit_test_setup_teardown(results_are_kept_by_places_of_the_content, begin, end),
      cmocka_unit_test_setup_teardown(what_is_undone_leaves_nothing, begin, end),
      cmocka_unit_test_setup_teardown(lines_are_read_in_their_order, begin, end),
      cmocka_unit_test_setup_teardown(there_is_no_more_than_room_for_the_rows_of_a_step, begin, end),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
