/* Reads few parts of a content, and more of them where a line is long. Trusts: nothing of the content. */
#include "import/text.h"
#include "import/content.h"

enum { PARTS_FEW = 2, PARTS_MANY = 6 };

RESULT import_text_read(struct import_rows *s, int64_t place)
{
  struct store_call call = {.pool = s->domain->app, .arena = s->arena, .tx = s->tx};
  struct store_import_span span = {place, PARTS_FEW};
  s->text = (struct import_text){.begins = place, .ends = s->job.received};
  TRY(import_content_read(s->domain->keys, &call, &s->job.key.job, &span, &s->text.bytes));
  if (import_text_is_last(&s->text) || memchr(s->text.bytes.p, '\n', s->text.bytes.n))
    return R_OK;
  span.limit = PARTS_MANY; /* more than the longest line */
  return import_content_read(s->domain->keys, &call, &s->job.key.job, &span, &s->text.bytes);
}
