/* Grants through the store. */
#include "store/grant.h"
#include "support/estate.h"

static void grants_are_listed_where_they_are_held(void **state)
{
  (void)state;
  struct store_call call = estate_call(P1_ADMIN, P1);
  struct store_range range = {.low = estate_path(P1), .limit = 200};
  struct store_page page;
  assert_ok(store_grant_list(&call, &range, &(struct store_grant_filter){0}, &page));
  assert_int_equal(page.count, 4);
  range.subtree = true;
  assert_ok(store_grant_list(&call, &range, &(struct store_grant_filter){0}, &page));
  assert_int_equal(page.count, 8);
  range.low = estate_path(P2);
  assert_ok(store_grant_list(&call, &range, &(struct store_grant_filter){0}, &page));
  assert_int_equal(page.count, 0);
}

static void what_one_holds_is_listed(void **state)
{
  (void)state;
  struct store_call above = estate_call(P1_ADMIN, P1), beside = estate_call(B_ADMIN, B);
  struct store_range range = {.low = estate_path(P1), .subtree = true, .limit = 200};
  struct uuid admin = estate_user(A_ADMIN);
  struct store_page page;
  assert_ok(store_grant_held(&above, &admin, &range, &page));
  assert_int_equal(page.count, 1);
  assert_string_equal(estate_member(page.items[0].body, "role"), "\"customer_admin\"");
  assert_ok(store_grant_held(&beside, &admin, &range, &page));
  assert_int_equal(page.count, 0);
}

static void one_below_is_not_told_who_holds_and_gave(void **state)
{
  (void)state;
  struct uuid id;
  struct store_object grant;
  assert_true(
      uuid_parse(str_of(estate_ask(
                     "INSERT INTO \"grant\" (id, tenant_id, tenant_path, tenant_boundary, principal_id,"
                     " principal_path, role_id, role_path, reach, granted_by, granted_by_path) SELECT"
                     " gen_random_uuid(), t.id, t.path, t.boundary, p.id, p.tenant_path, r.id, r.tenant_path, 'self',"
                     " p.id, p.tenant_path FROM tenant t, principal p, role r WHERE t.label = 'aaaaaaaa'"
                     " AND p.login = 'p1-plain' AND r.name = 'viewer' RETURNING id")),
                 &id));
  struct store_call above = estate_call(P1_ADMIN, A), within = estate_call(A_ADMIN, A);
  assert_ok(store_grant_get(&above, &id, &grant));
  assert_string_not_equal(estate_member(grant.body, "principal_id"), "null");
  assert_string_not_equal(estate_member(grant.body, "granted_by"), "null");
  assert_ok(store_grant_get(&within, &id, &grant));
  assert_string_equal(estate_member(grant.body, "principal_id"), "null");
  assert_string_equal(estate_member(grant.body, "granted_by"), "null");
}

static void a_grant_is_found_by_what_it_says(void **state)
{
  (void)state;
  struct store_call call = estate_call(P1_ADMIN, P1);
  struct store_grant_row row = {.tenant = estate_tenant(A),
                                .principal = estate_user(A_VIEWER),
                                .role = estate_role("viewer"),
                                .reach = STR("subtree")};
  struct store_object grant;
  assert_ok(store_grant_find(&call, &row, &grant));
  row.reach = STR("self");
  assert_result(store_grant_find(&call, &row, &grant), R_NOT_FOUND);
}

static void a_foreign_grant_is_not_taken_away(void **state)
{
  (void)state;
  struct change change = estate_change(P2_ADMIN, P2);
  struct uuid id;
  struct store_grant grant;
  assert_true(uuid_parse(STR("00000000-0000-7000-b000-000000000009"), &id));
  assert_result(store_grant_lock(change.tx, &id, &grant), R_NOT_FOUND);
  assert_result(store_grant_delete(change.tx, &id), R_NOT_FOUND);
  estate_abandon(&change);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      estate_test(grants_are_listed_where_they_are_held),    estate_test(what_one_holds_is_listed),
      estate_test(one_below_is_not_told_who_holds_and_gave), estate_test(a_grant_is_found_by_what_it_says),
      estate_test(a_foreign_grant_is_not_taken_away),
  };
  return cmocka_run_group_tests(tests, estate_up, estate_down);
}
