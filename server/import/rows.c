/* Goes through lines, each between two marks. Trusts: nothing of the content; no right of the submitter that the
   snapshot does not know at this very row. */
#include "import/rows.h"
#include "import/block.h"
#include "import/waiting.h"

enum { ROW_ARENA = 64 << 20 };
static const int64_t step_time = CLOCK_SECOND / 4;

int64_t import_rows_place(const struct import_rows *s, const struct import_line *line)
{
  return s->text.begins + (line->text.p - s->text.bytes.p);
}

void import_rows_pass(struct import_rows *s, const struct import_line *line)
{
  s->at += line->size;
  s->progress.skipping = !line->ended;
  s->progress.line += line->ended;
}

bool import_rows_is_passing(enum result r)
{
  return r == R_UNAVAILABLE || r == R_BUSY || r == R_NO_MEMORY || r == R_OUTCOME_UNKNOWN;
}

/* What a job of a kind takes: every kind, or the one of its name. */
static const char *const names[] = {[IMPORT_ROW_TENANT] = "tenants",
                                    [IMPORT_ROW_USER] = "users",
                                    [IMPORT_ROW_GRANT] = "grants",
                                    [IMPORT_ROW_CLIENT] = "clients",
                                    [IMPORT_ROW_GROUP] = "groups",
                                    [IMPORT_ROW_MEMBERSHIP] = "memberships"};

static bool takes(const struct import_rows *s, enum import_row_kind kind)
{
  return str_is(s->job.kind, "mixed") || str_is(s->job.kind, names[kind]);
}

const char *import_rows_only_kind(const struct import_rows *s)
{
  for (int kind = 1; kind < IMPORT_ROW__KINDS; kind++)
    if (str_is(s->job.kind, names[kind]))
      return import_row_kind_name((enum import_row_kind)kind);
  return NULL;
}

/* What a step has made is not in the snapshot: a row may depend on it that is of another kind, or names a tenant. What
   a dry run has made never will be. */
static bool must_wait(const struct import_rows *s, const struct import_row *row, enum result r)
{
  if (row->kind == IMPORT_ROW_NONE)
    return false;
  if (s->kind == IMPORT_ROW_NONE || s->draft)
    return r == R_AGAIN && s->rows > 0;
  return s->kind != row->kind || r == R_AGAIN || (r == R_NOT_FOUND && s->kind == IMPORT_ROW_TENANT);
}

RESULT import_rows_stuck(const struct import_rows *s)
{
  bool stuck = s->rows == 0 && s->job.tries > 0 && uuid_equal(&s->pace->stuck, &s->job.key.job);
  return stuck ? s->pace->reason : R_OK;
}

RESULT import_rows_read(struct import_rows *s, const struct import_line *line, struct arena *arena,
                        struct import_verdict *verdict, struct import_row *row)
{
  if (!line->too_long)
    TRY(import_rows_stuck(s));
  return import_rows_parse(s, line, arena, verdict, row);
}

RESULT import_rows_parse(struct import_rows *s, const struct import_line *line, struct arena *arena,
                         struct import_verdict *verdict, struct import_row *row)
{
  if (line->too_long)
    return R_TOO_LARGE;
  struct str text = line->text;
  if (s->header.count > 0)
    TRY(import_csv_read(&s->header, line->text, arena, &text, &verdict->message));
  enum result r = import_row_read(text, s->apply.mode, arena, row, &verdict->message);
  verdict->applied.about = row->blamed;
  TRY(r);
  if (takes(s, row->kind))
    return R_OK;
  verdict->applied.about = STR("kind");
  verdict->message = STR("Rows of this kind are not what the job is for");
  return R_MALFORMED;
}

RESULT import_rows_marked(struct import_rows *s, import_rows_try *run, const void *what, struct arena *arena,
                          struct import_applied *ret_applied)
{
  TRY(store_tx_mark(s->tx));
  enum result r = run(s, what, arena, ret_applied);
  if (r == R_OK)
    r = store_tx_forget(s->tx);
  if (r != R_OK) {
    TRY(store_tx_return(s->tx));
    TRY(store_tx_forget(s->tx));
  }
  return r;
}

static RESULT try_row(struct import_rows *s, const void *what, struct arena *arena, struct import_applied *ret_applied)
{
  const struct import_row *row = what;
  return must_wait(s, row, R_OK) ? R_AGAIN : import_apply(&s->apply, row, arena, ret_applied);
}

/* What is named is not removed behind the last row. */
static void see(struct import_rows *s, const struct import_verdict *verdict)
{
  const struct uuid ids[] = {verdict->applied.id, verdict->applied.was};
  for (size_t i = 0; s->seen && verdict->why == R_OK && i < sizeof ids / sizeof *ids; i++)
    if (!uuid_is_zero(&ids[i]))
      s->seen[s->seen_count++] = (struct store_removal_seen){str_of(import_row_kind_name(verdict->row->kind)), ids[i]};
}

void import_rows_count(struct import_rows *s, struct import_verdict *verdict)
{
  int64_t *const counts[IMPORT__EFFECTS] = {[IMPORT_CREATED] = &s->progress.created,
                                            [IMPORT_UPDATED] = &s->progress.updated,
                                            [IMPORT_UNCHANGED] = &s->progress.unchanged,
                                            [IMPORT_REMOVED] = &s->progress.removed};
  s->rows++;
  if (s->draft)
    import_draft_keep(s, verdict);
  see(s, verdict);
  s->kept_out[verdict->row->kind][verdict->why] += import_apply_keeps_out(verdict->why);
  import_results_put(&s->results, verdict);
  if (verdict->why != R_OK)
    s->progress.refused++;
  else
    ++*counts[verdict->applied.effect];
  if (verdict->why == R_OK && verdict->applied.effect != IMPORT_UNCHANGED)
    s->kind = verdict->row->kind;
}

void import_rows_stop(struct import_rows *s, enum result why)
{
  s->progress.state = STR("stopped");
  s->progress.code = str_of(result_row(why)->code);
  s->closed = true;
}

RESULT import_rows_judge(struct import_rows *s, struct import_verdict *verdict)
{
  if (import_rows_is_passing(verdict->why) || verdict->why == R_AGAIN)
    return verdict->why;
  if (verdict->why == R_INTERNAL)
    log_line(LOG_ERROR, "import: line %lld: %s", (long long)verdict->line, store_last_error());
  if (verdict->why == R_UNAUTHENTICATED) { /* the submitter is not who they were: the row is not even looked at */
    import_rows_stop(s, R_UNAUTHENTICATED);
    return R_UNAUTHENTICATED;
  }
  import_rows_count(s, verdict);
  if (verdict->why != R_OK && str_is(s->job.on_error, "stop"))
    import_rows_stop(s, verdict->why);
  return R_OK;
}

RESULT import_rows_settle(struct import_rows *s, const struct import_line *line, int64_t number,
                          enum import_settled *ret_settled)
{
  CLEANUP(arena_free) struct arena *arena = arena_new(ROW_ARENA);
  struct import_row row = {0};
  struct import_verdict verdict = {
      .line = number, .place = import_rows_place(s, line), .row = &row, .applied.effect = IMPORT_UNCHANGED};
  *ret_settled = IMPORT_LEFT;
  if (!arena)
    return R_NO_MEMORY;
  verdict.why = import_rows_read(s, line, arena, &verdict, &row);
  if (verdict.why == R_OK && s->draft)
    TRY(import_draft_bring(s, &row, 1));
  if (s->closed)
    return R_OK;
  if (verdict.why == R_OK)
    verdict.why = import_rows_marked(s, try_row, &row, arena, &verdict.applied);
  s->closed = !import_rows_is_passing(verdict.why) && must_wait(s, &row, verdict.why);
  if (s->closed)
    return R_OK;
  if (import_waiting_may(s, &verdict)) {
    s->rows++;
    *ret_settled = IMPORT_WAITS;
    return R_OK;
  }
  enum result r = import_rows_judge(s, &verdict);
  if (r == R_OK)
    *ret_settled = IMPORT_SETTLED;
  return r == R_UNAUTHENTICATED ? R_OK : r;
}

RESULT import_rows_one(struct import_rows *s, const struct import_line *line)
{
  enum import_settled settled;
  TRY(import_rows_settle(s, line, s->progress.line, &settled));
  if (settled == IMPORT_WAITS)
    import_waiting_begin(s);
  if (settled != IMPORT_LEFT)
    import_rows_pass(s, line);
  return R_OK;
}

/* Where it is wrong nothing of the content can be read. */
static RESULT do_header(struct import_rows *s, const struct import_line *line)
{
  const struct import_row none = {0};
  struct import_verdict verdict = {.line = s->progress.line, .row = &none};
  struct str text = arena_copy(s->arena, line->text);
  if (!text.p)
    return R_NO_MEMORY;
  verdict.why = line->too_long
                    ? R_TOO_LARGE
                    : import_csv_open(text, import_rows_only_kind(s), s->arena, &s->header, &verdict.message);
  if (verdict.why == R_NO_MEMORY)
    return R_NO_MEMORY;
  if (verdict.why == R_OK) {
    s->progress.header = text;
  } else {
    import_rows_count(s, &verdict);
    import_rows_stop(s, verdict.why);
  }
  import_rows_pass(s, line);
  return R_OK;
}

static RESULT do_line(struct import_rows *s, const struct import_line *line)
{
  if (s->progress.skipping || (!line->too_long && import_line_is_blank(line->text))) {
    import_rows_pass(s, line);
    return R_OK;
  }
  bool header = str_is(s->job.format, "csv") && s->header.count == 0;
  return header ? do_header(s, line) : import_rows_one(s, line);
}

RESULT import_rows_run(struct import_rows *s)
{
  int64_t until = clock_monotonic() + step_time;
  struct import_line line;
  int together;
  while (!s->closed && s->rows < s->most && clock_monotonic() < until && import_line_at(&s->text, s->at, &line)) {
    TRY(import_block_run(s, &line, NULL, &together));
    if (together == 0)
      TRY(do_line(s, &line));
  }
  return R_OK;
}
