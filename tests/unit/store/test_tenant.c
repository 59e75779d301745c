/* Tenants through the store: what is seen, in which order, and what a change gives back. */
#include "store/tenant.h"
#include "json/parse.h"
#include "support/estate.h"

static struct store_tenant_filter all_below(enum estate_tenant tenant)
{
  return (struct store_tenant_filter){.range = {.low = estate_path(tenant), .subtree = true, .limit = 200}};
}

static bool page_has(const struct store_page *page, enum estate_tenant tenant)
{
  struct uuid id = estate_tenant(tenant);
  for (size_t i = 0; i < page->count; i++)
    if (uuid_equal(&page->items[i].id, &id))
      return true;
  return false;
}

static void a_tenant_is_read_with_its_place_and_version(void **state)
{
  (void)state;
  struct store_call call = estate_call(P1_ADMIN, A);
  struct uuid a = estate_tenant(A);
  struct store_object tenant;
  assert_ok(store_tenant_get(&call, &a, &tenant));
  assert_true(uuid_equal(&tenant.id, &a));
  assert_str(tenant.path, estate_path(A).p);
  assert_int_equal(tenant.version, 1);
  assert_string_equal(estate_member(tenant.body, "kind"), "\"customer\"");
  assert_string_equal(estate_member(tenant.body, "parent_id"), "\"00000000-0000-7000-9000-000000000002\"");
}

static void nothing_stands_above_the_root_of_what_one_sees(void **state)
{
  (void)state;
  struct store_call call = estate_call(A_ADMIN, A);
  struct uuid a = estate_tenant(A);
  struct store_object tenant;
  struct store_page page;
  assert_ok(store_tenant_get(&call, &a, &tenant));
  assert_string_equal(estate_member(tenant.body, "parent_id"), "null");
  assert_ok(store_tenant_breadcrumb(&call, &a, &page));
  assert_int_equal(page.count, 1);
}

static void a_foreign_tenant_cannot_be_read(void **state)
{
  (void)state;
  struct store_call call = estate_call(P1_ADMIN, P1);
  static const enum estate_tenant foreign[] = {PROVIDER, P2, C};
  for (size_t i = 0; i < 3; i++) {
    struct uuid id = estate_tenant(foreign[i]);
    struct store_tenant_filter below = all_below(foreign[i]);
    struct store_object tenant;
    struct store_page page;
    assert_result(store_tenant_get(&call, &id, &tenant), R_NOT_FOUND);
    assert_ok(store_tenant_breadcrumb(&call, &id, &page));
    assert_int_equal(page.count, 0);
    assert_ok(store_tenant_children(&call, &id, &below, &page));
    assert_false(page_has(&page, P2) || page_has(&page, C));
    assert_ok(store_tenant_list(&call, &below, &page));
    assert_false(page_has(&page, PROVIDER) || page_has(&page, P2) || page_has(&page, C));
  }
}

static void a_subtree_is_listed_in_the_order_of_the_tree(void **state)
{
  (void)state;
  struct store_call call = estate_call(P1_ADMIN, P1);
  struct store_tenant_filter below = all_below(P1);
  struct store_page page;
  assert_ok(store_tenant_list(&call, &below, &page));
  assert_int_equal(page.count, 3);
  assert_str(page.items[0].path, estate_path(P1).p);
  assert_str(page.items[1].path, estate_path(A).p);
  assert_str(page.items[2].path, estate_path(B).p);
}

static void a_page_goes_on_behind_the_last_item_seen(void **state)
{
  (void)state;
  struct store_call call = estate_call(P1_ADMIN, P1);
  struct store_tenant_filter below = all_below(P1);
  struct store_page page;
  below.range.limit = 2;
  assert_ok(store_tenant_list(&call, &below, &page));
  assert_int_equal(page.count, 2);
  below.range.after_path = page.items[1].path;
  assert_ok(store_tenant_list(&call, &below, &page));
  assert_int_equal(page.count, 1);
  assert_str(page.items[0].path, estate_path(B).p);
}

static void children_are_those_right_below(void **state)
{
  (void)state;
  struct store_call call = estate_call(PROVIDER_ADMIN, PROVIDER);
  struct uuid provider = estate_tenant(PROVIDER);
  struct store_tenant_filter filter = {.range = {.limit = 200}};
  struct store_page page;
  assert_ok(store_tenant_children(&call, &provider, &filter, &page));
  assert_int_equal(page.count, 2);
  assert_true(page_has(&page, P1) && page_has(&page, P2));
  filter.range.after_path = page.items[0].path;
  assert_ok(store_tenant_children(&call, &provider, &filter, &page));
  assert_int_equal(page.count, 1);
}

static struct str code_of(const struct store_object *tenant)
{
  const struct json *view;
  assert_ok(json_parse(tenant->body, estate_arena(), &view));
  return json_str(json_member(view, "code"));
}

static void a_list_can_be_narrowed(void **state)
{
  (void)state;
  struct store_call call = estate_call(PROVIDER_ADMIN, PROVIDER);
  struct store_tenant_filter filter = all_below(PROVIDER);
  struct store_page page;
  filter.kind = STR("customer");
  assert_ok(store_tenant_list(&call, &filter, &page));
  assert_int_equal(page.count, 3);
  struct uuid first = page.items[0].id;
  filter.code = code_of(&page.items[0]);
  assert_ok(store_tenant_list(&call, &filter, &page));
  assert_int_equal(page.count, 1);
  assert_true(uuid_equal(&page.items[0].id, &first));
  filter.code = STR_NONE;
  filter.name = STR("bbb");
  assert_ok(store_tenant_list(&call, &filter, &page));
  assert_int_equal(page.count, 1);
  assert_true(page_has(&page, B));
  filter.state = STR("suspended");
  assert_ok(store_tenant_list(&call, &filter, &page));
  assert_int_equal(page.count, 0);
  filter = all_below(PROVIDER);
  filter.name = STR("%b");
  assert_ok(store_tenant_list(&call, &filter, &page));
  assert_int_equal(page.count, 0);
}

static void a_breadcrumb_ends_at_the_tenant(void **state)
{
  (void)state;
  struct store_call call = estate_call(PROVIDER_ADMIN, A);
  struct uuid a = estate_tenant(A);
  struct store_page page;
  assert_ok(store_tenant_breadcrumb(&call, &a, &page));
  assert_int_equal(page.count, 3);
  assert_str(page.items[0].path, estate_path(PROVIDER).p);
  assert_str(page.items[2].path, estate_path(A).p);
}

static void an_external_id_finds_one_or_says_that_there_are_several(void **state)
{
  (void)state;
  struct uuid p1 = estate_tenant(P1), a = estate_tenant(A);
  struct store_object tenant;
  estate_sql("UPDATE tenant SET external_id = 'same' WHERE label IN ('aaaaaaaa', 'cccccccc')");
  struct store_call whole = estate_whole(), own = estate_call(P1_ADMIN, P1);
  assert_result(store_tenant_find(&whole, NULL, STR("same"), &tenant), R_CONFLICT);
  assert_ok(store_tenant_find(&whole, &p1, STR("same"), &tenant));
  assert_true(uuid_equal(&tenant.id, &a));
  assert_ok(store_tenant_find(&own, NULL, STR("same"), &tenant));
  assert_true(uuid_equal(&tenant.id, &a));
  assert_result(store_tenant_find(&own, NULL, STR("other"), &tenant), R_NOT_FOUND);
}

static void a_foreign_tenant_cannot_be_locked_or_changed(void **state)
{
  (void)state;
  struct change change = estate_change(P1_ADMIN, P1);
  struct uuid c = estate_tenant(C);
  struct store_tenant locked;
  struct store_place place;
  struct store_object tenant;
  assert_result(store_tenant_lock(change.tx, &c, &locked), R_NOT_FOUND);
  assert_result(store_tenant_place(change.tx, &c, &place), R_NOT_FOUND);
  assert_result(store_tenant_update(change.tx, &c, &(struct store_tenant_change){.name = STR("x")}, &tenant),
                R_NOT_FOUND);
  assert_result(store_tenant_suspend(change.tx, &c, STR("staff"), &tenant), R_NOT_FOUND);
  estate_abandon(&change);
}

static void a_path_that_only_begins_alike_is_no_place_below(void **state)
{
  (void)state;
  assert_true(store_tenant_within(STR("/aaaaaaaa"), STR("/aaaaaaaa")));
  assert_true(store_tenant_within(STR("/aaaaaaaa/bbbbbbbb"), STR("/aaaaaaaa")));
  assert_false(store_tenant_within(STR("/aaaaaaaa"), STR("/aaaaaaaa/bbbbbbbb")));
  assert_false(store_tenant_within(STR("/aaaaaaaab"), STR("/aaaaaaaa")));
  assert_false(store_tenant_within(STR("/bbbbbbbb"), STR("/aaaaaaaa")));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      estate_test(a_tenant_is_read_with_its_place_and_version),
      estate_test(nothing_stands_above_the_root_of_what_one_sees),
      estate_test(a_foreign_tenant_cannot_be_read),
      estate_test(a_subtree_is_listed_in_the_order_of_the_tree),
      estate_test(a_page_goes_on_behind_the_last_item_seen),
      estate_test(children_are_those_right_below),
      estate_test(a_list_can_be_narrowed),
      estate_test(a_breadcrumb_ends_at_the_tenant),
      estate_test(an_external_id_finds_one_or_says_that_there_are_several),
      estate_test(a_foreign_tenant_cannot_be_locked_or_changed),
      estate_test(a_path_that_only_begins_alike_is_no_place_below),
  };
  return cmocka_run_group_tests(tests, estate_up, estate_down);
}
