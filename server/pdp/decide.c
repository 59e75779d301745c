/* The decision: one walk up from the target, then the subject's grants one by one. */
#include "pdp/decide.h"

bool pdp_line_of(const struct bw_model *m, uint32_t tenant, struct pdp_line *ret_line)
{
  unsigned n = 0;
  for (; tenant; n++) {
    const struct pdp_tenant *t = pdp_tenant(m, tenant);
    uint32_t info = pdp_get(&t->info);
    if (n == BW_DEPTH || !(info & PDP_PRESENT))
      return false;
    ret_line->at[n] = tenant;
    ret_line->info[n] = info;
    tenant = pdp_get(&t->parent);
  }
  ret_line->n = n;
  return n;
}

/* The place of a tenant on a line from `place` up; line->n when it is not there. */
static unsigned place_of(const struct pdp_line *line, unsigned place, uint32_t tenant)
{
  while (place < line->n && line->at[place] != tenant)
    place++;
  return place;
}

void pdp_line_path(const struct bw_model *m, const struct pdp_line *line, char ret_path[BW_PATH])
{
  char *end = ret_path;
  for (unsigned i = line->n; i-- > 0; end += BW_LABEL) {
    uint64_t label = pdp_get(&pdp_tenant(m, line->at[i])->label);
    *end++ = '/';
    memcpy(end, &label, BW_LABEL);
  }
  *end = '\0';
}

/* A tenant whose own staff is suspended lets that of the tenants below act; no other state but active does. */
static bool home_acts(const struct pdp_line *line, unsigned home)
{
  if (pdp_state(line->info[home]) != BW_TENANT_ACTIVE)
    return false;
  for (unsigned i = home + 1; i < line->n; i++) {
    unsigned state = pdp_state(line->info[i]);
    if (state != BW_TENANT_ACTIVE && state != BW_TENANT_STAFF_SUSPENDED)
      return false;
  }
  return true;
}

static bool active(const struct pdp_principal *p)
{
  uint32_t info = pdp_get(&p->info);
  return info & PDP_PRESENT && pdp_state(info) == BW_PRINCIPAL_ACTIVE && pdp_kind(info) != BW_PRINCIPAL_GROUP;
}

const struct pdp_principal *pdp_subject(const struct bw_model *m, const struct bw_id *id)
{
  struct pdp_line line;
  const struct pdp_principal *p = pdp_principal(m, pdp_principal_find(m, id));
  return active(p) && pdp_line_of(m, pdp_get(&p->home), &line) && home_acts(&line, 0) ? p : NULL;
}

/* With the home's place on the line known. */
static void limit_target(struct pdp_target *target, unsigned home)
{
  target->limit = home;
  for (unsigned i = 0; i < target->limit; i++) {
    if (target->line.info[i] & PDP_BOUNDARY)
      target->limit = i;
  }
}

bool pdp_target_of(const struct bw_model *m, uint32_t tenant, uint32_t home, struct pdp_target *ret_target)
{
  if (!pdp_line_of(m, tenant, &ret_target->line))
    return false;
  unsigned place = place_of(&ret_target->line, 0, home);
  if (place == ret_target->line.n)
    return false;
  limit_target(ret_target, place);
  return true;
}

static bool in_force(const struct pdp_grant *g, int64_t now)
{
  int64_t not_before = pdp_get(&g->not_before), expires_at = pdp_get(&g->expires_at);
  return (!not_before || not_before <= now) && (!expires_at || now < expires_at);
}

bool pdp_target_reached(const struct bw_model *m, const struct pdp_target *target, const struct pdp_grant *g,
                        int64_t now, unsigned *ret_place)
{
  const struct pdp_line *line = &target->line;
  uint32_t info = pdp_get(&g->info);
  unsigned place = place_of(line, 0, pdp_get(&g->tenant)), reach = pdp_kind(info);
  if (!(info & PDP_PRESENT) || place > target->limit || !in_force(g, now))
    return false;
  if (reach != BW_REACH_SUBTREE && (reach != BW_REACH_SELF || place != 0))
    return false;
  const struct pdp_role *role = pdp_role(m, pdp_get(&g->role));
  if (!(pdp_get(&role->info) & PDP_PRESENT) || place_of(line, place, pdp_get(&role->tenant)) == line->n)
    return false;
  *ret_place = place;
  return true;
}

/* A grant that reaches the target, and what makes one answer better than another. */
struct candidate {
  const struct pdp_grant *grant;
  bool permits;
  unsigned place, reach;
};

static bool better(const struct candidate *a, const struct candidate *b)
{
  if (!b->grant || a->permits != b->permits)
    return !b->grant || a->permits;
  if (a->place != b->place)
    return a->place > b->place;
  if (a->reach != b->reach)
    return a->reach > b->reach;
  struct bw_id ours = pdp_id(&a->grant->key), theirs = pdp_id(&b->grant->key);
  return memcmp(&ours, &theirs, sizeof ours) < 0;
}

static bool is_person(const struct pdp_principal *p) { return pdp_kind(pdp_get(&p->info)) == BW_PRINCIPAL_USER; }

/* The kind of a tenant in the order of the tree. */
static unsigned rank_of(uint32_t info)
{
  unsigned kind = pdp_kind(info);
  return kind == BW_TENANT_PROVIDER || kind == BW_TENANT_PARTNER ? kind : BW_TENANT_CUSTOMER;
}

unsigned pdp_barred(const struct pdp_principal *holder, uint32_t held, uint32_t target)
{
  unsigned barred = is_person(holder) ? 0 : BW_PERMISSION_NO_MACHINE;
  if (rank_of(held) != BW_TENANT_PROVIDER)
    barred |= BW_PERMISSION_NOT_BELOW_PROVIDER;
  if (rank_of(held) == BW_TENANT_CUSTOMER || rank_of(target) == BW_TENANT_CUSTOMER)
    barred |= BW_PERMISSION_NOT_AT_CUSTOMER;
  return barred;
}

struct bw_permission_set pdp_given(const struct pdp_role *role, unsigned barred)
{
  struct bw_permission_set set = pdp_role_permissions(role);
  if (barred)
    bw_permission_drop(&set, barred);
  return set;
}

/* bw_permission_has of what the role gives, of which it reads one word. */
static bool role_permits(const struct pdp_role *role, unsigned barred, enum bw_permission permission)
{
  const struct bw_permission_row *row = bw_permission_row(permission);
  if (!row || row->flags & barred)
    return false;
  return pdp_get(&role->permissions.word[permission / 64]) >> permission % 64 & 1;
}

static struct candidate best_grant(const struct bw_model *m, const struct pdp_principal *subject,
                                   const struct pdp_target *target, const struct bw_question *q)
{
  struct candidate best = {0};
  struct pdp_holding holding;
  const struct pdp_grant *g;
  pdp_holding_begin(m, subject, false, &holding);
  while ((g = pdp_holding_next(m, &holding))) {
    unsigned place;
    if (!pdp_target_reached(m, target, g, q->now, &place))
      continue;
    unsigned barred = pdp_barred(subject, target->line.info[place], target->line.info[0]);
    bool permits = role_permits(pdp_role(m, pdp_get(&g->role)), barred, q->permission);
    struct candidate c = {.grant = g, .permits = permits, .place = place, .reach = pdp_kind(pdp_get(&g->info))};
    if (better(&c, &best))
      best = c;
  }
  return best;
}

/* pdp_subject and pdp_target_of in one: a home at or above the target is on the target's own line. What both sides read
   first is asked for together, since that is most of a check's time in a large model. */
static enum bw_reason look(const struct bw_model *m, const struct bw_id *subject, const struct bw_id *tenant,
                           const struct pdp_principal **ret_subject, struct pdp_target *ret_target)
{
  const struct pdp_principal *p = pdp_principal(m, pdp_principal_find(m, subject));
  uint32_t target = pdp_tenant_find(m, tenant), home = pdp_get(&p->home);
  __builtin_prefetch(pdp_grant(m, pdp_get(&p->first)));
  __builtin_prefetch(pdp_tenant(m, home));
  if (!active(p))
    return BW_REASON_NO_SUBJECT;
  struct pdp_line *line = &ret_target->line, own;
  bool seen = pdp_line_of(m, target, line);
  unsigned place = seen ? place_of(line, 0, home) : 0;
  if (!seen || place == line->n)
    return pdp_line_of(m, home, &own) && home_acts(&own, 0) ? BW_REASON_NOT_VISIBLE : BW_REASON_NO_SUBJECT;
  if (!home_acts(line, place))
    return BW_REASON_NO_SUBJECT;
  limit_target(ret_target, place);
  *ret_subject = p;
  return BW_REASON_NONE;
}

static void judge(const struct bw_model *m, const struct bw_question *q, struct bw_answer *answer)
{
  const struct pdp_principal *subject;
  struct pdp_target target;
  *answer = (struct bw_answer){.revision = pdp_get(&m->revision)};
  answer->reason = look(m, &q->subject, &q->tenant, &subject, &target);
  if (answer->reason)
    return;
  struct candidate best = best_grant(m, subject, &target, q);
  answer->reason = BW_REASON_NOT_VISIBLE;
  if (!best.grant)
    return;
  answer->effect = best.permits ? BW_ALLOW : BW_DENY;
  answer->reason = best.permits ? BW_REASON_GRANTED : BW_REASON_NO_PERMISSION;
  answer->root = pdp_id(&pdp_tenant(m, target.line.at[best.place])->key);
  answer->reach = best.reach;
  answer->grant = pdp_id(&best.grant->key);
}

void bw_decide(const struct bw_model *m, const struct bw_question *question, struct bw_answer *ret_answer)
{
  struct pdp_reading r;
  pdp_reading_begin(&r, m);
  do {
    judge(m, question, ret_answer);
  } while (pdp_reading_again(&r));
}

void bw_held(const struct bw_model *m, const struct bw_id *subject, const struct bw_id *tenant, int64_t now,
             struct bw_permission_set *ret_set)
{
  struct bw_permission_set set;
  struct pdp_reading r;
  pdp_reading_begin(&r, m);
  do {
    set = (struct bw_permission_set){0};
    struct pdp_target target;
    const struct pdp_principal *p;
    struct pdp_holding holding = {0};
    const struct pdp_grant *g;
    if (!look(m, subject, tenant, &p, &target))
      pdp_holding_begin(m, p, false, &holding);
    while ((g = pdp_holding_next(m, &holding))) {
      unsigned place;
      if (!pdp_target_reached(m, &target, g, now, &place))
        continue;
      unsigned barred = pdp_barred(p, target.line.info[place], target.line.info[0]);
      struct bw_permission_set more = pdp_given(pdp_role(m, pdp_get(&g->role)), barred);
      bw_permission_unite(&set, &more);
    }
  } while (pdp_reading_again(&r));
  *ret_set = set;
}

bool bw_session_alive(const struct bw_model *m, const struct bw_id *subject, const struct bw_id *session,
                      uint32_t epoch)
{
  if (pdp_key_none(pdp_key(session)))
    return false;
  bool alive;
  struct pdp_reading r;
  pdp_reading_begin(&r, m);
  do {
    const struct pdp_principal *p = pdp_subject(m, subject);
    alive = p && pdp_get(&p->epoch) == epoch && !pdp_session_ended(m, session);
  } while (pdp_reading_again(&r));
  return alive;
}

size_t bw_tenant_path(const struct bw_model *m, const struct bw_id *tenant, char ret_path[BW_PATH])
{
  struct pdp_line line;
  struct pdp_reading r;
  pdp_reading_begin(&r, m);
  do {
    if (!pdp_line_of(m, pdp_tenant_find(m, tenant), &line))
      line.n = 0;
    pdp_line_path(m, &line, ret_path);
  } while (pdp_reading_again(&r));
  return line.n;
}

bool bw_tenant_acts(const struct bw_model *m, const struct bw_id *tenant)
{
  bool acts;
  struct pdp_reading r;
  pdp_reading_begin(&r, m);
  do {
    struct pdp_line line;
    acts = pdp_line_of(m, pdp_tenant_find(m, tenant), &line) && home_acts(&line, 0);
  } while (pdp_reading_again(&r));
  return acts;
}

static bool ended(const struct pdp_line *line)
{
  for (unsigned i = 0; i < line->n; i++)
    if (pdp_state(line->info[i]) == BW_TENANT_TERMINATED)
      return true;
  return false;
}

bool bw_tenant_ended(const struct bw_model *m, const struct bw_id *tenant)
{
  bool is_over;
  struct pdp_reading r;
  pdp_reading_begin(&r, m);
  do {
    struct pdp_line line;
    is_over = !pdp_line_of(m, pdp_tenant_find(m, tenant), &line) || ended(&line);
  } while (pdp_reading_again(&r));
  return is_over;
}

bool bw_tenant_within(const struct bw_model *m, const struct bw_id *below, const struct bw_id *above)
{
  bool within;
  struct pdp_reading r;
  pdp_reading_begin(&r, m);
  do {
    struct pdp_line line;
    uint32_t tenant = pdp_tenant_find(m, above);
    within = pdp_line_of(m, pdp_tenant_find(m, below), &line) && place_of(&line, 0, tenant) < line.n;
  } while (pdp_reading_again(&r));
  return within;
}

static bool privileged_role(const struct pdp_role *role)
{
  struct bw_permission_set set = pdp_role_permissions(role);
  for (unsigned i = BW_PERMISSION_NONE + 1; i < BW_PERMISSION__COUNT; i++) {
    bool held = bw_permission_has(&set, (enum bw_permission)i);
    if (held && bw_permission_row((enum bw_permission)i)->flags & BW_PERMISSION_PRIVILEGED)
      return true;
  }
  return false;
}

bool bw_principal_privileged(const struct bw_model *m, const struct bw_id *principal, int64_t now)
{
  bool privileged;
  struct pdp_reading r;
  pdp_reading_begin(&r, m);
  do {
    privileged = false;
    struct pdp_holding holding;
    const struct pdp_grant *g;
    pdp_holding_begin(m, pdp_principal(m, pdp_principal_find(m, principal)), true, &holding);
    while (!privileged && (g = pdp_holding_next(m, &holding))) {
      int64_t expires_at = pdp_get(&g->expires_at);
      privileged = (!expires_at || now < expires_at) && privileged_role(pdp_role(m, pdp_get(&g->role)));
    }
  } while (pdp_reading_again(&r));
  return privileged;
}
