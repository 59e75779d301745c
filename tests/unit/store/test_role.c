/* Roles through the store: what flows down, and to whom. */
#include "store/role.h"
#include "support/estate.h"

static void plant(void)
{
  estate_sql("INSERT INTO role (id, tenant_id, tenant_path, tenant_boundary, name, permissions)"
             " SELECT gen_random_uuid(), id, path, boundary, 'own-' || label, '{tenant:read}' FROM tenant"
             " WHERE label IN ('p1p1p1p1', 'p2p2p2p2', 'aaaaaaaa') ON CONFLICT DO NOTHING");
}

static const struct store_object *named(const struct store_page *page, const char *quoted)
{
  for (size_t i = 0; i < page->count; i++)
    if (strcmp(estate_member(page->items[i].body, "name"), quoted) == 0)
      return &page->items[i];
  return NULL;
}

enum { BUILTIN_ROLES = 9 };

static void one_sees_what_is_built_in_inherited_and_own(void **state)
{
  (void)state;
  plant();
  struct store_call call = estate_call(A_ADMIN, A);
  struct store_range range = {.low = estate_path(A), .limit = 200};
  struct store_page page;
  assert_ok(store_role_list(&call, &range, &page));
  assert_int_equal(page.count, BUILTIN_ROLES + 2);
  assert_string_equal(estate_member(named(&page, "\"viewer\"")->body, "origin"), "\"builtin\"");
  assert_string_equal(estate_member(named(&page, "\"own-p1p1p1p1\"")->body, "origin"), "\"inherited\"");
  assert_string_equal(estate_member(named(&page, "\"own-p1p1p1p1\"")->body, "tenant_id"), "null");
  assert_string_equal(estate_member(named(&page, "\"own-aaaaaaaa\"")->body, "origin"), "\"tenant\"");
  assert_null(named(&page, "\"own-p2p2p2p2\""));
}

static void pages_of_roles_join(void **state)
{
  (void)state;
  plant();
  struct store_call call = estate_call(A_ADMIN, A);
  struct store_range range = {.low = estate_path(A), .limit = 4};
  struct store_page page;
  size_t seen = 0;
  do {
    assert_ok(store_role_list(&call, &range, &page));
    seen += page.count;
    if (page.count > 0) {
      range.after_path = page.items[page.count - 1].path;
      range.after_id = page.items[page.count - 1].id;
    }
  } while (page.count > 0);
  assert_int_equal(seen, BUILTIN_ROLES + 2);
}

static void a_role_from_beside_does_not_exist(void **state)
{
  (void)state;
  plant();
  struct uuid id;
  struct store_object role;
  assert_true(uuid_parse(str_of(estate_ask("SELECT id FROM role WHERE name = 'own-p2p2p2p2'")), &id));
  struct store_call from_a = estate_call(A_ADMIN, A), from_c = estate_call(C_ADMIN, C);
  assert_result(store_role_get(&from_a, &id, &role), R_NOT_FOUND);
  assert_result(store_role_find(&from_a, estate_path(P2), STR("own-p2p2p2p2"), &role), R_NOT_FOUND);
  assert_ok(store_role_get(&from_c, &id, &role));
}

static void the_nearest_of_a_name_is_meant(void **state)
{
  (void)state;
  estate_sql("INSERT INTO role (id, tenant_id, tenant_path, tenant_boundary, name, permissions)"
             " SELECT gen_random_uuid(), id, path, boundary, 'viewer', '{tenant:read}' FROM tenant"
             " WHERE label = 'bbbbbbbb'");
  struct store_call call = estate_call(P1_ADMIN, P1);
  struct store_object role;
  assert_ok(store_role_find(&call, estate_path(B), STR("viewer"), &role));
  assert_str(role.path, estate_path(B).p);
  assert_ok(store_role_find(&call, estate_path(A), STR("viewer"), &role));
  assert_str(role.path, estate_path(PROVIDER).p);
}

static void facts_are_names_parted_by_spaces(void **state)
{
  (void)state;
  struct change change = estate_change(A_ADMIN, A);
  struct uuid viewer = estate_role("viewer");
  struct store_role facts;
  assert_ok(store_role_facts(change.tx, &viewer, &facts));
  assert_str(facts.permissions, "tenant:read user:read role:read");
  assert_str(facts.kinds, "provider partner customer");
  estate_abandon(&change);
}

static void a_role_is_written_locked_and_deleted_where_it_stands(void **state)
{
  (void)state;
  struct change change = estate_change(P1_ADMIN, P1);
  struct store_role_row row = {.tenant = estate_tenant(P1),
                               .name = STR("written"),
                               .description = STR(""),
                               .permissions = STR("tenant:read user:read"),
                               .kinds = STR("partner")};
  struct store_object role;
  struct store_role_held held;
  assert_ok(uuid_new(&row.id));
  assert_ok(store_role_insert(change.tx, &row, &role));
  assert_ok(store_role_lock(change.tx, &row.id, &held));
  assert_str(held.permissions, "tenant:read user:read");
  assert_str(held.kinds, "partner");
  assert_true(uuid_equal(&held.tenant, &row.tenant));
  row = (struct store_role_row){.id = row.id, .kinds = STR("partner customer")};
  assert_ok(store_role_update(change.tx, &row, false, &role));
  assert_string_equal(estate_member(role.body, "name"), "\"written\"");
  assert_int_equal(role.version, held.object.version + 1);
  assert_ok(store_role_delete(change.tx, &row.id));
  assert_result(store_role_lock(change.tx, &row.id, &held), R_NOT_FOUND);
  estate_abandon(&change);
}

static struct uuid written(struct change *change, enum estate_tenant tenant, const char *name, const char *permissions)
{
  struct store_role_row row = {.tenant = estate_tenant(tenant),
                               .name = str_of(name),
                               .description = STR(""),
                               .permissions = str_of(permissions),
                               .kinds = STR("partner customer")};
  struct store_object role;
  assert_ok(uuid_new(&row.id));
  assert_ok(store_role_insert(change->tx, &row, &role));
  return row.id;
}

static void a_role_is_measured_with_what_it_includes_and_those_that_include_it(void **state)
{
  (void)state;
  struct change change = estate_change(P1_ADMIN, P1);
  struct uuid viewer = estate_role("viewer"), inner = written(&change, P1, "measured", "audit:read"),
              outer = written(&change, A, "measuring", "user:read");
  const struct store_role_measure *measures;
  const struct uuid *includers;
  struct store_role_held held;
  size_t count;
  assert_ok(store_role_line(change.tx, estate_path(P1)));
  assert_ok(store_role_include(change.tx, &inner, &viewer, 1));
  assert_ok(store_role_include(change.tx, &outer, &inner, 1));
  assert_ok(store_role_measure(change.tx, &inner, &measures, &count));
  assert_int_equal(count, 2);
  const struct store_role_measure *m = uuid_equal(&measures[0].id, &outer) ? &measures[0] : &measures[1];
  assert_str(m->permissions, "audit:read role:read tenant:read user:read");
  assert_true(m->deep == 3 && m->included == 2 && m->fits && !m->ring);
  assert_ok(store_role_lock_includers(change.tx, &inner, &includers, &count));
  assert_true(count == 1 && uuid_equal(&includers[0], &outer));
  assert_ok(store_role_include(change.tx, &outer, NULL, 0));
  assert_ok(store_role_lock_includers(change.tx, &inner, &includers, &count));
  assert_int_equal(count, 0);
  assert_ok(store_role_lock(change.tx, &inner, &held));
  char id[UUID_TEXT];
  uuid_format(&viewer, id);
  assert_str(held.includes, id);
  estate_abandon(&change);
}

static void what_is_built_in_is_held_by_nobody(void **state)
{
  (void)state;
  struct change change = estate_change(PROVIDER_ADMIN, PROVIDER);
  struct store_role_row row = {.id = estate_role("viewer"), .name = STR("mine")};
  struct store_role_held held;
  struct store_object role;
  assert_result(store_role_lock(change.tx, &row.id, &held), R_NOT_FOUND);
  assert_result(store_role_update(change.tx, &row, false, &role), R_NOT_FOUND);
  assert_result(store_role_delete(change.tx, &row.id), R_NOT_FOUND);
  estate_abandon(&change);
}

static void holders_are_told_by_place_and_sort(void **state)
{
  (void)state;
  struct change change = estate_change(PROVIDER_ADMIN, PROVIDER);
  struct uuid viewer = estate_role("customer_admin"), own = estate_user(A_ADMIN);
  char self[UUID_TEXT];
  uuid_format(&own, self);
  struct str actors = arena_print(estate_arena(), "{%s}", self);
  const struct store_role_holder *holders;
  size_t count;
  assert_ok(store_role_holders(change.tx, &viewer, actors, &holders, &count));
  assert_int_equal(count, 2); /* the actor, and others; all at customers */
  assert_int_not_equal(holders[0].own, holders[1].own);
  assert_str(holders[0].place, "customer");
  assert_str(holders[1].place, "customer");
  assert_false(holders[0].machine || holders[1].machine);
  estate_abandon(&change);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      estate_test(one_sees_what_is_built_in_inherited_and_own),
      estate_test(pages_of_roles_join),
      estate_test(a_role_from_beside_does_not_exist),
      estate_test(the_nearest_of_a_name_is_meant),
      estate_test(facts_are_names_parted_by_spaces),
      estate_test(a_role_is_written_locked_and_deleted_where_it_stands),
      estate_test(a_role_is_measured_with_what_it_includes_and_those_that_include_it),
      estate_test(what_is_built_in_is_held_by_nobody),
      estate_test(holders_are_told_by_place_and_sort),
  };
  return cmocka_run_group_tests(tests, estate_up, estate_down);
}
