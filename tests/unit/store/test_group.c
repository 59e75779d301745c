/* Groups through the store. */
#include "store/group.h"
#include "support/estate.h"

static struct uuid made_at(enum estate_user by, enum estate_tenant tenant, const char *name)
{
  struct change change = estate_change(by, tenant);
  struct store_group_row row = {.tenant = estate_tenant(tenant),
                                .display_name = str_of(name),
                                .name_key = str_of(name),
                                .external_id = str_of(name)};
  struct store_object group;
  assert_ok(uuid_new(&row.id));
  assert_ok(store_group_insert(change.tx, &row, &group));
  estate_commit(&change);
  return row.id;
}

static void a_group_is_no_user_and_no_neighbour_s(void **state)
{
  (void)state;
  struct uuid id = made_at(A_ADMIN, A, "g-1"), user = estate_user(A_PLAIN);
  struct store_object group;
  struct store_call above = estate_call(P1_ADMIN, A), beside = estate_call(B_ADMIN, B);
  assert_ok(store_group_get(&above, &id, &group));
  assert_string_equal(estate_member(group.body, "state"), "\"active\"");
  assert_result(store_group_get(&beside, &id, &group), R_NOT_FOUND);
  assert_result(store_group_get(&above, &user, &group), R_NOT_FOUND);
}

static void groups_are_listed_by_state_and_external_id(void **state)
{
  (void)state;
  made_at(B_ADMIN, B, "g-2");
  struct store_call call = estate_call(P1_ADMIN, P1);
  struct store_group_filter filter = {.range = {.low = estate_path(P1), .subtree = true, .limit = 200}};
  struct store_page page;
  filter.external_id = STR("g-2");
  assert_ok(store_group_list(&call, &filter, &page));
  assert_int_equal(page.count, 1);
  filter.state = STR("suspended");
  assert_ok(store_group_list(&call, &filter, &page));
  assert_int_equal(page.count, 0);
}

static void a_group_is_suspended_and_deleted(void **state)
{
  (void)state;
  struct uuid id = made_at(A_ADMIN, A, "g-3");
  struct change change = estate_change(A_ADMIN, A);
  struct store_group_change set = {.state = STR("suspended"), .external_id_given = true};
  struct store_object group;
  struct store_group held;
  bool machine = true;
  assert_ok(store_group_update(change.tx, &id, &set, &group));
  assert_string_equal(estate_member(group.body, "state"), "\"suspended\"");
  assert_string_equal(estate_member(group.body, "external_id"), "null");
  assert_ok(store_group_machine(change.tx, &id, &machine));
  assert_false(machine);
  assert_ok(store_group_delete(change.tx, &id));
  assert_result(store_group_lock(change.tx, &id, &held), R_NOT_FOUND);
  estate_abandon(&change);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      estate_test(a_group_is_no_user_and_no_neighbour_s),
      estate_test(groups_are_listed_by_state_and_external_id),
      estate_test(a_group_is_suspended_and_deleted),
  };
  return cmocka_run_group_tests(tests, estate_up, estate_down);
}
