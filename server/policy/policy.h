/* The snapshot in step with the database: loaded whole, then followed change by change on a thread of its own. */
#pragma once
#include "base/buf.h"
#include "base/result.h"
#include "base/uuid.h"
#include <bailiwick/decide.h>

struct policy;
struct scope;

struct policy_config {
  const char *conninfo; /* logs in as the policy role */
  int64_t lease;        /* microseconds without word from the database after which nothing is fresh: 2 s unless set */
};

/* Starts following; returns at once, also when the database is down. */
RESULT policy_open(const struct policy_config *config, struct policy **ret_policy);
void policy_close(struct policy **policy);

/* The snapshot itself: the same pointer for the life of `policy`, readable from any thread without locks. */
const struct bw_model *policy_model(const struct policy *policy);

/* Loaded, and heard from the database within the lease, and no change of this process waits to be applied. */
bool policy_fresh(const struct policy *policy);

/* Waits until `revision` is applied here; for STORE_REVISION_UNKNOWN, until all is that was committed before this call.
   R_UNAVAILABLE when it is not by `deadline` (clock_monotonic()); the process is then not fresh until it is. */
RESULT policy_wait(struct policy *policy, uint64_t revision, int64_t deadline);

/* Prometheus text: revision, age in seconds, reloads, counts of facts, bytes. */
void policy_metrics(const struct policy *policy, struct buf *text);
