/* The model's life, the lock-free reading of one publication, and what is known of one thing. */
#include "pdp/terms.h"
#include <bailiwick/decide.h>
#include <pthread.h>
#include <stdlib.h>

enum { TRIES = 8 };

struct pdp_lock {
  pthread_mutex_t mutex;
};

static const size_t thing_size[PDP_TABLES] = {
    [PDP_TENANTS] = sizeof(struct pdp_tenant),   [PDP_PRINCIPALS] = sizeof(struct pdp_principal),
    [PDP_ROLES] = sizeof(struct pdp_role),       [PDP_GRANTS] = sizeof(struct pdp_grant),
    [PDP_SESSIONS] = sizeof(struct pdp_session), [PDP_TERMS] = sizeof(struct pdp_terms),
};

struct bw_model *bw_model_new(void)
{
  struct bw_model *m = calloc(1, sizeof *m);
  if (!m)
    return NULL;
  m->lock = malloc(sizeof *m->lock);
  bool made = m->lock && pthread_mutex_init(&m->lock->mutex, NULL) == 0;
  if (!made) {
    free(m->lock);
    m->lock = NULL;
  }
  m->table[PDP_TENANTS].listed = m->table[PDP_PRINCIPALS].listed = true;
  for (int i = 0; made && i < PDP_TABLES; i++)
    made = pdp_table_open(&m->table[i], thing_size[i]);
  if (made)
    return m;
  bw_model_free(m);
  return NULL;
}

/* Of a model that nobody reads any more. */
static void free_networks(struct bw_model *m)
{
  for (uint32_t i = 1; i < m->table[PDP_TERMS].made; i++) {
    struct pdp_terms *terms = pdp_table_at(&m->table[PDP_TERMS], i, sizeof *terms);
    free(terms->networks);
  }
  pdp_terms_free_retired(m);
}

void bw_model_free(struct bw_model *m)
{
  if (!m)
    return;
  pdp_model_discard(m);
  free_networks(m);
  for (int i = 0; i < PDP_TABLES; i++)
    pdp_table_close(&m->table[i]);
  if (m->lock)
    pthread_mutex_destroy(&m->lock->mutex);
  free(m->lock);
  free(m);
}

/* The lock is taken outside the RCU section: the writer may be waiting for that section to end. */
void pdp_reading_retry(struct pdp_reading *r)
{
  while (r->tries++ < TRIES) {
    r->version = pdp_get(&r->model->version);
    if (!(r->version & 1))
      return;
  }
  rcu_read_unlock();
  pthread_mutex_lock(&r->model->lock->mutex);
  r->locked = true;
}

void pdp_reading_unlock(struct pdp_reading *r) { pthread_mutex_unlock(&r->model->lock->mutex); }

void pdp_model_open(struct bw_model *m)
{
  pthread_mutex_lock(&m->lock->mutex);
  pdp_set(&m->version, m->version + 1);
}

void pdp_model_close(struct bw_model *m)
{
  pdp_set(&m->version, m->version + 1);
  pthread_mutex_unlock(&m->lock->mutex);
}

uint64_t bw_model_revision(const struct bw_model *m) { return pdp_get(&m->revision); }

void bw_model_count(const struct bw_model *m, struct bw_model_counts *ret_counts)
{
  *ret_counts = (struct bw_model_counts){
      .tenants = pdp_get(&m->present[PDP_TENANTS]),
      .principals = pdp_get(&m->present[PDP_PRINCIPALS]),
      .roles = pdp_get(&m->present[PDP_ROLES]),
      .memberships = pdp_get(&m->memberships),
      .sessions = pdp_get(&m->present[PDP_SESSIONS]),
      .bytes = sizeof *m + sizeof *m->lock,
  };
  ret_counts->grants = pdp_get(&m->present[PDP_GRANTS]) - ret_counts->memberships;
  for (int i = 0; i < PDP_TABLES; i++)
    ret_counts->bytes += pdp_get(&m->table[i].bytes);
}

bool bw_tenant(const struct bw_model *m, const struct bw_id *id, struct bw_tenant_fact *ret_fact)
{
  struct bw_tenant_fact fact;
  uint32_t info;
  struct pdp_reading r;
  pdp_reading_begin(&r, m);
  do {
    const struct pdp_tenant *t = pdp_tenant(m, pdp_tenant_find(m, id));
    info = pdp_get(&t->info);
    fact = (struct bw_tenant_fact){.id = *id, .boundary = info & PDP_BOUNDARY};
    fact.kind = pdp_kind(info);
    fact.state = pdp_state(info);
    fact.factor_rule = pdp_rule(info);
    fact.factor_minutes = pdp_minutes(info);
    fact.parent = pdp_id(&pdp_tenant(m, pdp_get(&t->parent))->key);
    uint64_t label = pdp_get(&t->label);
    memcpy(fact.label, &label, sizeof fact.label);
  } while (pdp_reading_again(&r));
  if (!(info & PDP_PRESENT))
    return false;
  *ret_fact = fact;
  return true;
}

bool bw_principal(const struct bw_model *m, const struct bw_id *id, struct bw_principal_fact *ret_fact)
{
  struct bw_principal_fact fact;
  uint32_t info;
  struct pdp_reading r;
  pdp_reading_begin(&r, m);
  do {
    const struct pdp_principal *p = pdp_principal(m, pdp_principal_find(m, id));
    info = pdp_get(&p->info);
    fact = (struct bw_principal_fact){.id = *id, .epoch = pdp_get(&p->epoch)};
    fact.kind = pdp_kind(info);
    fact.state = pdp_state(info);
    fact.home = pdp_id(&pdp_tenant(m, pdp_get(&p->home))->key);
  } while (pdp_reading_again(&r));
  if (!(info & PDP_PRESENT))
    return false;
  *ret_fact = fact;
  return true;
}

bool bw_role(const struct bw_model *m, const struct bw_id *id, struct bw_role_fact *ret_fact)
{
  struct bw_role_fact fact;
  uint32_t info;
  struct pdp_reading r;
  pdp_reading_begin(&r, m);
  do {
    const struct pdp_role *role = pdp_role(m, pdp_role_find(m, id));
    info = pdp_get(&role->info);
    fact.id = *id;
    fact.tenant = pdp_id(&pdp_tenant(m, pdp_get(&role->tenant))->key);
    fact.permissions = pdp_role_permissions(role);
  } while (pdp_reading_again(&r));
  if (!(info & PDP_PRESENT))
    return false;
  *ret_fact = fact;
  return true;
}

bool bw_grant(const struct bw_model *m, const struct bw_id *id, struct bw_grant_fact *ret_fact)
{
  struct bw_grant_fact fact;
  uint32_t info;
  struct pdp_reading r;
  pdp_reading_begin(&r, m);
  do {
    const struct pdp_grant *g = pdp_grant(m, pdp_grant_find(m, id));
    info = pdp_get(&g->info);
    fact.id = *id;
    fact.principal = pdp_id(&pdp_principal(m, pdp_get(&g->principal))->key);
    fact.role = pdp_id(&pdp_role(m, pdp_get(&g->role))->key);
    fact.tenant = pdp_id(&pdp_tenant(m, pdp_get(&g->tenant))->key);
    fact.reach = pdp_kind(info);
    fact.not_before = pdp_get(&g->not_before);
    fact.expires_at = pdp_get(&g->expires_at);
  } while (pdp_reading_again(&r));
  if (!(info & PDP_PRESENT) || info & PDP_MEMBERSHIP)
    return false;
  *ret_fact = fact;
  return true;
}
