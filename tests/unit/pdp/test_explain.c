/* An explanation names the grant that decides, or what each grant came short by; a search finds everybody. */
#include "world.h"
#include <bailiwick/explain.h>

enum { SOME = 10, BOSS = 101, ROBOT = 102, WRITER = 201 };

static size_t explained(const struct bw_model *m, unsigned subject, unsigned tenant, enum bw_permission permission,
                        struct bw_chain chains[SOME])
{
  return bw_explain(m, &(struct bw_question){id(subject), id(tenant), permission, NOW}, SOME, chains);
}

static void the_grant_that_decides_stands_first(void **state)
{
  struct bw_model *m = *state;
  struct bw_chain chains[SOME];
  CHANGE(m, put_grant(m, grant_fact(ADMINS_GRANT - 1, ADMIN, READER, CUSTOMER)));
  assert_int_equal(explained(m, ADMIN, SITE, BW_USER_READ, chains), 2);
  assert_true(is(chains[0].grant, ADMINS_GRANT) && is(chains[0].tenant, PARTNER) && chains[0].up == 2);
  assert_true(is(chains[0].role, READER) && is(chains[0].principal, ADMIN) && is(chains[0].home, PARTNER));
  assert_true(chains[0].verdict == BW_VERDICT_GIVES && chains[1].verdict == BW_VERDICT_GIVES);
}

static void what_does_not_reach_is_not_told_of(void **state)
{
  struct bw_model *m = *state;
  struct bw_chain chains[SOME];
  assert_int_equal(explained(m, ADMIN, RIVAL, BW_USER_READ, chains), 0);
  assert_int_equal(explained(m, ADMIN, PROVIDER, BW_USER_READ, chains), 0);
  assert_int_equal(explained(m, 999, SITE, BW_USER_READ, chains), 0);
  assert_int_equal(explained(m, ADMIN, 999, BW_USER_READ, chains), 0);
}

static enum bw_verdict verdict(struct bw_model *m, int64_t not_before, int64_t expires_at,
                               enum bw_permission permission)
{
  struct bw_chain chains[SOME];
  struct bw_grant_fact fact = grant_fact(ADMINS_GRANT, ADMIN, READER, PARTNER);
  fact.not_before = not_before;
  fact.expires_at = expires_at;
  CHANGE(m, put_grant(m, fact));
  return explained(m, ADMIN, SITE, permission, chains) ? chains[0].verdict : BW_VERDICT_NONE;
}

static void a_grant_out_of_its_time_says_which(void **state)
{
  struct bw_model *m = *state;
  assert_int_equal(verdict(m, 0, NOW, BW_USER_READ), BW_VERDICT_EXPIRED);
  assert_int_equal(verdict(m, NOW - 5, NOW, BW_USER_READ), BW_VERDICT_EXPIRED);
  assert_int_equal(verdict(m, NOW + 1, 0, BW_USER_READ), BW_VERDICT_EARLY);
  assert_int_equal(verdict(m, NOW + 1, NOW + 2, BW_USER_READ), BW_VERDICT_EARLY);
  assert_int_equal(verdict(m, NOW, NOW + 1, BW_USER_READ), BW_VERDICT_GIVES);
  assert_int_equal(verdict(m, 0, NOW, BW_USER_SUSPEND), BW_VERDICT_NONE);
  assert_int_equal(verdict(m, 0, 0, BW_USER_SUSPEND), BW_VERDICT_LACKS);
}

static void put_machine(struct bw_model *m)
{
  struct bw_principal_fact robot = principal_fact(ROBOT, PARTNER);
  robot.kind = BW_PRINCIPAL_CLIENT;
  put_principal(m, robot);
  put_role(m, WRITER, PROVIDER, permissions(BW_CLIENT_CREATE, BW_USER_READ));
  put_grant(m, grant_fact(ADMINS_GRANT + 1, ROBOT, WRITER, PARTNER));
}

static void what_no_machine_has_by_a_role_is_barred(void **state)
{
  struct bw_model *m = *state;
  struct bw_chain chains[SOME];
  CHANGE(m, put_machine(m));
  assert_int_equal(explained(m, ROBOT, SITE, BW_CLIENT_CREATE, chains), 1);
  assert_int_equal(chains[0].verdict, BW_VERDICT_BARRED);
  assert_int_equal(explained(m, ROBOT, SITE, BW_USER_READ, chains), 1);
  assert_true(chains[0].verdict == BW_VERDICT_GIVES && chains[0].kind == BW_PRINCIPAL_CLIENT);
}

static void who_may_not_act_is_explained_all_the_same(void **state)
{
  struct bw_model *m = *state;
  struct bw_chain chains[SOME];
  struct bw_principal_fact suspended = principal_fact(ADMIN, PARTNER);
  suspended.state = BW_PRINCIPAL_SUSPENDED;
  CHANGE(m, put_principal(m, suspended));
  assert_false(allowed(m, ADMIN, SITE));
  assert_int_equal(explained(m, ADMIN, SITE, BW_USER_READ, chains), 1);
  assert_int_equal(chains[0].verdict, BW_VERDICT_GIVES);
}

/* Two administrators: one at the partner, one at the provider above it. */
static void put_boss(struct bw_model *m)
{
  put_principal(m, principal_fact(BOSS, PROVIDER));
  put_grant(m, grant_fact(ADMINS_GRANT + 2, BOSS, READER, PROVIDER));
}

static size_t found(const struct bw_model *m, unsigned tenant, unsigned view, bool above, struct bw_chain chains[SOME])
{
  struct bw_search search = {
      .tenant = id(tenant), .permission = BW_USER_READ, .now = NOW, .view = id(view), .above = above};
  return bw_search(m, &search, SOME, chains);
}

static void a_search_finds_machines_too_and_parts_those_above(void **state)
{
  struct bw_model *m = *state;
  struct bw_chain chains[SOME];
  CHANGE(m, put_machine(m); put_boss(m));
  assert_int_equal(found(m, SITE, PARTNER, false, chains), 2);
  assert_true(is(chains[0].principal, ADMIN) && is(chains[1].principal, ROBOT));
  assert_int_equal(found(m, SITE, PARTNER, true, chains), 1);
  assert_true(is(chains[0].principal, BOSS) && is(chains[0].tenant, PROVIDER) && chains[0].up == 3);
  assert_int_equal(found(m, SITE, CUSTOMER, false, chains), 0);
  assert_int_equal(found(m, SITE, CUSTOMER, true, chains), 3);
  assert_int_equal(found(m, SITE, PROVIDER, false, chains), 3);
  assert_int_equal(found(m, 999, PROVIDER, false, chains), 0);
}

static void a_search_does_not_find_who_may_not_act(void **state)
{
  struct bw_model *m = *state;
  struct bw_chain chains[SOME];
  struct bw_tenant_fact partner = tenant_fact(PARTNER, PROVIDER);
  partner.state = BW_TENANT_STAFF_SUSPENDED;
  CHANGE(m, put_boss(m); put_tenant(m, partner));
  assert_int_equal(found(m, SITE, PROVIDER, false, chains), 1);
  assert_true(is(chains[0].principal, BOSS));
}

/* The list of a tenant's grants follows what becomes of each. */
static void a_grant_that_moves_or_goes_is_found_where_it_is(void **state)
{
  struct bw_model *m = *state;
  struct bw_chain chains[SOME];
  for (unsigned i = 1; i <= 3; i++)
    CHANGE(m, put_principal(m, principal_fact(ADMIN + i, PARTNER));
           put_grant(m, grant_fact(ADMINS_GRANT + i, ADMIN + i, READER, CUSTOMER)));
  assert_int_equal(found(m, CUSTOMER, PROVIDER, false, chains), 4);
  CHANGE(m, put_grant(m, grant_fact(ADMINS_GRANT + 2, ADMIN + 2, READER, OTHER)));
  assert_int_equal(found(m, CUSTOMER, PROVIDER, false, chains), 3);
  assert_int_equal(found(m, OTHER, PROVIDER, false, chains), 2);
  struct bw_id gone[] = {id(ADMINS_GRANT + 1), id(ADMINS_GRANT + 3)};
  CHANGE(m, bw_model_drop_grant(m, &gone[0]); bw_model_drop_grant(m, &gone[1]));
  assert_int_equal(found(m, CUSTOMER, PROVIDER, false, chains), 1);
  CHANGE(m, put_grant(m, grant_fact(ADMINS_GRANT + 1, ADMIN + 1, READER, CUSTOMER)));
  assert_int_equal(found(m, SITE, PROVIDER, false, chains), 2);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      ON_ESTATE(the_grant_that_decides_stands_first),
      ON_ESTATE(what_does_not_reach_is_not_told_of),
      ON_ESTATE(a_grant_out_of_its_time_says_which),
      ON_ESTATE(what_no_machine_has_by_a_role_is_barred),
      ON_ESTATE(who_may_not_act_is_explained_all_the_same),
      ON_ESTATE(a_search_finds_machines_too_and_parts_those_above),
      ON_ESTATE(a_search_does_not_find_who_may_not_act),
      ON_ESTATE(a_grant_that_moves_or_goes_is_found_where_it_is),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
