/* Proves that success is zero, whatever system header comes after, and that every result has its row. */
#include "base/result.h"
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
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

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(success_is_zero_beside_the_system_headers),
      cmocka_unit_test(a_value_outside_the_table_is_a_fault),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
