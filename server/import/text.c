/* Reads few parts of a content, and more of them where a line is long. Trusts: nothing of the content. */
#include "import/text.h"
#include "import/content.h"

enum { PARTS_FEW = 2, PARTS_MANY = 6 };

RESULT import_text_read(const struct import_rows *s, int64_t place, struct arena *arena, struct import_text *ret_text)
{
  struct store_call call = {.pool = s->domain->app, .arena = arena, .tx = s->tx};
  struct store_import_span span = {place, PARTS_FEW};
  struct import_text text = {.begins = place, .ends = s->job.received};
  TRY(import_content_read(s->domain->keys, &call, &s->job.key.job, &span, &text.bytes));
  if (!import_text_is_last(&text) && !memchr(text.bytes.p, '\n', text.bytes.n)) {
    span.limit = PARTS_MANY; /* more than the longest line */
    TRY(import_content_read(s->domain->keys, &call, &s->job.key.job, &span, &text.bytes));
  }
  *ret_text = text;
  return R_OK;
}
