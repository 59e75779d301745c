/* Growing bytes with a maximum. */
#include "base/buf.h"
#include "base/text.h"
#include <stdint.h>
#include <stdio.h>

struct buf buf_in(struct arena *arena, size_t most) { return (struct buf){.arena = arena, .most = most}; }

/* Room for n more bytes and the NUL behind them. */
static bool reserve(struct buf *b, size_t n)
{
  size_t need;
  if (b->failed || __builtin_add_overflow(b->n, n, &need) || need > b->most || need == SIZE_MAX) {
    b->failed = true;
    return false;
  }
  if (need < b->room)
    return true;
  size_t room = b->room ? 2 * b->room : 256;
  if (room <= need)
    room = need + 1;
  char *grown = arena_alloc(b->arena, room);
  if (!grown) {
    b->failed = true;
    return false;
  }
  if (b->n)
    memcpy(grown, b->p, b->n);
  b->p = grown;
  b->room = room;
  return true;
}

void buf_put(struct buf *b, struct str s)
{
  if (s.n == 0 || !reserve(b, s.n))
    return;
  memcpy(b->p + b->n, s.p, s.n);
  b->n += s.n;
}

void buf_put_char(struct buf *b, char c) { buf_put(b, (struct str){&c, 1}); }

void buf_print(struct buf *b, const char *format, ...)
{
  va_list measure, print;
  va_start(measure, format);
  int n = vsnprintf(NULL, 0, format, measure);
  va_end(measure);
  if (n < 0) {
    b->failed = true;
    return;
  }
  if (!reserve(b, (size_t)n))
    return;
  va_start(print, format);
  vsnprintf(b->p + b->n, (size_t)n + 1, format, print);
  va_end(print);
  b->n += (size_t)n;
}

/* ASCII that stands in a JSON string as it is. */
static bool is_plain(char c) { return c >= 0x20 && c < 0x7f && c != '"' && c != '\\'; }

/* The beginning of s that can be copied at once. */
static size_t plain_run(struct str s)
{
  size_t n = 0;
  while (n < s.n && is_plain(s.p[n]))
    n++;
  return n;
}

static void put_escaped(struct buf *b, unsigned char c)
{
  static const char escapes[256] = {['"'] = '"', ['\\'] = '\\', ['\b'] = 'b', ['\f'] = 'f',
                                    ['\n'] = 'n', ['\r'] = 'r', ['\t'] = 't'};
  if (escapes[c])
    buf_put(b, (struct str){(char[]){'\\', escapes[c]}, 2});
  else
    buf_print(b, "\\u%04x", c);
}

/* One character that is not plain; gives how many bytes it had. */
static size_t put_other(struct buf *b, struct str s)
{
  size_t n = text_utf8_next(s);
  if (n == 1)
    put_escaped(b, (unsigned char)s.p[0]);
  else
    buf_put(b, n ? (struct str){s.p, n} : STR("\xEF\xBF\xBD"));
  return n ? n : 1;
}

void buf_put_json(struct buf *b, struct str s)
{
  buf_put_char(b, '"');
  while (s.n > 0) {
    size_t n = plain_run(s);
    buf_put(b, (struct str){s.p, n});
    if (n == 0)
      n = put_other(b, s);
    s = (struct str){s.p + n, s.n - n};
  }
  buf_put_char(b, '"');
}

struct str buf_str(struct buf *b)
{
  if (!reserve(b, 0))
    return STR_NONE;
  b->p[b->n] = '\0';
  return (struct str){b->p, b->n};
}
