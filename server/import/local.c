/* Changes a job by the same rules as requests do. Trusts: that the actor is who opened it. */
#include "import/local.h"
#include "import/result.h"
#include "policy/mint.h"

/* A change of the job, and what it is about. */
struct job_change {
  struct import_local *local;
  const struct import_job_new *job;
  struct str bytes;
};

static RESULT change_job(struct import_local *local, const char *action, import_change *run, struct job_change *what,
                         struct arena *arena)
{
  const struct import_actor *actor = local->actor;
  struct import_leave leave;
  what->local = local;
  TRY(import_actor_leave(actor, &local->key.tenant, BW_IMPORT_RUN, arena, &leave));
  const struct import_task task = {&leave, action, run, what};
  return import_actor_change(actor, &task, arena);
}

static RESULT open_job(struct change *change, void *what)
{
  const struct job_change *c = what;
  struct outcome outcome;
  TRY(import_job_open(change, c->job, &outcome));
  c->local->key.job = outcome.id;
  return R_OK;
}

RESULT import_local_open(const struct import_actor *actor, const struct import_job_new *job,
                         struct domain_refusal *refusals, struct arena *arena, struct import_local *ret_local)
{
  struct import_local local = {.actor = actor, .pace = import_pace_of(refusals), .key.tenant = job->tenant};
  TRY(change_job(&local, "createImport", open_job, &(struct job_change){.job = job}, arena));
  local.pace.only = local.key.job;
  *ret_local = local;
  return R_OK;
}

static RESULT fill_job(struct change *change, void *what)
{
  const struct job_change *c = what;
  const struct import_job_span span = {c->local->key, c->local->received, (int64_t)c->bytes.n};
  int64_t ignored;
  TRY(import_job_announce(change, &span, &ignored));
  return import_job_fill(change, &span, c->bytes.p, &ignored);
}

RESULT import_local_fill(struct import_local *local, struct str bytes, struct arena *arena)
{
  TRY(change_job(local, "fillImport", fill_job, &(struct job_change){.bytes = bytes}, arena));
  local->received += (int64_t)bytes.n;
  return R_OK;
}

static RESULT start_job(struct change *change, void *what)
{
  const struct job_change *c = what;
  struct outcome ignored;
  int64_t expected;
  return import_job_start(change, &c->local->key, &ignored, &expected);
}

RESULT import_local_start(struct import_local *local, struct arena *arena)
{
  return change_job(local, "startImport", start_job, &(struct job_change){0}, arena);
}

RESULT import_local_step(struct import_local *local, struct arena *arena, struct import_stepped *ret_stepped)
{
  enum result r = import_step(local->actor->domain, &local->pace, arena, ret_stepped);
  import_pace_learn(&local->pace, ret_stepped, r);
  return r;
}

static RESULT cancel_job(struct change *change, void *what)
{
  const struct job_change *c = what;
  struct outcome ignored;
  return import_job_cancel(change, &c->local->key, &ignored);
}

RESULT import_local_cancel(struct import_local *local, struct arena *arena)
{
  return change_job(local, "cancelImport", cancel_job, &(struct job_change){0}, arena);
}

/* Its own job, also where the actor was shut out meanwhile. */
static RESULT reading(const struct import_local *local, struct arena *arena, struct store_call *ret_call)
{
  const struct domain *domain = local->actor->domain;
  struct store_call call = {.pool = domain->app, .arena = arena};
  TRY(policy_scope_whole(domain->policy, arena, &call.scope));
  *ret_call = call;
  return R_OK;
}

RESULT import_local_look(const struct import_local *local, struct arena *arena, struct store_object *ret_job)
{
  struct store_call call;
  TRY(reading(local, arena, &call));
  return store_import_get(&call, &local->key, ret_job);
}

RESULT import_local_refused(const struct import_local *local, int64_t place, struct arena *arena, struct str *ret_lines,
                            int64_t *ret_next)
{
  const bool refused = true;
  const struct store_import_results wanted = {.key = local->key, .place = place, .refused = &refused, .limit = 2};
  const struct store_import_result *found;
  struct store_call call;
  size_t count;
  *ret_lines = STR("");
  *ret_next = 0;
  TRY(reading(local, arena, &call));
  TRY(store_import_result_list(&call, &wanted, &found, &count));
  if (count > 1)
    *ret_next = found[1].place;
  return count > 0 ? import_results_sort(found[0].lines, 0, arena, ret_lines) : R_OK;
}
