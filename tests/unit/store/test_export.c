/* What an export shows, and in which pages. */
#include "store/export.h"
#include "support/estate.h"

static size_t rows(store_export_page *read, struct store_call call, struct store_export what)
{
  struct store_page page;
  size_t seen = 0;
  do {
    assert_ok(read(&call, &what, &page));
    seen += page.count;
    if (page.count > 0) {
      what.range.after_path = page.items[page.count - 1].path;
      what.range.after_id = page.items[page.count - 1].id;
    }
  } while (page.count > 0);
  return seen;
}

static struct store_export below(enum estate_tenant tenant, int64_t limit)
{
  return (struct store_export){.range = {.low = estate_path(tenant), .subtree = true, .limit = limit}};
}

static void pages_of_any_size_show_the_same(void **state)
{
  (void)state;
  struct store_call call = estate_call(PROVIDER_ADMIN, PROVIDER);
  for (int64_t limit = 1; limit < 20; limit += 6) {
    assert_int_equal(rows(store_export_tenants, call, below(PROVIDER, limit)), 5);
    assert_int_equal(rows(store_export_users, call, below(P1, limit)), 11);
    assert_true(rows(store_export_grants, call, below(P1, limit)) > 5);
  }
}

static void those_right_below_are_fewer(void **state)
{
  (void)state;
  struct store_call call = estate_call(PROVIDER_ADMIN, PROVIDER);
  struct store_export what = below(PROVIDER, 200);
  what.parent = estate_tenant(PROVIDER);
  assert_int_equal(rows(store_export_tenants, call, what), 2);
}

static void nothing_of_a_neighbour_is_shown(void **state)
{
  (void)state;
  struct store_call call = estate_call(B_ADMIN, B);
  assert_int_equal(rows(store_export_tenants, call, below(P2, 200)), 0);
  assert_int_equal(rows(store_export_users, call, below(A, 200)), 0);
  assert_int_equal(rows(store_export_grants, call, below(A, 200)), 0);
  assert_int_equal(rows(store_export_groups, call, below(A, 200)), 0);
  assert_int_equal(rows(store_export_memberships, call, below(A, 200)), 0);
}

static const char *plain_row(store_export_page *read)
{
  struct store_call call = estate_call(PROVIDER_ADMIN, PROVIDER);
  struct store_export what = below(A, 200);
  struct store_page page;
  assert_ok(read(&call, &what, &page));
  for (size_t i = 0; i < page.count; i++)
    if (strstr(page.items[i].body.p, "login\" : \"a-plain\""))
      return page.items[i].body.p;
  return NULL;
}

static void who_has_no_external_id_is_named_by_login(void **state)
{
  (void)state;
  assert_null(strstr(plain_row(store_export_users), "\"external_id\""));
  estate_sql("UPDATE principal SET external_id = 'plain' WHERE login = 'a-plain'");
  assert_non_null(strstr(plain_row(store_export_users), "\"external_id\" : \"plain\""));
  estate_sql("UPDATE principal SET external_id = NULL WHERE login = 'a-plain'");
}

/* Where all between it and the tenant that is exported have names. */
static void what_another_service_could_not_take_can_be_left_out(void **state)
{
  (void)state;
  struct store_call call = estate_call(PROVIDER_ADMIN, PROVIDER);
  struct store_export what = below(PROVIDER, 200);
  size_t all = rows(store_export_users, call, what);
  what.importable = true;
  size_t named = rows(store_export_users, call, what);
  assert_true(named > 0 && named < all);
  estate_sql("UPDATE tenant SET external_id = 'named' WHERE path = '%s'", estate_path(A).p);
  size_t half = rows(store_export_users, call, what);
  estate_sql("UPDATE tenant SET external_id = 'named too' WHERE path = '%s'", estate_path(P1).p);
  size_t whole = rows(store_export_users, call, what);
  estate_sql("UPDATE tenant SET external_id = NULL WHERE external_id LIKE 'named%%'");
  assert_int_equal(half, named);
  assert_true(whole > named);
}

static const char *place_at_a(void)
{
  struct store_call call = estate_call(PROVIDER_ADMIN, PROVIDER);
  struct store_export what = below(P1, 200);
  struct store_page page;
  assert_ok(store_export_users(&call, &what, &page));
  for (size_t i = 0; i < page.count; i++) {
    const char *begin = strstr(page.items[i].body.p, "\"tenant_external_id\" : ");
    if (strstr(page.items[i].body.p, "login\" : \"a-plain\""))
      return begin + strlen("\"tenant_external_id\" : ");
  }
  return "";
}

static void a_name_of_several_tenants_is_that_of_none(void **state)
{
  (void)state;
  estate_sql("UPDATE tenant SET external_id = 'twice' WHERE path = '%s'", estate_path(A).p);
  bool once = strncmp(place_at_a(), "\"twice\"", 7) == 0;
  estate_sql("UPDATE tenant SET external_id = 'twice' WHERE path = '%s'", estate_path(P1).p);
  bool twice = strncmp(place_at_a(), "\"id:", 4) == 0;
  estate_sql("UPDATE tenant SET external_id = NULL WHERE external_id = 'twice'");
  assert_true(once && twice);
}

static void a_holder_from_above_has_no_name(void **state)
{
  (void)state;
  struct store_call call = estate_call(A_ADMIN, A);
  struct store_export what = below(A, 200);
  struct store_page page;
  assert_ok(store_export_grants(&call, &what, &page));
  assert_true(page.count > 0);
  for (size_t i = 0; i < page.count; i++)
    assert_non_null(strstr(page.items[i].body.p, "\"user_tenant_external_id\" : null"));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(pages_of_any_size_show_the_same, estate_begin, estate_end),
      cmocka_unit_test_setup_teardown(those_right_below_are_fewer, estate_begin, estate_end),
      cmocka_unit_test_setup_teardown(nothing_of_a_neighbour_is_shown, estate_begin, estate_end),
      cmocka_unit_test_setup_teardown(who_has_no_external_id_is_named_by_login, estate_begin, estate_end),
      cmocka_unit_test_setup_teardown(what_another_service_could_not_take_can_be_left_out, estate_begin, estate_end),
      cmocka_unit_test_setup_teardown(a_name_of_several_tenants_is_that_of_none, estate_begin, estate_end),
      cmocka_unit_test_setup_teardown(a_holder_from_above_has_no_name, estate_begin, estate_end),
  };
  return cmocka_run_group_tests(tests, estate_up, estate_down);
}
