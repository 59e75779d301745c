/* Settings of tenants through the store. */
#include "store/setting.h"
#include "support/estate.h"

static struct store_setting_key key_of(enum estate_tenant tenant, const char *name)
{
  return (struct store_setting_key){estate_tenant(tenant), STR("security"), str_of(name)};
}

static void put(enum estate_user by, enum estate_tenant tenant, const char *name, const char *value)
{
  struct change change = estate_change(by, tenant);
  struct store_setting_key key = key_of(tenant, name);
  assert_ok(store_setting_put(change.tx, &key, STR("number"), str_of(value)));
  estate_commit(&change);
}

static void they_come_from_the_root_down_and_hide_who_stands_above(void **state)
{
  (void)state;
  put(A_ADMIN, A, "one", "3");
  put(PROVIDER_ADMIN, PROVIDER, "one", "1");
  put(P1_ADMIN, P1, "one", "2");
  put(B_ADMIN, B, "one", "4");
  struct store_call call = estate_call(P1_ADMIN, A);
  struct uuid tenant = estate_tenant(A), partner = estate_tenant(P1), above = {0};
  struct uuid owners[] = {above, partner, tenant};
  struct store_settings settings;
  assert_ok(store_setting_list(&call, &tenant, STR("security"), &settings));
  assert_true(str_equal(settings.path, estate_path(A)));
  assert_int_equal(settings.count, 3);
  for (size_t i = 0; i < 3; i++) {
    assert_str(settings.rows[i].value, ((const char *[]){"1", "2", "3"})[i]);
    assert_memory_equal(&settings.rows[i].tenant, &owners[i], sizeof above);
  }
  assert_ok(store_setting_list(&call, &tenant, STR("other"), &settings));
  assert_int_equal(settings.count, 0);
  struct store_call auth = {.pool = estate_domain.auth, .arena = estate_arena()};
  assert_ok(store_setting_in_force(&auth, &tenant, STR("security"), &settings));
  assert_int_equal(settings.count, 3);
  assert_str(settings.rows[2].value, "3");
  assert_result(store_setting_in_force(&auth, &(struct uuid){{1}}, STR("security"), &settings), R_NOT_FOUND);
}

static void nobody_sees_or_sets_them_outside_the_scope(void **state)
{
  (void)state;
  struct store_call call = estate_call(B_ADMIN, B);
  struct uuid neighbour = estate_tenant(A);
  struct store_settings settings;
  struct str json;
  assert_result(store_setting_list(&call, &neighbour, STR("security"), &settings), R_NOT_FOUND);
  struct change change = estate_change(B_ADMIN, B);
  struct store_setting_key foreign = key_of(A, "one"), above = key_of(P1, "one");
  assert_result(store_setting_put(change.tx, &foreign, STR("number"), STR("9")), R_NOT_FOUND);
  assert_result(store_setting_put(change.tx, &above, STR("number"), STR("9")), R_NOT_FOUND);
  assert_ok(store_setting_delete(change.tx, &foreign));
  assert_ok(store_setting_delete(change.tx, &above));
  estate_commit(&change);
  assert_ok(store_setting_own(&call, &neighbour, STR("security"), &json));
  assert_str(json, "{}");
  assert_string_equal(
      estate_ask("SELECT string_agg(value::text, ',' ORDER BY value) FROM tenant_setting WHERE name = 'one'"),
      "1,2,3,4");
}

static void each_kind_is_kept_as_what_it_is(void **state)
{
  (void)state;
  static const char *const kinds[][3] = {{"number", "7", "7"},
                                         {"boolean", "true", "true"},
                                         {"string", "some word", "\"some word\""},
                                         {"array", "one\ntwo, three", "[\"one\", \"two, three\"]"}};
  struct change change = estate_change(C_ADMIN, C);
  struct uuid tenant = estate_tenant(C);
  struct store_call call = estate_call(C_ADMIN, C);
  call.tx = change.tx;
  for (size_t i = 0; i < 4; i++) {
    struct store_setting_key key = key_of(C, "each");
    struct store_settings settings;
    struct str json;
    assert_ok(store_setting_put(change.tx, &key, str_of(kinds[i][0]), str_of(kinds[i][1])));
    assert_ok(store_setting_list(&call, &tenant, STR("security"), &settings));
    assert_str(settings.rows[settings.count - 1].value, kinds[i][1]);
    assert_ok(store_setting_own(&call, &tenant, STR("security"), &json));
    assert_non_null(strstr(arena_copy(estate_arena(), json).p, kinds[i][2]));
    assert_ok(store_setting_delete(change.tx, &key));
  }
  estate_abandon(&change);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      estate_test(they_come_from_the_root_down_and_hide_who_stands_above),
      estate_test(nobody_sees_or_sets_them_outside_the_scope),
      estate_test(each_kind_is_kept_as_what_it_is),
  };
  return cmocka_run_group_tests(tests, estate_up, estate_down);
}
