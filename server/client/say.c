/* Writes to standard error, made fit for a terminal. Trusts: nothing of the service. */
#include "client/say.h"
#include "client/text.h"
#include "json/parse.h"
#include <stdarg.h>
#include <stdio.h>

enum { LINE_MOST = 4096, PROBLEM_ARENA = 8 << 20, PROBLEM_MOST = 1 << 20 };

static void flush(struct buf *text)
{
  struct str all = buf_str(text);
  if (all.p)
    fwrite(all.p, 1, all.n, stderr);
}

void client_say(const char *format, ...)
{
  CLEANUP(arena_free) struct arena *arena = arena_new(PROBLEM_ARENA);
  char line[LINE_MOST];
  va_list values;
  va_start(values, format);
  vsnprintf(line, sizeof line, format, values);
  va_end(values);
  struct buf text = buf_in(arena, PROBLEM_MOST);
  buf_put(&text, STR("bailiwick: "));
  client_text_put(&text, str_of(line));
  buf_put_char(&text, '\n');
  flush(&text);
}

static void put_part(struct buf *text, const char *before, struct str part)
{
  if (part.n == 0)
    return;
  buf_put(text, str_of(before));
  client_text_put(text, part);
}

static void put_fields(struct buf *text, const struct json *errors)
{
  for (size_t i = 0; i < json_count(errors); i++) {
    const struct json *error = json_at(errors, i);
    struct str field = json_str(json_member(error, "field"));
    put_part(text, "  ", field.n ? field : STR("the request"));
    put_part(text, ": ", json_str(json_member(error, "code")));
    put_part(text, ": ", json_str(json_member(error, "message")));
    buf_put_char(text, '\n');
  }
}

void client_say_problem(const char *about, int status, struct str body, struct str request_id)
{
  CLEANUP(arena_free) struct arena *arena = arena_new(PROBLEM_ARENA);
  struct buf text = buf_in(arena, PROBLEM_MOST);
  const struct json *problem = NULL;
  if (json_parse(body, arena, &problem) != R_OK)
    problem = NULL;
  struct str code = json_str(json_member(problem, "code"));
  if (!code.p)
    code = json_str(json_member(problem, "error"));
  buf_put(&text, STR("bailiwick: "));
  put_part(&text, "", str_of(about));
  put_part(&text, about[0] ? ": " : "", code);
  if (!code.p)
    buf_print(&text, "the service answered %d", status);
  put_part(&text, ": ", json_str(json_member(problem, "title")));
  put_part(&text, ": ", json_str(json_member(problem, "detail")));
  put_part(&text, ": ", json_str(json_member(problem, "error_description")));
  buf_put_char(&text, '\n');
  put_fields(&text, json_member(problem, "errors"));
  put_part(&text, "  request ", request_id);
  buf_put_char(&text, '\n');
  flush(&text);
}
