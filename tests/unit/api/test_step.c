/* A step whose body is not its row's is a fault of ours, before anything of the request is believed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "api/step.h"
#include "api/routes.h"

enum { NOTHING, STATED = 1, SHOWN = 2 };

static enum result begin(int route, int members)
{
  static const struct json_text text;
  static const struct json_flag flag;
  struct api_call call = {.route = route};
  struct signin s;
  struct api_step_said said = {.client_address = members & STATED ? &text : NULL,
                               .device_token = members & SHOWN ? &text : NULL,
                               .remember_device = members & SHOWN ? &flag : NULL};
  return api_step_begin(&call, &said, &s);
}

static void a_body_without_what_its_row_says_begins_nothing(void **state)
{
  (void)state;
  assert_int_equal(begin(ROUTE_login, NOTHING), R_INTERNAL);
  assert_int_equal(begin(ROUTE_login, STATED), R_INTERNAL);
  assert_int_equal(begin(ROUTE_login, SHOWN), R_INTERNAL);
  assert_int_equal(begin(ROUTE_refreshToken, NOTHING), R_INTERNAL);
}

static void a_body_with_more_begins_nothing(void **state)
{
  (void)state;
  assert_int_equal(begin(ROUTE_loginEnroll, STATED | SHOWN), R_INTERNAL);
  assert_int_equal(begin(ROUTE_resetPassword, STATED | SHOWN), R_INTERNAL);
  assert_int_equal(begin(ROUTE_stepUp, STATED), R_INTERNAL);
  assert_int_equal(begin(ROUTE_issueClientToken, STATED), R_INTERNAL);
}

static void what_has_no_row_is_no_step(void **state)
{
  (void)state;
  for (int members = NOTHING; members <= (STATED | SHOWN); members++) {
    assert_int_equal(begin(ROUTE_getMe, members), R_INTERNAL);
    assert_int_equal(begin(ROUTE_revokeToken, members), R_INTERNAL);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_body_without_what_its_row_says_begins_nothing),
      cmocka_unit_test(a_body_with_more_begins_nothing),
      cmocka_unit_test(what_has_no_row_is_no_step),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
