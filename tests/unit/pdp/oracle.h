/* The decision once more, the slow and obvious way: facts in plain arrays, every question answered by looking through
   all of them. It shares nothing with the engine but the types of the facts. */
#pragma once
#include "world.h"
#include <bailiwick/explain.h>

enum { TENANTS = 32, PEOPLE = 8, PRINCIPALS = 12, ROLES = 6, GRANTS = 80, MEMBERSHIPS = 24 };

/* A fact with the id of zeroes is not there. */
struct oracle {
  struct bw_tenant_fact tenant[TENANTS];
  struct bw_principal_fact principal[PRINCIPALS];
  struct bw_role_fact role[ROLES];
  struct bw_grant_fact grant[GRANTS];
  struct bw_membership_fact membership[MEMBERSHIPS];
};

static bool same(struct bw_id a, struct bw_id b) { return memcmp(&a, &b, sizeof a) == 0; }

#define ORACLE_FIND(kind, count)                                                                                       \
  static const struct bw_##kind##_fact *find_##kind(const struct oracle *o, struct bw_id wanted)                       \
  {                                                                                                                    \
    for (int i = 0; i < (count) && !is(wanted, 0); i++) {                                                              \
      if (same(o->kind[i].id, wanted))                                                                                 \
        return &o->kind[i];                                                                                            \
    }                                                                                                                  \
    return NULL;                                                                                                       \
  }
ORACLE_FIND(tenant, TENANTS)
ORACLE_FIND(principal, PRINCIPALS)
ORACLE_FIND(role, ROLES)

/* How many tenants from this one up to a root, itself counted; 0 when the way up does not end well. */
static int oracle_depth(const struct oracle *o, struct bw_id tenant)
{
  for (int depth = 1; depth <= BW_DEPTH; depth++) {
    const struct bw_tenant_fact *t = find_tenant(o, tenant);
    if (!t)
      return 0;
    if (is(t->parent, 0))
      return depth;
    tenant = t->parent;
  }
  return 0;
}

static bool oracle_within(const struct oracle *o, struct bw_id below, struct bw_id above)
{
  if (!oracle_depth(o, below))
    return false;
  while (!is(below, 0) && !same(below, above))
    below = find_tenant(o, below)->parent;
  return !is(below, 0);
}

static bool oracle_subject(const struct oracle *o, struct bw_id subject)
{
  const struct bw_principal_fact *p = find_principal(o, subject);
  if (!p || p->kind == BW_PRINCIPAL_GROUP || p->state != BW_PRINCIPAL_ACTIVE || !oracle_depth(o, p->home))
    return false;
  if (find_tenant(o, p->home)->state != BW_TENANT_ACTIVE)
    return false;
  for (struct bw_id t = p->home; !is(t, 0); t = find_tenant(o, t)->parent) {
    if (find_tenant(o, t)->state >= BW_TENANT_SUBTREE_SUSPENDED)
      return false;
  }
  return true;
}

/* A principal is the holder, or in a group, of its home and in use, that is the holder or itself in such a group: at
   most `steps` one above the other. `idle`: groups that are not in use too. */
static bool oracle_has(const struct oracle *o, struct bw_id who, struct bw_id holder, bool idle, int steps)
{
  const struct bw_principal_fact *p = find_principal(o, who), *last = find_principal(o, holder);
  if (same(who, holder))
    return true;
  if (!p || !last || last->kind != BW_PRINCIPAL_GROUP || steps == 0)
    return false;
  for (const struct bw_membership_fact *m = o->membership; m < o->membership + MEMBERSHIPS; m++) {
    if (is(m->id, 0) || !same(m->member, who))
      continue;
    const struct bw_principal_fact *group = find_principal(o, m->group);
    bool counts = group && group->kind == BW_PRINCIPAL_GROUP && (idle || group->state == BW_PRINCIPAL_ACTIVE);
    if (counts && same(group->home, p->home) && oracle_has(o, m->group, holder, idle, steps - 1))
      return true;
  }
  return false;
}

/* In force for somebody who has it, with its role, inside their home. */
static bool oracle_live(const struct oracle *o, struct bw_id who, const struct bw_grant_fact *g, int64_t now)
{
  if (is(g->id, 0) || (g->not_before != 0 && now < g->not_before) || (g->expires_at != 0 && now >= g->expires_at))
    return false;
  const struct bw_principal_fact *p = find_principal(o, who);
  const struct bw_role_fact *role = find_role(o, g->role);
  if (!p || !role || !oracle_has(o, who, g->principal, false, PRINCIPALS - PEOPLE) || !oracle_subject(o, who))
    return false;
  return oracle_within(o, g->tenant, p->home) && oracle_within(o, g->tenant, role->tenant);
}

static bool oracle_reaches(const struct oracle *o, const struct bw_grant_fact *g, struct bw_id target)
{
  if (g->reach == BW_REACH_SELF)
    return same(g->tenant, target);
  if (!oracle_within(o, target, g->tenant))
    return false;
  for (struct bw_id t = target; !same(t, g->tenant); t = find_tenant(o, t)->parent) {
    if (find_tenant(o, t)->boundary)
      return false;
  }
  return true;
}

static bool oracle_wider(const struct oracle *o, const struct bw_grant_fact *a, const struct bw_grant_fact *b)
{
  int high = oracle_depth(o, a->tenant), low = oracle_depth(o, b->tenant);
  if (high != low)
    return high < low;
  if (a->reach != b->reach)
    return a->reach == BW_REACH_SUBTREE;
  return memcmp(&a->id, &b->id, sizeof a->id) < 0;
}

static bool oracle_fits(const struct oracle *o, const struct bw_grant_fact *g, struct bw_id target, unsigned flags)
{
  enum bw_tenant_kind held = find_tenant(o, g->tenant)->kind, at = find_tenant(o, target)->kind;
  if (flags & BW_PERMISSION_NOT_BELOW_PROVIDER && held != BW_TENANT_PROVIDER)
    return false;
  return !(flags & BW_PERMISSION_NOT_AT_CUSTOMER) || (held != BW_TENANT_CUSTOMER && at != BW_TENANT_CUSTOMER);
}

/* Who asks what of which grant at which target. */
struct oracle_case {
  struct bw_id who, target;
  const struct bw_grant_fact *grant;
};

/* What a grant's role gives whoever has it, permission by permission: not everything to everybody everywhere. */
static struct bw_permission_set oracle_given(const struct oracle *o, struct oracle_case c)
{
  struct bw_permission_set set = find_role(o, c.grant->role)->permissions, fit = {{0}};
  bool person = find_principal(o, c.who)->kind == BW_PRINCIPAL_USER;
  for (unsigned i = 1; i < BW_PERMISSION__COUNT; i++) {
    unsigned flags = bw_permission_has(&set, i) ? bw_permission_row(i)->flags : 0;
    if (bw_permission_has(&set, i) && (person || !(flags & BW_PERMISSION_NO_MACHINE)) &&
        oracle_fits(o, c.grant, c.target, flags))
      bw_permission_add(&fit, i);
  }
  return fit;
}

static const struct bw_grant_fact *oracle_widest(const struct oracle *o, const struct bw_question *q, bool permitting)
{
  const struct bw_grant_fact *widest = NULL;
  for (const struct bw_grant_fact *g = o->grant; g < o->grant + GRANTS; g++) {
    if (!oracle_live(o, q->subject, g, q->now) || !oracle_reaches(o, g, q->tenant))
      continue;
    struct bw_permission_set given = oracle_given(o, (struct oracle_case){q->subject, q->tenant, g});
    if (permitting && !bw_permission_has(&given, q->permission))
      continue;
    if (!widest || oracle_wider(o, g, widest))
      widest = g;
  }
  return widest;
}

static struct bw_answer oracle_decide(const struct oracle *o, const struct bw_question *q)
{
  if (!oracle_subject(o, q->subject))
    return (struct bw_answer){.reason = BW_REASON_NO_SUBJECT};
  const struct bw_grant_fact *g = oracle_widest(o, q, true);
  if (g)
    return (struct bw_answer){BW_ALLOW, BW_REASON_GRANTED, g->tenant, g->reach, g->id, 0};
  g = oracle_widest(o, q, false);
  if (g)
    return (struct bw_answer){BW_DENY, BW_REASON_NO_PERMISSION, g->tenant, g->reach, g->id, 0};
  return (struct bw_answer){.reason = BW_REASON_NOT_VISIBLE};
}
