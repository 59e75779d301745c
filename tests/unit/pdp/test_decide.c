/* Who may do what where. */
#include "world.h"

enum { ROOT_ADMIN = 101, STRANGER = 102, WRITER = 201, GRANT = 301 };

static void zeroed_memory_denies(void **state)
{
  struct bw_answer zeroed = {0};
  assert_int_equal(zeroed.effect, BW_DENY);
  assert_int_equal(zeroed.reason, BW_REASON_NONE);
  struct bw_question question = {0};
  struct bw_answer answer;
  bw_decide(*state, &question, &answer);
  assert_int_equal(answer.effect, BW_DENY);
  assert_int_equal(answer.reason, BW_REASON_NO_SUBJECT);
  question.subject = id(ADMIN);
  question.tenant = id(PARTNER);
  bw_decide(*state, &question, &answer);
  assert_int_equal(answer.effect, BW_DENY);
}

static void an_empty_model_denies(void **state)
{
  (void)state;
  struct bw_model *m = bw_model_new();
  assert_int_equal(ask(m, ADMIN, PARTNER).reason, BW_REASON_NO_SUBJECT);
  bw_model_free(m);
}

static void an_unknown_subject_is_denied(void **state)
{
  struct bw_answer answer = ask(*state, STRANGER, PARTNER);
  assert_int_equal(answer.effect, BW_DENY);
  assert_int_equal(answer.reason, BW_REASON_NO_SUBJECT);
  assert_true(is(answer.root, 0) && is(answer.grant, 0));
}

static void an_answer_says_why(void **state)
{
  struct bw_answer answer = ask(*state, ADMIN, SITE);
  assert_int_equal(answer.effect, BW_ALLOW);
  assert_int_equal(answer.reason, BW_REASON_GRANTED);
  assert_true(is(answer.root, PARTNER) && is(answer.grant, ADMINS_GRANT));
  assert_int_equal(answer.reach, BW_REACH_SUBTREE);
  assert_int_equal(answer.revision, 1);
}

static void own_tenant_and_all_below_are_allowed(void **state)
{
  assert_true(allowed(*state, ADMIN, PARTNER));
  assert_true(allowed(*state, ADMIN, CUSTOMER));
  assert_true(allowed(*state, ADMIN, SITE));
  assert_true(allowed(*state, ADMIN, OTHER));
}

static void put_kind(struct bw_model *m, unsigned tenant, unsigned parent, enum bw_tenant_kind kind)
{
  struct bw_tenant_fact fact = tenant_fact(tenant, parent);
  fact.kind = kind;
  put_tenant(m, fact);
}

/* A role of everything, held somewhere, in an estate of all three kinds. */
static void hold_everything_at(struct bw_model *m, unsigned tenant)
{
  struct bw_permission_set all = permissions(BW_TENANT_CREATE_PARTNER, BW_TENANT_CREATE_CUSTOMER);
  bw_permission_add(&all, BW_USER_READ);
  bw_model_begin(m);
  put_kind(m, PROVIDER, 0, BW_TENANT_PROVIDER);
  put_kind(m, CUSTOMER, PARTNER, BW_TENANT_CUSTOMER);
  put_principal(m, principal_fact(ROOT_ADMIN, PROVIDER));
  put_role(m, WRITER, PROVIDER, all);
  put_grant(m, grant_fact(GRANT, ROOT_ADMIN, WRITER, tenant));
  assert_true(bw_model_commit(m, 2));
}

static bool creates(const struct bw_model *m, unsigned tenant, enum bw_permission permission)
{
  struct bw_permission_set held;
  struct bw_id subject = id(ROOT_ADMIN), at = id(tenant);
  bool allowed = ask_for(m, ROOT_ADMIN, tenant, permission).effect == BW_ALLOW;
  bw_held(m, &subject, &at, NOW, &held);
  assert_int_equal(bw_permission_has(&held, permission), allowed);
  assert_true(bw_permission_has(&held, BW_USER_READ));
  return allowed;
}

static void nobody_creates_tenants_at_a_customer_however_it_was_given(void **state)
{
  static const unsigned held[] = {PROVIDER, PARTNER, CUSTOMER};
  for (size_t i = 0; i < sizeof held / sizeof *held; i++) {
    hold_everything_at(*state, held[i]);
    assert_false(creates(*state, CUSTOMER, BW_TENANT_CREATE_CUSTOMER));
    assert_false(creates(*state, CUSTOMER, BW_TENANT_CREATE_PARTNER));
  }
}

static void only_the_provider_gives_the_creation_of_partners(void **state)
{
  hold_everything_at(*state, PROVIDER);
  assert_true(creates(*state, PARTNER, BW_TENANT_CREATE_PARTNER));
  assert_true(creates(*state, PARTNER, BW_TENANT_CREATE_CUSTOMER));
  hold_everything_at(*state, PARTNER);
  assert_false(creates(*state, PARTNER, BW_TENANT_CREATE_PARTNER));
  assert_true(creates(*state, PARTNER, BW_TENANT_CREATE_CUSTOMER));
}

static void what_a_grant_gives_at_its_tenant_is_cut_by_its_kind(void **state)
{
  struct bw_id subject = id(ROOT_ADMIN);
  struct bw_root root;
  hold_everything_at(*state, CUSTOMER);
  assert_int_equal(bw_roots(*state, &subject, NOW, 1, &root), 1);
  assert_true(bw_permission_has(&root.permissions, BW_USER_READ));
  assert_false(bw_permission_has(&root.permissions, BW_TENANT_CREATE_CUSTOMER));
}

static void an_ancestor_is_not_visible(void **state)
{
  assert_int_equal(ask(*state, ADMIN, PROVIDER).reason, BW_REASON_NOT_VISIBLE);
}

static void a_sibling_is_not_visible_and_answers_as_an_unknown_tenant(void **state)
{
  struct bw_answer sibling = ask(*state, ADMIN, RIVAL), unknown = ask(*state, ADMIN, 77);
  assert_int_equal(sibling.reason, BW_REASON_NOT_VISIBLE);
  assert_int_equal(unknown.reason, sibling.reason);
  assert_int_equal(unknown.effect, sibling.effect);
  assert_int_equal(unknown.reach, sibling.reach);
  assert_true(is(sibling.root, 0) && is(sibling.grant, 0) && is(unknown.root, 0) && is(unknown.grant, 0));
}

static void a_missing_permission_is_denied_but_visible(void **state)
{
  struct bw_answer answer = ask_for(*state, ADMIN, CUSTOMER, BW_USER_CREATE);
  assert_int_equal(answer.effect, BW_DENY);
  assert_int_equal(answer.reason, BW_REASON_NO_PERMISSION);
  assert_true(is(answer.root, PARTNER));
}

static void no_permission_is_never_granted(void **state)
{
  struct bw_permission_set full;
  memset(&full, 0xff, sizeof full);
  CHANGE(*state, put_role(*state, READER, PROVIDER, full));
  assert_int_equal(ask_for(*state, ADMIN, CUSTOMER, BW_PERMISSION_NONE).effect, BW_DENY);
  assert_int_equal(ask_for(*state, ADMIN, CUSTOMER, BW_PERMISSION__COUNT).effect, BW_DENY);
  assert_int_equal(ask_for(*state, ADMIN, CUSTOMER, BW_DECISION_QUERY).effect, BW_ALLOW);
}

static void a_machine_is_denied_what_no_machine_holds_whatever_its_role_says(void **state)
{
  struct bw_principal_fact fact = principal_fact(ADMIN, PARTNER);
  struct bw_permission_set held;
  struct bw_id admin = id(ADMIN), tenant = id(CUSTOMER);
  CHANGE(*state, put_role(*state, READER, PROVIDER, permissions(BW_CLIENT_UPDATE, BW_USER_CREATE)));
  assert_int_equal(ask_for(*state, ADMIN, CUSTOMER, BW_CLIENT_UPDATE).effect, BW_ALLOW);
  for (unsigned kind = 0; kind < 300; kind++) {
    fact.kind = kind;
    CHANGE(*state, put_principal(*state, fact));
    bool person = kind == BW_PRINCIPAL_USER;
    struct bw_answer answer = ask_for(*state, ADMIN, CUSTOMER, BW_CLIENT_UPDATE);
    if (kind == BW_PRINCIPAL_GROUP) { /* which never acts itself */
      assert_int_equal(answer.reason, BW_REASON_NO_SUBJECT);
      continue;
    }
    assert_int_equal(answer.reason, person ? BW_REASON_GRANTED : BW_REASON_NO_PERMISSION);
    assert_int_equal(ask_for(*state, ADMIN, CUSTOMER, BW_USER_CREATE).effect, BW_ALLOW);
    bw_held(*state, &admin, &tenant, NOW, &held);
    assert_int_equal(bw_permission_has(&held, BW_CLIENT_UPDATE), person);
    assert_true(bw_permission_has(&held, BW_USER_CREATE));
  }
}

static void put_dated(struct bw_model *m, int64_t not_before, int64_t expires_at)
{
  struct bw_grant_fact fact = grant_fact(ADMINS_GRANT, ADMIN, READER, PARTNER);
  fact.not_before = not_before;
  fact.expires_at = expires_at;
  CHANGE(m, put_grant(m, fact));
}

static void an_expired_grant_does_not_count(void **state)
{
  put_dated(*state, 0, NOW + 1);
  assert_true(allowed(*state, ADMIN, PARTNER));
  put_dated(*state, 0, NOW);
  assert_int_equal(ask(*state, ADMIN, PARTNER).reason, BW_REASON_NOT_VISIBLE);
}

static void a_grant_not_yet_valid_does_not_count(void **state)
{
  put_dated(*state, NOW, 0);
  assert_true(allowed(*state, ADMIN, PARTNER));
  put_dated(*state, NOW + 1, 0);
  assert_int_equal(ask(*state, ADMIN, PARTNER).reason, BW_REASON_NOT_VISIBLE);
}

static void a_self_grant_reaches_its_tenant_alone(void **state)
{
  struct bw_grant_fact fact = grant_fact(ADMINS_GRANT, ADMIN, READER, PARTNER);
  fact.reach = BW_REACH_SELF;
  CHANGE(*state, put_grant(*state, fact));
  assert_true(allowed(*state, ADMIN, PARTNER));
  assert_int_equal(ask(*state, ADMIN, PARTNER).reach, BW_REACH_SELF);
  assert_int_equal(ask(*state, ADMIN, CUSTOMER).reason, BW_REASON_NOT_VISIBLE);
}

static void a_reach_that_nobody_knows_reaches_nothing(void **state)
{
  struct bw_grant_fact fact = grant_fact(ADMINS_GRANT, ADMIN, READER, PARTNER);
  for (unsigned reach = 0; reach < 600; reach++) {
    fact.reach = reach;
    CHANGE(*state, put_grant(*state, fact));
    assert_int_equal(allowed(*state, ADMIN, PARTNER), reach == BW_REACH_SELF || reach == BW_REACH_SUBTREE);
  }
}

static void only_an_active_principal_acts(void **state)
{
  struct bw_principal_fact fact = principal_fact(ADMIN, PARTNER);
  for (unsigned principal_state = 0; principal_state < 600; principal_state++) {
    fact.state = principal_state;
    CHANGE(*state, put_principal(*state, fact));
    assert_int_equal(allowed(*state, ADMIN, PARTNER), principal_state == BW_PRINCIPAL_ACTIVE);
  }
}

static void set_state(struct bw_model *m, unsigned tenant, unsigned parent, enum bw_tenant_state tenant_state)
{
  struct bw_tenant_fact fact = tenant_fact(tenant, parent);
  fact.state = tenant_state;
  CHANGE(m, put_tenant(m, fact));
}

static void staff_of_a_suspended_tenant_may_nothing(void **state)
{
  set_state(*state, PARTNER, PROVIDER, BW_TENANT_STAFF_SUSPENDED);
  assert_int_equal(ask(*state, ADMIN, CUSTOMER).reason, BW_REASON_NO_SUBJECT);
  set_state(*state, PARTNER, PROVIDER, BW_TENANT_SUBTREE_SUSPENDED);
  assert_int_equal(ask(*state, ADMIN, CUSTOMER).reason, BW_REASON_NO_SUBJECT);
  set_state(*state, PARTNER, PROVIDER, BW_TENANT_ACTIVE);
  assert_true(allowed(*state, ADMIN, CUSTOMER));
}

static void staff_below_a_suspended_staff_goes_on(void **state)
{
  set_state(*state, PROVIDER, 0, BW_TENANT_STAFF_SUSPENDED);
  assert_true(allowed(*state, ADMIN, PARTNER));
}

static void staff_below_a_suspended_subtree_may_nothing(void **state)
{
  set_state(*state, PROVIDER, 0, BW_TENANT_SUBTREE_SUSPENDED);
  assert_int_equal(ask(*state, ADMIN, PARTNER).reason, BW_REASON_NO_SUBJECT);
}

static void a_state_that_nobody_knows_suspends(void **state)
{
  set_state(*state, PROVIDER, 0, 0);
  assert_false(allowed(*state, ADMIN, PARTNER));
  set_state(*state, PROVIDER, 0, 257);
  assert_false(allowed(*state, ADMIN, PARTNER));
}

static void a_suspended_tenant_stays_reachable_from_above(void **state)
{
  set_state(*state, CUSTOMER, PARTNER, BW_TENANT_SUBTREE_SUSPENDED);
  assert_true(allowed(*state, ADMIN, CUSTOMER));
  assert_true(allowed(*state, ADMIN, SITE));
}

static bool is_over(const struct bw_model *m, unsigned tenant)
{
  struct bw_id tenant_id = id(tenant);
  return bw_tenant_ended(m, &tenant_id);
}

static void what_stands_below_an_end_is_over(void **state)
{
  set_state(*state, CUSTOMER, PARTNER, BW_TENANT_TERMINATED);
  assert_false(is_over(*state, PARTNER));
  assert_true(is_over(*state, CUSTOMER));
  assert_true(is_over(*state, SITE));
  assert_true(is_over(*state, 999));
  assert_true(allowed(*state, ADMIN, SITE));
  set_state(*state, PARTNER, PROVIDER, BW_TENANT_TERMINATED);
  assert_int_equal(ask(*state, ADMIN, CUSTOMER).reason, BW_REASON_NO_SUBJECT);
}

static void a_boundary_admits_nobody_from_above(void **state)
{
  struct bw_tenant_fact fact = tenant_fact(CUSTOMER, PARTNER);
  fact.boundary = true;
  CHANGE(*state, put_tenant(*state, fact));
  assert_true(allowed(*state, ADMIN, PARTNER));
  assert_true(allowed(*state, ADMIN, OTHER));
  assert_int_equal(ask(*state, ADMIN, CUSTOMER).reason, BW_REASON_NOT_VISIBLE);
  assert_int_equal(ask(*state, ADMIN, SITE).reason, BW_REASON_NOT_VISIBLE);
  CHANGE(*state, put_grant(*state, grant_fact(GRANT, ADMIN, READER, CUSTOMER)));
  struct bw_answer answer = ask(*state, ADMIN, SITE);
  assert_int_equal(answer.effect, BW_ALLOW);
  assert_true(is(answer.root, CUSTOMER));
}

static void the_widest_grant_is_the_root(void **state)
{
  struct bw_grant_fact near = grant_fact(GRANT, ADMIN, READER, CUSTOMER);
  CHANGE(*state, put_grant(*state, near));
  assert_true(is(ask(*state, ADMIN, SITE).root, PARTNER));
  struct bw_id wide = id(ADMINS_GRANT);
  CHANGE(*state, bw_model_drop_grant(*state, &wide));
  assert_true(is(ask(*state, ADMIN, SITE).root, CUSTOMER));
}

static void the_root_of_an_allowed_answer_has_the_permission(void **state)
{
  put_dated(*state, 0, 0);
  CHANGE(*state, put_role(*state, WRITER, PROVIDER, permissions(BW_USER_CREATE, BW_USER_CREATE));
         put_grant(*state, grant_fact(GRANT, ADMIN, WRITER, CUSTOMER)));
  struct bw_answer answer = ask_for(*state, ADMIN, SITE, BW_USER_CREATE);
  assert_int_equal(answer.effect, BW_ALLOW);
  assert_true(is(answer.root, CUSTOMER) && is(answer.grant, GRANT));
  assert_true(is(ask_for(*state, ADMIN, SITE, BW_USER_SUSPEND).root, PARTNER));
}

static void a_grant_outside_the_home_counts_for_nothing(void **state)
{
  CHANGE(*state, put_grant(*state, grant_fact(GRANT, ADMIN, READER, PROVIDER));
         put_grant(*state, grant_fact(GRANT + 1, ADMIN, READER, RIVAL)));
  assert_int_equal(ask(*state, ADMIN, RIVAL).reason, BW_REASON_NOT_VISIBLE);
  assert_int_equal(ask(*state, ADMIN, PROVIDER).reason, BW_REASON_NOT_VISIBLE);
  assert_true(is(ask(*state, ADMIN, CUSTOMER).root, PARTNER));
}

static void a_role_counts_at_and_below_its_tenant_only(void **state)
{
  struct bw_permission_set set = permissions(BW_USER_READ, BW_USER_READ);
  CHANGE(*state, put_role(*state, READER, PARTNER, set));
  assert_true(allowed(*state, ADMIN, PARTNER));
  CHANGE(*state, put_role(*state, READER, CUSTOMER, set));
  assert_false(allowed(*state, ADMIN, PARTNER));
  assert_false(allowed(*state, ADMIN, SITE));
  CHANGE(*state, put_role(*state, READER, RIVAL, set));
  assert_false(allowed(*state, ADMIN, PARTNER));
}

static void a_moved_tenant_takes_its_subtree_along(void **state)
{
  struct bw_tenant_fact moved = tenant_fact(CUSTOMER, RIVAL);
  CHANGE(*state, put_tenant(*state, moved));
  assert_int_equal(ask(*state, ADMIN, CUSTOMER).reason, BW_REASON_NOT_VISIBLE);
  assert_int_equal(ask(*state, ADMIN, SITE).reason, BW_REASON_NOT_VISIBLE);
  CHANGE(*state, put_tenant(*state, tenant_fact(CUSTOMER, PARTNER)));
  assert_true(allowed(*state, ADMIN, SITE));
}

static void a_ring_denies(void **state)
{
  CHANGE(*state, put_tenant(*state, tenant_fact(PARTNER, SITE)));
  assert_int_equal(ask(*state, ADMIN, SITE).reason, BW_REASON_NO_SUBJECT);
  CHANGE(*state, put_tenant(*state, tenant_fact(PARTNER, PARTNER)));
  assert_int_equal(ask(*state, ADMIN, PARTNER).reason, BW_REASON_NO_SUBJECT);
}

static void what_is_deeper_than_sixteen_denies(void **state)
{
  struct bw_model *m = *state;
  enum { FIRST = 1000 };
  bw_model_begin(m);
  put_tenant(m, tenant_fact(FIRST, PARTNER));
  for (unsigned i = 1; i < BW_DEPTH; i++)
    put_tenant(m, tenant_fact(FIRST + i, FIRST + i - 1));
  assert_true(bw_model_commit(m, 2));
  char path[BW_PATH];
  for (unsigned i = 0; i < BW_DEPTH; i++) {
    bool within = i + 3 <= BW_DEPTH;
    assert_int_equal(allowed(m, ADMIN, FIRST + i), within);
    struct bw_id deep = id(FIRST + i);
    assert_int_equal(bw_tenant_path(m, &deep, path), within ? i + 3 : 0);
    assert_int_equal(strlen(path), within ? (i + 3) * (BW_LABEL + 1) : 0);
  }
}

static bool alive(const struct bw_model *m, unsigned subject, unsigned session, uint32_t epoch)
{
  struct bw_id s = id(subject), i = id(session);
  return bw_session_alive(m, &s, &i, epoch);
}

static void a_session_lives_with_its_subject_and_epoch(void **state)
{
  assert_true(alive(*state, ADMIN, 9, 1));
  assert_false(alive(*state, ADMIN, 9, 2));
  assert_false(alive(*state, ADMIN, 0, 1));
  assert_false(alive(*state, STRANGER, 9, 1));
  set_state(*state, PROVIDER, 0, BW_TENANT_SUBTREE_SUSPENDED);
  assert_false(alive(*state, ADMIN, 9, 1));
}

static void an_ended_session_is_over_until_it_is_forgotten(void **state)
{
  struct bw_id session = id(9);
  CHANGE(*state, assert_true(bw_model_end_session(*state, &session, NOW));
         assert_true(bw_model_end_session(*state, &session, NOW - 1)));
  assert_false(alive(*state, ADMIN, 9, 1));
  assert_true(alive(*state, ADMIN, 10, 1));
  bw_model_forget_sessions(*state, NOW - 1);
  assert_false(alive(*state, ADMIN, 9, 1));
  bw_model_forget_sessions(*state, NOW);
  assert_true(alive(*state, ADMIN, 9, 1));
}

static void what_is_held_is_the_union_of_live_grants(void **state)
{
  CHANGE(*state, put_role(*state, WRITER, PARTNER, permissions(BW_USER_CREATE, BW_USER_CREATE));
         put_grant(*state, grant_fact(GRANT, ADMIN, WRITER, CUSTOMER)));
  struct bw_id admin = id(ADMIN), tenant = id(SITE), other = id(OTHER), rival = id(RIVAL);
  struct bw_permission_set set, both = permissions(BW_USER_READ, BW_TENANT_READ), empty = {{0}};
  bw_held(*state, &admin, &other, NOW, &set);
  assert_memory_equal(&set, &both, sizeof set);
  bw_permission_add(&both, BW_USER_CREATE);
  bw_held(*state, &admin, &tenant, NOW, &set);
  assert_memory_equal(&set, &both, sizeof set);
  bw_held(*state, &admin, &rival, NOW, &set);
  assert_memory_equal(&set, &empty, sizeof set);
}

static bool within(const struct bw_model *m, unsigned below, unsigned above)
{
  struct bw_id a = id(below), b = id(above);
  return bw_tenant_within(m, &a, &b);
}

static void within_is_at_or_below(void **state)
{
  assert_true(within(*state, SITE, PROVIDER));
  assert_true(within(*state, SITE, SITE));
  assert_false(within(*state, PROVIDER, SITE));
  assert_false(within(*state, RIVAL, PARTNER));
  assert_false(within(*state, 77, 77));
  assert_false(within(*state, 0, 0));
}

static bool acts(const struct bw_model *m, unsigned tenant)
{
  struct bw_id t = id(tenant);
  return bw_tenant_acts(m, &t);
}

static void suspension_ends_the_staff_or_all_below(void **state)
{
  assert_true(acts(*state, CUSTOMER));
  set_state(*state, PARTNER, PROVIDER, BW_TENANT_STAFF_SUSPENDED);
  assert_false(acts(*state, PARTNER));
  assert_true(acts(*state, CUSTOMER));
  set_state(*state, PARTNER, PROVIDER, BW_TENANT_SUBTREE_SUSPENDED);
  assert_false(acts(*state, CUSTOMER));
  assert_true(acts(*state, PROVIDER));
  assert_false(acts(*state, 77));
}

static void a_path_runs_from_the_root(void **state)
{
  char path[BW_PATH];
  struct bw_id customer = id(CUSTOMER), unknown = id(77);
  assert_int_equal(bw_tenant_path(*state, &customer, path), 3);
  assert_string_equal(path, "/00000001/00000002/00000003");
  assert_int_equal(bw_tenant_path(*state, &unknown, path), 0);
  assert_string_equal(path, "");
}

static void a_privileged_grant_makes_its_holder_privileged_until_it_expires(void **state)
{
  struct bw_id admin = id(ADMIN);
  assert_false(bw_principal_privileged(*state, &admin, NOW));
  CHANGE(*state, put_role(*state, WRITER, PROVIDER, permissions(BW_USER_READ, BW_TENANT_SUSPEND)));
  struct bw_grant_fact fact = grant_fact(GRANT, ADMIN, WRITER, SITE);
  fact.not_before = NOW + 10;
  fact.expires_at = NOW + 20;
  CHANGE(*state, put_grant(*state, fact));
  assert_true(bw_principal_privileged(*state, &admin, NOW));
  assert_false(bw_principal_privileged(*state, &admin, NOW + 20));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      ON_ESTATE(zeroed_memory_denies),
      cmocka_unit_test(an_empty_model_denies),
      ON_ESTATE(an_unknown_subject_is_denied),
      ON_ESTATE(an_answer_says_why),
      ON_ESTATE(own_tenant_and_all_below_are_allowed),
      ON_ESTATE(nobody_creates_tenants_at_a_customer_however_it_was_given),
      ON_ESTATE(only_the_provider_gives_the_creation_of_partners),
      ON_ESTATE(what_a_grant_gives_at_its_tenant_is_cut_by_its_kind),
      ON_ESTATE(an_ancestor_is_not_visible),
      ON_ESTATE(a_sibling_is_not_visible_and_answers_as_an_unknown_tenant),
      ON_ESTATE(a_missing_permission_is_denied_but_visible),
      ON_ESTATE(no_permission_is_never_granted),
      ON_ESTATE(a_machine_is_denied_what_no_machine_holds_whatever_its_role_says),
      ON_ESTATE(an_expired_grant_does_not_count),
      ON_ESTATE(a_grant_not_yet_valid_does_not_count),
      ON_ESTATE(a_self_grant_reaches_its_tenant_alone),
      ON_ESTATE(a_reach_that_nobody_knows_reaches_nothing),
      ON_ESTATE(only_an_active_principal_acts),
      ON_ESTATE(staff_of_a_suspended_tenant_may_nothing),
      ON_ESTATE(staff_below_a_suspended_staff_goes_on),
      ON_ESTATE(staff_below_a_suspended_subtree_may_nothing),
      ON_ESTATE(a_state_that_nobody_knows_suspends),
      ON_ESTATE(a_suspended_tenant_stays_reachable_from_above),
      ON_ESTATE(what_stands_below_an_end_is_over),
      ON_ESTATE(a_boundary_admits_nobody_from_above),
      ON_ESTATE(the_widest_grant_is_the_root),
      ON_ESTATE(the_root_of_an_allowed_answer_has_the_permission),
      ON_ESTATE(a_grant_outside_the_home_counts_for_nothing),
      ON_ESTATE(a_role_counts_at_and_below_its_tenant_only),
      ON_ESTATE(a_moved_tenant_takes_its_subtree_along),
      ON_ESTATE(a_ring_denies),
      ON_ESTATE(what_is_deeper_than_sixteen_denies),
      ON_ESTATE(a_session_lives_with_its_subject_and_epoch),
      ON_ESTATE(an_ended_session_is_over_until_it_is_forgotten),
      ON_ESTATE(what_is_held_is_the_union_of_live_grants),
      ON_ESTATE(within_is_at_or_below),
      ON_ESTATE(suspension_ends_the_staff_or_all_below),
      ON_ESTATE(a_path_runs_from_the_root),
      ON_ESTATE(a_privileged_grant_makes_its_holder_privileged_until_it_expires),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
