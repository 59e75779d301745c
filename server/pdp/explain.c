/* The grants behind a decision, and those behind everybody for whom it is yes: judged as the decision judges them. */
#include <bailiwick/explain.h>
#include "pdp/decide.h"

/* When the grant is in force if it ever is. */
static int64_t moment_of(const struct pdp_grant *g)
{
  int64_t not_before = pdp_get(&g->not_before), expires_at = pdp_get(&g->expires_at);
  return not_before || !expires_at ? not_before : expires_at - 1;
}

static bool permits(const struct bw_permission_set *set, enum bw_permission permission)
{
  static const struct bw_permission_set nothing;
  return permission ? bw_permission_has(set, permission) : memcmp(set, &nothing, sizeof nothing) != 0;
}

/* Whom a question is about, and its tenant as they see it. */
struct asked {
  const struct bw_question *question;
  const struct pdp_principal *holder;
  struct pdp_target target;
};

/* What it gives is what counts; what its role has tells only why it gives nothing. */
static enum bw_verdict verdict_of(const struct bw_model *m, const struct asked *asked, const struct pdp_grant *g,
                                  unsigned *ret_place)
{
  const struct bw_question *q = asked->question;
  const struct pdp_role *role = pdp_role(m, pdp_get(&g->role));
  uint32_t held = pdp_get(&pdp_tenant(m, pdp_get(&g->tenant))->info);
  struct bw_permission_set given = pdp_given(role, pdp_barred(asked->holder, held, asked->target.line.info[0])),
                           whole = pdp_role_permissions(role);
  if (pdp_target_reached(m, &asked->target, g, q->now, ret_place)) {
    if (permits(&given, q->permission))
      return BW_VERDICT_GIVES;
    return permits(&whole, q->permission) ? BW_VERDICT_BARRED : BW_VERDICT_LACKS;
  }
  int64_t moment = moment_of(g);
  if (!permits(&given, q->permission) || !pdp_target_reached(m, &asked->target, g, moment, ret_place))
    return BW_VERDICT_NONE;
  return q->now < moment ? BW_VERDICT_EARLY : BW_VERDICT_EXPIRED;
}

static struct bw_chain chain_of(const struct bw_model *m, const struct pdp_principal *holder, const struct pdp_grant *g)
{
  struct bw_chain chain = {
      .grant = pdp_id(&g->key),
      .principal = pdp_id(&holder->key),
      .home = pdp_id(&pdp_tenant(m, pdp_get(&holder->home))->key),
      .role = pdp_id(&pdp_role(m, pdp_get(&g->role))->key),
      .tenant = pdp_id(&pdp_tenant(m, pdp_get(&g->tenant))->key),
  };
  chain.kind = pdp_kind(pdp_get(&holder->info));
  chain.reach = pdp_kind(pdp_get(&g->info));
  return chain;
}

static bool lower(const struct bw_chain *a, const struct bw_chain *b)
{
  int order = memcmp(&a->grant, &b->grant, sizeof a->grant);
  return order < 0 || (order == 0 && memcmp(&a->principal, &b->principal, sizeof a->principal) < 0);
}

static bool nearer(const struct bw_chain *a, const struct bw_chain *b)
{
  if (a->verdict != b->verdict)
    return a->verdict > b->verdict;
  if (a->up != b->up)
    return a->up > b->up;
  return a->reach != b->reach ? a->reach > b->reach : lower(a, b);
}

/* The first `most` of all that come, in an order. */
struct kept {
  bool (*before)(const struct bw_chain *a, const struct bw_chain *b);
  struct bw_chain *chains;
  size_t most, count; /* count: of all */
};

static void keep(struct kept *k, const struct bw_chain *chain)
{
  size_t held = k->count < k->most ? k->count : k->most, low = 0, high = held;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (k->before(&k->chains[middle], chain))
      low = middle + 1;
    else
      high = middle;
  }
  k->count++;
  if (low == k->most)
    return;
  memmove(&k->chains[low + 1], &k->chains[low], (held - low - (held == k->most)) * sizeof *k->chains);
  k->chains[low] = *chain;
}

static void explain(const struct bw_model *m, const struct bw_question *q, struct kept *k)
{
  struct asked asked = {.question = q, .holder = pdp_principal(m, pdp_principal_find(m, &q->subject))};
  struct pdp_holding holding;
  const struct pdp_grant *g;
  if (!pdp_target_of(m, pdp_tenant_find(m, &q->tenant), pdp_get(&asked.holder->home), &asked.target))
    return;
  pdp_holding_begin(m, asked.holder, false, &holding);
  while ((g = pdp_holding_next(m, &holding))) {
    struct bw_chain chain = chain_of(m, asked.holder, g);
    chain.verdict = verdict_of(m, &asked, g, &chain.up);
    if (chain.verdict)
      keep(k, &chain);
  }
}

size_t bw_explain(const struct bw_model *m, const struct bw_question *question, size_t most,
                  struct bw_chain *ret_chains)
{
  struct kept k = {.before = nearer, .chains = ret_chains, .most = most};
  struct pdp_reading r;
  pdp_reading_begin(&r, m);
  do {
    k.count = 0;
    explain(m, question, &k);
  } while (pdp_reading_again(&r));
  return k.count;
}

/* What each grant of a search is held against. */
struct sought {
  const struct bw_search *search;
  struct pdp_line line;
  uint32_t view;
  struct bw_chain after; /* its grant and principal */
};

/* The tenant is on the line, from a place of it up. */
static bool on_line(const struct pdp_line *line, unsigned place, uint32_t tenant)
{
  while (place < line->n && line->at[place] != tenant)
    place++;
  return place < line->n;
}

/* Whether the search is for who is at home there: on the line at all, and on the side of the view that is asked for. */
static bool is_sought(const struct sought *s, uint32_t home)
{
  unsigned place = 0;
  while (place < s->line.n && s->line.at[place] != home)
    place++;
  bool above = !on_line(&s->line, place, s->view);
  return place < s->line.n && above == s->search->above;
}

/* A grant as it is had by its holder, or by somebody in the group that holds it. */
static void consider(const struct bw_model *m, const struct sought *s, const struct pdp_grant *g,
                     const struct pdp_principal *who, struct kept *k)
{
  const struct bw_search *search = s->search;
  struct bw_chain chain = chain_of(m, who, g);
  struct bw_question question = {chain.principal, search->tenant, search->permission, search->now};
  struct asked asked = {.question = &question, .holder = who};
  uint32_t home = pdp_get(&who->home);
  if (!lower(&s->after, &chain) || !is_sought(s, home))
    return;
  if (!pdp_subject(m, &chain.principal) || !pdp_target_of(m, s->line.at[0], home, &asked.target))
    return;
  chain.verdict = verdict_of(m, &asked, g, &chain.up);
  if (chain.verdict == BW_VERDICT_GIVES)
    keep(k, &chain);
}

static bool in_use(const struct pdp_principal *group)
{
  uint32_t info = pdp_get(&group->info);
  return info & PDP_PRESENT && pdp_kind(info) == BW_PRINCIPAL_GROUP && pdp_state(info) == BW_PRINCIPAL_ACTIVE;
}

/* A group on the way down from the one that holds a grant. */
struct rung {
  const struct pdp_grant *grant;
  uint32_t group;
  unsigned steps; /* below the holder */
};

/* Of all memberships that lead their member to the holder by as few steps as can be, the first: whoever is in a group
   by several ways is found by one. */
static bool leads(const struct bw_model *m, const struct rung *rung, uint32_t membership)
{
  const struct pdp_grant *g = pdp_grant(m, membership);
  uint32_t member = pdp_get(&g->principal), holder = pdp_get(&rung->grant->principal);
  const struct pdp_principal *who = pdp_principal(m, member);
  if (pdp_holding_steps(m, member, holder) != rung->steps + 1)
    return false;
  for (uint32_t i = pdp_get(&who->first); i && i != membership; i = pdp_get(&g->next)) {
    g = pdp_grant(m, i);
    uint32_t group = pdp_get(&g->role);
    if (!(pdp_get(&g->info) & PDP_MEMBERSHIP) || !in_use(pdp_principal(m, group)) ||
        pdp_get(&pdp_principal(m, group)->home) != pdp_get(&who->home))
      continue;
    if (pdp_holding_steps(m, group, holder) == rung->steps)
      return false;
  }
  return true;
}

/* The first of who is in a group. */
static uint32_t first_in(const struct bw_model *m, uint32_t group)
{
  return pdp_get(pdp_table_first(&m->table[PDP_PRINCIPALS], group, sizeof(struct pdp_principal)));
}

/* No deeper than BW_GROUPS: each rung is one step further from the holder. */
static void consider_members(const struct bw_model *m, const struct sought *s, const struct rung *rung, struct kept *k)
{
  const struct pdp_grant *g;
  for (uint32_t i = first_in(m, rung->group); i; i = pdp_get(&g->next_here)) {
    g = pdp_grant(m, i);
    uint32_t member = pdp_get(&g->principal);
    const struct pdp_principal *who = pdp_principal(m, member);
    if (!leads(m, rung, i))
      continue;
    struct rung below = {rung->grant, member, rung->steps + 1};
    if (in_use(who))
      consider_members(m, s, &below, k);
    else
      consider(m, s, rung->grant, who, k);
  }
}

static void consider_grant(const struct bw_model *m, const struct sought *s, uint32_t grant, struct kept *k)
{
  const struct pdp_grant *g = pdp_grant(m, grant);
  uint32_t holder = pdp_get(&g->principal);
  struct rung top = {.grant = g, .group = holder};
  consider(m, s, g, pdp_principal(m, holder), k);
  if (in_use(pdp_principal(m, holder)))
    consider_members(m, s, &top, k);
}

/* The first of the grants at a tenant. */
static uint32_t first_at(const struct bw_model *m, uint32_t tenant)
{
  return pdp_get(pdp_table_first(&m->table[PDP_TENANTS], tenant, sizeof(struct pdp_tenant)));
}

size_t bw_search(const struct bw_model *m, const struct bw_search *search, size_t most, struct bw_chain *ret_chains)
{
  struct kept k = {.before = lower, .chains = ret_chains, .most = most};
  struct sought s = {.search = search, .after = {.grant = search->after, .principal = search->after_principal}};
  struct pdp_reading r;
  pdp_reading_begin(&r, m);
  do {
    k.count = 0;
    s.view = pdp_tenant_find(m, &search->view);
    if (!pdp_line_of(m, pdp_tenant_find(m, &search->tenant), &s.line))
      s.line.n = 0;
    for (unsigned place = 0; place < s.line.n; place++) {
      const struct pdp_grant *g;
      for (uint32_t i = first_at(m, s.line.at[place]); i; i = pdp_get(&g->next_here)) {
        g = pdp_grant(m, i);
        consider_grant(m, &s, i, &k);
      }
    }
  } while (pdp_reading_again(&r));
  return k.count;
}
