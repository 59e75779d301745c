/* The engine and the oracle are shown the same random publications and asked everything there is to ask.
   BAILIWICK_SEED repeats a run. */
#include "oracle.h"
#include <inttypes.h>
#include <time.h>

#if defined(__SANITIZE_THREAD__)
enum { WORLDS = 1 }; /* one thread asks, so ThreadSanitizer has nothing to find */
#else
enum { WORLDS = 5 };
#endif
enum {
  FIRST_PRINCIPAL = 100,
  FIRST_GROUP = FIRST_PRINCIPAL + PEOPLE,
  FIRST_ROLE = 200,
  FIRST_GRANT = 300,
  FIRST_MEMBERSHIP = 400
};
enum { PUBLICATIONS = 30, WANTED = 40000 * WORLDS };

/* What both are shown, and how often they agreed on what. */
struct pair {
  struct bw_model *model;
  struct oracle oracle;
  bool calm; /* nothing is dropped, suspended or bent yet */
  uint64_t random, revision;
  size_t compared, by_groups, reasons[BW_REASON_NO_PERMISSION + 1];
};

static unsigned below(struct pair *p, unsigned most)
{
  p->random ^= p->random << 13;
  p->random ^= p->random >> 7;
  p->random ^= p->random << 17;
  return (unsigned)(p->random >> 20) % most;
}

/* Often one just before, so that lines get long; now and then any, so that rings and orphans come up too. */
static unsigned some_parent(struct pair *p, unsigned number)
{
  if (number == 1)
    return 0;
  unsigned kind = below(p, 60);
  if (kind == 0 && !p->calm)
    return below(p, TENANTS + 2);
  return kind < 30 ? number - 1 - below(p, number > 2 ? 2 : 1) : 1 + below(p, number - 1);
}

static void change_tenant(struct pair *p, bool drop)
{
  unsigned number = 1 + below(p, TENANTS);
  struct bw_tenant_fact fact = tenant_fact(number, some_parent(p, number));
  unsigned luck = below(p, 60);
  if (luck < 10 && !p->calm)
    fact.state = luck < 5 ? BW_TENANT_STAFF_SUSPENDED : luck < 8 ? BW_TENANT_SUBTREE_SUSPENDED : BW_TENANT_TERMINATED;
  fact.boundary = below(p, 20) == 0;
  fact.kind = BW_TENANT_PROVIDER + below(p, 3);
  if (drop)
    bw_model_drop_tenant(p->model, &fact.id);
  else
    put_tenant(p->model, fact);
  p->oracle.tenant[number - 1] = drop ? (struct bw_tenant_fact){.boundary = false} : fact;
}

static void change_principal(struct pair *p, bool drop)
{
  unsigned number = below(p, PRINCIPALS);
  struct bw_principal_fact fact = principal_fact(FIRST_PRINCIPAL + number, 1 + below(p, 1 + below(p, 5)));
  fact.state = below(p, 8) ? BW_PRINCIPAL_ACTIVE : BW_PRINCIPAL_SUSPENDED;
  fact.epoch = below(p, 3);
  fact.kind = number % 3 ? BW_PRINCIPAL_USER : BW_PRINCIPAL_CLIENT;
  if (FIRST_PRINCIPAL + number >= FIRST_GROUP)
    fact.kind = BW_PRINCIPAL_GROUP;
  if (drop)
    bw_model_drop_principal(p->model, &fact.id);
  else
    put_principal(p->model, fact);
  p->oracle.principal[number] = drop ? (struct bw_principal_fact){.epoch = 0} : fact;
}

static void change_role(struct pair *p, bool drop)
{
  unsigned number = below(p, ROLES);
  struct bw_role_fact fact = {.id = id(FIRST_ROLE + number), .tenant = id(1 + below(p, 1 + below(p, 3)))};
  fact.permissions = permissions(1 + below(p, 4), 1 + below(p, BW_PERMISSION__COUNT - 1));
  if (drop)
    bw_model_drop_role(p->model, &fact.id);
  else
    assert_true(bw_model_put_role(p->model, &fact));
  p->oracle.role[number] = drop ? (struct bw_role_fact){.id = id(0)} : fact;
}

static void change_grant(struct pair *p, bool drop)
{
  static const int64_t from[] = {0, 0, 0, 0, 500, NOW, NOW + 1}, until[] = {0, 0, 0, 0, 500, NOW, NOW + 1};
  unsigned number = below(p, GRANTS);
  struct bw_grant_fact fact = grant_fact(FIRST_GRANT + number, FIRST_PRINCIPAL + below(p, PRINCIPALS + 1),
                                         FIRST_ROLE + below(p, ROLES), 1 + below(p, TENANTS));
  fact.reach = below(p, 4) ? BW_REACH_SUBTREE : BW_REACH_SELF;
  fact.not_before = from[below(p, 7)];
  fact.expires_at = until[below(p, 7)];
  if (drop)
    bw_model_drop_grant(p->model, &fact.id);
  else
    put_grant(p->model, fact);
  p->oracle.grant[number] = drop ? (struct bw_grant_fact){.not_before = 0} : fact;
}

/* Rings too, and in who is no group at all. */
static void change_membership(struct pair *p, bool drop)
{
  unsigned number = below(p, MEMBERSHIPS);
  struct bw_membership_fact fact = {.id = id(FIRST_MEMBERSHIP + number),
                                    .member = id(FIRST_PRINCIPAL + below(p, PRINCIPALS + 1))};
  fact.group = id(below(p, 8) ? FIRST_GROUP + below(p, PRINCIPALS - PEOPLE) : FIRST_PRINCIPAL + below(p, PRINCIPALS));
  if (drop)
    bw_model_drop_membership(p->model, &fact.id);
  else
    assert_true(bw_model_put_membership(p->model, &fact));
  p->oracle.membership[number] = drop ? (struct bw_membership_fact){.id = id(0)} : fact;
}

static void publish(struct pair *p, unsigned changes)
{
  static void (*const change[])(struct pair *, bool) = {change_tenant, change_principal, change_role, change_grant,
                                                        change_membership};
  bw_model_begin(p->model);
  while (changes-- > 0)
    change[below(p, 5)](p, !p->calm && below(p, 20) == 0);
  assert_true(bw_model_commit(p->model, ++p->revision));
}

/* Everything said anew; what goes unsaid is gone. */
static void publish_whole(struct pair *p)
{
  struct oracle *o = &p->oracle;
  assert_true(bw_model_begin_whole(p->model));
  o->grant[below(p, GRANTS)] = (struct bw_grant_fact){.not_before = 0};
  o->role[below(p, ROLES)].permissions = permissions(BW_USER_READ, BW_TENANT_SUSPEND);
  o->principal[below(p, PRINCIPALS)] = (struct bw_principal_fact){.epoch = 0};
  o->membership[below(p, MEMBERSHIPS)] = (struct bw_membership_fact){.id = id(0)};
  for (int i = GRANTS - 1; i >= 0; i--)
    put_grant(p->model, o->grant[i]);
  for (int i = 0; i < MEMBERSHIPS; i++)
    assert_true(bw_model_put_membership(p->model, &o->membership[i]));
  for (int i = 0; i < ROLES; i++)
    assert_true(bw_model_put_role(p->model, &o->role[i]));
  for (int i = 0; i < PRINCIPALS; i++)
    put_principal(p->model, o->principal[i]);
  for (int i = 0; i < TENANTS; i++)
    put_tenant(p->model, o->tenant[i]);
  assert_true(bw_model_commit(p->model, ++p->revision));
}

static void compare_decision(struct pair *p, unsigned subject, unsigned tenant, enum bw_permission permission)
{
  struct bw_question question = {id(subject), id(tenant), permission, NOW};
  struct bw_answer said, expected = oracle_decide(&p->oracle, &question);
  bw_decide(p->model, &question, &said);
  assert_int_equal(said.effect, expected.effect);
  assert_int_equal(said.reason, expected.reason);
  assert_int_equal(said.reach, expected.reach);
  assert_true(same(said.root, expected.root));
  assert_true(same(said.grant, expected.grant));
  assert_int_equal(said.revision, p->revision);
  p->reasons[said.reason]++;
  p->compared++;
}

static void compare_held(struct pair *p, unsigned subject, unsigned tenant)
{
  struct bw_id s = id(subject), t = id(tenant);
  struct bw_permission_set said, expected = {{0}};
  for (const struct bw_grant_fact *g = p->oracle.grant; g < p->oracle.grant + GRANTS; g++) {
    if (!oracle_live(&p->oracle, s, g, NOW) || !oracle_reaches(&p->oracle, g, t))
      continue;
    struct bw_permission_set given = oracle_given(&p->oracle, (struct oracle_case){s, t, g});
    p->by_groups += !same(g->principal, s);
    bw_permission_unite(&expected, &given);
  }
  bw_held(p->model, &s, &t, NOW, &said);
  assert_memory_equal(&said, &expected, sizeof said);
  p->compared++;
}

/* By path, then by grant: as the SQL of a list would order them. */
static bool in_order(const struct pair *p, const struct bw_root *a, const struct bw_root *b)
{
  char left[BW_PATH], right[BW_PATH];
  assert_true(bw_tenant_path(p->model, &a->tenant, left) > 0);
  assert_true(bw_tenant_path(p->model, &b->tenant, right) > 0);
  int order = strcmp(left, right);
  return order < 0 || (order == 0 && memcmp(&a->grant, &b->grant, sizeof a->grant) < 0);
}

static void compare_roots(struct pair *p, unsigned subject)
{
  struct bw_id s = id(subject);
  struct bw_root all[GRANTS], few[GRANTS];
  size_t expected = 0, n = bw_roots(p->model, &s, NOW, GRANTS, all), most = below(p, GRANTS);
  for (const struct bw_grant_fact *g = p->oracle.grant; g < p->oracle.grant + GRANTS; g++)
    expected += oracle_live(&p->oracle, s, g, NOW);
  assert_int_equal(n, expected);
  for (size_t i = 0; i < n; i++) {
    const struct bw_grant_fact *g = p->oracle.grant;
    while (!same(g->id, all[i].grant))
      g++;
    assert_true(oracle_live(&p->oracle, s, g, NOW));
    assert_true(same(all[i].tenant, g->tenant) && same(all[i].role, g->role) && all[i].reach == g->reach);
    assert_true(all[i].expires_at == g->expires_at);
    struct bw_permission_set given = oracle_given(&p->oracle, (struct oracle_case){s, g->tenant, g});
    assert_memory_equal(&all[i].permissions, &given, sizeof given);
    assert_true(i == 0 || in_order(p, &all[i - 1], &all[i]));
    assert_true(bw_root_of(p->model, &s, &g->id, NOW, &few[0]) && memcmp(&few[0], &all[i], sizeof *all) == 0);
    p->compared++;
  }
  assert_int_equal(bw_roots(p->model, &s, NOW, most, few), n);
  for (size_t i = 0; i < n && i < most; i++)
    assert_true(same(few[i].grant, all[i].grant));
}

static bool oracle_gives(const struct oracle *o, const struct bw_grant_fact *g, const struct bw_question *q)
{
  if (!oracle_live(o, q->subject, g, q->now) || !oracle_reaches(o, g, q->tenant))
    return false;
  struct bw_permission_set given = oracle_given(o, (struct oracle_case){q->subject, q->tenant, g}), nothing = {{0}};
  return q->permission ? bw_permission_has(&given, q->permission) : memcmp(&given, &nothing, sizeof given) != 0;
}

/* Who can do it is each for whom the decision is yes, by each grant that gives it, from wherever it is looked at. */
static void compare_search(struct pair *p, unsigned tenant, enum bw_permission permission)
{
  static struct bw_chain chains[2][GRANTS * PRINCIPALS], few[GRANTS * PRINCIPALS];
  struct bw_search search = {.tenant = id(tenant), .permission = permission, .now = NOW, .view = id(tenant)};
  while (below(p, 3) && find_tenant(&p->oracle, search.view) && !is(find_tenant(&p->oracle, search.view)->parent, 0))
    search.view = find_tenant(&p->oracle, search.view)->parent;
  size_t n[2], expected = 0, most = below(p, GRANTS * PRINCIPALS);
  for (int above = 0; above < 2; above++) {
    search.above = above;
    n[above] = bw_search(p->model, &search, GRANTS * PRINCIPALS, chains[above]);
    for (size_t i = 0; i < n[above]; i++) {
      const struct bw_chain *c = &chains[above][i];
      struct bw_answer answer;
      bw_decide(p->model, &(struct bw_question){c->principal, search.tenant, permission, NOW}, &answer);
      assert_true(permission == 0 || answer.effect == BW_ALLOW);
      assert_int_equal(oracle_within(&p->oracle, c->home, search.view), !above);
      const struct bw_chain *before = &chains[above][i ? i - 1 : 0];
      int order = memcmp(&before->grant, &c->grant, sizeof c->grant);
      assert_true(i == 0 || order < 0 ||
                  (order == 0 && memcmp(&before->principal, &c->principal, sizeof c->principal) < 0));
    }
  }
  for (const struct bw_grant_fact *g = p->oracle.grant; g < p->oracle.grant + GRANTS; g++)
    for (unsigned who = 0; who < PRINCIPALS; who++)
      expected +=
          oracle_gives(&p->oracle, g, &(struct bw_question){id(FIRST_PRINCIPAL + who), search.tenant, permission, NOW});
  assert_int_equal(n[0] + n[1], expected);
  assert_int_equal(bw_search(p->model, &search, most, few), n[1]);
  for (size_t i = 0; i < n[1] && i < most; i++)
    assert_true(same(few[i].grant, chains[1][i].grant));
  if (n[1] > 1) {
    search.after = chains[1][0].grant;
    search.after_principal = chains[1][0].principal;
    assert_int_equal(bw_search(p->model, &search, most, few), n[1] - 1);
  }
  p->compared++;
}

/* What is explained is what was decided, and by the grant that decided it. */
static void compare_explanation(struct pair *p, unsigned subject, unsigned tenant, enum bw_permission permission)
{
  struct bw_question question = {id(subject), id(tenant), permission, NOW};
  struct bw_chain chains[GRANTS];
  struct bw_answer answer;
  bw_decide(p->model, &question, &answer);
  size_t n = bw_explain(p->model, &question, GRANTS, chains), gives = 0, lacks = 0, expected = 0;
  for (size_t i = 0; i < n; i++) {
    gives += chains[i].verdict == BW_VERDICT_GIVES;
    lacks += chains[i].verdict == BW_VERDICT_LACKS || chains[i].verdict == BW_VERDICT_BARRED;
    assert_true(chains[i].verdict > BW_VERDICT_NONE && (i == 0 || chains[i].verdict <= chains[i - 1].verdict));
  }
  assert_int_equal(answer.effect == BW_ALLOW, gives > 0 && answer.reason != BW_REASON_NO_SUBJECT);
  assert_int_equal(answer.reason == BW_REASON_NOT_VISIBLE, gives + lacks == 0 && answer.reason != BW_REASON_NO_SUBJECT);
  for (const struct bw_grant_fact *g = p->oracle.grant; g < p->oracle.grant + GRANTS; g++)
    expected += oracle_gives(&p->oracle, g, &question);
  if (answer.reason != BW_REASON_NO_SUBJECT)
    assert_int_equal(gives, expected);
  assert_true(answer.effect != BW_ALLOW || same(chains[0].grant, answer.grant));
  p->compared++;
}

static void compare_subject(struct pair *p, unsigned subject)
{
  struct bw_id s = id(subject), session = id(9);
  bool privileged = false;
  for (const struct bw_grant_fact *g = p->oracle.grant; g < p->oracle.grant + GRANTS; g++) {
    const struct bw_role_fact *role = find_role(&p->oracle, g->role);
    if (is(g->id, 0) || !oracle_has(&p->oracle, s, g->principal, true, PRINCIPALS - PEOPLE) || !role ||
        (g->expires_at && NOW >= g->expires_at))
      continue;
    for (unsigned i = 1; i < BW_PERMISSION__COUNT; i++)
      privileged |=
          bw_permission_has(&role->permissions, i) && (bw_permission_row(i)->flags & BW_PERMISSION_PRIVILEGED);
  }
  assert_int_equal(bw_principal_privileged(p->model, &s, NOW), privileged);
  const struct bw_principal_fact *fact = find_principal(&p->oracle, s);
  bool alive = oracle_subject(&p->oracle, s) && fact->epoch == 1;
  assert_int_equal(bw_session_alive(p->model, &s, &session, 1), alive);
  p->compared += 2;
}

static void compare_tenant(struct pair *p, unsigned tenant)
{
  struct bw_id t = id(tenant), other = id(below(p, TENANTS + 1));
  char path[BW_PATH];
  assert_int_equal(bw_tenant_path(p->model, &t, path), oracle_depth(&p->oracle, t));
  assert_int_equal(bw_tenant_within(p->model, &t, &other), oracle_within(&p->oracle, t, other));
  p->compared += 2;
}

static void compare_all(struct pair *p)
{
  for (unsigned subject = FIRST_PRINCIPAL; subject <= FIRST_PRINCIPAL + PRINCIPALS; subject++) {
    compare_roots(p, subject);
    compare_subject(p, subject);
    for (unsigned tenant = 0; tenant <= TENANTS; tenant++) {
      compare_decision(p, subject, tenant, 1 + below(p, 4));
      compare_held(p, subject, tenant);
      compare_explanation(p, subject, tenant, 1 + below(p, 4));
    }
  }
  for (unsigned tenant = 0; tenant <= TENANTS; tenant++) {
    compare_tenant(p, tenant);
    compare_search(p, tenant, below(p, 5));
  }
}

static void live_through_a_world(struct pair *p)
{
  p->model = bw_model_new();
  p->oracle = (struct oracle){.tenant = {{.boundary = false}}};
  p->calm = true;
  publish(p, 600);
  p->calm = false;
  for (int i = 0; i < PUBLICATIONS; i++) {
    compare_all(p);
    publish(p, 1 + below(p, 6));
    if (i % 8 == 7)
      publish_whole(p);
  }
  bw_model_free(p->model);
}

/* A world of chance may be one in which hardly anybody may do anything. */
static bool enough(const struct pair *p)
{
  for (int reason = BW_REASON_GRANTED; reason <= BW_REASON_NO_PERMISSION; reason++)
    if (p->reasons[reason] <= 100)
      return false;
  return p->compared >= WANTED && p->by_groups > 100 * WORLDS;
}

static void the_engine_and_the_oracle_agree_on_every_question(void **state)
{
  (void)state;
  const char *given = getenv("BAILIWICK_SEED");
  struct pair p = {.random = given ? strtoull(given, NULL, 10) : (uint64_t)time(NULL)};
  print_message("BAILIWICK_SEED=%" PRIu64 "\n", p.random);
  p.random = p.random * 2 + 1;
  for (int i = 0; i < WORLDS || (!enough(&p) && i < 10 * WORLDS); i++)
    live_through_a_world(&p);
  print_message(
      "%zu compared, %zu by groups: %zu granted, %zu without subject, %zu not visible, %zu without permission\n",
      p.compared, p.by_groups, p.reasons[BW_REASON_GRANTED], p.reasons[BW_REASON_NO_SUBJECT],
      p.reasons[BW_REASON_NOT_VISIBLE], p.reasons[BW_REASON_NO_PERMISSION]);
  assert_true(enough(&p));
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(the_engine_and_the_oracle_agree_on_every_question)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
