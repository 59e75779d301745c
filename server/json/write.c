/* Writing JSON: a comma goes before whatever follows a value. */
#include "json/write.h"
#include "base/clock.h"
#include <inttypes.h>

struct json_writer json_writer_on(struct buf *out) { return (struct json_writer){.out = out}; }

/* What stands before the next key or value; `comma` says what the one after it needs. */
static void before(struct json_writer *w, bool comma)
{
  if (w->comma)
    buf_put_char(w->out, ',');
  w->comma = comma;
}

void json_open(struct json_writer *w, char bracket)
{
  before(w, false);
  buf_put_char(w->out, bracket);
}

void json_close(struct json_writer *w, char bracket)
{
  buf_put_char(w->out, bracket);
  w->comma = true;
}

void json_key(struct json_writer *w, const char *name)
{
  before(w, false);
  buf_put_json(w->out, str_of(name));
  buf_put_char(w->out, ':');
}

void json_put_raw(struct json_writer *w, struct str json)
{
  before(w, true);
  buf_put(w->out, json.n ? json : STR("null"));
}

void json_put_null(struct json_writer *w) { json_put_raw(w, STR("null")); }

void json_put_text(struct json_writer *w, struct str text)
{
  if (!text.p) {
    json_put_null(w);
    return;
  }
  before(w, true);
  buf_put_json(w->out, text);
}

void json_put_int(struct json_writer *w, int64_t number)
{
  before(w, true);
  buf_print(w->out, "%" PRId64, number);
}

void json_put_bool(struct json_writer *w, bool flag) { json_put_raw(w, flag ? STR("true") : STR("false")); }

void json_put_uuid(struct json_writer *w, const struct uuid *uuid)
{
  char text[UUID_TEXT];
  if (uuid)
    uuid_format(uuid, text);
  json_put_text(w, uuid ? str_of(text) : STR_NONE);
}

void json_put_time(struct json_writer *w, int64_t time)
{
  char text[CLOCK_TEXT];
  clock_format(time, text);
  json_put_text(w, str_of(text));
}
