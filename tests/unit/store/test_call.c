/* Transactions of the layers above. */
#include "store/tenant.h"
#include "support/estate.h"
#include <stdlib.h>

static void a_reader_in_a_transaction_sees_what_it_wrote(void **state)
{
  (void)state;
  struct change change = estate_change(P1_ADMIN, P1);
  struct store_call call = estate_call(P1_ADMIN, P1);
  struct store_tenant_change set = {.external_id_given = true, .external_id = STR("within")};
  struct uuid b = estate_tenant(B);
  struct store_object tenant;
  assert_ok(store_tenant_update(change.tx, &b, &set, &tenant));
  assert_int_equal(tenant.version, 2);
  assert_result(store_tenant_find(&call, NULL, STR("within"), &tenant), R_NOT_FOUND);
  call.tx = change.tx;
  assert_ok(store_tenant_find(&call, NULL, STR("within"), &tenant));
  estate_abandon(&change);
  call.tx = NULL;
  assert_result(store_tenant_find(&call, NULL, STR("within"), &tenant), R_NOT_FOUND);
}

static void rename_b(struct store_tx *tx, const char *name)
{
  struct uuid b = estate_tenant(B);
  struct store_tenant_change set = {.name = str_of(name), .name_key = str_of(name)};
  struct store_object tenant;
  assert_ok(store_tenant_update(tx, &b, &set, &tenant));
}

static void what_is_committed_stays_and_what_is_closed_does_not(void **state)
{
  (void)state;
  struct change change = estate_change(P1_ADMIN, P1);
  rename_b(change.tx, "closed");
  estate_abandon(&change);
  assert_null(change.tx);
  store_tx_close(&change.tx);
  assert_string_equal(estate_ask("SELECT name FROM tenant WHERE label = 'bbbbbbbb'"), "bbbbbbbb");
  change = estate_change(P1_ADMIN, P1);
  rename_b(change.tx, "committed");
  estate_commit(&change);
  assert_string_equal(estate_ask("SELECT name FROM tenant WHERE label = 'bbbbbbbb'"), "committed");
}

static void a_commit_tells_the_revision_behind_it(void **state)
{
  (void)state;
  struct change change = estate_change(P1_ADMIN, P1);
  struct uuid a = estate_tenant(A);
  struct store_object tenant;
  uint64_t revision = 0;
  assert_ok(store_tenant_suspend(change.tx, &a, STR("staff"), &tenant));
  assert_ok(store_tx_commit(change.tx, &revision));
  store_tx_close(&change.tx);
  assert_true(revision == strtoull(estate_ask("SELECT max(revision) FROM policy_event"), NULL, 10));
}

static void without_a_scope_nothing_runs(void **state)
{
  (void)state;
  struct store_call call = {.pool = estate_domain.app, .arena = estate_arena()};
  struct uuid a = estate_tenant(A);
  struct store_object tenant;
  assert_result(store_tenant_get(&call, &a, &tenant), R_INTERNAL);
  assert_string_not_equal(store_last_error(), "");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      estate_test(a_reader_in_a_transaction_sees_what_it_wrote),
      estate_test(what_is_committed_stays_and_what_is_closed_does_not),
      estate_test(a_commit_tells_the_revision_behind_it),
      estate_test(without_a_scope_nothing_runs),
  };
  return cmocka_run_group_tests(tests, estate_up, estate_down);
}
