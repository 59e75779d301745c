/* Users through the store. */
#include "store/user.h"
#include "support/estate.h"

static struct store_page listed(struct store_call call, const struct store_user_filter *filter)
{
  struct store_page page = {0};
  assert_ok(store_user_list(&call, filter, &page));
  return page;
}

static void a_user_is_seen_from_above_and_not_from_beside(void **state)
{
  (void)state;
  struct uuid user = estate_user(A_PLAIN);
  struct store_object seen;
  struct store_call above = estate_call(P1_ADMIN, A), beside = estate_call(B_ADMIN, B);
  assert_ok(store_user_get(&above, &user, &seen));
  assert_str(seen.path, estate_path(A).p);
  assert_result(store_user_get(&beside, &user, &seen), R_NOT_FOUND);
}

static void those_of_one_tenant_or_of_all_below_are_listed(void **state)
{
  (void)state;
  struct store_call call = estate_call(P1_ADMIN, P1);
  struct store_user_filter filter = {.range = {.low = estate_path(P1), .limit = 200}};
  assert_int_equal(listed(call, &filter).count, 5);
  filter.range.subtree = true;
  assert_int_equal(listed(call, &filter).count, 11);
  filter.range.low = estate_path(P2);
  assert_int_equal(listed(call, &filter).count, 0);
}

static void pages_join_without_gap_or_overlap(void **state)
{
  (void)state;
  struct store_call call = estate_call(PROVIDER_ADMIN, PROVIDER);
  struct store_user_filter filter = {.range = {.low = estate_path(PROVIDER), .subtree = true, .limit = 200}};
  struct store_page whole = listed(call, &filter);
  size_t seen = 0;
  filter.range.limit = 4;
  for (struct store_page page = listed(call, &filter); page.count > 0; page = listed(call, &filter)) {
    for (size_t i = 0; i < page.count; i++, seen++)
      assert_true(uuid_equal(&page.items[i].id, &whole.items[seen].id));
    filter.range.after_path = page.items[page.count - 1].path;
    filter.range.after_id = page.items[page.count - 1].id;
  }
  assert_int_equal(seen, whole.count);
}

static void a_search_goes_by_the_beginning_of_login_name_and_address(void **state)
{
  (void)state;
  struct store_call call = estate_call(P1_ADMIN, P1);
  struct store_user_filter filter = {.range = {.low = estate_path(P1), .subtree = true, .limit = 200}};
  estate_sql("UPDATE principal SET email = 'Zoe@example.org', email_key = 'zoe@example.org' WHERE login = 'a-plain'");
  filter.q = STR("a-");
  assert_int_equal(listed(call, &filter).count, 4);
  filter.q = STR("zoe@");
  assert_int_equal(listed(call, &filter).count, 1);
  filter.q = STR("plain");
  assert_int_equal(listed(call, &filter).count, 0);
  filter.q = STR("_");
  assert_int_equal(listed(call, &filter).count, 0);
}

static void a_user_is_found_by_external_id_or_login(void **state)
{
  (void)state;
  struct store_call call = estate_call(P1_ADMIN, P1);
  struct uuid a = estate_tenant(A), b = estate_tenant(B), plain = estate_user(A_PLAIN);
  struct store_object user;
  estate_sql("UPDATE principal SET external_id = 'x-1' WHERE login = 'a-plain'");
  assert_ok(store_user_find(&call, &a, STR("x-1"), STR_NONE, &user));
  assert_true(uuid_equal(&user.id, &plain));
  assert_ok(store_user_find(&call, &a, STR_NONE, STR("a-plain"), &user));
  assert_true(uuid_equal(&user.id, &plain));
  assert_result(store_user_find(&call, &b, STR("x-1"), STR_NONE, &user), R_NOT_FOUND);
  assert_result(store_user_find(&call, &a, STR("x-2"), STR("a-plain"), &user), R_NOT_FOUND);
}

static void addresses_keep_every_character(void **state)
{
  (void)state;
  static const struct str addresses[] = {{"a\"b", 3}, {"c\\d", 3}, {"{e,f}", 5}, {"NULL", 4}, {"", 0}, {" g ", 3}};
  struct change change = estate_change(A_ADMIN, A);
  struct uuid user = estate_user(A_PLAIN), tenant = estate_tenant(A);
  struct store_user_names names = {.dialling_given = true, .dialling = addresses, .dialling_count = 6};
  struct store_object changed;
  assert_ok(store_user_update(change.tx, &user, &tenant, &names, &changed));
  estate_commit(&change);
  assert_string_equal(
      estate_ask("SELECT dialling_addresses = ARRAY['a\"b', E'c\\\\d', '{e,f}', 'NULL', '', ' g '] FROM principal"
                 " WHERE login = 'a-plain'"),
      "t");
}

static void no_user_is_put_into_a_tenant_out_of_sight(void **state)
{
  (void)state;
  struct change change = estate_change(P1_ADMIN, P1);
  struct uuid id = estate_user(A_PLAIN), c = estate_tenant(C);
  struct store_user_names names = {
      .login = STR("n"), .login_key = STR("n"), .display_name = STR("n"), .name_key = STR("n")};
  struct store_object made;
  assert_result(store_user_insert(change.tx, &id, &c, &names, &made), R_NOT_FOUND);
  estate_abandon(&change);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      estate_test(a_user_is_seen_from_above_and_not_from_beside),
      estate_test(those_of_one_tenant_or_of_all_below_are_listed),
      estate_test(pages_join_without_gap_or_overlap),
      estate_test(a_search_goes_by_the_beginning_of_login_name_and_address),
      estate_test(a_user_is_found_by_external_id_or_login),
      estate_test(addresses_keep_every_character),
      estate_test(no_user_is_put_into_a_tenant_out_of_sight),
  };
  return cmocka_run_group_tests(tests, estate_up, estate_down);
}
