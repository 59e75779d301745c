/* Writes the lines of results. What a row said stands in them as a field's name alone, never as a value. */
#include "import/result.h"
#include "base/csv.h"
#include "json/parse.h"
#include "json/write.h"
#include <stdlib.h>

enum { RESULTS_MOST = 16 << 20 };

static const char *const outcomes[IMPORT__EFFECTS] = {[IMPORT_CREATED] = "created",
                                                      [IMPORT_UPDATED] = "updated",
                                                      [IMPORT_UNCHANGED] = "unchanged",
                                                      [IMPORT_REMOVED] = "removed"};

RESULT import_results_in(struct arena *arena, int64_t refused_before, size_t rows, struct import_results *ret_results)
{
  struct import_results results = {.done = buf_in(arena, RESULTS_MOST),
                                   .refused = buf_in(arena, RESULTS_MOST),
                                   .pieces = arena_array(arena, rows, sizeof *results.pieces),
                                   .room = rows,
                                   .listed = refused_before};
  if (!results.pieces)
    return R_NO_MEMORY;
  *ret_results = results;
  return R_OK;
}

/* Members in this order, whatever the outcome. */
static void put_line(struct buf *text, const struct import_verdict *v, bool refused)
{
  struct json_writer w = json_writer_on(text);
  const char *message = refused ? result_row(v->why)->title : NULL;
  json_open(&w, '{');
  json_key(&w, "line");
  if (v->line > 0)
    json_put_int(&w, v->line);
  else
    json_put_text(&w, STR_NONE);
  json_key(&w, "action");
  json_put_text(&w, str_of(import_apply_action(v->row->kind)));
  json_key(&w, "id");
  json_put_uuid(&w, uuid_is_zero(&v->applied.id) ? NULL : &v->applied.id);
  json_key(&w, "outcome");
  json_put_text(&w, str_of(refused ? "refused" : outcomes[v->applied.effect]));
  json_key(&w, "code");
  json_put_text(&w, refused ? str_of(result_row(v->why)->code) : STR_NONE);
  json_key(&w, "field");
  json_put_text(&w, refused ? v->applied.about : STR_NONE);
  json_key(&w, "message");
  json_put_text(&w, refused && v->message.p ? v->message : str_of(message));
  json_close(&w, '}');
  buf_put_char(text, '\n');
}

static const char *const members[] = {"line", "action", "id", "outcome", "code", "field", "message"};

enum { MEMBERS = sizeof members / sizeof *members };

void import_results_csv_header(struct buf *text)
{
  for (size_t i = 0; i < MEMBERS; i++)
    buf_print(text, "%s%s", i ? "," : "", members[i]);
  buf_put(text, STR("\r\n"));
}

static RESULT put_csv(struct str line, struct arena *arena, struct buf *text)
{
  const struct json *result;
  int64_t number;
  enum result r = json_parse(line, arena, &result);
  if (r != R_OK)
    return r == R_MALFORMED ? FAULT(R_INTERNAL) : r;
  for (size_t i = 0; i < MEMBERS; i++) {
    const struct json *value = json_member(result, members[i]);
    struct str field = json_str(value);
    buf_put(text, i ? STR(",") : STR(""));
    if (json_int(value, &number))
      buf_print(text, "%lld", (long long)number);
    else if (field.p)
      csv_put(text, field);
  }
  buf_put(text, STR("\r\n"));
  return R_OK;
}

RESULT import_results_csv(struct str lines, struct arena *arena, struct buf *text)
{
  while (lines.n > 0)
    TRY(put_csv(str_cut(&lines, '\n'), arena, text));
  return R_OK;
}

/* Begins a piece where the last of its kind is of another place. False: there is no room for one. */
static bool begin_piece(struct import_results *results, int64_t place, bool refused)
{
  const struct buf *text = refused ? &results->refused : &results->done;
  size_t *last = &results->last[refused];
  if (*last > 0 && results->pieces[*last - 1].place == place)
    return true;
  if (results->count == results->room)
    return false;
  results->pieces[results->count] = (struct import_results_piece){place, refused, text->n};
  *last = ++results->count;
  return true;
}

void import_results_put(struct import_results *results, const struct import_verdict *verdict)
{
  bool refused = verdict->why != R_OK;
  int64_t number = verdict->line > 0 ? verdict->line : IMPORT_REMOVALS_BEGIN + verdict->removal;
  struct buf *text = refused ? &results->refused : &results->done;
  if (refused && results->listed++ >= IMPORT_REFUSED_LISTED)
    return;
  if (begin_piece(results, number / IMPORT_PLACE, refused))
    put_line(text, verdict, refused);
  else
    text->failed = true;
}

struct str import_results_lines(struct import_results *results, size_t piece)
{
  const struct import_results_piece *its = &results->pieces[piece];
  struct str text = buf_str(its->refused ? &results->refused : &results->done);
  size_t next = piece + 1;
  while (next < results->count && results->pieces[next].refused != its->refused)
    next++;
  size_t ends = next < results->count ? results->pieces[next].begins : text.n;
  return text.p ? (struct str){text.p + its->begins, ends - its->begins} : STR_NONE;
}

/* Their order. */

struct listed {
  int64_t line;
  struct str text;
};

static int by_line(const void *a, const void *b)
{
  const struct listed *x = a, *y = b;
  if (x->line != y->line)
    return x->line < y->line ? -1 : 1;
  return x->text.p < y->text.p ? -1 : x->text.p > y->text.p;
}

/* Every result begins with its line; those of removals say none, and stay as they are. */
static int64_t line_of(struct str text)
{
  static const struct str before = {"{\"line\":", 8};
  int64_t line = 0;
  if (!str_starts(text, before))
    return 0;
  for (size_t i = before.n; i < text.n && text.p[i] >= '0' && text.p[i] <= '9'; i++)
    line = line * 10 + (text.p[i] - '0');
  return line;
}

RESULT import_results_sort(struct str lines, int64_t after, struct arena *arena, struct str *ret_lines)
{
  struct buf text = buf_in(arena, lines.n + 1);
  size_t count = 0;
  struct listed *list;
  for (size_t i = 0; i < lines.n; i++)
    count += lines.p[i] == '\n';
  list = arena_array(arena, count + 1, sizeof *list);
  if (!list)
    return R_NO_MEMORY;
  count = 0;
  while (lines.n > 0) {
    struct str one = str_cut(&lines, '\n');
    list[count++] = (struct listed){line_of(one), one};
  }
  qsort(list, count, sizeof *list, by_line);
  for (size_t i = 0; i < count; i++)
    if (list[i].line == 0 || list[i].line > after) {
      buf_put(&text, list[i].text);
      buf_put_char(&text, '\n');
    }
  struct str sorted = buf_str(&text);
  if (!sorted.p)
    return R_NO_MEMORY;
  *ret_lines = sorted;
  return R_OK;
}
