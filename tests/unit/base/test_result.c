/* Proves that success is zero, whatever system header comes after, and that every result has its row. */
#include "base/result.h"
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

static enum result success(void) { return R_OK; }

static void success_is_zero_beside_the_system_headers(void **state)
{
  (void)state;
  assert_int_equal(success(), 0);
  assert_int_equal(result_row(success())->status, 200);
}

static void a_value_outside_the_table_is_a_fault(void **state)
{
  (void)state;
  assert_ptr_equal(result_row(R__COUNT), result_row(R_INTERNAL));
  assert_int_equal(result_row(R__COUNT)->status, 500);
}

static void every_result_has_a_status_a_code_and_a_title(void **state)
{
  (void)state;
  for (int r = 1; r < R__COUNT; r++) {
    const struct result_row *row = result_row((enum result)r);
    assert_in_range(row->status, 400, 599);
    assert_true(row->code && strspn(row->code, "abcdefghijklmnopqrstuvwxyz_") == strlen(row->code) && *row->code);
    assert_true(row->title && strlen(row->title) > 3);
    assert_in_range(row->level, LOG_DEBUG, LOG_ERROR);
  }
}

static enum result blamed(enum result r, const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  enum result given = result_blame(r, format, arguments);
  va_end(arguments);
  return given;
}

static void the_cause_of_a_fault_is_kept_until_it_is_forgotten(void **state)
{
  (void)state;
  result_forget();
  assert_string_equal(result_cause(), "");
  assert_int_equal(FAULT(R_INTERNAL), R_INTERNAL);
  assert_non_null(strstr(result_cause(), "test_result.c:"));
  assert_int_equal(blamed(R_UNAVAILABLE, "%d of %s", 3, "them"), R_UNAVAILABLE);
  assert_string_equal(result_cause(), "3 of them");
  result_forget();
  assert_string_equal(result_cause(), "");
}

static void a_fault_of_the_service_tells_nothing_of_itself(void **state)
{
  (void)state;
  assert_string_equal(result_row(R_NO_MEMORY)->code, result_row(R_UNAVAILABLE)->code);
  assert_string_equal(result_row(R_NO_MEMORY)->title, result_row(R_UNAVAILABLE)->title);
}

static enum result tried(enum result first, enum result second, int *calls)
{
  TRY(((*calls)++, first));
  TRY(((*calls)++, second));
  return R_OK;
}

static void try_returns_the_first_that_is_not_ok(void **state)
{
  (void)state;
  int calls = 0;
  assert_int_equal(tried(R_CONFLICT, R_STALE, &calls), R_CONFLICT);
  assert_int_equal(calls, 1);
  assert_int_equal(tried(R_OK, R_STALE, &calls), R_STALE);
  assert_int_equal(tried(R_OK, R_OK, &calls), R_OK);
  assert_int_equal(calls, 5);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(success_is_zero_beside_the_system_headers),
      cmocka_unit_test(a_value_outside_the_table_is_a_fault),
      cmocka_unit_test(every_result_has_a_status_a_code_and_a_title),
      cmocka_unit_test(the_cause_of_a_fault_is_kept_until_it_is_forgotten),
      cmocka_unit_test(a_fault_of_the_service_tells_nothing_of_itself),
      cmocka_unit_test(try_returns_the_first_that_is_not_ok),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
