/* The list of permissions and sets of them. */
#include "world.h"

static void every_permission_is_found_by_its_wire_name(void **state)
{
  (void)state;
  for (unsigned i = 1; i < BW_PERMISSION__COUNT; i++) {
    const struct bw_permission_row *row = bw_permission_row(i);
    assert_non_null(row);
    assert_non_null(strchr(row->wire, ':'));
    assert_true(row->help && *row->help);
    assert_int_equal(bw_permission_named(row->wire, strlen(row->wire)), i);
  }
}

static void an_unknown_name_is_no_permission(void **state)
{
  (void)state;
  assert_int_equal(bw_permission_named("user:reads", 10), BW_PERMISSION_NONE);
  assert_int_equal(bw_permission_named("user:read", 8), BW_PERMISSION_NONE);
  assert_int_equal(bw_permission_named("USER:READ", 9), BW_PERMISSION_NONE);
  assert_int_equal(bw_permission_named("", 0), BW_PERMISSION_NONE);
}

static void nothing_is_no_row_and_in_no_set(void **state)
{
  (void)state;
  struct bw_permission_set full;
  memset(&full, 0xff, sizeof full);
  assert_null(bw_permission_row(BW_PERMISSION_NONE));
  assert_null(bw_permission_row(BW_PERMISSION__COUNT));
  assert_false(bw_permission_has(&full, BW_PERMISSION_NONE));
  assert_false(bw_permission_has(&full, BW_PERMISSION__COUNT));
  assert_false(bw_permission_has(&full, (enum bw_permission)1000000));
  struct bw_permission_set set = {{0}}, empty = {{0}};
  bw_permission_add(&set, BW_PERMISSION_NONE);
  bw_permission_add(&set, BW_PERMISSION__COUNT);
  assert_memory_equal(&set, &empty, sizeof set);
}

static void a_set_has_what_was_added_and_no_more(void **state)
{
  (void)state;
  for (unsigned i = 1; i < BW_PERMISSION__COUNT; i++) {
    struct bw_permission_set set = permissions(i, i);
    for (unsigned j = 1; j < BW_PERMISSION__COUNT; j++)
      assert_int_equal(bw_permission_has(&set, j), i == j);
  }
}

static void a_set_covers_its_parts_only(void **state)
{
  (void)state;
  struct bw_permission_set two = permissions(BW_USER_READ, BW_DECISION_QUERY), empty = {{0}};
  struct bw_permission_set one = permissions(BW_DECISION_QUERY, BW_DECISION_QUERY);
  assert_true(bw_permission_covers(&two, &one));
  assert_false(bw_permission_covers(&one, &two));
  assert_true(bw_permission_covers(&one, &empty));
  struct bw_permission_set beyond = {{0, 0, 0, 1}};
  assert_false(bw_permission_covers(&two, &beyond));
}

static void a_union_has_both(void **state)
{
  (void)state;
  struct bw_permission_set set = permissions(BW_USER_READ, BW_USER_READ);
  struct bw_permission_set more = permissions(BW_GRANT_READ, BW_GRANT_READ);
  struct bw_permission_set both = permissions(BW_USER_READ, BW_GRANT_READ);
  bw_permission_unite(&set, &more);
  assert_memory_equal(&set, &both, sizeof set);
}

static void what_has_a_flag_is_dropped_and_nothing_else(void **state)
{
  (void)state;
  struct bw_permission_set set = permissions(BW_CLIENT_CREATE, BW_TENANT_SUSPEND),
                           kept = permissions(BW_TENANT_SUSPEND, 0);
  bw_permission_drop(&set, 0);
  assert_true(bw_permission_has(&set, BW_CLIENT_CREATE));
  bw_permission_drop(&set, BW_PERMISSION_NO_MACHINE);
  assert_memory_equal(&set, &kept, sizeof set);
  bw_permission_drop(&set, BW_PERMISSION_PRIVILEGED);
  assert_false(bw_permission_has(&set, BW_TENANT_SUSPEND));
}

static void suspending_a_tenant_is_privileged_and_reading_users_is_not(void **state)
{
  (void)state;
  assert_true(bw_permission_row(BW_TENANT_SUSPEND)->flags & BW_PERMISSION_PRIVILEGED);
  assert_false(bw_permission_row(BW_USER_READ)->flags);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_permission_is_found_by_its_wire_name),
      cmocka_unit_test(an_unknown_name_is_no_permission),
      cmocka_unit_test(nothing_is_no_row_and_in_no_set),
      cmocka_unit_test(a_set_has_what_was_added_and_no_more),
      cmocka_unit_test(a_set_covers_its_parts_only),
      cmocka_unit_test(a_union_has_both),
      cmocka_unit_test(what_has_a_flag_is_dropped_and_nothing_else),
      cmocka_unit_test(suspending_a_tenant_is_privileged_and_reading_users_is_not),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
