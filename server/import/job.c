/* Opens, fills, starts and cancels jobs, each with its event. Trusts: no caller to be who opened the job. */
#include "import/job.h"
#include "domain/audit.h"
#include "import/content.h"

static RESULT record(struct change *change, const struct uuid *tenant, const struct store_import *before,
                     const struct store_object *job, struct outcome *ret_outcome)
{
  struct audit_record event = {.tenant = *tenant,
                               .object_kind = "import",
                               .object = job->id,
                               .before = before->object.body,
                               .after = job->body,
                               .named = before->named};
  TRY(domain_audit_done(change, &event));
  *ret_outcome = (struct outcome){.id = job->id, .body = job->body};
  return R_OK;
}

bool import_job_fits(const struct import_job_new *job, struct import_job_fault *ret_fault)
{
  bool sync = str_is(job->mode, "sync"), bound = job->removals_most != IMPORT_JOB_UNBOUND;
  struct import_job_fault fault = {0};
  if (sync && !bound)
    fault = (struct import_job_fault){"removals_most", "required", "must be said with sync"};
  else if (!sync && bound)
    fault = (struct import_job_fault){"removals_most", "unknown", "must be said with sync alone"};
  else if (sync && str_is(job->kind, "tenants"))
    fault = (struct import_job_fault){"kind", "not_a_choice", "must not be tenants with sync: they stay"};
  if (!fault.member)
    return true;
  *ret_fault = fault;
  return false;
}

RESULT import_job_open(struct change *change, const struct import_job_new *job, struct outcome *ret_outcome)
{
  static const char *const kinds[] = {
      [DOMAIN_ACTOR_USER] = "user", [DOMAIN_ACTOR_CLIENT] = "client", [DOMAIN_ACTOR_OPERATOR] = "operator"};
  bool homeless = change->actor.kind == DOMAIN_ACTOR_OPERATOR;
  struct uuid at = homeless ? job->tenant : change->actor.home;
  struct bw_id home = policy_id(&at);
  char path[BW_PATH];
  struct store_import_new row = {.tenant = job->tenant,
                                 .submitter = change->actor.id,
                                 .submitter_home = at,
                                 .submitter_kind = str_of(kinds[change->actor.kind]),
                                 .submitter_weak = change->actor.weak,
                                 .kind = job->kind,
                                 .format = job->format,
                                 .mode = job->mode,
                                 .on_error = job->on_error,
                                 .dry_run = job->dry_run,
                                 .removals_most = job->removals_most,
                                 .invitations = job->invitations,
                                 .mail_pace = job->mail_pace};
  struct store_import nothing = {0};
  struct store_object made;
  if (bw_tenant_path(policy_model(change->domain->policy), &home, path) == 0)
    return R_AGAIN;
  row.submitter_path = str_of(path);
  TRY(uuid_new(&row.id));
  TRY(store_import_insert(change->tx, &row, &made, &nothing.named));
  return record(change, &job->tenant, &nothing, &made, ret_outcome);
}

/* The job, held, and open still, by whoever opened it. */
static RESULT take_own(struct change *change, const struct store_import_key *key, struct store_import *ret_job)
{
  TRY(store_import_lock(change->tx, key, ret_job));
  if (!uuid_equal(&ret_job->submitter, &change->actor.id))
    return R_FORBIDDEN;
  return str_is(ret_job->state, "open") ? R_OK : R_CONFLICT;
}

/* The same, for bytes that begin where those end that it has. */
static RESULT take_at(struct change *change, const struct import_job_span *span, struct store_import *ret_job,
                      int64_t *ret_offset)
{
  TRY(take_own(change, &span->key, ret_job));
  *ret_offset = ret_job->received;
  if (span->offset != ret_job->received)
    return R_WRONG_OFFSET;
  return span->size > change->domain->limits.import_size - ret_job->received ? R_TOO_LARGE : R_OK;
}

RESULT import_job_announce(struct change *change, const struct import_job_span *span, int64_t *ret_offset)
{
  struct store_import job;
  struct store_object changed;
  struct outcome ignored;
  TRY(take_at(change, span, &job, ret_offset));
  TRY(store_import_announce(change->tx, &span->key.job, span->offset + span->size, &changed));
  return record(change, &span->key.tenant, &job, &changed, &ignored);
}

RESULT import_job_fill(struct change *change, const struct import_job_span *span, const char *bytes,
                       int64_t *ret_offset)
{
  struct store_import job;
  TRY(take_at(change, span, &job, ret_offset));
  const struct import_piece piece = {span->key.job, job.received, {bytes, (size_t)span->size}};
  return import_content_put(change, &piece);
}

RESULT import_job_start(struct change *change, const struct store_import_key *key, struct outcome *ret_outcome,
                        int64_t *ret_offset)
{
  struct store_import job;
  struct store_object changed;
  TRY(take_own(change, key, &job));
  *ret_offset = job.received;
  if (job.received < job.announced)
    return R_INCOMPLETE;
  TRY(store_import_turn(change->tx, &key->job, STR("queued"), &changed));
  return record(change, &key->tenant, &job, &changed, ret_outcome);
}

RESULT import_job_cancel(struct change *change, const struct store_import_key *key, struct outcome *ret_outcome)
{
  struct store_import job;
  struct store_object changed;
  TRY(store_import_lock(change->tx, key, &job));
  if (!str_is(job.state, "open") && !str_is(job.state, "queued") && !str_is(job.state, "running"))
    return R_CONFLICT;
  TRY(store_import_part_drop(change->tx, &key->job));
  TRY(store_import_turn(change->tx, &key->job, STR("cancelled"), &changed));
  return record(change, &key->tenant, &job, &changed, ret_outcome);
}
