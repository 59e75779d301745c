/* Cuts bytes into lines. Trusts: nothing of them. */
#include "import/line.h"
#include <string.h>

bool import_text_is_last(const struct import_text *text) { return text->begins + (int64_t)text->bytes.n >= text->ends; }

bool import_line_at(const struct import_text *text, size_t at, struct import_line *ret_line)
{
  const char *begin = text->bytes.p + at;
  size_t left = text->bytes.n - at;
  const char *end = left > 0 ? memchr(begin, '\n', left) : NULL;
  struct import_line line = {.text = {begin, end ? (size_t)(end - begin) : left},
                             .ended = end || import_text_is_last(text)};
  line.size = line.text.n + (end ? 1 : 0);
  line.too_long = line.text.n > IMPORT_LINE;
  if (left == 0 || (!line.ended && !line.too_long))
    return false;
  if (text->begins + (int64_t)at == 0 && str_starts(line.text, STR("\xEF\xBB\xBF")))
    line.text = (struct str){line.text.p + 3, line.text.n - 3};
  *ret_line = line;
  return true;
}

bool import_line_is_blank(struct str line)
{
  for (size_t i = 0; i < line.n; i++)
    if (!memchr(" \t\r", line.p[i], 3))
      return false;
  return true;
}
