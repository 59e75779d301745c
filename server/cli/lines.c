/* Cuts what is read into lines. Trusts: nothing of the file. */
#include "cli/lines.h"
#include <errno.h>
#include <unistd.h>

enum { ROOM = CLI_LINE_MOST + 64 * 1024 };

struct cli_lines {
  int file;
  bool ended;
  unsigned long long number;
  size_t begin, seen, end; /* begin .. end is unread; there is no line's end before seen */
  char bytes[ROOM];
};

RESULT cli_lines_open(int file, struct arena *arena, struct cli_lines **ret_lines)
{
  struct cli_lines *lines = arena_alloc(arena, sizeof *lines);
  if (!lines)
    return R_NO_MEMORY;
  lines->file = file;
  *ret_lines = lines;
  return R_OK;
}

/* Reads on; the end of the file is no failure. */
static RESULT fill(struct cli_lines *l)
{
  if (l->begin > 0)
    memmove(l->bytes, l->bytes + l->begin, l->end - l->begin);
  l->end -= l->begin;
  l->seen -= l->begin;
  l->begin = 0;
  ssize_t n;
  do
    n = read(l->file, l->bytes + l->end, ROOM - l->end);
  while (n < 0 && errno == EINTR);
  if (n < 0)
    return R_UNAVAILABLE;
  l->ended = n == 0;
  l->end += (size_t)n;
  return R_OK;
}

/* Where the line that begins at `begin` ends, or ROOM when that has not been read. */
static size_t line_end(struct cli_lines *l)
{
  const char *at = memchr(l->bytes + l->seen, '\n', l->end - l->seen);
  l->seen = l->end;
  return at ? (size_t)(at - l->bytes) : ROOM;
}

/* Gives bytes[begin .. at) and goes on behind it. */
static struct str take(struct cli_lines *l, size_t at)
{
  struct str line = {l->bytes + l->begin, at - l->begin};
  l->begin = l->seen = at < l->end ? at + 1 : at;
  if (l->number == 1 && str_starts(line, STR("\xEF\xBB\xBF")))
    line = (struct str){line.p + 3, line.n - 3};
  return line;
}

static RESULT skip(struct cli_lines *l)
{
  size_t at = ROOM;
  while (at == ROOM && !l->ended) {
    l->begin = l->seen = l->end;
    TRY(fill(l));
    at = line_end(l);
  }
  (void)take(l, at == ROOM ? l->end : at);
  return R_TOO_LARGE;
}

RESULT cli_lines_next(struct cli_lines *l, struct str *ret_line)
{
  l->number++;
  size_t at = line_end(l);
  while (at == ROOM && !l->ended && l->end - l->begin <= CLI_LINE_MOST) {
    TRY(fill(l));
    at = line_end(l);
  }
  if (at == ROOM && !l->ended)
    return skip(l);
  if (at == ROOM && l->begin == l->end)
    return R_NOT_FOUND;
  struct str line = take(l, at == ROOM ? l->end : at);
  if (line.n > CLI_LINE_MOST)
    return R_TOO_LARGE;
  *ret_line = line;
  return R_OK;
}

unsigned long long cli_lines_number(const struct cli_lines *lines) { return lines->number; }
