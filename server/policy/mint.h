/* Where scopes come from: only from a decision that allowed, or aloud for the whole tree. */
#pragma once
#include "policy/policy.h"

/* The scope of the root that an answer with BW_ALLOW names. R_NOT_FOUND: the answer denies, or the root has gone. */
RESULT policy_scope(const struct policy *policy, const struct bw_answer *answer, struct arena *arena,
                    const struct scope **ret_scope);

struct policy_root {
  const struct scope *scope;
  struct uuid tenant;
  char path[BW_PATH];
  enum bw_reach reach;
};

/* One scope for each maximal root under which the subject holds the permission, disjoint, in path order. R_AGAIN: the
   snapshot moved on at every try. */
RESULT policy_roots(const struct policy *policy, const struct uuid *subject, enum bw_permission permission, int64_t now,
                    struct arena *arena, const struct policy_root **ret_roots, size_t *ret_count);

/* A tenant and all below it, for what goes with somebody who is at home there: nothing of it is shown, it ends and
   leaves its event, also where the root of the change does not reach. R_NOT_FOUND: the tenant has gone. */
RESULT policy_scope_home(const struct policy *policy, const struct uuid *tenant, struct arena *arena,
                         const struct scope **ret_scope);

/* The whole tree, for jobs and the operator at the machine: never for a request. */
RESULT policy_scope_whole(const struct policy *policy, struct arena *arena, const struct scope **ret_scope);

/* struct uuid and struct bw_id are the same 16 bytes. */
static inline struct bw_id policy_id(const struct uuid *uuid)
{
  struct bw_id id;
  memcpy(id.b, uuid->b, sizeof id.b);
  return id;
}

static inline struct uuid policy_uuid(const struct bw_id *id)
{
  struct uuid uuid;
  memcpy(uuid.b, id->b, sizeof uuid.b);
  return uuid;
}
