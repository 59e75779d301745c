/* What the model's memory holds, and how a reader sees one publication of it and no half of another. */
#pragma once
#include "pdp/rcu.h"
#include "pdp/table.h"

enum { PDP_TENANTS, PDP_PRINCIPALS, PDP_ROLES, PDP_GRANTS, PDP_SESSIONS, PDP_TERMS, PDP_TABLES };

/* A thing's `info`: two small numbers (kind or reach, state) and two flags; of a tenant also the rule and the minutes that it asks
   of sessions. A thing that others only refer to has 0. */
enum { PDP_STATE_SHIFT = 8, PDP_BOUNDARY = 1 << 16, PDP_PRESENT = 1 << 17, PDP_RULE_SHIFT = 18, PDP_MINUTES_SHIFT = 20,
       PDP_RULE_MOST = 3, PDP_MINUTES_MOST = 0xfff, PDP_MEMBERSHIP = 1 << 16 };

/* Numbers beside a key are indices, 0 none. Sizes matter: a walk up the tree touches one cache line a tenant. */
struct pdp_tenant {
  struct pdp_key key;
  uint32_t parent, info;
  uint64_t label;
};
struct pdp_principal {
  struct pdp_key key;
  uint32_t home, info, epoch;
  uint32_t first; /* of its grants; kept while the principal itself is unknown */
};
struct pdp_role {
  struct pdp_key key;
  uint32_t tenant, info;
  struct bw_permission_set permissions;
};
struct pdp_grant {
  struct pdp_key key;
  uint32_t principal, role, tenant, info; /* a membership has no reach, a group as its role, and stands before grants */
  uint32_t next, previous, next_here, previous_here; /* of its holder's, and its tenant's; readers use no previous */
  int64_t not_before, expires_at;
};
struct pdp_session {
  struct pdp_key key;
  int64_t forget_at;
  uint32_t info;
};
_Static_assert(sizeof(struct pdp_tenant) == 32 && sizeof(struct pdp_principal) == 32, "two to a cache line");

struct bw_model {
  uint64_t version; /* odd while a publication is being applied */
  uint64_t revision;
  struct pdp_lock *lock; /* held while the version is odd */
  uint64_t present[PDP_TABLES], memberships; /* which are among the grants present */
  struct pdp_table table[PDP_TABLES];
  struct pdp_stage *stage; /* the publication begun, not yet applied: newest block first */
  struct pdp_seen *seen;   /* what it has spoken of, when it is one of everything */
  bool failed;             /* memory ran out in it */
  struct pdp_networks *retired; /* to be freed after a grace period */
};

static inline const struct pdp_tenant *pdp_tenant(const struct bw_model *m, uint32_t index)
{
  return pdp_table_at(&m->table[PDP_TENANTS], index, sizeof(struct pdp_tenant));
}
static inline const struct pdp_principal *pdp_principal(const struct bw_model *m, uint32_t index)
{
  return pdp_table_at(&m->table[PDP_PRINCIPALS], index, sizeof(struct pdp_principal));
}
static inline const struct pdp_role *pdp_role(const struct bw_model *m, uint32_t index)
{
  return pdp_table_at(&m->table[PDP_ROLES], index, sizeof(struct pdp_role));
}
static inline const struct pdp_grant *pdp_grant(const struct bw_model *m, uint32_t index)
{
  return pdp_table_at(&m->table[PDP_GRANTS], index, sizeof(struct pdp_grant));
}

static inline uint32_t pdp_tenant_find(const struct bw_model *m, const struct bw_id *id)
{
  return pdp_table_find(&m->table[PDP_TENANTS], pdp_key(id), sizeof(struct pdp_tenant));
}
static inline uint32_t pdp_principal_find(const struct bw_model *m, const struct bw_id *id)
{
  return pdp_table_find(&m->table[PDP_PRINCIPALS], pdp_key(id), sizeof(struct pdp_principal));
}
static inline uint32_t pdp_role_find(const struct bw_model *m, const struct bw_id *id)
{
  return pdp_table_find(&m->table[PDP_ROLES], pdp_key(id), sizeof(struct pdp_role));
}
static inline uint32_t pdp_grant_find(const struct bw_model *m, const struct bw_id *id)
{
  return pdp_table_find(&m->table[PDP_GRANTS], pdp_key(id), sizeof(struct pdp_grant));
}

static inline unsigned pdp_kind(uint32_t info) { return info & 0xff; }
static inline unsigned pdp_state(uint32_t info) { return info >> PDP_STATE_SHIFT & 0xff; }
static inline unsigned pdp_rule(uint32_t info) { return info >> PDP_RULE_SHIFT & PDP_RULE_MOST; }
static inline unsigned pdp_minutes(uint32_t info) { return info >> PDP_MINUTES_SHIFT & PDP_MINUTES_MOST; }

static inline struct bw_permission_set pdp_role_permissions(const struct pdp_role *role)
{
  struct bw_permission_set set;
  for (int i = 0; i < BW_PERMISSION_WORDS; i++)
    set.word[i] = pdp_get(&role->permissions.word[i]);
  return set;
}

static inline bool pdp_session_ended(const struct bw_model *m, const struct bw_id *id)
{
  const struct pdp_table *sessions = &m->table[PDP_SESSIONS];
  uint32_t index = pdp_table_find(sessions, pdp_key(id), sizeof(struct pdp_session));
  const struct pdp_session *session = pdp_table_at(sessions, index, sizeof *session);
  return pdp_get(&session->info) & PDP_PRESENT;
}

/* Reads that belong together:
     struct pdp_reading r;
     pdp_reading_begin(&r, model);
     do { ... } while (pdp_reading_again(&r));
   What was read counts only once again() has said no. Whatever is read meanwhile is safe to follow: indices stay in
   their table, one of another table leads somewhere too, and a list of grants is never a ring. */
struct pdp_reading {
  const struct bw_model *model;
  uint64_t version;
  unsigned tries;
  bool locked;
};

/* Not at an even version, or no longer at it: looks again, at last under the writer's lock. */
void pdp_reading_retry(struct pdp_reading *r);
void pdp_reading_unlock(struct pdp_reading *r);

static inline void pdp_reading_begin(struct pdp_reading *r, const struct bw_model *m)
{
  rcu_read_lock();
  *r = (struct pdp_reading){.model = m, .version = pdp_get(&m->version)};
  if (r->version & 1)
    pdp_reading_retry(r);
}

static inline bool pdp_reading_again(struct pdp_reading *r)
{
  bool again = !r->locked && pdp_get(&r->model->version) != r->version;
  if (again)
    pdp_reading_retry(r);
  else if (r->locked)
    pdp_reading_unlock(r);
  else
    rcu_read_unlock();
  return again;
}

/* The writer's: readers of what is written in between read it again. */
void pdp_model_open(struct bw_model *m);
void pdp_model_close(struct bw_model *m);
/* Frees what the publication begun holds (publication.c). */
void pdp_model_discard(struct bw_model *m);
