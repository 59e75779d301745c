/* Writes the lines of results. What a row said stands in them as a field's name alone, never as a value. */
#include "import/result.h"
#include "base/csv.h"
#include "json/parse.h"
#include "json/write.h"

enum { RESULTS_MOST = 16 << 20 };

static const char *const outcomes[IMPORT__EFFECTS] = {[IMPORT_CREATED] = "created",
                                                      [IMPORT_UPDATED] = "updated",
                                                      [IMPORT_UNCHANGED] = "unchanged",
                                                      [IMPORT_REMOVED] = "removed"};

struct import_results import_results_in(struct arena *arena, int64_t refused_before)
{
  return (struct import_results){buf_in(arena, RESULTS_MOST), buf_in(arena, RESULTS_MOST), refused_before};
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

void import_results_put(struct import_results *results, const struct import_verdict *verdict)
{
  if (verdict->why == R_OK)
    put_line(&results->done, verdict, false);
  else if (results->listed++ < IMPORT_REFUSED_LISTED)
    put_line(&results->refused, verdict, true);
}
