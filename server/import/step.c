/* Takes a job, goes through some of its lines, each between two marks, and writes down what came of it.
   Trusts: nothing of the content; no right of the submitter that the snapshot does not know at this very row. */
#include "import/step.h"
#include "domain/audit.h"
#include "import/apply.h"
#include "import/content.h"
#include "import/csv.h"
#include "import/result.h"

enum {
  ROW_ARENA = 64 << 20,
  BLOCK_ARENA = 128 << 20,
  PARTS_FEW = 2,
  PARTS_MANY = 6,
  LINE_MOST = 1 << 20,
  BLOCK = 512,   /* rows that are looked at together, at most */
  PLACES = 2048, /* for their names: twice as many and more */
  BLOCK_LINE = 8192
};
static const int64_t step_time = CLOCK_SECOND / 4, statement_time = 30 * CLOCK_SECOND, apply_wait = 2 * CLOCK_SECOND;

struct step {
  const struct domain *domain;
  const struct import_pace *pace;
  struct arena *arena;
  struct store_tx *tx;
  const struct scope *whole;
  struct store_import_step job;
  struct import_actor actor;
  struct import_apply apply;
  struct store_import_progress progress;
  struct import_results results;
  struct import_csv_header header; /* of a CSV; .count 0 until it is read */
  struct str text;                 /* of the content, from where the job is */
  size_t at;                       /* gone through */
  enum import_row_kind kind;       /* of the rows that changed something in this step */
  int rows;
  bool closed; /* no row more in this step */
  bool plain;  /* each row by itself */
  unsigned kept_out[IMPORT_ROW__KINDS][R__COUNT];
};

/* Lines. */

static bool text_reaches_the_end(const struct step *s) { return s->job.done + (int64_t)s->text.n >= s->job.received; }

static struct store_call inside(const struct step *s)
{
  return (struct store_call){.pool = s->domain->app, .arena = s->arena, .tx = s->tx};
}

static RESULT read_text(struct step *s)
{
  struct store_call call = inside(s);
  struct store_import_span span = {s->job.done, PARTS_FEW};
  TRY(import_content_read(s->domain->keys, &call, &s->job.key.job, &span, &s->text));
  if (text_reaches_the_end(s) || memchr(s->text.p, '\n', s->text.n))
    return R_OK;
  span.limit = PARTS_MANY; /* more than the longest line */
  return import_content_read(s->domain->keys, &call, &s->job.key.job, &span, &s->text);
}

struct line {
  struct str text;
  size_t size; /* with its end */
  bool too_long;
  bool ended; /* else it goes on behind the text */
};

/* The line that begins there in the text. False: it is not here to its end, or there is none. */
static bool line_at(const struct step *s, size_t at, struct line *ret_line)
{
  const char *begin = s->text.p + at;
  size_t left = s->text.n - at;
  const char *end = memchr(begin, '\n', left);
  struct line line = {.text = {begin, end ? (size_t)(end - begin) : left}, .ended = end || text_reaches_the_end(s)};
  line.size = line.text.n + (end ? 1 : 0);
  line.too_long = line.text.n > LINE_MOST;
  if (left == 0 || (!line.ended && !line.too_long))
    return false;
  if (s->job.done + (int64_t)at == 0 && str_starts(line.text, STR("\xEF\xBB\xBF")))
    line.text = (struct str){line.text.p + 3, line.text.n - 3};
  *ret_line = line;
  return true;
}

static bool is_blank(struct str line)
{
  for (size_t i = 0; i < line.n; i++)
    if (!memchr(" \t\r", line.p[i], 3))
      return false;
  return true;
}

static void pass(struct step *s, const struct line *line)
{
  s->at += line->size;
  s->progress.skipping = !line->ended;
  s->progress.line += line->ended;
}

/* One row. */

static bool is_passing(enum result r)
{
  return r == R_UNAVAILABLE || r == R_BUSY || r == R_NO_MEMORY || r == R_OUTCOME_UNKNOWN;
}

/* What a job of a kind takes: every kind, or the one of its name. */
static const char *const names[] = {
    [IMPORT_ROW_TENANT] = "tenants", [IMPORT_ROW_USER] = "users", [IMPORT_ROW_GRANT] = "grants"};

static bool takes(const struct step *s, enum import_row_kind kind)
{
  return str_is(s->job.kind, "mixed") || str_is(s->job.kind, names[kind]);
}

static const char *only_kind(const struct step *s)
{
  for (int kind = 1; kind < IMPORT_ROW__KINDS; kind++)
    if (str_is(s->job.kind, names[kind]))
      return import_row_kind_name((enum import_row_kind)kind);
  return NULL;
}

/* What a step has made is not in the snapshot: a row may depend on it that is of another kind, or names a tenant. */
static bool must_wait(const struct step *s, const struct import_row *row, enum result r)
{
  if (row->kind == IMPORT_ROW_NONE)
    return false;
  if (s->kind == IMPORT_ROW_NONE)
    return r == R_AGAIN && s->rows > 0;
  return s->kind != row->kind || r == R_AGAIN || (r == R_NOT_FOUND && s->kind == IMPORT_ROW_TENANT);
}

static RESULT read_row(struct step *s, const struct line *line, struct arena *arena, struct import_verdict *verdict,
                       struct import_row *row)
{
  if (line->too_long)
    return R_TOO_LARGE;
  if (s->pace->reason != R_OK && s->rows == 0 && uuid_equal(&s->pace->stuck, &s->job.key.job))
    return s->pace->reason;
  struct str text = line->text;
  if (s->header.count > 0)
    TRY(import_csv_read(&s->header, line->text, arena, &text, &verdict->message));
  enum result r = import_row_read(text, arena, row, &verdict->message);
  verdict->applied.about = row->blamed;
  TRY(r);
  if (takes(s, row->kind))
    return R_OK;
  verdict->applied.about = STR("kind");
  verdict->message = STR("Rows of this kind are not what the job is for");
  return R_MALFORMED;
}

/* Between two marks; undone unless it is R_OK. */
static RESULT apply_marked(struct step *s, const struct import_row *row, struct arena *arena,
                           struct import_applied *ret_applied)
{
  TRY(store_tx_mark(s->tx));
  enum result r = must_wait(s, row, R_OK) ? R_AGAIN : import_apply(&s->apply, row, arena, ret_applied);
  if (r == R_OK)
    r = store_tx_forget(s->tx);
  if (r != R_OK) {
    TRY(store_tx_return(s->tx));
    TRY(store_tx_forget(s->tx));
  }
  return r;
}

static void count(struct step *s, struct import_verdict *verdict)
{
  int64_t *const counts[IMPORT__EFFECTS] = {[IMPORT_CREATED] = &s->progress.created,
                                            [IMPORT_UPDATED] = &s->progress.updated,
                                            [IMPORT_UNCHANGED] = &s->progress.unchanged};
  s->rows++;
  if (s->job.dry_run && verdict->applied.effect == IMPORT_CREATED)
    verdict->applied.id = (struct uuid){0};
  s->kept_out[verdict->row->kind][verdict->why] += import_apply_keeps_out(verdict->why);
  import_results_put(&s->results, verdict);
  if (verdict->why != R_OK)
    s->progress.refused++;
  else
    ++*counts[verdict->applied.effect];
  if (verdict->why == R_OK && verdict->applied.effect != IMPORT_UNCHANGED)
    s->kind = verdict->row->kind;
}

static void stop(struct step *s, enum result why)
{
  s->progress.state = STR("stopped");
  s->progress.code = str_of(result_row(why)->code);
  s->closed = true;
}

static RESULT do_row(struct step *s, const struct line *line)
{
  CLEANUP(arena_free) struct arena *arena = arena_new(ROW_ARENA);
  struct import_row row = {0};
  struct import_verdict verdict = {.line = s->progress.line, .row = &row, .applied.effect = IMPORT_UNCHANGED};
  if (!arena)
    return R_NO_MEMORY;
  verdict.why = read_row(s, line, arena, &verdict, &row);
  if (verdict.why == R_OK)
    verdict.why = apply_marked(s, &row, arena, &verdict.applied);
  if (is_passing(verdict.why))
    return verdict.why;
  s->closed = must_wait(s, &row, verdict.why);
  if (s->closed)
    return R_OK;
  if (verdict.why == R_AGAIN)
    return R_AGAIN;
  if (verdict.why == R_INTERNAL)
    log_line(LOG_ERROR, "import: line %lld: %s", (long long)verdict.line, store_last_error());
  if (verdict.why == R_UNAUTHENTICATED) { /* the submitter is not who they were: the row is not even looked at */
    stop(s, R_UNAUTHENTICATED);
    return R_OK;
  }
  count(s, &verdict);
  pass(s, line);
  if (verdict.why != R_OK && str_is(s->job.on_error, "stop"))
    stop(s, verdict.why);
  return R_OK;
}

/* Where it is wrong nothing of the content can be read. */
static RESULT do_header(struct step *s, const struct line *line)
{
  const struct import_row none = {0};
  struct import_verdict verdict = {.line = s->progress.line, .row = &none};
  struct str text = arena_copy(s->arena, line->text);
  if (!text.p)
    return R_NO_MEMORY;
  verdict.why =
      line->too_long ? R_TOO_LARGE : import_csv_open(text, only_kind(s), s->arena, &s->header, &verdict.message);
  if (verdict.why == R_NO_MEMORY)
    return R_NO_MEMORY;
  if (verdict.why == R_OK) {
    s->progress.header = text;
  } else {
    count(s, &verdict);
    stop(s, verdict.why);
  }
  pass(s, line);
  return R_OK;
}

static RESULT do_line(struct step *s, const struct line *line)
{
  if (s->progress.skipping || (!line->too_long && is_blank(line->text))) {
    pass(s, line);
    return R_OK;
  }
  bool header = str_is(s->job.format, "csv") && s->header.count == 0;
  return header ? do_header(s, line) : do_row(s, line);
}

/* Many rows of users together. */

struct block {
  struct import_row rows[BLOCK];
  struct line lines[BLOCK];
  struct import_apply_user users[BLOCK];
  uint16_t places[PLACES]; /* 1 and more: the row of that name */
  int count;
};

static size_t place_of(const struct import_row *row)
{
  const struct str parts[] = {row->user.tenant_external_id.value, row->user.external_id.value};
  uint64_t hash = 14695981039346656037u; /* FNV-1a */
  for (int i = 0; i < 2; i++)
    for (size_t j = 0; j < parts[i].n; j++)
      hash = (hash ^ (unsigned char)parts[i].p[j]) * 1099511628211u;
  return hash % PLACES;
}

/* False when there is one of that name. */
static bool add_name(struct block *b, const struct import_row *row)
{
  size_t at = place_of(row);
  for (; b->places[at]; at = (at + 1) % PLACES) {
    const struct import_row_user *other = &b->rows[b->places[at] - 1].user;
    if (str_equal(other->external_id.value, row->user.external_id.value) &&
        str_equal(other->tenant_external_id.value, row->user.tenant_external_id.value))
      return false;
  }
  b->places[at] = (uint16_t)(b->count + 1);
  return true;
}

/* Good rows of users that follow one another. */
static void gather(struct step *s, struct arena *arena, struct block *b)
{
  struct import_verdict ignored = {0};
  struct line line;
  int most = s->pace->rows - s->rows < BLOCK ? s->pace->rows - s->rows : BLOCK;
  for (size_t at = s->at; b->count < most && line_at(s, at, &line); at += line.size) {
    struct import_row *row = &b->rows[b->count];
    bool good = line.ended && line.text.n <= BLOCK_LINE && read_row(s, &line, arena, &ignored, row) == R_OK;
    if (!good || row->kind != IMPORT_ROW_USER || !add_name(b, row))
      return;
    b->lines[b->count] = line;
    b->users[b->count++].row = row;
  }
}

static RESULT apply_block(struct step *s, struct block *b, struct arena *arena)
{
  TRY(store_tx_mark(s->tx));
  enum result r = import_apply_users(&s->apply, b->users, (size_t)b->count, arena);
  if (r == R_OK)
    r = store_tx_forget(s->tx);
  if (r == R_OK)
    return R_OK;
  TRY(store_tx_return(s->tx));
  TRY(store_tx_forget(s->tx));
  for (int i = 0; i < b->count; i++)
    b->users[i].settled = false;
  return is_passing(r) ? r : R_OK;
}

/* In their order; what is not settled by itself. */
static RESULT settle_block(struct step *s, const struct block *b)
{
  for (int i = 0; i < b->count && !s->closed; i++) {
    const struct import_apply_user *user = &b->users[i];
    struct import_verdict verdict = {.line = s->progress.line, .row = user->row, .applied = user->applied};
    if (!user->settled) {
      TRY(do_row(s, &b->lines[i]));
      continue;
    }
    count(s, &verdict);
    pass(s, &b->lines[i]);
  }
  return R_OK;
}

/* A block that ends before its last row leaves nothing, for rows behind that one may have been made: they are gone
   through again, each by itself. */
static RESULT try_block(struct step *s, struct block *b, struct arena *arena)
{
  const struct step before = *s;
  TRY(store_tx_mark(s->tx));
  TRY(apply_block(s, b, arena));
  TRY(settle_block(s, b));
  if (s->closed) {
    TRY(store_tx_return(s->tx));
    *s = before;
    s->plain = true;
  }
  return store_tx_forget(s->tx);
}

/* Gives how many rows stand together here: fewer than two are none. */
static RESULT do_block(struct step *s, int *ret_count)
{
  CLEANUP(arena_free) struct arena *arena = arena_new(BLOCK_ARENA);
  struct block *block = arena ? arena_alloc(arena, sizeof *block) : NULL;
  bool may = !s->plain && (s->kind == IMPORT_ROW_NONE || s->kind == IMPORT_ROW_USER) && !s->progress.skipping &&
             (!str_is(s->job.format, "csv") || s->header.count > 0);
  *ret_count = 0;
  if (!block)
    return R_NO_MEMORY;
  if (may)
    gather(s, arena, block);
  if (block->count < 2)
    return R_OK;
  *ret_count = block->count;
  return try_block(s, block, arena);
}

static RESULT do_rows(struct step *s)
{
  int64_t until = clock_monotonic() + step_time;
  struct line line;
  int together;
  while (!s->closed && s->rows < s->pace->rows && clock_monotonic() < until && line_at(s, s->at, &line)) {
    TRY(do_block(s, &together));
    if (together == 0)
      TRY(do_line(s, &line));
  }
  return R_OK;
}

/* A dry run leaves nothing but what it says. */
static RESULT do_rows_for_show(struct step *s)
{
  TRY(store_tx_mark(s->tx));
  TRY(do_rows(s));
  TRY(store_tx_return(s->tx));
  return store_tx_forget(s->tx);
}

/* The whole. */

static RESULT put_results(struct step *s, struct buf *lines, bool refused)
{
  struct store_import_result result = {.refused = refused};
  if (lines->n == 0 && !lines->failed)
    return R_OK;
  result.number = ++s->progress.results;
  result.lines = buf_str(lines);
  if (!result.lines.p)
    return R_NO_MEMORY;
  return store_import_result_put(s->tx, &s->job.key.job, &result);
}

static RESULT record_end(struct step *s, const struct store_object *job, struct str named)
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

static RESULT put_down(struct step *s)
{
  struct store_object job;
  struct str named;
  TRY(store_tx_scope(s->tx, s->whole));
  TRY(put_results(s, &s->results.done, false));
  TRY(put_results(s, &s->results.refused, true));
  s->progress.done = s->job.done + (int64_t)s->at;
  if (!s->progress.state.p && s->progress.done >= s->job.received)
    s->progress.state = STR("done");
  if (s->progress.state.p)
    TRY(store_import_part_drop(s->tx, &s->job.key.job));
  TRY(store_import_advance(s->tx, &s->job.key.job, &s->progress, &job, &named));
  return s->progress.state.p ? record_end(s, &job, named) : R_OK;
}

/* Who acts: the submitter, by the rights they have by now, below the job's tenant. */
static RESULT take_on(struct step *s)
{
  const struct store_import_step *job = &s->job;
  bool machine = str_is(job->submitter_kind, "client");
  char id[UUID_TEXT];
  struct str ignored;
  uuid_format(&job->key.job, id);
  s->actor = (struct import_actor){.domain = s->domain,
                                   .who = {.kind = machine ? DOMAIN_ACTOR_CLIENT : DOMAIN_ACTOR_USER,
                                           .id = job->submitter,
                                           .home = job->submitter_home,
                                           .weak = job->submitter_weak,
                                           .request_id = arena_copy(s->arena, str_of(id))},
                                   .home = job->key.tenant,
                                   .within = job->key.tenant,
                                   .within_path = job->path,
                                   .tx = s->tx};
  s->apply.actor = &s->actor;
  s->results = import_results_in(s->arena, job->refused);
  s->progress = (struct store_import_progress){.line = job->line, .skipping = job->skipping, .results = job->results};
  TRY(import_memo_new(s->arena, &s->apply.memo));
  s->progress.header = job->header;
  if (job->header.p)
    TRY(import_csv_open(job->header, only_kind(s), s->arena, &s->header, &ignored));
  return read_text(s);
}

static void remember(const struct step *s)
{
  for (int kind = 0; kind < IMPORT_ROW__KINDS; kind++)
    for (int r = 0; r < R__COUNT; r++)
      for (unsigned i = 0; i < s->kept_out[kind][r]; i++)
        domain_refusal_put(s->pace->refusals,
                           &(struct domain_refusal_event){.actor = s->actor.who,
                                                          .action = import_apply_action((enum import_row_kind)kind),
                                                          .reason = (enum result)r});
}

static RESULT run(struct step *s, struct import_stepped *ret_stepped)
{
  uint64_t revision;
  TRY(store_import_take(s->tx, &s->job));
  ret_stepped->job = s->job.key.job;
  TRY(take_on(s));
  TRY(s->job.dry_run ? do_rows_for_show(s) : do_rows(s));
  TRY(put_down(s));
  TRY(store_tx_commit(s->tx, &revision));
  *ret_stepped = (struct import_stepped){.job = s->job.key.job,
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

RESULT import_step(const struct domain *domain, const struct import_pace *pace, struct arena *arena,
                   struct import_stepped *ret_stepped)
{
  struct step s = {.domain = domain, .pace = pace, .arena = arena};
  CLEANUP(store_tx_close) struct store_tx *tx = NULL;
  *ret_stepped = (struct import_stepped){0};
  if (!policy_fresh(domain->policy))
    return R_UNAVAILABLE;
  TRY(policy_scope_whole(domain->policy, arena, &s.whole));
  struct store_call call = {
      .pool = domain->app, .scope = s.whole, .arena = arena, .deadline = clock_monotonic() + statement_time};
  TRY(store_tx_open(&call, &tx));
  s.tx = tx;
  return run(&s, ret_stepped);
}
