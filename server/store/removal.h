/* What rows of a job have named, and what it is to remove because none has. */
#pragma once
#include "store/call.h"

struct store_removal_seen {
  struct str kind; /* "tenant", "user", "grant", "client" */
  struct uuid id;
};
/* Queued. */
RESULT store_removal_see(struct store_tx *tx, const struct uuid *job, const struct store_removal_seen *seen,
                         size_t count);

struct store_removal_span {
  struct store_range range; /* where to look: within the job's, and what its submitter sees */
  struct str root;          /* the path from which they see it */
  struct str path;          /* of the job's tenant */
  struct uuid job, submitter;
  int64_t before; /* how many were put down before */
};
/* Puts down what is to be removed there, numbered from `before` + 1, and gives how many that are. */
typedef RESULT store_removal_plan(struct store_tx *tx, const struct store_removal_span *span, int64_t *ret_count);
store_removal_plan store_removal_plan_users, store_removal_plan_grants, store_removal_plan_clients,
    store_removal_plan_groups, store_removal_plan_memberships;

struct store_removal {
  int64_t number;
  struct str kind;
  struct uuid id, place;
};
struct store_removal_page {
  struct uuid job;
  int64_t after, limit; /* after: the number of the last one that was seen */
};
RESULT store_removal_next(const struct store_call *call, const struct store_removal_page *page,
                          const struct store_removal **ret_removals, size_t *ret_count);
