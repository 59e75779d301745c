/* The snapshot: tenants, principals, roles, grants and memberships in memory. One writer, any number of readers without
   locks. A transaction's changes are published as one: no reader sees half of them. */
#pragma once
#include <bailiwick/permission.h>

#pragma GCC visibility push(default)
#ifdef __cplusplus
extern "C" {
#endif

struct bw_id {
  unsigned char b[16];
};

enum bw_tenant_kind { BW_TENANT_PROVIDER = 1, BW_TENANT_PARTNER, BW_TENANT_CUSTOMER };
enum bw_tenant_state {
  BW_TENANT_ACTIVE = 1,
  BW_TENANT_STAFF_SUSPENDED,
  BW_TENANT_SUBTREE_SUSPENDED,
  BW_TENANT_TERMINATED
};
enum bw_principal_kind { BW_PRINCIPAL_USER = 1, BW_PRINCIPAL_CLIENT, BW_PRINCIPAL_GROUP };
enum bw_principal_state {
  BW_PRINCIPAL_ACTIVE = 1,
  BW_PRINCIPAL_INVITED,
  BW_PRINCIPAL_SUSPENDED,
  BW_PRINCIPAL_TERMINATED,
};
enum bw_reach { BW_REACH_SELF = 1, BW_REACH_SUBTREE };

enum { BW_LABEL = 8, BW_DEPTH = 16 };

/* Of whom a second factor is asked; in the order of strictness. */
enum bw_factor_rule { BW_FACTOR_NOBODY, BW_FACTOR_PRIVILEGED, BW_FACTOR_EVERYONE };

struct bw_tenant_fact {
  struct bw_id id, parent; /* parent all zero for the root */
  char label[BW_LABEL];
  enum bw_tenant_kind kind;
  enum bw_tenant_state state;
  bool boundary;
  enum bw_factor_rule factor_rule; /* as set at this tenant, for who is at home there or below */
  unsigned factor_minutes;         /* how long a factor that was proved counts for them; 0: not set here */
};

struct bw_principal_fact {
  struct bw_id id, home;
  enum bw_principal_kind kind;
  enum bw_principal_state state;
  uint32_t epoch; /* sessions of another epoch are over */
};

struct bw_role_fact {
  struct bw_id id;
  struct bw_id tenant; /* who made it; usable in its subtree */
  struct bw_permission_set permissions;
};

struct bw_grant_fact {
  struct bw_id id, principal, role, tenant;
  enum bw_reach reach;
  int64_t not_before, expires_at; /* microseconds UTC; 0: unbounded */
};

/* Of a principal, which may be a group itself, in a group of the same home: while the group is active its grants count
   as the member's, and so do those of the groups that it is in. Who is in more than BW_GROUPS, all counted, has nothing
   by any. */
enum { BW_GROUPS = 32 };
struct bw_membership_fact {
  struct bw_id id, member, group;
};

/* The portals by which people come, numbered from 1. */
enum { BW_PORTALS = 3 };

/* The addresses whose first `bits` bits are those of `base`; IPv4 is mapped into IPv6. */
struct bw_network {
  unsigned char base[16];
  unsigned char bits;
};

/* What a tenant asks of the sessions of who is at home there or below, by the portal that they came by; few say
   anything. Of a client, where it may be. */
struct bw_terms_fact {
  struct bw_id id; /* the tenant's, or the client's */
  enum bw_factor_rule factor_rule[BW_PORTALS + 1];
  unsigned factor_minutes[BW_PORTALS + 1]; /* 0: not set here */
  bool bounded;                            /* from these networks alone; from none when there are none */
  const struct bw_network *networks;
  size_t network_count;
};

struct bw_model;

struct bw_model *bw_model_new(void); /* NULL when memory is out; an empty model denies everything */
void bw_model_free(struct bw_model *model);

/* The writer's side: one thread. begin .. commit is one publication; what is put replaces the fact of the same id. A put
   that refers to something unknown (a grant's role not there yet) is kept and takes effect when that arrives, within the
   same publication or a later one; what refers to a dropped thing rests until that is put again. An id of zeroes names
   nothing: a fact of it is ignored. False: memory is out, nothing of this publication will be visible, abandon (begin
   anew) or reload. */
void bw_model_begin(struct bw_model *model);
/* Begins a publication of everything: what is not put in it, ended sessions included, is dropped by its commit. What is
   put as it was costs no memory, and readers no time. False: as for a put. */
bool bw_model_begin_whole(struct bw_model *model);
bool bw_model_put_tenant(struct bw_model *model, const struct bw_tenant_fact *fact);
bool bw_model_put_principal(struct bw_model *model, const struct bw_principal_fact *fact);
bool bw_model_put_role(struct bw_model *model, const struct bw_role_fact *fact);
bool bw_model_put_grant(struct bw_model *model, const struct bw_grant_fact *fact);
bool bw_model_put_membership(struct bw_model *model, const struct bw_membership_fact *fact);
bool bw_model_put_terms(struct bw_model *model, const struct bw_terms_fact *fact);
bool bw_model_end_session(struct bw_model *model, const struct bw_id *session, int64_t forget_at);
void bw_model_drop_tenant(struct bw_model *model, const struct bw_id *id);
void bw_model_drop_principal(struct bw_model *model, const struct bw_id *id);
void bw_model_drop_role(struct bw_model *model, const struct bw_id *id);
void bw_model_drop_grant(struct bw_model *model, const struct bw_id *id);
void bw_model_drop_membership(struct bw_model *model, const struct bw_id *id);
void bw_model_drop_terms(struct bw_model *model, const struct bw_id *id);
/* Forgets ended sessions whose forget_at has passed. */
void bw_model_forget_sessions(struct bw_model *model, int64_t now);
bool bw_model_commit(struct bw_model *model, uint64_t revision);

uint64_t bw_model_revision(const struct bw_model *model);

struct bw_model_counts {
  size_t tenants, principals, roles, grants, memberships, sessions, bytes;
};
void bw_model_count(const struct bw_model *model, struct bw_model_counts *ret_counts);

#ifdef __cplusplus
}
#endif
#pragma GCC visibility pop
