/* The time of one check, uniformly random over subjects and targets: decide TENANTS [PRINCIPALS A TENANT]. */
#include <bailiwick/decide.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { QUESTIONS = 1 << 20, ROUNDS = 5, ROLES = 8, BRANCH = 12 };

static uint64_t random_state = 88172645463325252u;

static uint64_t any(void)
{
  random_state ^= random_state << 13;
  random_state ^= random_state >> 7;
  random_state ^= random_state << 17;
  return random_state * 0x2545f4914f6cdd1du;
}

/* Spread as real ids are, repeatable from a number. */
static struct bw_id id_of(char kind, uint64_t number)
{
  uint64_t word[2] = {(number + 1) * 0x9e3779b97f4a7c15u, (number ^ (uint64_t)(unsigned char)kind << 56) + 1};
  struct bw_id id;
  word[1] *= 0xd6e8feb86659fd93u;
  memcpy(&id, word, sizeof id);
  return id;
}

static double seconds(void)
{
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static uint64_t parent_of(uint64_t tenant) { return (tenant - 1) / BRANCH; }

static bool put_people(struct bw_model *m, uint64_t tenant, uint64_t people)
{
  bool ok = true;
  for (uint64_t i = tenant * people; ok && i < (tenant + 1) * people; i++) {
    struct bw_principal_fact p = {.id = id_of('p', i), .home = id_of('t', tenant), .kind = BW_PRINCIPAL_USER};
    p.state = BW_PRINCIPAL_ACTIVE;
    struct bw_grant_fact g = {.id = id_of('g', i), .principal = p.id, .tenant = p.home, .reach = BW_REACH_SUBTREE};
    g.role = id_of('r', i % ROLES);
    ok = bw_model_put_principal(m, &p) && bw_model_put_grant(m, &g);
  }
  return ok;
}

static struct bw_model *load(uint64_t tenants, uint64_t people)
{
  struct bw_model *m = bw_model_new();
  bool ok = m;
  if (!ok)
    return NULL;
  bw_model_begin(m);
  for (uint64_t i = 0; ok && i < ROLES; i++) {
    struct bw_role_fact r = {.id = id_of('r', i), .tenant = id_of('t', 0)};
    bw_permission_add(&r.permissions, BW_USER_READ);
    ok = bw_model_put_role(m, &r);
  }
  for (uint64_t i = 0; ok && i < tenants; i++) {
    struct bw_tenant_fact t = {.id = id_of('t', i), .kind = BW_TENANT_PARTNER, .state = BW_TENANT_ACTIVE};
    if (i)
      t.parent = id_of('t', parent_of(i));
    ok = bw_model_put_tenant(m, &t) && put_people(m, i, people);
  }
  return ok && bw_model_commit(m, 1) ? m : NULL;
}

/* Half of the targets stand at or under the subject's home, so that both answers are timed. */
static void fill(struct bw_question *question, uint64_t tenants, uint64_t people)
{
  for (size_t i = 0; i < QUESTIONS; i++) {
    uint64_t target = any() % tenants, home = any() % tenants;
    for (uint64_t up = any() % 4; i % 2 && (home = target, up); up--)
      home = target ? parent_of(target) : 0;
    question[i] = (struct bw_question){
        .subject = id_of('p', home * people + any() % people),
        .tenant = id_of('t', target),
        .permission = BW_USER_READ,
        .now = 1,
    };
  }
}

int main(int argc, char **argv)
{
  uint64_t tenants = argc > 1 ? strtoull(argv[1], NULL, 10) : 1000;
  uint64_t people = argc > 2 ? strtoull(argv[2], NULL, 10) : 3;
  double start = seconds();
  struct bw_model *m = tenants && people ? load(tenants, people) : NULL;
  struct bw_question *question = calloc(QUESTIONS, sizeof *question);
  if (!m || !question)
    return 1;
  struct bw_model_counts counts;
  bw_model_count(m, &counts);
  printf("%zu tenants, %zu principals, %zu grants: loaded in %.2f s, %.1f MB\n", counts.tenants, counts.principals,
         counts.grants, seconds() - start, (double)counts.bytes / 1e6);
  fill(question, tenants, people);
  for (int round = 0; round < ROUNDS; round++) {
    size_t allowed = 0;
    start = seconds();
    for (size_t i = 0; i < QUESTIONS; i++) {
      struct bw_answer answer;
      bw_decide(m, &question[i], &answer);
      allowed += answer.effect == BW_ALLOW;
    }
    printf("%.1f ns a check, %zu of %d allowed\n", (seconds() - start) / QUESTIONS * 1e9, allowed, QUESTIONS);
  }
  free(question);
  bw_model_free(m);
  return 0;
}
