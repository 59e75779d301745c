/* The decision: a pure function of the snapshot and the question. No clock, no I/O, no allocation. */
#pragma once
#include <bailiwick/model.h>

#pragma GCC visibility push(default)
#ifdef __cplusplus
extern "C" {
#endif

enum bw_effect { BW_DENY, BW_ALLOW };

/* A subject's grants are its own and, wherever this header says so, those of the groups that it is in. A group is no
   subject: it does nothing itself. */

/* Why. The order is that of nearness: the first that applies is given. */
enum bw_reason {
  BW_REASON_NONE,        /* zeroed memory: denied */
  BW_REASON_GRANTED,
  BW_REASON_NO_SUBJECT,  /* unknown, not active, or its home or something above its home is suspended */
  BW_REASON_NOT_VISIBLE, /* no live grant of the subject's reaches the tenant, or there is no such tenant: the same */
  BW_REASON_NO_PERMISSION, /* visible, but no live grant that reaches it has the permission */
};

struct bw_question {
  struct bw_id subject;
  struct bw_id tenant; /* where the target stands */
  enum bw_permission permission;
  int64_t now; /* microseconds UTC */
};

struct bw_answer {
  enum bw_effect effect;
  enum bw_reason reason;
  struct bw_id root;    /* tenant of the widest live grant that reaches the target: with the permission when allowed,
                           any when not; zero when the target is not visible */
  enum bw_reach reach;  /* of that grant */
  struct bw_id grant;
  uint64_t revision;
};

/* Fills *ret_answer in every case, denies unless everything holds. What a grant gives is cut by the kinds of where it
   is held and of the target (permissions.def), however it was given. A grant reaches its tenant and, with
   BW_REACH_SUBTREE, all below it; but a boundary (bw_tenant_fact.boundary) and what stands below it are reached only by
   grants held at or below the boundary. Widest: nearest to the root; there, subtree before self, then the lower id. */
void bw_decide(const struct bw_model *model, const struct bw_question *question, struct bw_answer *ret_answer);

/* A session of the subject is alive: subject active, nothing above its home suspended, epoch the same, session not
   ended. */
bool bw_session_alive(const struct bw_model *model, const struct bw_id *subject, const struct bw_id *session,
                      uint32_t epoch);

/* What a principal holds, grant by grant, live ones only, in path order of their tenants. */
struct bw_root {
  struct bw_id grant, role, tenant;
  enum bw_reach reach;
  struct bw_permission_set permissions;
  int64_t expires_at;
};
/* Up to `most`, each with what it gives at its own tenant; gives how many there are. Consistent as one publication. */
size_t bw_roots(const struct bw_model *model, const struct bw_id *subject, int64_t now, size_t most,
                struct bw_root *ret_roots);

/* The same of one grant; false when it gives the subject nothing then. */
bool bw_root_of(const struct bw_model *model, const struct bw_id *subject, const struct bw_id *grant, int64_t now,
                struct bw_root *ret_root);

/* All permissions that the subject's live grants give it at the tenant; empty when there are none. */
void bw_held(const struct bw_model *model, const struct bw_id *subject, const struct bw_id *tenant, int64_t now,
             struct bw_permission_set *ret_set);

/* What is known of one thing; false when it is unknown. */
bool bw_tenant(const struct bw_model *model, const struct bw_id *id, struct bw_tenant_fact *ret_fact);
bool bw_principal(const struct bw_model *model, const struct bw_id *id, struct bw_principal_fact *ret_fact);
bool bw_role(const struct bw_model *model, const struct bw_id *id, struct bw_role_fact *ret_fact);
bool bw_grant(const struct bw_model *model, const struct bw_id *id, struct bw_grant_fact *ret_fact);

/* The groups that a principal is in, suspended ones too, directly or by others, in no order; how many. */
size_t bw_groups(const struct bw_model *model, const struct bw_id *principal, struct bw_id ret_groups[BW_GROUPS]);

/* Labels from the root down to the tenant: "/aaaaaaaa/bbbbbbbb" with a NUL; the depth, 0 for an unknown tenant. */
enum { BW_PATH = BW_DEPTH * (BW_LABEL + 1) + 1 };
size_t bw_tenant_path(const struct bw_model *model, const struct bw_id *tenant, char ret_path[BW_PATH]);

/* Who is at home there may act: nothing above it is suspended with all below, and it is not suspended itself. */
bool bw_tenant_acts(const struct bw_model *model, const struct bw_id *tenant);

/* It, or a tenant above it, is terminated; an unknown one too. */
bool bw_tenant_ended(const struct bw_model *model, const struct bw_id *tenant);

/* What a tenant and those above it ask of the sessions of who is at home there and came by a portal, 1 to BW_PORTALS:
   the strictest that any of them says of that portal or of all. False, and everything asked, for an unknown tenant. */
struct bw_assurance {
  enum bw_factor_rule rule;
  unsigned factor_minutes; /* 0: nobody says */
};
bool bw_tenant_assurance(const struct bw_model *model, const struct bw_id *tenant, unsigned portal,
                         struct bw_assurance *ret_assurance);

/* Whether sessions may be used from an address, IPv4 mapped into IPv6; NULL is outside every network. A person's: a
   network of every list that their home, or a tenant above it, has. A client's: one of its own. */
bool bw_tenant_admits(const struct bw_model *model, const struct bw_id *tenant, const unsigned char address[16]);
bool bw_client_admits(const struct bw_model *model, const struct bw_id *client, const unsigned char address[16]);

/* `below` is `above` or stands under it. */
bool bw_tenant_within(const struct bw_model *model, const struct bw_id *below, const struct bw_id *above);

/* A grant of the principal's that has not expired, in force yet or not, has a role with a privileged permission. Those
   of suspended groups count here too, for they may be resumed; and of a group itself, what it gives its members. */
bool bw_principal_privileged(const struct bw_model *model, const struct bw_id *principal, int64_t now);

#ifdef __cplusplus
}
#endif
#pragma GCC visibility pop
