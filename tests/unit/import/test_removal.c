/* When nothing is removed, before anything is looked for. */
#include "import/removal.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

static bool is_cut_short(const char *bytes)
{
  struct import_rows s = {.text.bytes = str_of(bytes)};
  s.job.received = (int64_t)s.text.bytes.n;
  return import_removal_is_cut_short(&s);
}

static void what_has_no_end_may_be_cut_short(void **state)
{
  (void)state;
  assert_true(is_cut_short(""));
  assert_true(is_cut_short("one\ntw"));
  assert_false(is_cut_short("one\ntwo\n"));
  assert_false(is_cut_short("\n"));
}

static void a_refused_row_ends_the_job(void **state)
{
  (void)state;
  struct import_rows before = {.job.refused = 1}, now = {.progress.refused = 1};
  struct import_rows *const jobs[] = {&before, &now};
  for (int i = 0; i < 2; i++) {
    assert_int_equal(import_removal_plan(jobs[i]), R_OK);
    assert_true(str_is(jobs[i]->progress.state, "stopped"));
    assert_true(str_is(jobs[i]->progress.code, "rows_refused"));
    assert_null(jobs[i]->progress.phase.p);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_has_no_end_may_be_cut_short),
      cmocka_unit_test(a_refused_row_ends_the_job),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
