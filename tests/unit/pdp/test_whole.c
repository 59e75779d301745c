/* Proves that a publication of everything leaves in the model what was put in it, and nothing else. */
#include "world.h"
#include <pthread.h>
#include <stdatomic.h>

/* All of estate(). */
static void put_estate(struct bw_model *m)
{
  put_tenant(m, tenant_fact(PROVIDER, 0));
  put_tenant(m, tenant_fact(PARTNER, PROVIDER));
  put_tenant(m, tenant_fact(CUSTOMER, PARTNER));
  put_tenant(m, tenant_fact(SITE, CUSTOMER));
  put_tenant(m, tenant_fact(OTHER, PARTNER));
  put_tenant(m, tenant_fact(RIVAL, PROVIDER));
  put_principal(m, principal_fact(ADMIN, PARTNER));
  put_role(m, READER, PROVIDER, permissions(BW_TENANT_READ, BW_USER_READ));
  put_grant(m, grant_fact(ADMINS_GRANT, ADMIN, READER, PARTNER));
}

static struct bw_model_counts counts_of(const struct bw_model *m)
{
  struct bw_model_counts counts;
  bw_model_count(m, &counts);
  return counts;
}

static bool session_alive(const struct bw_model *m, unsigned session)
{
  struct bw_id subject = id(ADMIN), of = id(session);
  return bw_session_alive(m, &subject, &of, 1);
}

static void what_is_put_again_stays(void **state)
{
  struct bw_model *m = *state;
  struct bw_model_counts before = counts_of(m);
  assert_true(bw_model_begin_whole(m));
  put_estate(m);
  assert_true(bw_model_commit(m, 7));
  struct bw_model_counts after = counts_of(m);
  assert_memory_equal(&before, &after, sizeof before);
  assert_int_equal(bw_model_revision(m), 7);
  assert_true(allowed(m, ADMIN, SITE));
}

static void what_is_not_put_goes(void **state)
{
  struct bw_model *m = *state;
  struct bw_id session = id(900);
  CHANGE(m, assert_true(bw_model_end_session(m, &session, NOW)));
  assert_false(session_alive(m, 900));
  assert_true(bw_model_begin_whole(m));
  assert_true(bw_model_commit(m, 7));
  struct bw_model_counts counts = counts_of(m);
  assert_int_equal(counts.tenants + counts.principals + counts.roles + counts.grants + counts.sessions, 0);
  assert_false(allowed(m, ADMIN, PARTNER));
  CHANGE(m, put_estate(m));
  assert_true(allowed(m, ADMIN, SITE));
  assert_true(session_alive(m, 900));
}

static enum bw_factor_rule asked_by(const struct bw_model *m, unsigned portal)
{
  struct bw_id site = id(SITE);
  struct bw_assurance asked;
  assert_true(bw_tenant_assurance(m, &site, portal, &asked));
  return asked.rule;
}

static void terms_stay_when_put_again_change_when_put_otherwise_and_else_go(void **state)
{
  struct bw_model *m = *state;
  struct bw_terms_fact fact = {.id = id(SITE), .factor_rule = {[1] = BW_FACTOR_PRIVILEGED}};
  CHANGE(m, bw_model_put_terms(m, &fact));
  for (int rule = BW_FACTOR_PRIVILEGED; rule <= BW_FACTOR_EVERYONE; rule++) {
    fact.factor_rule[1] = (enum bw_factor_rule)rule;
    assert_true(bw_model_begin_whole(m));
    put_estate(m);
    assert_true(bw_model_put_terms(m, &fact));
    assert_true(bw_model_commit(m, 7));
    assert_int_equal(asked_by(m, 1), rule);
  }
  assert_true(bw_model_begin_whole(m));
  put_estate(m);
  assert_true(bw_model_commit(m, 8));
  assert_int_equal(asked_by(m, 1), BW_FACTOR_NOBODY);
}

static void what_is_put_otherwise_changes(void **state)
{
  struct bw_model *m = *state;
  assert_true(bw_model_begin_whole(m));
  put_estate(m);
  put_tenant(m, tenant_fact(SITE, RIVAL));
  put_grant(m, (struct bw_grant_fact){.id = id(ADMINS_GRANT),
                                      .principal = id(ADMIN),
                                      .role = id(READER),
                                      .tenant = id(PARTNER),
                                      .reach = BW_REACH_SELF});
  assert_true(bw_model_commit(m, 7));
  assert_true(allowed(m, ADMIN, PARTNER));
  assert_false(allowed(m, ADMIN, CUSTOMER));
  struct bw_id site = id(SITE), rival = id(RIVAL);
  assert_true(bw_tenant_within(m, &site, &rival));
}

static void the_last_word_on_a_thing_counts(void **state)
{
  struct bw_model *m = *state;
  struct bw_id grant = id(ADMINS_GRANT), partner = id(OTHER);
  assert_true(bw_model_begin_whole(m));
  put_tenant(m, tenant_fact(SITE, RIVAL));
  put_estate(m);
  bw_model_drop_grant(m, &grant);
  bw_model_drop_tenant(m, &partner);
  put_tenant(m, tenant_fact(OTHER, PARTNER));
  assert_true(bw_model_commit(m, 7));
  struct bw_id site = id(SITE), customer = id(CUSTOMER);
  assert_true(bw_tenant_within(m, &site, &customer));
  assert_true(bw_tenant_within(m, &partner, &partner));
  assert_false(allowed(m, ADMIN, PARTNER));
}

static void what_is_abandoned_changes_nothing(void **state)
{
  struct bw_model *m = *state;
  assert_true(bw_model_begin_whole(m));
  put_tenant(m, tenant_fact(PROVIDER, 0));
  CHANGE(m, put_principal(m, principal_fact(ADMIN + 1, RIVAL)));
  assert_true(allowed(m, ADMIN, SITE));
  assert_int_equal(counts_of(m).principals, 2);
}

static void new_things_take_the_place_of_old_ones(void **state)
{
  struct bw_model *m = *state;
  for (unsigned round = 1; round <= 20; round++) {
    unsigned base = round * 1000;
    assert_true(bw_model_begin_whole(m));
    put_tenant(m, tenant_fact(base, 0));
    put_tenant(m, tenant_fact(base + 1, base));
    put_principal(m, principal_fact(base + 2, base));
    put_role(m, base + 3, base, permissions(BW_USER_READ, BW_TENANT_READ));
    put_grant(m, grant_fact(base + 4, base + 2, base + 3, base));
    assert_true(bw_model_commit(m, round + 1));
    assert_true(allowed(m, base + 2, base + 1));
    assert_false(allowed(m, base - 998, base - 1000));
  }
  assert_int_equal(counts_of(m).tenants, 2);
  assert_int_equal(counts_of(m).grants, 1);
}

/* Looks all the time for what no publication ever allowed. */
struct watcher {
  const struct bw_model *model;
  atomic_bool stop;
  unsigned long looks, wrong;
};

static void *watch(void *argument)
{
  struct watcher *w = argument;
  while (!atomic_load(&w->stop)) {
    w->wrong += allowed(w->model, ADMIN, CUSTOMER);
    w->looks++;
  }
  return NULL;
}

static void readers_see_one_whole_or_the_other(void **state)
{
  struct bw_model *m = *state;
  struct bw_id grant = id(ADMINS_GRANT);
  struct watcher w = {.model = m};
  pthread_t thread;
  CHANGE(m, bw_model_drop_grant(m, &grant));
  assert_int_equal(pthread_create(&thread, NULL, watch, &w), 0);
  for (unsigned round = 0; round < 2000; round++) {
    assert_true(bw_model_begin_whole(m));
    put_estate(m);
    if (round % 2)
      bw_model_drop_grant(m, &grant);
    else
      put_tenant(m, tenant_fact(CUSTOMER, RIVAL));
    for (unsigned other = 0; other < 50; other++)
      put_tenant(m, tenant_fact(1000 * (round % 2 + 1) + other, RIVAL));
    assert_true(bw_model_commit(m, round + 2));
  }
  atomic_store(&w.stop, true);
  pthread_join(thread, NULL);
  assert_true(w.looks > 0);
  assert_int_equal(w.wrong, 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      ON_ESTATE(what_is_put_again_stays),
      ON_ESTATE(what_is_not_put_goes),
      ON_ESTATE(terms_stay_when_put_again_change_when_put_otherwise_and_else_go),
      ON_ESTATE(what_is_put_otherwise_changes),
      ON_ESTATE(the_last_word_on_a_thing_counts),
      ON_ESTATE(what_is_abandoned_changes_nothing),
      ON_ESTATE(new_things_take_the_place_of_old_ones),
      ON_ESTATE(readers_see_one_whole_or_the_other),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
