/* Takes a job, goes through some of its lines, and writes down what came of it.
   Trusts: nothing of the content. */
#include "import/step.h"
#include "domain/audit.h"
#include "import/removal.h"
#include "import/rows.h"
#include "import/text.h"
#include "import/waiting.h"
#include "store/installation.h"

/* ROWS: of a step, at most. TRIES_MOST: of one step, with a pause before each that is the longer the more there were.
   AGAIN_MOST: times that it may be taken again at once, before that is such a try as well. */
enum { ROWS = 1024, TRIES_MOST = 8, AGAIN_MOST = 32, PUT_OFF_ARENA = 4 << 20 };
static const int64_t statement_time = 30 * CLOCK_SECOND, apply_wait = 2 * CLOCK_SECOND, put_off_time = 5 * CLOCK_SECOND;

static bool is_at_rows(const struct import_rows *s) { return str_is(s->job.phase, "rows"); }

static RESULT run_phase(struct import_rows *s)
{
  if (import_waiting_is_on(s))
    return import_waiting_run(s);
  return is_at_rows(s) ? import_rows_run(s) : import_removal_run(s);
}

/* A dry run leaves nothing but what it says. */
static RESULT run_for_show(struct import_rows *s)
{
  TRY(store_tx_mark(s->tx));
  TRY(run_phase(s));
  TRY(store_tx_return(s->tx));
  return store_tx_forget(s->tx);
}

static RESULT put_results(struct import_rows *s)
{
  for (size_t i = 0; i < s->results.count; i++) {
    struct store_import_result result = {.place = s->results.pieces[i].place,
                                         .number = ++s->progress.results,
                                         .refused = s->results.pieces[i].refused,
                                         .lines = import_results_lines(&s->results, i)};
    if (!result.lines.p)
      return R_NO_MEMORY;
    TRY(store_import_result_put(s->tx, &s->job.key.job, &result));
  }
  return R_OK;
}

static RESULT record_end(struct import_rows *s, const struct store_object *job, struct str named)
{
  struct change change = {.domain = s->domain,
                          .actor = s->actor.who,
                          .arena = s->arena,
                          .now = clock_now(),
                          .action = "endImport",
                          .scope = s->whole,
                          .tx = s->tx};
  struct audit_record event = {
      .tenant = s->job.key.tenant, .object_kind = "import", .object = job->id, .after = job->body, .named = named};
  return domain_audit_done(&change, &event);
}

/* What of them is yet to come waits; what was refused for good is known then. */
static RESULT end_rows(struct import_rows *s)
{
  bool sync = s->apply.mode == IMPORT_SYNC;
  if (is_at_rows(s) && sync && import_removal_is_cut_short(s)) {
    import_rows_stop(s, R_TRUNCATED);
  } else if (s->progress.waiting > 0) {
    s->progress.phase = is_at_rows(s) ? STR("waiting") : s->progress.phase;
  } else if (sync) {
    return import_removal_plan(s);
  } else {
    s->progress.state = STR("done");
  }
  return R_OK;
}

static RESULT put_waiting(struct import_rows *s)
{
  const struct uuid *job = &s->job.key.job;
  if (s->waiting_count == 0)
    return R_OK;
  if (is_at_rows(s)) {
    s->progress.waiting += (int64_t)s->waiting_count;
    return store_waiting_put(s->tx, job, s->waiting, s->waiting_count);
  }
  s->progress.waiting -= (int64_t)s->waiting_count;
  return store_waiting_drop(s->tx, job, s->waiting, s->waiting_count);
}

static RESULT put_down(struct import_rows *s)
{
  struct store_object job;
  struct str named;
  TRY(store_tx_scope(s->tx, s->whole));
  TRY(put_results(s));
  if (s->seen_count > 0)
    TRY(store_removal_see(s->tx, &s->job.key.job, s->seen, s->seen_count));
  TRY(put_waiting(s));
  if (s->draft)
    TRY(import_draft_put(s));
  s->progress.done = s->job.done + (int64_t)s->at;
  s->progress.mail_next = s->job.dry_run ? 0 : s->inviting.next;
  bool removing = str_is(s->job.phase, "removals");
  if (!removing && !s->progress.state.p && s->progress.done >= s->job.received)
    TRY(end_rows(s));
  if (s->progress.state.p)
    TRY(store_import_part_drop(s->tx, &s->job.key.job));
  TRY(store_import_advance(s->tx, &s->job.key.job, &s->progress, &job, &named));
  return s->progress.state.p ? record_end(s, &job, named) : R_OK;
}

/* Room for what rows of the step may leave behind. */
static RESULT prepare(struct import_rows *s)
{
  enum { IDS = 2 }; /* of a row, at most */
  size_t rows = (size_t)s->most + 1;
  s->seen = s->apply.mode == IMPORT_SYNC ? arena_array(s->arena, IDS * rows, sizeof *s->seen) : NULL;
  s->waiting = arena_array(s->arena, rows, sizeof *s->waiting);
  TRY(import_results_in(s->arena, s->job.refused, rows, &s->results));
  TRY(import_memo_new(s->arena, &s->apply.memo));
  if (s->job.dry_run)
    TRY(import_draft_open(s));
  return s->waiting && (s->seen || s->apply.mode != IMPORT_SYNC) ? R_OK : R_NO_MEMORY;
}

/* Nobody knows an operator by more than that. */
static struct domain_actor submitter_of(const struct store_import_step *job, struct str request)
{
  struct domain_actor actor = {.kind = str_is(job->submitter_kind, "client") ? DOMAIN_ACTOR_CLIENT : DOMAIN_ACTOR_USER,
                               .id = job->submitter,
                               .home = job->submitter_home,
                               .weak = job->submitter_weak,
                               .request_id = request};
  return str_is(job->submitter_kind, "operator")
             ? (struct domain_actor){.kind = DOMAIN_ACTOR_OPERATOR, .request_id = request}
             : actor;
}

/* Who acts: the submitter, by the rights they have by now, below the job's tenant. */
static void assume(struct import_rows *s)
{
  const struct store_import_step *job = &s->job;
  char id[UUID_TEXT];
  uuid_format(&job->key.job, id);
  s->actor = (struct import_actor){.domain = s->domain,
                                   .who = submitter_of(job, arena_copy(s->arena, str_of(id))),
                                   .home = job->key.tenant,
                                   .within = job->key.tenant,
                                   .within_path = job->path,
                                   .tx = s->tx};
  s->apply.actor = &s->actor;
  s->apply.mode = import_row_mode(job->mode);
  s->inviting = (struct import_inviting){.mail = job->mail_pace > 0,
                                         .interval = job->mail_pace > 0 ? 60 * CLOCK_SECOND / job->mail_pace : 0,
                                         .next = job->mail_next};
  s->apply.inviting = str_is(job->invitations, "none") ? NULL : &s->inviting;
  s->progress = (struct store_import_progress){.header = job->header,
                                               .line = job->line,
                                               .skipping = job->skipping,
                                               .results = job->results,
                                               .phase = job->phase,
                                               .removals = job->removals,
                                               .removals_done = job->removals_done,
                                               .waiting = job->waiting,
                                               .waiting_line = job->waiting_line,
                                               .waiting_moved = job->waiting_moved,
                                               .served_by = s->pace->self};
}

/* What the last step has made is known to the process that took it, and may be behind this one's snapshot. */
static RESULT catch_up(const struct import_rows *s)
{
  const struct store_call call = {.pool = s->domain->app, .arena = s->arena, .tx = s->tx};
  uint64_t revision;
  if (!uuid_is_zero(&s->pace->self) && uuid_equal(&s->pace->self, &s->job.served_by))
    return R_OK;
  TRY(store_installation_revision(&call, &revision));
  return policy_wait(s->domain->policy, revision, clock_monotonic() + apply_wait);
}

/* Whoever is not who they were stops the job, also where none of its lines asks for leave. */
static RESULT check_submitter(struct import_rows *s)
{
  enum result r = import_actor_check(&s->actor, s->arena);
  if (r != R_UNAUTHENTICATED)
    return r;
  import_rows_stop(s, r);
  return R_OK;
}

static RESULT take_on(struct import_rows *s)
{
  const struct store_import_step *job = &s->job;
  struct str ignored;
  assume(s);
  s->most = job->tries > 0 ? 1 : s->pace->rows;
  TRY(prepare(s));
  if (job->header.p)
    TRY(import_csv_open(job->header, import_rows_only_kind(s), s->arena, &s->header, &ignored));
  if (is_at_rows(s))
    TRY(import_text_read(s, job->done, s->arena, &s->text));
  TRY(catch_up(s));
  return check_submitter(s);
}

static void remember(const struct import_rows *s)
{
  for (int kind = 0; kind < IMPORT_ROW__KINDS; kind++)
    for (int r = 0; r < R__COUNT; r++)
      for (unsigned i = 0; i < s->kept_out[kind][r]; i++)
        domain_refusal_put(s->pace->refusals,
                           &(struct domain_refusal_event){.actor = s->actor.who,
                                                          .action = import_apply_action((enum import_row_kind)kind),
                                                          .reason = (enum result)r});
}

static RESULT run(struct import_rows *s, struct import_stepped *ret_stepped)
{
  uint64_t revision;
  TRY(store_import_take(s->tx, uuid_is_zero(&s->pace->only) ? NULL : &s->pace->only, &s->job));
  ret_stepped->job = s->job.key.job;
  ret_stepped->alone = s->job.tries > 0;
  TRY(take_on(s));
  TRY(s->job.dry_run ? run_for_show(s) : run_phase(s));
  TRY(put_down(s));
  TRY(store_tx_commit(s->tx, &revision));
  *ret_stepped = (struct import_stepped){.job = s->job.key.job,
                                         .alone = s->job.tries > 0,
                                         .rows = s->rows,
                                         .created = s->progress.created,
                                         .updated = s->progress.updated,
                                         .unchanged = s->progress.unchanged,
                                         .removed = s->progress.removed,
                                         .refused = s->progress.refused};
  remember(s);
  ret_stepped->revision = revision;
  /* Users stand in nobody's way: the snapshot may take them in while the next step goes on, and no further behind. */
  bool behind = s->kind == IMPORT_ROW_USER || s->kind == IMPORT_ROW_NONE;
  uint64_t wanted = behind ? s->pace->known : revision;
  if (wanted > 0)
    (void)!policy_wait(s->domain->policy, wanted, clock_monotonic() + apply_wait);
  return R_OK;
}

struct import_pace import_pace_of(struct domain_refusal *refusals)
{
  struct import_pace pace = {.refusals = refusals, .rows = ROWS, .reason = R_OK};
  if (uuid_new(&pace.self) != R_OK)
    pace.self = (struct uuid){0};
  return pace;
}

/* The job's own doing, as far as can be told: the database was there, and the outcome is known. */
static bool is_own(enum result r) { return r != R_OK && r != R_AGAIN && r != R_UNAVAILABLE && r != R_OUTCOME_UNKNOWN; }

void import_pace_learn(struct import_pace *pace, const struct import_stepped *stepped, enum result r)
{
  bool known = !uuid_is_zero(&stepped->job), same = uuid_equal(&pace->stuck, &stepped->job);
  bool bad = known && stepped->alone && is_own(r) && !import_rows_is_passing(r);
  pace->known = stepped->revision;
  if (!bad && (r != R_OK || !same))
    return;
  pace->stuck = bad ? stepped->job : (struct uuid){0};
  pace->reason = bad ? r : R_OK;
}

static RESULT open_step(struct import_rows *s, int64_t time, struct store_tx **ret_tx)
{
  TRY(policy_scope_whole(s->domain->policy, s->arena, &s->whole));
  struct store_call call = {
      .pool = s->domain->app, .scope = s->whole, .arena = s->arena, .deadline = clock_monotonic() + time};
  TRY(store_tx_open(&call, ret_tx));
  s->tx = *ret_tx;
  return R_OK;
}

/* What is to be taken again for ever is the job's own doing too. */
static enum store_import_failure failure_of(const struct store_import_step *job, enum result why)
{
  if (is_own(why) || (why == R_AGAIN && job->again + 1 >= AGAIN_MOST))
    return STORE_IMPORT_TRY;
  return why == R_AGAIN ? STORE_IMPORT_AGAIN : STORE_IMPORT_PASSING;
}

/* In a transaction of its own, since that of the step is undone: else the same job would be next again, for ever. */
static RESULT put_off(const struct import_rows *failed, enum result why)
{
  CLEANUP(arena_free) struct arena *arena = arena_new(PUT_OFF_ARENA);
  CLEANUP(store_tx_close) struct store_tx *tx = NULL;
  struct import_rows s = {.domain = failed->domain, .pace = failed->pace, .arena = arena};
  const struct uuid *job = &failed->job.key.job;
  uint64_t ignored;
  if (!arena)
    return R_NO_MEMORY;
  TRY(open_step(&s, put_off_time, &tx));
  TRY(store_import_take(tx, job, &s.job));
  enum store_import_failure failure = failure_of(&s.job, why);
  if (failure == STORE_IMPORT_TRY && s.job.tries + 1 >= TRIES_MOST) {
    assume(&s);
    import_rows_stop(&s, why);
    TRY(put_down(&s));
  } else {
    TRY(store_import_put_off(tx, job, failure));
  }
  return store_tx_commit(tx, &ignored);
}

static RESULT attempt(struct import_rows *s, struct import_stepped *ret_stepped)
{
  CLEANUP(store_tx_close) struct store_tx *tx = NULL;
  TRY(open_step(s, statement_time, &tx));
  return run(s, ret_stepped);
}

RESULT import_step(const struct domain *domain, const struct import_pace *pace, struct arena *arena,
                   struct import_stepped *ret_stepped)
{
  struct import_rows s = {.domain = domain, .pace = pace, .arena = arena};
  *ret_stepped = (struct import_stepped){0};
  if (!policy_fresh(domain->policy))
    return FAULT(R_UNAVAILABLE);
  enum result r = attempt(&s, ret_stepped);
  if (r != R_OK && !uuid_is_zero(&ret_stepped->job))
    (void)!put_off(&s, r); /* where that fails too the database is away, or another process has the job */
  return r;
}
