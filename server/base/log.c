/* One JSON object a line on standard error, each written at once so that lines of threads do not mix. */
#include "base/log.h"
#include "base/clock.h"
#include "base/text.h"
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

enum { LINE_MOST = 4096, MESSAGE_MOST = 3000 };

static _Atomic int lowest = LOG_INFO; /* set once at start, read by every thread */

void log_set_level(enum log_level level) { atomic_store(&lowest, (int)level); }

/* The code point to escape at the start of s, or 0 when its character goes out as it is: controls (a terminal obeys C1,
   too), line separators, and U+FFFD for what is no UTF-8. */
static unsigned unsafe(struct str s, size_t length)
{
  const unsigned char *p = (const unsigned char *)s.p;
  if (length == 0)
    return 0xFFFD;
  if (length == 1 && (p[0] < 0x20 || p[0] == 0x7F))
    return p[0];
  if (length == 2 && p[0] == 0xC2 && p[1] < 0xA0)
    return p[1];
  bool separator = length == 3 && p[0] == 0xE2 && p[1] == 0x80 && (p[2] == 0xA8 || p[2] == 0xA9);
  return separator ? 0x2000u + (p[2] & 0x3Fu) : 0;
}

/* Appends the escaped character at the start of `s`; gives the bytes it took. */
static size_t escape(struct str s, char *line, size_t *n)
{
  size_t length = text_utf8_next(s);
  unsigned code = unsafe(s, length);
  if (code) {
    *n += (size_t)snprintf(line + *n, LINE_MOST - *n, "\\u%04x", code);
    return length ? length : 1;
  }
  if (s.p[0] == '"' || s.p[0] == '\\')
    line[(*n)++] = '\\';
  memcpy(line + *n, s.p, length);
  *n += length;
  return length;
}

void log_line(enum log_level level, const char *format, ...)
{
  static const char *const names[] = {"debug", "info", "warn", "error"};
  if ((int)level < atomic_load(&lowest))
    return;
  char message[MESSAGE_MOST], line[LINE_MOST], time[CLOCK_TEXT];
  va_list arguments;
  va_start(arguments, format);
  int printed = vsnprintf(message, sizeof message, format, arguments);
  va_end(arguments);
  if (printed < 0)
    return;
  clock_format(clock_now(), time);
  size_t n = (size_t)snprintf(line, sizeof line, "{\"time\":\"%s\",\"level\":\"%s\",\"message\":\"", time,
                              names[level]);
  struct str rest = str_of(message);
  while (rest.n > 0 && n < LINE_MOST - 16) {
    size_t took = escape(rest, line, &n);
    rest = (struct str){rest.p + took, rest.n - took};
  }
  n += (size_t)snprintf(line + n, LINE_MOST - n, "\"}\n");
  ssize_t ignored = write(STDERR_FILENO, line, n);
  (void)ignored;
}
