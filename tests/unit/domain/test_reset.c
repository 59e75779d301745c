/* What an administrator may do to somebody else's way in. */
#include "domain/reset.h"
#include "domain/invitation.h"
#include "domain/user.h"
#include "support/estate.h"

static enum result lets_reset(struct change *change, const struct uuid *user)
{
  struct invitation_order order = {.user = *user, .purpose = STORE_RESET};
  struct invitation invitation;
  return domain_invitation_order(change, &order, &invitation);
}

static void nobody_resets_password_and_factors_within_a_day(void **state)
{
  (void)state;
  struct uuid user = estate_user(A_PLAIN);
  struct outcome outcome;
  struct change change = estate_change(A_ADMIN, A);
  assert_ok(lets_reset(&change, &user));
  assert_ok(lets_reset(&change, &user));
  assert_result(domain_reset_factors(&change, &user, &outcome), R_FOUR_EYES);
  estate_commit(&change);
  struct change above = estate_change(P1_ADMIN, A);
  assert_ok(domain_reset_factors(&above, &user, &outcome));
  assert_memory_equal(&outcome.id, &user, sizeof user);
  assert_result(lets_reset(&above, &user), R_FOUR_EYES);
  estate_commit(&above);
}

static void to_say_where_a_reset_is_sent_is_to_reset(void **state)
{
  (void)state;
  struct uuid user = estate_user(B_PLAIN);
  struct outcome outcome;
  struct change change = estate_change(B_ADMIN, B);
  struct user_patch patch = {.email = {true, STR("mine@example.org")}};
  assert_ok(domain_user_update(&change, &user, 0, &patch, &outcome));
  assert_result(domain_reset_factors(&change, &user, &outcome), R_FOUR_EYES);
  patch = (struct user_patch){.display_name = {true, STR("B")}};
  assert_ok(domain_user_update(&change, &user, 0, &patch, &outcome));
  estate_abandon(&change);
  change = estate_change(B_ADMIN, B);
  assert_ok(domain_user_update(&change, &user, 0, &patch, &outcome));
  assert_ok(domain_reset_factors(&change, &user, &outcome));
  patch = (struct user_patch){.email = {true, STR("mine@example.org")}};
  assert_result(domain_user_update(&change, &user, 0, &patch, &outcome), R_FOUR_EYES);
  estate_abandon(&change);
}

static void it_is_no_bar_to_another_account(void **state)
{
  (void)state;
  struct uuid one = estate_user(A_VIEWER), two = estate_user(A_HELPDESK);
  struct outcome outcome;
  struct change change = estate_change(P1_ADMIN, A);
  assert_ok(lets_reset(&change, &one));
  assert_ok(domain_reset_factors(&change, &two, &outcome));
  estate_abandon(&change);
}

static void neither_oneself_nor_who_is_out_of_sight(void **state)
{
  (void)state;
  struct uuid self = estate_user(A_ADMIN), foreign = estate_user(B_PLAIN);
  struct outcome outcome;
  struct change change = estate_change(A_ADMIN, A);
  assert_result(domain_reset_factors(&change, &self, &outcome), R_SELF_SERVICE);
  assert_result(domain_reset_factors(&change, &foreign, &outcome), R_NOT_FOUND);
  assert_int_equal(change.events, 0);
  estate_abandon(&change);
}

static void whoever_works_at_the_machine_is_not_bound(void **state)
{
  (void)state;
  struct uuid user = estate_user(C_PLAIN);
  struct outcome outcome;
  struct change change = estate_change(0, C);
  assert_ok(lets_reset(&change, &user));
  assert_ok(domain_reset_factors(&change, &user, &outcome));
  estate_abandon(&change);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      estate_test(nobody_resets_password_and_factors_within_a_day),
      estate_test(to_say_where_a_reset_is_sent_is_to_reset),
      estate_test(it_is_no_bar_to_another_account),
      estate_test(neither_oneself_nor_who_is_out_of_sight),
      estate_test(whoever_works_at_the_machine_is_not_bound),
  };
  return cmocka_run_group_tests(tests, estate_up, estate_down);
}
