/* Readers beside the writer: what is true at every commit is never seen false, and the reverse. */
#include "world.h"
#include <bailiwick/explain.h>
#include "pdp/model.h"
#include <pthread.h>
#include <time.h>

enum { READERS = 3, MILLISECONDS = 800, SHUTTLE = 50, ROUTE = 51, GRANT = 301, CROWD = 4000 };

/* One scenario: what the writer does between two commits, and what every reader must always see. */
struct scene {
  struct bw_model *model;
  void (*turn)(struct bw_model *m, unsigned turn);
  bool (*holds)(const struct bw_model *m);
  bool over; /* atomic */
  size_t wrong, seen;
};

static void *watch(void *arg)
{
  struct scene *scene = arg;
  size_t wrong = 0, seen = 0;
  for (; !__atomic_load_n(&scene->over, __ATOMIC_RELAXED); seen++)
    wrong += !scene->holds(scene->model);
  __atomic_fetch_add(&scene->wrong, wrong, __ATOMIC_RELAXED);
  __atomic_fetch_add(&scene->seen, seen, __ATOMIC_RELAXED);
  return NULL;
}

static double seconds(void)
{
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void play(struct scene *scene)
{
  pthread_t reader[READERS];
  for (int i = 0; i < READERS; i++)
    assert_int_equal(pthread_create(&reader[i], NULL, watch, scene), 0);
  unsigned turn = 0;
  for (double end = seconds() + MILLISECONDS / 1e3; seconds() < end; turn++)
    CHANGE(scene->model, scene->turn(scene->model, turn));
  __atomic_store_n(&scene->over, true, __ATOMIC_RELAXED);
  for (int i = 0; i < READERS; i++)
    pthread_join(reader[i], NULL);
  print_message("%u publications, %zu readings, %zu wrong\n", turn, scene->seen, scene->wrong);
  assert_true(turn > 10 && scene->seen > 100);
  assert_int_equal(scene->wrong, 0);
}

/* SHUTTLE stands under CUSTOMER under PARTNER, or under ROUTE while ROUTE is under PARTNER: always within PARTNER. A
   walk that takes the first step before and the second after would see ROUTE under RIVAL. */
static void shuttle(struct bw_model *m, unsigned turn)
{
  bool through_route = turn % 2;
  put_tenant(m, tenant_fact(SHUTTLE, through_route ? ROUTE : CUSTOMER));
  put_tenant(m, tenant_fact(ROUTE, through_route ? PARTNER : RIVAL));
}

static bool shuttle_is_seen(const struct bw_model *m)
{
  struct bw_id below = id(SHUTTLE), above = id(PARTNER);
  return allowed(m, ADMIN, SHUTTLE) && bw_tenant_within(m, &below, &above);
}

static void what_is_true_at_every_commit_is_never_seen_false(void **state)
{
  CHANGE(*state, shuttle(*state, 0));
  play(&(struct scene){.model = *state, .turn = shuttle, .holds = shuttle_is_seen});
}

/* The reverse: SHUTTLE is never within PARTNER, each of its two stations now and then is. */
static void detour(struct bw_model *m, unsigned turn)
{
  bool through_route = turn % 2;
  put_tenant(m, tenant_fact(SHUTTLE, through_route ? ROUTE : CUSTOMER));
  put_tenant(m, tenant_fact(CUSTOMER, through_route ? PARTNER : RIVAL));
  put_tenant(m, tenant_fact(ROUTE, through_route ? RIVAL : PARTNER));
}

static bool shuttle_is_not_seen(const struct bw_model *m)
{
  struct bw_id below = id(SHUTTLE), above = id(PARTNER);
  struct bw_answer answer = ask(m, ADMIN, SHUTTLE);
  return answer.reason == BW_REASON_NOT_VISIBLE && !bw_tenant_within(m, &below, &above);
}

static void what_is_false_at_every_commit_is_never_seen_true(void **state)
{
  CHANGE(*state, detour(*state, 0));
  play(&(struct scene){.model = *state, .turn = detour, .holds = shuttle_is_not_seen});
}

/* One grant goes as another comes; tables grow and shrink meanwhile, and indices are used again. */
static void swap(struct bw_model *m, unsigned turn)
{
  struct bw_id gone = id(GRANT + turn % CROWD);
  bw_model_drop_grant(m, &gone);
  put_grant(m, grant_fact(GRANT + (turn + 1) % CROWD, ADMIN, READER, PARTNER));
  struct bw_id left = id(100000 + turn % CROWD);
  bw_model_drop_principal(m, &left);
  put_principal(m, principal_fact(100000 + (turn * 7 + CROWD / 2) % CROWD, PARTNER));
}

static bool exactly_one_grant(const struct bw_model *m)
{
  struct bw_id admin = id(ADMIN);
  struct bw_root root[4];
  struct bw_chain chain[4];
  struct bw_search search = {.tenant = id(SITE), .permission = BW_USER_READ, .now = NOW, .view = id(PROVIDER)};
  return allowed(m, ADMIN, SITE) && bw_roots(m, &admin, NOW, 4, root) == 1 && is(root[0].tenant, PARTNER) &&
         bw_search(m, &search, 4, chain) == 1 && is(chain[0].principal, ADMIN);
}

static void grants_swapped_in_one_publication_are_always_one(void **state)
{
  struct bw_id first = id(ADMINS_GRANT);
  CHANGE(*state, bw_model_drop_grant(*state, &first); swap(*state, 0));
  play(&(struct scene){.model = *state, .turn = swap, .holds = exactly_one_grant});
}

static void nothing_is_visible_before_commit(void **state)
{
  struct bw_model *m = *state;
  struct bw_id gone = id(ADMINS_GRANT), partner = id(PARTNER);
  struct bw_tenant_fact fact;
  bw_model_begin(m);
  bw_model_drop_grant(m, &gone);
  put_tenant(m, tenant_fact(PARTNER, RIVAL));
  put_tenant(m, tenant_fact(SHUTTLE, PARTNER));
  assert_true(allowed(m, ADMIN, SITE));
  assert_false(allowed(m, ADMIN, SHUTTLE));
  assert_true(bw_tenant(m, &partner, &fact) && is(fact.parent, PROVIDER));
  assert_int_equal(bw_model_revision(m), 1);
  assert_true(bw_model_commit(m, 7));
  assert_false(allowed(m, ADMIN, SITE));
  assert_true(bw_tenant(m, &partner, &fact) && is(fact.parent, RIVAL));
  assert_int_equal(bw_model_revision(m), 7);
}

static void an_abandoned_publication_leaves_nothing(void **state)
{
  struct bw_model *m = *state;
  struct bw_model_counts before, after;
  bw_model_count(m, &before);
  bw_model_begin(m);
  put_grant(m, grant_fact(GRANT, 900, 901, 902));
  struct bw_id gone = id(ADMINS_GRANT);
  bw_model_drop_grant(m, &gone);
  bw_model_begin(m);
  assert_true(bw_model_commit(m, 2));
  bw_model_count(m, &after);
  assert_memory_equal(&before, &after, sizeof before);
  assert_true(allowed(m, ADMIN, SITE));
}

/* A table that has no index left is what memory that ran out looks like. */
static void a_publication_that_found_no_memory_changes_nothing(void **state)
{
  struct bw_model *m = *state;
  struct bw_id gone = id(ADMINS_GRANT);
  struct bw_grant_fact fact = grant_fact(GRANT, ADMIN, READER, CUSTOMER);
  struct bw_model_counts before, after;
  bw_model_count(m, &before);
  uint32_t made = m->table[PDP_GRANTS].made;
  m->table[PDP_GRANTS].made = (uint32_t)PDP_CHUNK * PDP_CHUNKS;
  bw_model_begin(m);
  bw_model_drop_grant(m, &gone);
  put_tenant(m, tenant_fact(PARTNER, RIVAL));
  assert_false(bw_model_put_grant(m, &fact));
  assert_false(bw_model_put_tenant(m, &(struct bw_tenant_fact){.id = id(SHUTTLE)}));
  assert_false(bw_model_commit(m, 2));
  bw_model_count(m, &after);
  assert_memory_equal(&before, &after, sizeof before);
  assert_int_equal(bw_model_revision(m), 1);
  assert_true(allowed(m, ADMIN, SITE));
  m->table[PDP_GRANTS].made = made;
  CHANGE(m, put_grant(m, fact));
  assert_int_equal(bw_model_revision(m), 2);
}

static void a_reader_gets_through_while_one_publication_follows_another(void **state)
{
  struct bw_model *m = *state;
  struct bw_question question = {id(ADMIN), id(SITE), BW_USER_READ, NOW};
  struct bw_answer answer;
  for (unsigned i = 2; i < 500; i++) {
    bw_model_begin(m);
    for (unsigned n = 0; n < 20; n++)
      put_tenant(m, tenant_fact(1000 + i * 20 + n, CUSTOMER));
    assert_true(bw_model_commit(m, i));
    bw_decide(m, &question, &answer);
    assert_int_equal(answer.revision, i);
    assert_int_equal(answer.effect, BW_ALLOW);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      ON_ESTATE(what_is_true_at_every_commit_is_never_seen_false),
      ON_ESTATE(what_is_false_at_every_commit_is_never_seen_true),
      ON_ESTATE(grants_swapped_in_one_publication_are_always_one),
      ON_ESTATE(nothing_is_visible_before_commit),
      ON_ESTATE(an_abandoned_publication_leaves_nothing),
      ON_ESTATE(a_publication_that_found_no_memory_changes_nothing),
      ON_ESTATE(a_reader_gets_through_while_one_publication_follows_another),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
