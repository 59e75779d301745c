/* What a principal holds: its own grants, then those of the groups that it is in. */
#pragma once
#include "pdp/model.h"

struct pdp_holding {
  uint32_t next; /* the grant to come, 0 at the end of a list */
  unsigned count;
  uint32_t list[BW_GROUPS]; /* of each group to come, the first grant */
};

/* Looks for the groups, and leaves the principal's own memberships behind. */
void pdp_holding_join(const struct bw_model *m, const struct pdp_principal *p, bool idle, struct pdp_holding *h);

/* How many steps up a group is from a principal, by the shortest way; 0 when it is the principal itself, more than
   BW_GROUPS when it is not above, or too many are. */
unsigned pdp_holding_steps(const struct bw_model *m, uint32_t principal, uint32_t group);

/* `idle`: what a suspended group holds counts too. */
static inline void pdp_holding_begin(const struct bw_model *m, const struct pdp_principal *p, bool idle,
                                     struct pdp_holding *ret_holding)
{
  ret_holding->next = pdp_get(&p->first);
  ret_holding->count = 0;
  if (pdp_get(&pdp_grant(m, ret_holding->next)->info) & PDP_MEMBERSHIP)
    pdp_holding_join(m, p, idle, ret_holding);
}

/* NULL behind the last. */
static inline const struct pdp_grant *pdp_holding_next(const struct bw_model *m, struct pdp_holding *h)
{
  while (!h->next && h->count > 0)
    h->next = h->list[--h->count];
  if (!h->next)
    return NULL;
  const struct pdp_grant *g = pdp_grant(m, h->next);
  h->next = pdp_get(&g->next);
  return g;
}
