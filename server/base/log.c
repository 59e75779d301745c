/* One JSON object a line on standard error, each written at once so that lines of threads do not mix. */
#include "base/log.h"
#include "base/clock.h"
#include "base/text.h"
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

enum { LINE_MOST = 4096, MESSAGE_MOST = 3000 };

static _Atomic int lowest = LOG_INFO;

void log_set_level(enum log_level level) { atomic_store(&lowest, (int)level); }

/* Appends the escaped character at the start of `s`; gives the bytes it took. */
static size_t escape(struct str s, char *line, size_t *n)
{
  size_t length = text_utf8_next(s);
  unsigned char c = (unsigned char)s.p[0];
  bool separator = length == 3 && memcmp(s.p, "\xE2\x80", 2) == 0 && ((unsigned char)s.p[2] & 0xFE) == 0xA8;
  if (length == 0 || c < 0x20 || c == 0x7F || separator) {
    *n += (size_t)snprintf(line + *n, LINE_MOST - *n, "\\u%04x", separator ? 0x2028u : length ? c : 0xFFFDu);
  } else if (c == '"' || c == '\\') {
    line[(*n)++] = '\\';
    line[(*n)++] = (char)c;
  } else {
    memcpy(line + *n, s.p, length);
    *n += length;
  }
  return length ? length : 1;
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
  size_t n = (size_t)snprintf(line, sizeof line, "{\"time\":\"%s\",\"level\":\"%s\",\"message\":\"", time, names[level]);
  struct str rest = str_of(message);
  while (rest.n > 0 && n < LINE_MOST - 16) {
    size_t took = escape(rest, line, &n);
    rest = (struct str){rest.p + took, rest.n - took};
  }
  n += (size_t)snprintf(line + n, LINE_MOST - n, "\"}\n");
  ssize_t ignored = write(STDERR_FILENO, line, n);
  (void)ignored;
}
