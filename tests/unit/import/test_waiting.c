/* Which rows wait for what stands further down. */
#include "import/waiting.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

static struct import_rows rows_at(const char *kind, const char *phase)
{
  return (struct import_rows){.job = {.kind = str_of(kind), .phase = str_of(phase), .done = 100}};
}

static bool waits(const struct import_rows *s, enum result why, const char *about)
{
  const struct import_row row = {.kind = IMPORT_ROW_GRANT};
  return import_waiting_may(s, &(struct import_verdict){.why = why, .row = &row, .applied.about = str_of(about)});
}

static bool member_waits(const struct import_rows *s, const char *about)
{
  const struct import_row row = {.kind = IMPORT_ROW_MEMBERSHIP};
  const struct import_verdict verdict = {.why = R_NOT_FOUND, .row = &row, .applied.about = str_of(about)};
  return import_waiting_may(s, &verdict);
}

static void a_membership_waits_for_its_group_as_well(void **state)
{
  (void)state;
  struct import_rows s = rows_at("mixed", "rows");
  assert_true(member_waits(&s, "external_id"));
  assert_true(member_waits(&s, "display_name"));
  assert_true(member_waits(&s, "group_external_id"));
  assert_false(waits(&s, R_NOT_FOUND, "external_id"));
  assert_false(waits(&s, R_NOT_FOUND, "display_name"));
}

static void a_row_waits_for_what_another_may_make(void **state)
{
  (void)state;
  struct import_rows s = rows_at("mixed", "rows");
  assert_true(waits(&s, R_NOT_FOUND, "tenant_external_id"));
  assert_true(waits(&s, R_NOT_FOUND, "user_tenant_external_id"));
  assert_true(waits(&s, R_NOT_FOUND, "user_external_id"));
  assert_true(waits(&s, R_NOT_FOUND, "user_login"));
  assert_false(waits(&s, R_NOT_FOUND, "role"));
  assert_false(waits(&s, R_FORBIDDEN, "tenant_external_id"));
  assert_false(waits(&s, R_NOT_FOUND, NULL));
}

static void nothing_waits_where_it_is_in_vain(void **state)
{
  (void)state;
  struct import_rows s = rows_at("users", "rows");
  assert_false(waits(&s, R_NOT_FOUND, "tenant_external_id"));
  s = rows_at("mixed", "last");
  assert_false(waits(&s, R_NOT_FOUND, "tenant_external_id"));
  s = rows_at("mixed", "rows");
  s.apply.mode = IMPORT_DELETE;
  assert_false(waits(&s, R_NOT_FOUND, "tenant_external_id"));
}

static void so_many_wait_and_no_more(void **state)
{
  (void)state;
  struct import_rows s = rows_at("mixed", "rows");
  s.job.waiting = 999999;
  assert_true(waits(&s, R_NOT_FOUND, "tenant_external_id"));
  s.waiting_count = 1;
  assert_false(waits(&s, R_NOT_FOUND, "tenant_external_id"));
  s.job.phase = STR("waiting"); /* those that wait already go on */
  assert_true(waits(&s, R_NOT_FOUND, "tenant_external_id"));
}

static void the_place_of_a_line_is_kept(void **state)
{
  (void)state;
  struct import_rows s = rows_at("mixed", "rows");
  struct store_waiting kept[1];
  s.waiting = kept;
  s.at = 11;
  s.progress.line = 7;
  import_waiting_begin(&s);
  assert_int_equal(kept[0].line, 7);
  assert_int_equal(kept[0].place, 111);
  assert_int_equal(s.waiting_count, 1);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_row_waits_for_what_another_may_make),
      cmocka_unit_test(a_membership_waits_for_its_group_as_well),
      cmocka_unit_test(nothing_waits_where_it_is_in_vain),
      cmocka_unit_test(so_many_wait_and_no_more),
      cmocka_unit_test(the_place_of_a_line_is_kept),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
