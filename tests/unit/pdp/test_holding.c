/* What groups hold for who is in them. */
#include "world.h"

enum { DESK = 110, STAFF, OUTSIDERS, CLERK = 120, ROBOT, MEMBERSHIP = 400, GROUPS_GRANT = 310, POWER = 210 };

/* CLERK is in DESK, DESK in STAFF, all at home at PARTNER; STAFF holds READER at PARTNER and all below. */
static int staff_up(void **state)
{
  struct bw_model *m = *state = estate();
  CHANGE(m, put_group(m, DESK, PARTNER), put_group(m, STAFF, PARTNER), put_principal(m, principal_fact(CLERK, PARTNER)),
         put_member(m, MEMBERSHIP, CLERK, DESK), put_member(m, MEMBERSHIP + 1, DESK, STAFF),
         put_grant(m, grant_fact(GROUPS_GRANT, STAFF, READER, PARTNER)));
  return 0;
}

#define ON_STAFF(test) cmocka_unit_test_setup_teardown(test, staff_up, estate_down)

static void who_is_in_a_group_has_what_it_and_those_above_it_hold(void **state)
{
  assert_true(allowed(*state, CLERK, CUSTOMER));
  assert_true(is(ask(*state, CLERK, CUSTOMER).grant, GROUPS_GRANT));
  assert_false(allowed(*state, CLERK, RIVAL));
  struct bw_id who = id(CLERK), at = id(CUSTOMER);
  struct bw_permission_set held;
  struct bw_root root;
  bw_held(*state, &who, &at, NOW, &held);
  assert_true(bw_permission_has(&held, BW_USER_READ));
  assert_int_equal(bw_roots(*state, &who, NOW, 1, &root), 1);
  assert_true(is(root.grant, GROUPS_GRANT) && is(root.tenant, PARTNER));
}

static void who_leaves_a_group_or_whose_group_leaves_has_it_no_more(void **state)
{
  for (unsigned number = MEMBERSHIP; number <= MEMBERSHIP + 1; number++) {
    struct bw_id one = id(number);
    CHANGE(*state, bw_model_drop_membership(*state, &one));
    assert_false(allowed(*state, CLERK, CUSTOMER));
    CHANGE(*state,
           put_member(*state, number, number == MEMBERSHIP ? CLERK : DESK, number == MEMBERSHIP ? DESK : STAFF));
    assert_true(allowed(*state, CLERK, CUSTOMER));
  }
}

static void a_group_that_is_suspended_gives_nothing_but_counts_as_privilege(void **state)
{
  struct bw_id clerk = id(CLERK);
  CHANGE(*state, put_role(*state, POWER, PROVIDER, permissions(BW_GRANT_ASSIGN, BW_USER_READ)),
         put_grant(*state, grant_fact(GROUPS_GRANT, STAFF, POWER, PARTNER)));
  assert_true(bw_principal_privileged(*state, &clerk, NOW));
  for (unsigned group = DESK; group <= STAFF; group++) {
    struct bw_principal_fact fact = principal_fact(group, PARTNER);
    fact.kind = BW_PRINCIPAL_GROUP;
    fact.state = BW_PRINCIPAL_SUSPENDED;
    CHANGE(*state, put_principal(*state, fact));
    assert_false(allowed(*state, CLERK, CUSTOMER));
    assert_true(bw_principal_privileged(*state, &clerk, NOW));
    CHANGE(*state, put_group(*state, group, PARTNER));
    assert_true(allowed(*state, CLERK, CUSTOMER));
  }
}

static void a_group_does_nothing_itself(void **state)
{
  assert_int_equal(ask(*state, STAFF, CUSTOMER).reason, BW_REASON_NO_SUBJECT);
  struct bw_id group = id(STAFF), session = id(9);
  struct bw_root root;
  assert_false(bw_session_alive(*state, &group, &session, 1));
  assert_int_equal(bw_roots(*state, &group, NOW, 1, &root), 0);
}

static void only_a_group_of_ones_own_home_counts(void **state)
{
  struct bw_id clerk = id(CLERK);
  CHANGE(*state, put_group(*state, OUTSIDERS, PROVIDER), put_member(*state, MEMBERSHIP + 2, CLERK, OUTSIDERS),
         put_grant(*state, grant_fact(GROUPS_GRANT + 1, OUTSIDERS, READER, PROVIDER)), put_group(*state, DESK, OTHER));
  assert_false(allowed(*state, CLERK, CUSTOMER));
  CHANGE(*state, put_principal(*state, principal_fact(DESK, PARTNER)));
  assert_false(allowed(*state, CLERK, CUSTOMER));
  assert_false(bw_principal_privileged(*state, &clerk, NOW));
}

static void a_machine_gets_nothing_by_a_group_that_no_machine_holds(void **state)
{
  struct bw_principal_fact robot = principal_fact(ROBOT, PARTNER);
  robot.kind = BW_PRINCIPAL_CLIENT;
  CHANGE(*state, put_principal(*state, robot), put_member(*state, MEMBERSHIP + 2, ROBOT, STAFF),
         put_role(*state, READER, PROVIDER, permissions(BW_CREDENTIAL_RESET, BW_USER_READ)));
  assert_true(allowed(*state, ROBOT, CUSTOMER));
  assert_int_equal(ask_for(*state, ROBOT, CUSTOMER, BW_CREDENTIAL_RESET).effect, BW_DENY);
  assert_int_equal(ask_for(*state, CLERK, CUSTOMER, BW_CREDENTIAL_RESET).effect, BW_ALLOW);
}

static void a_ring_of_groups_ends(void **state)
{
  CHANGE(*state, put_member(*state, MEMBERSHIP + 2, STAFF, DESK), put_member(*state, MEMBERSHIP + 3, STAFF, STAFF));
  struct bw_id clerk = id(CLERK);
  struct bw_root roots[4];
  assert_int_equal(bw_roots(*state, &clerk, NOW, 4, roots), 1);
}

static void who_is_in_too_many_groups_is_in_none(void **state)
{
  enum { FIRST = 500 };
  bw_model_begin(*state);
  for (unsigned i = 2; i < BW_GROUPS; i++) {
    put_group(*state, FIRST + i, PARTNER);
    put_member(*state, FIRST + 100 + i, CLERK, FIRST + i);
  }
  assert_true(bw_model_commit(*state, 10));
  assert_true(allowed(*state, CLERK, CUSTOMER));
  CHANGE(*state, put_group(*state, FIRST, PARTNER), put_member(*state, FIRST + 100, STAFF, FIRST),
         put_grant(*state, grant_fact(GROUPS_GRANT + 1, CLERK, READER, SITE)));
  assert_false(allowed(*state, CLERK, CUSTOMER));
  assert_true(allowed(*state, CLERK, SITE));
}

static void groups_are_told_whether_in_use_or_not(void **state)
{
  struct bw_id clerk = id(CLERK), groups[BW_GROUPS];
  struct bw_principal_fact fact = principal_fact(DESK, PARTNER);
  fact.kind = BW_PRINCIPAL_GROUP;
  fact.state = BW_PRINCIPAL_SUSPENDED;
  CHANGE(*state, put_principal(*state, fact), put_member(*state, MEMBERSHIP + 2, CLERK, STAFF));
  assert_int_equal(bw_groups(*state, &clerk, groups), 2);
  assert_true((is(groups[0], DESK) && is(groups[1], STAFF)) || (is(groups[0], STAFF) && is(groups[1], DESK)));
}

static void a_membership_is_no_grant(void **state)
{
  struct bw_grant_fact fact;
  struct bw_id membership = id(MEMBERSHIP), grant = id(GROUPS_GRANT);
  assert_false(bw_grant(*state, &membership, &fact));
  assert_true(bw_grant(*state, &grant, &fact) && is(fact.principal, STAFF));
}

static void what_becomes_of_an_id_is_the_last_that_was_said(void **state)
{
  CHANGE(*state, put_grant(*state, grant_fact(MEMBERSHIP, CLERK, READER, OTHER)));
  assert_false(allowed(*state, CLERK, CUSTOMER));
  assert_true(allowed(*state, CLERK, OTHER));
  CHANGE(*state, put_member(*state, MEMBERSHIP, CLERK, STAFF));
  assert_true(allowed(*state, CLERK, CUSTOMER));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      ON_STAFF(who_is_in_a_group_has_what_it_and_those_above_it_hold),
      ON_STAFF(who_leaves_a_group_or_whose_group_leaves_has_it_no_more),
      ON_STAFF(a_group_that_is_suspended_gives_nothing_but_counts_as_privilege),
      ON_STAFF(a_group_does_nothing_itself),
      ON_STAFF(only_a_group_of_ones_own_home_counts),
      ON_STAFF(a_machine_gets_nothing_by_a_group_that_no_machine_holds),
      ON_STAFF(a_ring_of_groups_ends),
      ON_STAFF(who_is_in_too_many_groups_is_in_none),
      ON_STAFF(groups_are_told_whether_in_use_or_not),
      ON_STAFF(a_membership_is_no_grant),
      ON_STAFF(what_becomes_of_an_id_is_the_last_that_was_said),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
