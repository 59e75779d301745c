/* Keeps the places of lines, and tries them again. Trusts: nothing of the content. */
#include "import/waiting.h"
#include "import/text.h"

/* Rows that wait at a time, for each has its place in the database: what is beyond is refused at once. */
enum { WAITING_MOST = 1000000 };
static const int64_t step_time = CLOCK_SECOND / 4;

/* Members that name what a row may make. */
static const char *const references[] = {"tenant_external_id", "user_tenant_external_id", "user_external_id",
                                         "user_login"};

static bool names_another(struct str member)
{
  for (size_t i = 0; i < sizeof references / sizeof *references; i++)
    if (str_is(member, references[i]))
      return true;
  return false;
}

bool import_waiting_may(const struct import_rows *s, const struct import_verdict *verdict)
{
  bool makes = str_is(s->job.kind, "mixed") && s->apply.mode != IMPORT_DELETE && !str_is(s->job.phase, "last");
  bool fits = import_waiting_is_on(s) || s->job.waiting + (int64_t)s->waiting_count < WAITING_MOST;
  return makes && fits && verdict->why == R_NOT_FOUND && names_another(verdict->applied.about);
}

void import_waiting_begin(struct import_rows *s)
{
  s->waiting[s->waiting_count++] = (struct store_waiting){s->progress.line, s->job.done + (int64_t)s->at};
}

bool import_waiting_is_on(const struct import_rows *s)
{
  return str_is(s->job.phase, "waiting") || str_is(s->job.phase, "last");
}

/* Those that lie in the text; gives how many were gone through. */
static RESULT run_in_text(struct import_rows *s, const struct store_waiting *lines, size_t count, size_t *ret_done)
{
  int64_t until = clock_monotonic() + step_time;
  struct import_line line;
  size_t i = 0;
  for (; i < count && !s->closed && clock_monotonic() < until; i++) {
    size_t at = (size_t)(lines[i].place - s->text.begins);
    enum import_settled settled = IMPORT_LEFT;
    if (at < s->text.bytes.n && import_line_at(&s->text, at, &line))
      TRY(import_rows_settle(s, &line, lines[i].line, &settled));
    if (settled == IMPORT_LEFT)
      break;
    if (settled == IMPORT_SETTLED)
      s->waiting[s->waiting_count++] = lines[i];
    s->progress.waiting_line = lines[i].line;
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
