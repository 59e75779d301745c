/* Keeps the places of lines, and tries them again. Trusts: nothing of the content. */
#include "import/waiting.h"
#include "import/block.h"
#include "import/text.h"

/* Rows that wait at a time, for each has its place in the database: what is beyond is refused at once. */
enum { WAITING_MOST = 1000000 };
static const int64_t step_time = CLOCK_SECOND / 4;

/* Members that name what a row may make. */
static const char *const references[] = {"tenant_external_id", "user_tenant_external_id", "user_external_id",
                                         "user_login",         "client_external_id",      "group_external_id",
                                         "group_display_name"};

static bool names_another(enum import_row_kind kind, struct str member)
{
  if (kind == IMPORT_ROW_MEMBERSHIP && (str_is(member, "external_id") || str_is(member, "display_name")))
    return true;
  for (size_t i = 0; i < sizeof references / sizeof *references; i++)
    if (str_is(member, references[i]))
      return true;
  return false;
}

bool import_waiting_may(const struct import_rows *s, const struct import_verdict *verdict)
{
  bool makes = str_is(s->job.kind, "mixed") && s->apply.mode != IMPORT_DELETE && !str_is(s->job.phase, "last");
  bool fits = import_waiting_is_on(s) || s->job.waiting + (int64_t)s->waiting_count < WAITING_MOST;
  return makes && fits && verdict->why == R_NOT_FOUND && names_another(verdict->row->kind, verdict->applied.about);
}

void import_waiting_begin(struct import_rows *s)
{
  s->waiting[s->waiting_count++] = (struct store_waiting){s->progress.line, s->job.done + (int64_t)s->at};
}

bool import_waiting_is_on(const struct import_rows *s)
{
  return str_is(s->job.phase, "waiting") || str_is(s->job.phase, "last");
}

bool import_waiting_line(const struct import_rows *s, const struct store_waiting *one, struct import_line *ret_line)
{
  int64_t at = one->place - s->text.begins;
  return at >= 0 && at < (int64_t)s->text.bytes.n && import_line_at(&s->text, (size_t)at, ret_line);
}

void import_waiting_end(struct import_rows *s, const struct store_waiting *one)
{
  s->waiting[s->waiting_count++] = *one;
  s->progress.waiting_line = one->line;
}

RESULT import_waiting_one(struct import_rows *s, const struct store_waiting *one, const struct import_line *line)
{
  enum import_settled settled;
  TRY(import_rows_settle(s, line, one->line, &settled));
  if (settled == IMPORT_SETTLED)
    import_waiting_end(s, one);
  else if (settled == IMPORT_WAITS)
    s->progress.waiting_line = one->line;
  return R_OK;
}

/* Those that lie in the text; gives how many were gone through. */
static RESULT run_in_text(struct import_rows *s, const struct store_waiting *lines, size_t count, size_t *ret_done)
{
  int64_t until = clock_monotonic() + step_time;
  struct import_line line;
  size_t i = 0;
  while (i < count && !s->closed && clock_monotonic() < until && import_waiting_line(s, &lines[i], &line)) {
    const struct import_block_lines rest = {lines + i, count - i};
    int together;
    TRY(import_block_run(s, &line, &rest, &together));
    if (together == 0)
      TRY(import_waiting_one(s, &lines[i], &line));
    while (i < count && lines[i].line <= s->progress.waiting_line)
      i++;
  }
  *ret_done = i;
  return R_OK;
}

/* All of them were tried once more. */
static void end_round(struct import_rows *s)
{
  bool again = s->progress.waiting_moved;
  s->progress.phase = again ? STR("waiting") : STR("last");
  s->progress.waiting_line = 0;
  s->progress.waiting_moved = false;
}

RESULT import_waiting_run(struct import_rows *s)
{
  struct store_call call = {.pool = s->domain->app, .scope = s->whole, .arena = s->arena, .tx = s->tx};
  const struct store_waiting_page page = {s->job.key.job, s->job.waiting_line, s->most};
  const struct store_waiting *lines;
  size_t count, done = 0;
  TRY(store_tx_scope(s->tx, s->whole));
  TRY(store_waiting_next(&call, &page, &lines, &count));
  if (count > 0) {
    TRY(import_text_read(s, lines[0].place, s->arena, &s->text));
    TRY(run_in_text(s, lines, count, &done));
  }
  int64_t good = s->progress.created + s->progress.updated + s->progress.unchanged;
  s->progress.waiting_moved |= good > 0;
  if (done == count && count < (size_t)s->most)
    end_round(s);
  return R_OK;
}
