/* Writes fields with quotes where they are needed, and an apostrophe where a spreadsheet would begin to calculate. */
#include "base/csv.h"

static bool holds(struct str s, const char *set, size_t n)
{
  for (size_t i = 0; i < s.n; i++)
    if (memchr(set, s.p[i], n))
      return true;
  return false;
}

static bool is_guarded(struct str s)
{
  static const char first[] = "=+-@\t\r'"; /* with the NUL behind them */
  return str_is(s, CSV_NOTHING) || (s.n > 0 && holds((struct str){s.p, 1}, first, sizeof first));
}

struct str csv_bare(struct str field)
{
  struct str rest = field.n > 0 ? (struct str){field.p + 1, field.n - 1} : field;
  return field.n > 0 && field.p[0] == '\'' && is_guarded(rest) ? rest : field;
}

void csv_put(struct buf *b, struct str field)
{
  static const char special[] = ",\"\r\n";
  bool quoted = holds(field, special, sizeof special - 1);
  if (quoted)
    buf_put_char(b, '"');
  if (is_guarded(field))
    buf_put_char(b, '\'');
  for (size_t i = 0; i < field.n; i++) {
    if (field.p[i] == '"')
      buf_put_char(b, '"');
    buf_put_char(b, field.p[i]);
  }
  if (quoted)
    buf_put_char(b, '"');
}

void csv_end(struct buf *b) { buf_put(b, STR("\r\n")); }
