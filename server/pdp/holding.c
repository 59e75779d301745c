/* The groups above a principal, each once, however many ways lead to them. */
#include "pdp/holding.h"
#include <bailiwick/decide.h>

struct closure {
  const struct bw_model *model;
  uint32_t home;
  bool idle;
  unsigned count; /* more than BW_GROUPS: there are too many */
  uint32_t group[BW_GROUPS];
};

static bool counts(const struct closure *c, const struct pdp_principal *group)
{
  uint32_t info = pdp_get(&group->info);
  return info & PDP_PRESENT && pdp_kind(info) == BW_PRINCIPAL_GROUP && pdp_get(&group->home) == c->home &&
         (c->idle || pdp_state(info) == BW_PRINCIPAL_ACTIVE);
}

static void note(struct closure *c, uint32_t group)
{
  if (!counts(c, pdp_principal(c->model, group)))
    return;
  for (unsigned i = 0; i < c->count && i < BW_GROUPS; i++)
    if (c->group[i] == group)
      return;
  if (c->count < BW_GROUPS)
    c->group[c->count] = group;
  c->count++;
}

/* Notes the groups of the memberships with which a list begins; the first grant behind them. */
static uint32_t pass(struct closure *c, uint32_t first)
{
  for (;;) {
    const struct pdp_grant *g = pdp_grant(c->model, first);
    if (!(pdp_get(&g->info) & PDP_MEMBERSHIP))
      return first;
    note(c, pdp_get(&g->role));
    first = pdp_get(&g->next);
  }
}

/* Gives the first grant of each group, behind its memberships. */
static void climb(struct closure *c, uint32_t ret_list[BW_GROUPS])
{
  for (unsigned i = 0; i < c->count && i < BW_GROUPS; i++)
    ret_list[i] = pass(c, pdp_get(&pdp_principal(c->model, c->group[i])->first));
  if (c->count > BW_GROUPS)
    c->count = 0;
}

void pdp_holding_join(const struct bw_model *m, const struct pdp_principal *p, bool idle, struct pdp_holding *h)
{
  struct closure c = {.model = m, .home = pdp_get(&p->home), .idle = idle};
  h->next = pass(&c, h->next);
  climb(&c, h->list);
  h->count = c.count;
}

unsigned pdp_holding_steps(const struct bw_model *m, uint32_t principal, uint32_t group)
{
  const struct pdp_principal *p = pdp_principal(m, principal);
  struct closure c = {.model = m, .home = pdp_get(&p->home)};
  unsigned found = principal == group ? 0 : BW_GROUPS + 1, begin = 0;
  pass(&c, pdp_get(&p->first));
  for (unsigned steps = 1; begin < c.count && c.count <= BW_GROUPS; steps++) {
    unsigned end = c.count;
    for (; begin < end; begin++) {
      if (c.group[begin] == group && steps < found)
        found = steps;
      if (c.count <= BW_GROUPS)
        pass(&c, pdp_get(&pdp_principal(m, c.group[begin])->first));
    }
  }
  return c.count <= BW_GROUPS ? found : BW_GROUPS + 1;
}

size_t bw_groups(const struct bw_model *m, const struct bw_id *principal, struct bw_id ret_groups[BW_GROUPS])
{
  struct closure c;
  struct pdp_reading r;
  pdp_reading_begin(&r, m);
  do {
    uint32_t list[BW_GROUPS];
    const struct pdp_principal *p = pdp_principal(m, pdp_principal_find(m, principal));
    c = (struct closure){.model = m, .home = pdp_get(&p->home), .idle = true};
    pass(&c, pdp_get(&p->first));
    climb(&c, list);
    for (unsigned i = 0; i < c.count; i++)
      ret_groups[i] = pdp_id(&pdp_principal(m, c.group[i])->key);
  } while (pdp_reading_again(&r));
  return c.count;
}
