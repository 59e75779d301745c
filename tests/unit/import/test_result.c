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

static void what_was_done_and_what_was_refused_stand_apart(void **state)
{
  (void)state;
  struct import_results results = import_results_in(arena, 0);
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
  struct import_results results = import_results_in(arena, 0);
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
  struct import_results results = import_results_in(arena, IMPORT_REFUSED_LISTED - 1);
  const struct import_verdict refused = {.line = 1, .row = &user, .why = R_FORBIDDEN};
  import_results_put(&results, &refused);
  size_t listed = results.refused.n;
  import_results_put(&results, &refused);
  assert_true(listed > 0 && results.refused.n == listed);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(what_was_done_and_what_was_refused_stand_apart, begin, end),
      cmocka_unit_test_setup_teardown(what_no_line_names_has_none, begin, end),
      cmocka_unit_test_setup_teardown(refused_rows_are_listed_up_to_a_bound, begin, end),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
