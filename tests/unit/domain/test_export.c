/* What is remembered of an export. */
#include "domain/export.h"
#include "support/estate.h"

static const char *noted(bool complete)
{
  struct change change = estate_change(A_ADMIN, A);
  struct export_note note = {.tenant = estate_tenant(A),
                             .format = STR("csv"),
                             .scope = STR("self"),
                             .complete = complete,
                             .rows = 7};
  assert_ok(domain_export_note(&change, &note));
  assert_int_equal(change.events, 1);
  estate_commit(&change);
  return estate_ask("SELECT object_kind || ' ' || after FROM audit_event ORDER BY id DESC LIMIT 1");
}

static void the_end_of_one_says_how_much_it_was(void **state)
{
  (void)state;
  const char *event = noted(true);
  assert_non_null(strstr(event, "tenant {"));
  assert_non_null(strstr(event, "\"rows\" : 7"));
  assert_non_null(strstr(event, "\"complete\" : true"));
}

static void the_beginning_of_one_counts_nothing(void **state)
{
  (void)state;
  const char *event = noted(false);
  assert_non_null(strstr(event, "\"format\" : \"csv\""));
  assert_non_null(strstr(event, "\"scope\" : \"self\""));
  assert_null(strstr(event, "rows"));
  assert_non_null(strstr(event, "\"complete\" : false"));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(the_end_of_one_says_how_much_it_was, estate_begin, estate_end),
      cmocka_unit_test_setup_teardown(the_beginning_of_one_counts_nothing, estate_begin, estate_end),
  };
  return cmocka_run_group_tests(tests, estate_up, estate_down);
}
