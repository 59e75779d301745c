/* Memberships through the store. */
#include "store/membership.h"
#include "store/group.h"
#include "support/estate.h"

/* A group of a, and A_PLAIN in it, in a change of the administrator's. */
static struct uuid filled(struct change *change, const char *name)
{
  struct store_group_row row = {.tenant = estate_tenant(A), .display_name = str_of(name), .name_key = str_of(name)};
  struct store_object group;
  struct store_membership made;
  assert_ok(uuid_new(&row.id));
  assert_ok(store_group_insert(change->tx, &row, &group));
  struct store_membership_row membership = {.group = row.id, .member = estate_user(A_PLAIN)};
  assert_ok(uuid_new(&membership.id));
  assert_ok(store_membership_insert(change->tx, &membership, &made));
  assert_string_equal(estate_member(made.object.body, "kind"), "\"user\"");
  return row.id;
}

static void who_is_in_a_group_is_listed_once_and_taken_out(void **state)
{
  (void)state;
  struct change change = estate_change(A_ADMIN, A);
  struct uuid group = filled(&change, "m-1"), plain = estate_user(A_PLAIN);
  struct store_call call = estate_call(A_ADMIN, A);
  struct store_range range = {.low = estate_path(A), .limit = 10};
  struct store_page page;
  struct store_membership gone;
  call.tx = change.tx;
  assert_ok(store_membership_list(&call, &group, &range, &page));
  assert_int_equal(page.count, 1);
  assert_true(uuid_equal(&page.items[0].id, &plain));
  range.after_path = estate_path(A);
  range.after_id = plain;
  assert_ok(store_membership_list(&call, &group, &range, &page));
  assert_int_equal(page.count, 0);
  assert_ok(store_membership_delete(change.tx, &group, &plain, &gone));
  assert_true(uuid_equal(&gone.group, &group));
  assert_result(store_membership_delete(change.tx, &group, &plain, &gone), R_NOT_FOUND);
  estate_abandon(&change);
}

static void what_would_come_of_joining_is_told(void **state)
{
  (void)state;
  struct change change = estate_change(A_ADMIN, A);
  struct uuid inner = filled(&change, "m-2"), outer = filled(&change, "m-3"), plain = estate_user(A_PLAIN);
  struct store_membership_facts facts;
  struct store_membership_pair pair;
  const struct store_gift *gifts;
  const struct store_membership *gone;
  size_t count;
  assert_ok(store_membership_facts(change.tx, &outer, &inner, &facts));
  assert_false(facts.ring);
  assert_int_equal(facts.deep, 2);
  assert_int_equal(facts.groups, 2);
  assert_false(facts.machine);
  assert_ok(store_membership_facts(change.tx, &outer, &outer, &facts));
  assert_true(facts.ring);
  assert_ok(store_membership_lock(change.tx, &outer, &plain, &pair));
  assert_true(pair.home);
  assert_result(store_membership_lock(change.tx, &plain, &outer, &pair), R_NOT_FOUND);
  assert_ok(store_membership_gifts(change.tx, &outer, change.now, &gifts, &count));
  assert_int_equal(count, 0);
  assert_ok(store_membership_delete_all(change.tx, &plain, &gone, &count));
  assert_int_equal(count, 2);
  estate_abandon(&change);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      estate_test(who_is_in_a_group_is_listed_once_and_taken_out),
      estate_test(what_would_come_of_joining_is_told),
  };
  return cmocka_run_group_tests(tests, estate_up, estate_down);
}
