/* What a principal holds, grant by grant. */
#include "world.h"

enum { GRANT = 301, WRITER = 201, MOST = 8 };

static size_t roots(const struct bw_model *m, size_t most, struct bw_root ret_roots[MOST])
{
  struct bw_id admin = id(ADMIN);
  return bw_roots(m, &admin, NOW, most, ret_roots);
}

static void a_root_says_what_is_held_where_and_until_when(void **state)
{
  struct bw_grant_fact fact = grant_fact(GRANT, ADMIN, WRITER, SITE);
  fact.reach = BW_REACH_SELF;
  fact.expires_at = NOW + 5;
  struct bw_permission_set writes = permissions(BW_USER_CREATE, BW_USER_UPDATE);
  CHANGE(*state, put_role(*state, WRITER, PARTNER, writes); put_grant(*state, fact));
  struct bw_root root[MOST];
  assert_int_equal(roots(*state, MOST, root), 2);
  assert_true(is(root[0].tenant, PARTNER) && is(root[0].role, READER) && is(root[0].grant, ADMINS_GRANT));
  assert_true(root[0].reach == BW_REACH_SUBTREE && root[0].expires_at == 0);
  assert_true(is(root[1].tenant, SITE) && is(root[1].role, WRITER) && is(root[1].grant, GRANT));
  assert_true(root[1].reach == BW_REACH_SELF && root[1].expires_at == NOW + 5);
  assert_memory_equal(&root[1].permissions, &writes, sizeof writes);
}

static void a_machines_root_is_without_what_no_machine_holds(void **state)
{
  struct bw_principal_fact fact = principal_fact(ADMIN, PARTNER);
  struct bw_permission_set fit = permissions(BW_USER_READ, BW_USER_READ);
  fact.kind = BW_PRINCIPAL_CLIENT;
  CHANGE(*state, put_principal(*state, fact);
         put_role(*state, READER, PROVIDER, permissions(BW_USER_READ, BW_GRANT_ASSIGN_PRIVILEGED)));
  struct bw_root root[MOST];
  assert_int_equal(roots(*state, MOST, root), 1);
  assert_memory_equal(&root[0].permissions, &fit, sizeof fit);
}

static void roots_come_in_the_order_of_the_tree(void **state)
{
  static const unsigned held[] = {OTHER, SITE, CUSTOMER}, expected[] = {PARTNER, CUSTOMER, SITE, OTHER};
  bw_model_begin(*state);
  for (unsigned i = 0; i < 3; i++)
    put_grant(*state, grant_fact(GRANT + i, ADMIN, READER, held[i]));
  assert_true(bw_model_commit(*state, 2));
  struct bw_root root[MOST];
  assert_int_equal(roots(*state, MOST, root), 4);
  for (unsigned i = 0; i < 4; i++)
    assert_true(is(root[i].tenant, expected[i]));
}

static void grants_at_one_tenant_come_in_the_order_of_their_ids(void **state)
{
  CHANGE(*state, put_grant(*state, grant_fact(GRANT + 1, ADMIN, READER, PARTNER));
         put_grant(*state, grant_fact(GRANT, ADMIN, READER, PARTNER)));
  struct bw_root root[MOST];
  assert_int_equal(roots(*state, MOST, root), 3);
  for (unsigned i = 0; i < 3; i++)
    assert_true(is(root[i].grant, ADMINS_GRANT + i));
}

static void the_first_ones_are_given_and_all_are_counted(void **state)
{
  CHANGE(*state, put_grant(*state, grant_fact(GRANT, ADMIN, READER, SITE));
         put_grant(*state, grant_fact(GRANT + 1, ADMIN, READER, CUSTOMER)));
  struct bw_root root[MOST];
  memset(root, 0, sizeof root);
  assert_int_equal(roots(*state, 2, root), 3);
  assert_true(is(root[0].tenant, PARTNER) && is(root[1].tenant, CUSTOMER) && is(root[2].tenant, 0));
  assert_int_equal(roots(*state, 0, NULL), 3);
}

static void only_live_grants_are_roots(void **state)
{
  struct bw_grant_fact expired = grant_fact(GRANT, ADMIN, READER, SITE);
  struct bw_grant_fact later = grant_fact(GRANT + 1, ADMIN, READER, SITE);
  expired.expires_at = NOW;
  later.not_before = NOW + 1;
  CHANGE(*state, put_grant(*state, expired); put_grant(*state, later);
         put_grant(*state, grant_fact(GRANT + 2, ADMIN, READER, RIVAL));
         put_grant(*state, grant_fact(GRANT + 3, ADMIN, WRITER, SITE)));
  struct bw_root root[MOST];
  assert_int_equal(roots(*state, MOST, root), 1);
  assert_true(is(root[0].grant, ADMINS_GRANT));
}

static void who_may_not_act_has_no_roots(void **state)
{
  struct bw_principal_fact fact = principal_fact(ADMIN, PARTNER);
  fact.state = BW_PRINCIPAL_SUSPENDED;
  CHANGE(*state, put_principal(*state, fact));
  struct bw_root root[MOST];
  assert_int_equal(roots(*state, MOST, root), 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      ON_ESTATE(a_root_says_what_is_held_where_and_until_when),
      ON_ESTATE(a_machines_root_is_without_what_no_machine_holds),
      ON_ESTATE(roots_come_in_the_order_of_the_tree),
      ON_ESTATE(grants_at_one_tenant_come_in_the_order_of_their_ids),
      ON_ESTATE(the_first_ones_are_given_and_all_are_counted),
      ON_ESTATE(only_live_grants_are_roots),
      ON_ESTATE(who_may_not_act_has_no_roots),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
