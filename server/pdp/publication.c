/* A publication: what is put and dropped waits as steps with every id already an index, so that commit only stores
   words, in one short burst that cannot fail. A step holds a reference to each thing it names. */
#include "pdp/terms.h"
#include <stdlib.h>

enum { STEPS = 512, NAMED = 3 };

_Static_assert(sizeof(struct pdp_grant) == 64, "one to a cache line");

enum step_kind {
  PUT_TENANT,
  PUT_PRINCIPAL,
  PUT_ROLE,
  PUT_GRANT,
  PUT_MEMBERSHIP,
  END_SESSION,
  PUT_TERMS,
  DROP_TENANT,
  DROP_PRINCIPAL,
  DROP_ROLE,
  DROP_GRANT,
  DROP_SESSION,
  DROP_TERMS,
  STEP_KINDS
};

struct step {
  enum step_kind kind;
  uint32_t self, named[NAMED], info;
  union {
    uint64_t label;
    uint32_t epoch;
    struct bw_permission_set permissions;
    int64_t times[2];
    int64_t forget_at;
    struct {
      uint64_t portals;
      struct pdp_networks *networks; /* the step's own until it is applied */
    };
  };
};

struct pdp_stage {
  struct pdp_stage *next;
  unsigned used;
  struct step step[STEPS];
};

/* The writer's view of a thing, whose words only it writes. */
static void *thing(struct bw_model *m, int table, uint32_t index)
{
  return pdp_table_at(&m->table[table], index, m->table[table].size);
}

static const size_t info_at[PDP_TABLES] = {
    [PDP_TENANTS] = offsetof(struct pdp_tenant, info),   [PDP_PRINCIPALS] = offsetof(struct pdp_principal, info),
    [PDP_ROLES] = offsetof(struct pdp_role, info),       [PDP_GRANTS] = offsetof(struct pdp_grant, info),
    [PDP_SESSIONS] = offsetof(struct pdp_session, info), [PDP_TERMS] = offsetof(struct pdp_terms, info),
};

/* Of a thing of any table. */
static uint32_t info_of(struct bw_model *m, int table, uint32_t index)
{
  uint32_t info;
  memcpy(&info, (const unsigned char *)thing(m, table, index) + info_at[table], sizeof info);
  return info;
}

/* A word that refers to a thing of a table takes the step's reference over and gives its own back. */
static void refer(struct bw_model *m, int table, uint32_t *word, uint32_t index)
{
  uint32_t old = *word;
  pdp_set(word, index);
  pdp_table_release(&m->table[table], old);
}

/* The thing is there from now on: the step's reference to it becomes its presence's, if that had none. */
static void appear(struct bw_model *m, int table, const struct step *s, uint32_t *info)
{
  if (*info & PDP_PRESENT)
    pdp_table_release(&m->table[table], s->self);
  else
    pdp_set(&m->present[table], m->present[table] + 1);
  pdp_set(info, s->info | PDP_PRESENT);
}

static void vanish(struct bw_model *m, int table, uint32_t self, uint32_t *info)
{
  if (!(*info & PDP_PRESENT))
    return;
  pdp_set(info, 0);
  pdp_set(&m->present[table], m->present[table] - 1);
  pdp_table_release(&m->table[table], self);
}

static void put_tenant(struct bw_model *m, const struct step *s)
{
  struct pdp_tenant *t = thing(m, PDP_TENANTS, s->self);
  refer(m, PDP_TENANTS, &t->parent, s->named[0]);
  pdp_set(&t->label, s->label);
  appear(m, PDP_TENANTS, s, &t->info);
}

static void drop_tenant(struct bw_model *m, const struct step *s)
{
  struct pdp_tenant *t = thing(m, PDP_TENANTS, s->self);
  refer(m, PDP_TENANTS, &t->parent, 0);
  pdp_set(&t->label, 0);
  vanish(m, PDP_TENANTS, s->self, &t->info);
  pdp_table_release(&m->table[PDP_TENANTS], s->self);
}

static void put_principal(struct bw_model *m, const struct step *s)
{
  struct pdp_principal *p = thing(m, PDP_PRINCIPALS, s->self);
  refer(m, PDP_TENANTS, &p->home, s->named[0]);
  pdp_set(&p->epoch, s->epoch);
  appear(m, PDP_PRINCIPALS, s, &p->info);
}

static void drop_principal(struct bw_model *m, const struct step *s)
{
  struct pdp_principal *p = thing(m, PDP_PRINCIPALS, s->self);
  refer(m, PDP_TENANTS, &p->home, 0);
  pdp_set(&p->epoch, 0);
  vanish(m, PDP_PRINCIPALS, s->self, &p->info);
  pdp_table_release(&m->table[PDP_PRINCIPALS], s->self);
}

static void permit(struct pdp_role *role, const struct bw_permission_set *set)
{
  for (int i = 0; i < BW_PERMISSION_WORDS; i++)
    pdp_set(&role->permissions.word[i], set->word[i]);
}

static void put_role(struct bw_model *m, const struct step *s)
{
  struct pdp_role *role = thing(m, PDP_ROLES, s->self);
  refer(m, PDP_TENANTS, &role->tenant, s->named[0]);
  permit(role, &s->permissions);
  appear(m, PDP_ROLES, s, &role->info);
}

static void drop_role(struct bw_model *m, const struct step *s)
{
  struct pdp_role *role = thing(m, PDP_ROLES, s->self);
  refer(m, PDP_TENANTS, &role->tenant, 0);
  permit(role, &(struct bw_permission_set){0});
  vanish(m, PDP_ROLES, s->self, &role->info);
  pdp_table_release(&m->table[PDP_ROLES], s->self);
}

/* Where the list begins in which a grant stands with those at its tenant, or a membership with those in its group. */
static uint32_t *first_here(struct bw_model *m, const struct pdp_grant *g, uint32_t membership)
{
  return membership ? pdp_table_first(&m->table[PDP_PRINCIPALS], g->role, sizeof(struct pdp_principal))
                    : pdp_table_first(&m->table[PDP_TENANTS], g->tenant, sizeof(struct pdp_tenant));
}

static bool is_anywhere(const struct pdp_grant *g, uint32_t membership) { return membership ? g->role : g->tenant; }

static void unlink_grant(struct bw_model *m, struct pdp_grant *g)
{
  struct pdp_principal *p = thing(m, PDP_PRINCIPALS, g->principal);
  struct pdp_grant *before = thing(m, PDP_GRANTS, g->previous), *after = thing(m, PDP_GRANTS, g->next);
  if (g->principal)
    pdp_set(g->previous ? &before->next : &p->first, g->next);
  if (g->next)
    after->previous = g->previous;
  pdp_set(&g->next, 0);
  g->previous = 0;
}

static void unlink_here(struct bw_model *m, struct pdp_grant *g, uint32_t membership)
{
  struct pdp_grant *before = thing(m, PDP_GRANTS, g->previous_here), *after = thing(m, PDP_GRANTS, g->next_here);
  if (is_anywhere(g, membership))
    pdp_set(g->previous_here ? &before->next_here : first_here(m, g, membership), g->next_here);
  if (g->next_here)
    after->previous_here = g->previous_here;
  pdp_set(&g->next_here, 0);
  g->previous_here = 0;
}

/* Behind the memberships, or as the first of them. */
static void link_grant(struct bw_model *m, struct pdp_grant *g, const struct step *s)
{
  if (!g->principal)
    return;
  uint32_t before = 0, *place = &((struct pdp_principal *)thing(m, PDP_PRINCIPALS, g->principal))->first;
  while (!(s->info & PDP_MEMBERSHIP) && info_of(m, PDP_GRANTS, *place) & PDP_MEMBERSHIP) {
    before = *place;
    place = &((struct pdp_grant *)thing(m, PDP_GRANTS, before))->next;
  }
  if (*place)
    ((struct pdp_grant *)thing(m, PDP_GRANTS, *place))->previous = s->self;
  g->previous = before;
  pdp_set(&g->next, *place);
  pdp_set(place, s->self);
}

static void link_here(struct bw_model *m, struct pdp_grant *g, const struct step *s)
{
  uint32_t membership = s->info & PDP_MEMBERSHIP, *first = first_here(m, g, membership);
  if (!is_anywhere(g, membership))
    return;
  struct pdp_grant *after = thing(m, PDP_GRANTS, *first);
  if (*first)
    after->previous_here = s->self;
  pdp_set(&g->next_here, *first);
  pdp_set(first, s->self);
}

/* Whom, with what and where; nobody, nothing and nowhere for a grant that goes. */
static void set_grant(struct bw_model *m, struct pdp_grant *g, const struct step *s)
{
  uint32_t was = g->info & PDP_MEMBERSHIP, is = s->info & PDP_MEMBERSHIP;
  unlink_grant(m, g);
  unlink_here(m, g, was);
  pdp_set(&m->memberships, m->memberships - !!was + !!is);
  refer(m, PDP_PRINCIPALS, &g->principal, s->named[0]);
  refer(m, was ? PDP_PRINCIPALS : PDP_ROLES, &g->role, s->named[1]);
  refer(m, PDP_TENANTS, &g->tenant, s->named[2]);
  pdp_set(&g->not_before, s->times[0]);
  pdp_set(&g->expires_at, s->times[1]);
  link_grant(m, g, s);
  link_here(m, g, s);
}

static void put_grant(struct bw_model *m, const struct step *s)
{
  struct pdp_grant *g = thing(m, PDP_GRANTS, s->self);
  set_grant(m, g, s);
  appear(m, PDP_GRANTS, s, &g->info);
}

static void drop_grant(struct bw_model *m, const struct step *s)
{
  struct pdp_grant *g = thing(m, PDP_GRANTS, s->self);
  set_grant(m, g, s);
  vanish(m, PDP_GRANTS, s->self, &g->info);
  pdp_table_release(&m->table[PDP_GRANTS], s->self);
}

static void end_session(struct bw_model *m, const struct step *s)
{
  struct pdp_session *session = thing(m, PDP_SESSIONS, s->self);
  if (session->forget_at < s->forget_at || !(session->info & PDP_PRESENT))
    session->forget_at = s->forget_at;
  appear(m, PDP_SESSIONS, s, &session->info);
}

static void drop_session(struct bw_model *m, const struct step *s)
{
  struct pdp_session *session = thing(m, PDP_SESSIONS, s->self);
  session->forget_at = 0;
  vanish(m, PDP_SESSIONS, s->self, &session->info);
  pdp_table_release(&m->table[PDP_SESSIONS], s->self);
}

/* Readers may still be at the old ones. */
static void bound(struct bw_model *m, struct pdp_terms *terms, struct pdp_networks *networks)
{
  struct pdp_networks *old = terms->networks;
  pdp_set(&terms->networks, networks);
  if (!old)
    return;
  old->next = m->retired;
  m->retired = old;
}

static void put_terms(struct bw_model *m, const struct step *s)
{
  struct pdp_terms *terms = thing(m, PDP_TERMS, s->self);
  pdp_set(&terms->portals, s->portals);
  bound(m, terms, s->networks);
  appear(m, PDP_TERMS, s, &terms->info);
}

static void drop_terms(struct bw_model *m, const struct step *s)
{
  struct pdp_terms *terms = thing(m, PDP_TERMS, s->self);
  pdp_set(&terms->portals, 0);
  bound(m, terms, NULL);
  vanish(m, PDP_TERMS, s->self, &terms->info);
  pdp_table_release(&m->table[PDP_TERMS], s->self);
}

static bool same_tenant(const void *held, const struct step *s)
{
  const struct pdp_tenant *t = held;
  return t->parent == s->named[0] && t->label == s->label;
}

static bool same_principal(const void *held, const struct step *s)
{
  const struct pdp_principal *p = held;
  return p->home == s->named[0] && p->epoch == s->epoch;
}

static bool same_role(const void *held, const struct step *s)
{
  const struct pdp_role *role = held;
  return role->tenant == s->named[0] && memcmp(&role->permissions, &s->permissions, sizeof role->permissions) == 0;
}

static bool same_grant(const void *held, const struct step *s)
{
  const struct pdp_grant *g = held;
  return g->principal == s->named[0] && g->role == s->named[1] && g->tenant == s->named[2] &&
         g->not_before == s->times[0] && g->expires_at == s->times[1];
}

static bool same_session(const void *held, const struct step *s)
{
  return ((const struct pdp_session *)held)->forget_at >= s->forget_at;
}

static bool same_terms(const void *held, const struct step *s)
{
  const struct pdp_terms *terms = held;
  return terms->portals == s->portals && pdp_terms_same(terms->networks, s->networks);
}

/* What a step is about, which tables its names are of, what it does, and whether a thing, its `info` aside, is as the
   step would make it. */
static const struct {
  int self, named[NAMED];
  void (*apply)(struct bw_model *m, const struct step *s);
  bool (*same)(const void *held, const struct step *s);
} row[STEP_KINDS] = {
    [PUT_TENANT] = {PDP_TENANTS, {PDP_TENANTS}, put_tenant, same_tenant},
    [PUT_PRINCIPAL] = {PDP_PRINCIPALS, {PDP_TENANTS}, put_principal, same_principal},
    [PUT_ROLE] = {PDP_ROLES, {PDP_TENANTS}, put_role, same_role},
    [PUT_GRANT] = {PDP_GRANTS, {PDP_PRINCIPALS, PDP_ROLES, PDP_TENANTS}, put_grant, same_grant},
    [PUT_MEMBERSHIP] = {PDP_GRANTS, {PDP_PRINCIPALS, PDP_PRINCIPALS}, put_grant, same_grant},
    [END_SESSION] = {PDP_SESSIONS, {0}, end_session, same_session},
    [PUT_TERMS] = {PDP_TERMS, {0}, put_terms, same_terms},
    [DROP_TENANT] = {PDP_TENANTS, {0}, drop_tenant, NULL},
    [DROP_PRINCIPAL] = {PDP_PRINCIPALS, {0}, drop_principal, NULL},
    [DROP_ROLE] = {PDP_ROLES, {0}, drop_role, NULL},
    [DROP_GRANT] = {PDP_GRANTS, {0}, drop_grant, NULL},
    [DROP_SESSION] = {PDP_SESSIONS, {0}, drop_session, NULL},
    [DROP_TERMS] = {PDP_TERMS, {0}, drop_terms, NULL},
};

/* The drop of a thing of a table. */
static const enum step_kind drop_of[PDP_TABLES] = {
    [PDP_TENANTS] = DROP_TENANT, [PDP_PRINCIPALS] = DROP_PRINCIPAL, [PDP_ROLES] = DROP_ROLE,
    [PDP_GRANTS] = DROP_GRANT,   [PDP_SESSIONS] = DROP_SESSION,     [PDP_TERMS] = DROP_TERMS,
};

/* One bit for each index that was in use when a publication of everything began: it has spoken of that thing. */
struct pdp_seen {
  uint32_t made[PDP_TABLES];
  unsigned char *bits[PDP_TABLES];
};

/* Marks a thing; whether it was marked before. A thing that is newer than the marks counts as marked. */
static bool was_seen(struct bw_model *m, int table, uint32_t index)
{
  struct pdp_seen *seen = m->seen;
  if (index >= seen->made[table])
    return true;
  unsigned char bit = (unsigned char)(1 << index % 8), *byte = &seen->bits[table][index / 8];
  bool before = *byte & bit;
  *byte |= bit;
  return before;
}

static void free_seen(struct bw_model *m)
{
  for (int i = 0; m->seen && i < PDP_TABLES; i++)
    free(m->seen->bits[i]);
  free(m->seen);
  m->seen = NULL;
}

/* Gives a step's references back, without which a thing known only to it goes. */
static void let_go(struct bw_model *m, const struct step *s)
{
  if (s->kind == PUT_TERMS)
    free(s->networks);
  pdp_table_release(&m->table[row[s->kind].self], s->self);
  for (int i = 0; i < NAMED; i++)
    pdp_table_release(&m->table[row[s->kind].named[i]], s->named[i]);
}

/* Oldest first, as they were put. */
static struct pdp_stage *take_stage(struct bw_model *m)
{
  struct pdp_stage *oldest = NULL, *next;
  for (struct pdp_stage *stage = m->stage; stage; stage = next) {
    next = stage->next;
    stage->next = oldest;
    oldest = stage;
  }
  m->stage = NULL;
  return oldest;
}

static void each_step(struct bw_model *m, struct pdp_stage *stage, bool apply)
{
  for (; stage; stage = stage->next) {
    for (unsigned i = 0; i < stage->used; i++)
      (apply ? row[stage->step[i].kind].apply : let_go)(m, &stage->step[i]);
  }
}

static void free_stage(struct pdp_stage *stage)
{
  for (struct pdp_stage *next; stage; stage = next) {
    next = stage->next;
    free(stage);
  }
}

void pdp_model_discard(struct bw_model *m)
{
  struct pdp_stage *stage = take_stage(m);
  each_step(m, stage, false);
  free_stage(stage);
  free_seen(m);
  m->failed = false;
}

static struct step *step_add(struct bw_model *m)
{
  if (m->stage && m->stage->used < STEPS)
    return &m->stage->step[m->stage->used++];
  struct pdp_stage *stage = malloc(sizeof *stage);
  if (!stage)
    return NULL;
  stage->next = m->stage;
  stage->used = 1;
  m->stage = stage;
  return &stage->step[0];
}

/* Holds what the step names, unknown things too: such are absent, and no reader sees a difference. */
static bool hold(struct bw_model *m, int table, const struct bw_id *id, uint32_t *index)
{
  if (pdp_key_none(pdp_key(id)))
    return true;
  *index = pdp_table_hold(&m->table[table], pdp_key(id));
  return *index;
}

/* In a publication of everything: the first word on a thing leaves it as it is. */
static bool changes_nothing(struct bw_model *m, const struct step *s)
{
  int table = row[s->kind].self;
  if (!m->seen || was_seen(m, table, s->self) || !row[s->kind].same)
    return false;
  return info_of(m, table, s->self) == (s->info | PDP_PRESENT) && row[s->kind].same(thing(m, table, s->self), s);
}

static bool stage_step(struct bw_model *m, const struct step *s, const struct bw_id *self,
                       const struct bw_id *const named[NAMED])
{
  if (m->failed)
    return false;
  if (pdp_key_none(pdp_key(self)))
    return true;
  struct step held = *s;
  bool whole = hold(m, row[s->kind].self, self, &held.self);
  for (int i = 0; whole && i < NAMED && named[i]; i++)
    whole = hold(m, row[s->kind].named[i], named[i], &held.named[i]);
  if (whole && changes_nothing(m, &held)) {
    let_go(m, &held);
    return true;
  }
  struct step *place = whole ? step_add(m) : NULL;
  if (!place) {
    let_go(m, &held);
    m->failed = true;
    return false;
  }
  *place = held;
  return true;
}

/* A number that does not fit is one that nobody knows. */
static uint32_t small(unsigned number) { return number < 0xff ? number : 0xff; }
static uint32_t at_most(unsigned number, uint32_t most) { return number < most ? number : most; }

bool bw_model_put_tenant(struct bw_model *m, const struct bw_tenant_fact *fact)
{
  struct step s = {.kind = PUT_TENANT, .info = small(fact->kind) | small(fact->state) << PDP_STATE_SHIFT};
  if (fact->boundary)
    s.info |= PDP_BOUNDARY;
  s.info |= at_most(fact->factor_rule, PDP_RULE_MOST) << PDP_RULE_SHIFT;
  s.info |= at_most(fact->factor_minutes, PDP_MINUTES_MOST) << PDP_MINUTES_SHIFT;
  memcpy(&s.label, fact->label, sizeof s.label);
  return stage_step(m, &s, &fact->id, (const struct bw_id *[NAMED]){&fact->parent});
}

bool bw_model_put_principal(struct bw_model *m, const struct bw_principal_fact *fact)
{
  struct step s = {
      .kind = PUT_PRINCIPAL, .info = small(fact->kind) | small(fact->state) << PDP_STATE_SHIFT, .epoch = fact->epoch};
  return stage_step(m, &s, &fact->id, (const struct bw_id *[NAMED]){&fact->home});
}

bool bw_model_put_role(struct bw_model *m, const struct bw_role_fact *fact)
{
  struct step s = {.kind = PUT_ROLE, .permissions = fact->permissions};
  return stage_step(m, &s, &fact->id, (const struct bw_id *[NAMED]){&fact->tenant});
}

bool bw_model_put_grant(struct bw_model *m, const struct bw_grant_fact *fact)
{
  struct step s = {.kind = PUT_GRANT, .info = small(fact->reach), .times = {fact->not_before, fact->expires_at}};
  return stage_step(m, &s, &fact->id, (const struct bw_id *[NAMED]){&fact->principal, &fact->role, &fact->tenant});
}

bool bw_model_put_membership(struct bw_model *m, const struct bw_membership_fact *fact)
{
  struct step s = {.kind = PUT_MEMBERSHIP, .info = PDP_MEMBERSHIP};
  return stage_step(m, &s, &fact->id, (const struct bw_id *[NAMED]){&fact->member, &fact->group});
}

bool bw_model_end_session(struct bw_model *m, const struct bw_id *session, int64_t forget_at)
{
  struct step s = {.kind = END_SESSION, .forget_at = forget_at};
  return stage_step(m, &s, session, (const struct bw_id *[NAMED]){NULL});
}

bool bw_model_put_terms(struct bw_model *m, const struct bw_terms_fact *fact)
{
  struct step s = {.kind = PUT_TERMS, .portals = pdp_terms_portals(fact)};
  if (m->failed || pdp_key_none(pdp_key(&fact->id)))
    return !m->failed;
  m->failed = !pdp_terms_networks(fact, &s.networks);
  return !m->failed && stage_step(m, &s, &fact->id, (const struct bw_id *[NAMED]){NULL});
}

static void drop(struct bw_model *m, enum step_kind kind, const struct bw_id *id)
{
  stage_step(m, &(struct step){.kind = kind}, id, (const struct bw_id *[NAMED]){NULL});
}

void bw_model_drop_tenant(struct bw_model *m, const struct bw_id *id) { drop(m, DROP_TENANT, id); }
void bw_model_drop_principal(struct bw_model *m, const struct bw_id *id) { drop(m, DROP_PRINCIPAL, id); }
void bw_model_drop_role(struct bw_model *m, const struct bw_id *id) { drop(m, DROP_ROLE, id); }
void bw_model_drop_grant(struct bw_model *m, const struct bw_id *id) { drop(m, DROP_GRANT, id); }
void bw_model_drop_membership(struct bw_model *m, const struct bw_id *id) { drop(m, DROP_GRANT, id); }
void bw_model_drop_terms(struct bw_model *m, const struct bw_id *id) { drop(m, DROP_TERMS, id); }

/* Slots that tables grew out of, and networks that are others by now, freed when no reader can be in them. */
static void reclaim(struct bw_model *m)
{
  bool any = m->retired != NULL;
  for (int i = 0; i < PDP_TABLES; i++)
    any |= m->table[i].retired != NULL;
  if (!any)
    return;
  synchronize_rcu();
  for (int i = 0; i < PDP_TABLES; i++)
    pdp_table_reclaim(&m->table[i]);
  pdp_terms_free_retired(m);
}

void bw_model_begin(struct bw_model *m)
{
  pdp_model_discard(m);
  reclaim(m);
}

bool bw_model_begin_whole(struct bw_model *m)
{
  bw_model_begin(m);
  m->seen = calloc(1, sizeof *m->seen);
  m->failed = !m->seen;
  for (int i = 0; !m->failed && i < PDP_TABLES; i++) {
    m->seen->made[i] = m->table[i].made;
    m->seen->bits[i] = calloc(1, m->table[i].made / 8 + 1);
    m->failed = !m->seen->bits[i];
  }
  return !m->failed;
}

/* Adds the drops of what a publication of everything has not spoken of. */
static void drop_unseen(struct bw_model *m)
{
  for (int i = 0; m->seen && i < PDP_TABLES; i++) {
    for (uint32_t index = 1; !m->failed && index < m->seen->made[i]; index++) {
      if (!(info_of(m, i, index) & PDP_PRESENT) || was_seen(m, i, index))
        continue;
      struct step *place = step_add(m);
      m->failed = !place;
      if (!place)
        return;
      *place = (struct step){.kind = drop_of[i], .self = index};
      pdp_table_retain(&m->table[i], index);
    }
  }
}

bool bw_model_commit(struct bw_model *m, uint64_t revision)
{
  drop_unseen(m);
  bool whole = !m->failed;
  struct pdp_stage *stage = NULL;
  if (whole) {
    stage = take_stage(m);
    pdp_model_open(m);
    each_step(m, stage, true);
    pdp_set(&m->revision, revision);
    pdp_model_close(m);
  }
  free_stage(stage);
  pdp_model_discard(m);
  reclaim(m);
  return whole;
}

static uint32_t session_over(struct bw_model *m, uint32_t from, int64_t now)
{
  for (uint32_t i = from; i < m->table[PDP_SESSIONS].made; i++) {
    const struct pdp_session *s = thing(m, PDP_SESSIONS, i);
    if (s->info & PDP_PRESENT && s->forget_at <= now)
      return i;
  }
  return 0;
}

void bw_model_forget_sessions(struct bw_model *m, int64_t now)
{
  uint32_t index = session_over(m, 1, now);
  if (!index)
    return;
  pdp_model_open(m);
  for (; index; index = session_over(m, index + 1, now)) {
    struct pdp_session *s = thing(m, PDP_SESSIONS, index);
    s->forget_at = 0;
    vanish(m, PDP_SESSIONS, index, &s->info);
  }
  pdp_model_close(m);
}
