/* The snapshot with its follower: opened, asked, waited for, counted. */
#include "policy/policy.h"
#include "base/clock.h"
#include "base/metric.h"
#include "policy/follow.h"
#include "store/call.h"
#include <stdlib.h>

enum { LEASE_SECONDS = 2 };

struct policy {
  struct bw_model *model;
  struct policy_progress progress;
  struct policy_follow *follow;
  int64_t lease;
};

/* Half the lease, so that one late answer does not end it, and never more than a second. */
static int64_t period_of(int64_t lease) { return lease < 2 * CLOCK_SECOND ? lease / 2 : CLOCK_SECOND; }

RESULT policy_open(const struct policy_config *config, struct policy **ret_policy)
{
  struct policy *policy = calloc(1, sizeof *policy);
  if (!policy)
    return R_NO_MEMORY;
  policy->lease = config->lease > 0 ? config->lease : LEASE_SECONDS * CLOCK_SECOND;
  policy->model = bw_model_new();
  enum result r = policy->model ? policy_progress_open(&policy->progress) : R_NO_MEMORY;
  if (r != R_OK) {
    bw_model_free(policy->model);
    free(policy);
    return r;
  }
  r = policy_follow_open(config->conninfo, period_of(policy->lease), policy->model, &policy->progress, &policy->follow);
  if (r != R_OK) {
    policy_close(&policy);
    return r;
  }
  *ret_policy = policy;
  return R_OK;
}

void policy_close(struct policy **policy)
{
  struct policy *p = policy ? *policy : NULL;
  if (!p)
    return;
  policy_follow_close(&p->follow);
  policy_progress_close(&p->progress);
  bw_model_free(p->model);
  free(p);
  *policy = NULL;
}

const struct bw_model *policy_model(const struct policy *policy) { return policy->model; }

bool policy_fresh(const struct policy *policy) { return policy_progress_fresh(&policy->progress, policy->lease); }

RESULT policy_wait(struct policy *policy, uint64_t revision, int64_t deadline)
{
  if (revision == STORE_REVISION_UNKNOWN)
    return policy_progress_wait_look(&policy->progress, deadline);
  return policy_progress_wait(&policy->progress, revision, deadline);
}

void policy_metrics(const struct policy *policy, struct buf *text)
{
  const struct policy_progress *progress = &policy->progress;
  struct bw_model_counts counts;
  bw_model_count(policy->model, &counts);
  const struct {
    const char *kind;
    size_t count;
  } facts[] = {{"tenant", counts.tenants}, {"principal", counts.principals},   {"role", counts.roles},
               {"grant", counts.grants},   {"membership", counts.memberships}, {"ended_session", counts.sessions}};
  metric_put(text, "bailiwick_policy_revision", "gauge", "newest policy revision applied here", (double)bw_model_revision(policy->model));
  metric_put(text, "bailiwick_policy_fresh", "gauge", "1 while the snapshot is in step with the database", policy_fresh(policy));
  metric_put(text, "bailiwick_policy_age_seconds", "gauge", "since the database was last heard",
             (double)(clock_monotonic() - atomic_load(&progress->heard_at)) / CLOCK_SECOND);
  metric_put(text, "bailiwick_policy_reloads_total", "counter", "whole loads of the policy", (double)atomic_load(&progress->reloads));
  metric_put(text, "bailiwick_policy_bytes", "gauge", "memory of the snapshot", (double)counts.bytes);
  metric_head(text, "bailiwick_policy_facts", "gauge", "facts in the snapshot by kind");
  for (size_t i = 0; i < sizeof facts / sizeof *facts; i++)
    buf_print(text, "bailiwick_policy_facts{kind=\"%s\"} %zu\n", facts[i].kind, facts[i].count);
}
