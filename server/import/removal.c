/* Finds what is to be removed where the submitter sees it, and removes one after the other as a row would. Trusts: no
   right of the submitter that the snapshot does not know at this very removal. */
#include "import/removal.h"

enum { ARENA = 16 << 20 };
static const int64_t step_time = CLOCK_SECOND / 4;

/* What a job may remove, in this order: what hangs on another goes first. */
static const struct removable {
  enum import_row_kind kind;
  const char *job; /* the kind of job, besides mixed */
  enum bw_permission reads;
  store_removal_plan *plan;
} removables[] = {
    {IMPORT_ROW_GRANT, "grants", BW_GRANT_READ, store_removal_plan_grants},
    {IMPORT_ROW_MEMBERSHIP, "memberships", BW_GROUP_READ, store_removal_plan_memberships},
    {IMPORT_ROW_USER, "users", BW_USER_READ, store_removal_plan_users},
    {IMPORT_ROW_CLIENT, "clients", BW_CLIENT_READ, store_removal_plan_clients},
    {IMPORT_ROW_GROUP, "groups", BW_GROUP_READ, store_removal_plan_groups},
};

static bool is_within(struct str below, struct str above)
{
  return str_starts(below, above) && (below.n == above.n || below.p[above.n] == '/');
}

/* Where a root and the job's tenant with all below it overlap. False: nowhere. */
static bool overlap(const struct policy_root *root, struct str job, struct store_range *ret_range)
{
  struct str path = str_of(root->path);
  bool whole = root->reach == BW_REACH_SUBTREE;
  if (is_within(path, job))
    *ret_range = (struct store_range){.low = path, .subtree = whole};
  else if (whole && is_within(job, path))
    *ret_range = (struct store_range){.low = job, .subtree = true};
  else
    return false;
  return true;
}

static RESULT plan_kind(struct import_rows *s, const struct removable *what, int64_t *count)
{
  const struct policy_root *roots;
  size_t root_count;
  TRY(import_actor_roots(&s->actor, what->reads, s->arena, &roots, &root_count));
  for (size_t i = 0; i < root_count; i++) {
    struct store_removal_span span = {.root = str_of(roots[i].path),
                                      .path = s->job.path,
                                      .job = s->job.key.job,
                                      .submitter = s->job.submitter,
                                      .before = *count};
    int64_t found = 0;
    if (overlap(&roots[i], s->job.path, &span.range))
      TRY(what->plan(s->tx, &span, &found));
    *count += found;
  }
  return R_OK;
}

static RESULT plan_all(struct import_rows *s, int64_t *count)
{
  for (size_t i = 0; i < sizeof removables / sizeof *removables; i++)
    if (str_is(s->job.kind, "mixed") || str_is(s->job.kind, removables[i].job))
      TRY(plan_kind(s, &removables[i], count));
  return R_OK;
}

bool import_removal_is_cut_short(const struct import_rows *s)
{
  struct str bytes = s->text.bytes;
  return s->job.received == 0 || (bytes.n > 0 && bytes.p[bytes.n - 1] != '\n');
}

RESULT import_removal_plan(struct import_rows *s)
{
  int64_t count = 0;
  if (s->job.refused + s->progress.refused > 0) {
    import_rows_stop(s, R_ROWS_REFUSED);
    return R_OK;
  }
  enum result r = plan_all(s, &count);
  if (r == R_UNAUTHENTICATED) {
    import_rows_stop(s, r);
    return R_OK;
  }
  TRY(r);
  s->progress.removals = count;
  if (count > s->job.removals_most)
    import_rows_stop(s, R_TOO_MANY_REMOVALS);
  else if (count == 0)
    s->progress.state = STR("done");
  s->progress.phase = STR("removals");
  return R_OK;
}

/* One removal. */

struct removal {
  enum import_row_kind kind;
  struct import_object object;
};

static RESULT try_removal(struct import_rows *s, const void *what, struct arena *arena,
                          struct import_applied *ret_applied)
{
  const struct removal *removal = what;
  return import_apply_removal(&s->apply, removal->kind, &removal->object, arena, ret_applied);
}

static enum import_row_kind kind_named(struct str name)
{
  int kind = 1;
  while (kind < IMPORT_ROW__KINDS && !str_is(name, import_row_kind_name((enum import_row_kind)kind)))
    kind++;
  return kind < IMPORT_ROW__KINDS ? (enum import_row_kind)kind : IMPORT_ROW_NONE;
}

static RESULT remove_one(struct import_rows *s, const struct store_removal *planned)
{
  CLEANUP(arena_free) struct arena *arena = arena_new(ARENA);
  const struct removal removal = {kind_named(planned->kind), {planned->id, planned->place}};
  const struct import_row row = {.kind = removal.kind};
  struct import_verdict verdict = {.removal = planned->number, .row = &row, .applied.id = planned->id};
  if (!arena)
    return R_NO_MEMORY;
  verdict.why = import_rows_stuck(s);
  if (verdict.why == R_OK)
    verdict.why = import_rows_marked(s, try_removal, &removal, arena, &verdict.applied);
  TRY(import_rows_judge(s, &verdict));
  s->progress.removals_done = planned->number;
  return R_OK;
}

RESULT import_removal_run(struct import_rows *s)
{
  int64_t until = clock_monotonic() + step_time;
  struct store_call call = {.pool = s->domain->app, .scope = s->whole, .arena = s->arena, .tx = s->tx};
  const struct store_removal *planned;
  size_t count;
  TRY(store_tx_scope(s->tx, s->whole));
  const struct store_removal_page page = {s->job.key.job, s->job.removals_done, s->most};
  TRY(store_removal_next(&call, &page, &planned, &count));
  for (size_t i = 0; i < count && !s->closed && clock_monotonic() < until; i++) {
    enum result r = remove_one(s, &planned[i]);
    if (r != R_OK)
      return r == R_UNAUTHENTICATED ? R_OK : r;
  }
  if (!s->progress.state.p && s->progress.removals_done >= s->job.removals)
    s->progress.state = STR("done");
  return R_OK;
}
