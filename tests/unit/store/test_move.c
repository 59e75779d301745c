/* What a move would take along, leave behind, and carry. */
#include "store/move.h"
#include "support/estate.h"

static struct store_move plan_of(const struct store_call *call, enum estate_tenant tenant, enum estate_tenant parent)
{
  struct uuid object = estate_tenant(tenant), destination = estate_tenant(parent);
  struct store_move move;
  assert_ok(store_move_tenant_plan(call, &object, &destination, &move));
  return move;
}

static void a_plan_says_where_both_stand_and_what_fits(void **state)
{
  (void)state;
  struct store_call call = estate_whole();
  struct store_move move = plan_of(&call, A, P2);
  assert_true(str_equal(move.path, estate_path(A)) && str_equal(move.from_path, estate_path(P1)) &&
              str_equal(move.to_path, estate_path(P2)));
  assert_true(move.fits && move.deepest == (int64_t)move.path.n && str_is(move.clashes, "[]"));
  assert_string_equal(estate_member(move.rows, "tenants"), "1");
  assert_false(plan_of(&call, P2, A).fits);
}

static void outside_the_scope_there_is_no_plan(void **state)
{
  (void)state;
  struct store_call call = estate_call(P1_ADMIN, P1);
  struct uuid a = estate_tenant(A), p2 = estate_tenant(P2), plain = estate_user(A_PLAIN);
  struct store_move move;
  assert_result(store_move_tenant_plan(&call, &a, &p2, &move), R_NOT_FOUND);
  assert_result(store_move_user_plan(&call, &plain, &p2, &move), R_NOT_FOUND);
}

static void who_stays_behind_and_what_they_hold_is_found(void **state)
{
  (void)state;
  struct store_call call = estate_whole();
  struct store_move move = plan_of(&call, A, P2);
  struct store_move_ends ends;
  struct str shown;
  assert_ok(store_move_tenant_left(&call, &move, &ends));
  assert_int_equal(ends.count, 0);
  assert_ok(store_move_show(&call, &ends, 50, &shown));
  assert_true(str_is(shown, "[]"));
}

static void a_user_goes_with_the_rows_that_hang_on_them(void **state)
{
  (void)state;
  struct uuid plain = estate_user(B_PLAIN), a = estate_tenant(A);
  estate_sql("INSERT INTO second_factor (principal_id, tenant_id, tenant_path, tenant_boundary)"
             " SELECT id, tenant_id, tenant_path, tenant_boundary FROM principal WHERE login = 'b-plain'");
  struct change change = estate_change(P1_ADMIN, P1);
  struct store_call call = {.pool = estate_domain.app, .scope = change.scope, .arena = change.arena, .tx = change.tx};
  struct store_move move;
  struct store_object moved;
  assert_ok(store_move_share(change.tx));
  assert_ok(store_move_user_plan(&call, &plain, &a, &move));
  assert_ok(store_move_user(change.tx, &move, STR_NONE, &moved));
  assert_true(str_equal(moved.path, estate_path(A)));
  estate_commit(&change);
  assert_string_equal(estate_ask("SELECT tenant_path = '%s' AND tenant_id = (SELECT tenant_id FROM principal p WHERE"
                                 " p.id = principal_id) FROM second_factor",
                                 estate_path(A).p),
                      "t");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(a_plan_says_where_both_stand_and_what_fits, estate_begin, estate_end),
      cmocka_unit_test_setup_teardown(outside_the_scope_there_is_no_plan, estate_begin, estate_end),
      cmocka_unit_test_setup_teardown(who_stays_behind_and_what_they_hold_is_found, estate_begin, estate_end),
      cmocka_unit_test_setup_teardown(a_user_goes_with_the_rows_that_hang_on_them, estate_begin, estate_end),
  };
  return cmocka_run_group_tests(tests, estate_up, estate_down);
}
