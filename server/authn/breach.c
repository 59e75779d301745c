/* Halves a sorted file of digests by bytes, a window at a time. Trusts: nothing of the file; what is no line is an
 * error, not a "no". */
#include "authn/breach.h"
#include "base/secret.h"
#include "crypto/digest.h"
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { HEX = 2 * CRYPTO_SHA1, LINE_MOST = HEX + 24, WINDOW = 2 * LINE_MOST, SAMPLES = 1000 };

struct authn_breach {
  int file;
  off_t size;
};

/* A line: where it begins, where the next one does, and its digest. */
struct line {
  off_t start, next;
  char hex[HEX];
};

static enum result read_at(const struct authn_breach *breach, off_t at, char *window, size_t *ret_n)
{
  size_t wanted = breach->size - at < WINDOW ? (size_t)(breach->size - at) : WINDOW, n = 0;
  while (n < wanted) {
    ssize_t got = pread(breach->file, window + n, wanted - n, at + (off_t)n);
    if (got <= 0)
      return FAULT(R_UNAVAILABLE);
    n += (size_t)got;
  }
  *ret_n = n;
  return R_OK;
}

static bool is_digits(struct str s)
{
  for (size_t i = 0; i < s.n; i++)
    if (s.p[i] < '0' || s.p[i] > '9')
      return false;
  return s.n > 0;
}

static bool take_line(struct str text, char hex[HEX])
{
  if (text.n > 0 && text.p[text.n - 1] == '\r')
    text.n--;
  if (text.n < HEX + 2 || text.n > LINE_MOST || text.p[HEX] != ':')
    return false;
  for (size_t i = 0; i < HEX; i++)
    if (!((text.p[i] >= '0' && text.p[i] <= '9') || (text.p[i] >= 'A' && text.p[i] <= 'F')))
      return false;
  memcpy(hex, text.p, HEX);
  return is_digits((struct str){text.p + HEX + 1, text.n - HEX - 1});
}

/* The line that byte `at` is in. */
static enum result line_at(const struct authn_breach *breach, off_t at, struct line *ret_line)
{
  char window[WINDOW];
  off_t from = at > LINE_MOST ? at - LINE_MOST : 0;
  size_t n;
  TRY(read_at(breach, from, window, &n));
  size_t start = (size_t)(at - from);
  while (start > 0 && window[start - 1] != '\n')
    start--;
  const char *end = memchr(window + start, '\n', n - start);
  size_t length = end ? (size_t)(end - window) - start : n - start;
  if ((start == 0 && from > 0) || (!end && from + (off_t)n < breach->size))
    return R_MALFORMED;
  ret_line->start = from + (off_t)start;
  ret_line->next = ret_line->start + (off_t)length + 1;
  return take_line((struct str){window + start, length}, ret_line->hex) ? R_OK : R_MALFORMED;
}

RESULT authn_breach_find(const struct authn_breach *breach, struct str password, bool *ret_found)
{
  static const char digits[] = "0123456789ABCDEF";
  unsigned char digest[CRYPTO_SHA1];
  char hex[HEX];
  TRY(crypto_sha1(password, digest));
  for (size_t i = 0; i < CRYPTO_SHA1; i++) {
    hex[2 * i] = digits[digest[i] >> 4];
    hex[2 * i + 1] = digits[digest[i] & 15];
  }
  secret_wipe(digest, sizeof digest);
  off_t low = 0, high = breach->size;
  bool found = false;
  while (low < high && !found) {
    struct line line;
    TRY(line_at(breach, low + (high - low) / 2, &line));
    int order = memcmp(hex, line.hex, HEX);
    found = order == 0;
    if (order < 0)
      high = line.start;
    else
      low = line.next;
  }
  secret_wipe(hex, sizeof hex);
  *ret_found = found;
  return R_OK;
}

/* The first and the last line and those between, in order. */
static enum result check(const struct authn_breach *breach)
{
  struct line before = {0}, line;
  for (int i = 0; i <= SAMPLES; i++) {
    off_t at = (off_t)((double)(breach->size - 1) * i / SAMPLES);
    TRY(line_at(breach, at, &line));
    if (i > 0 && line.start != before.start && memcmp(before.hex, line.hex, HEX) >= 0)
      return R_MALFORMED;
    before = line;
  }
  return R_OK;
}

static void close_file(void *object)
{
  const struct authn_breach *breach = object;
  if (breach->file >= 0)
    close(breach->file);
}

RESULT authn_breach_open(const char *path, struct arena *arena, const struct authn_breach **ret_breach)
{
  struct authn_breach *breach = arena_alloc(arena, sizeof *breach);
  struct stat about;
  if (!breach)
    return R_NO_MEMORY;
  breach->file = open(path, O_RDONLY | O_CLOEXEC);
  if (!arena_on_free(arena, close_file, breach)) {
    close_file(breach);
    return R_NO_MEMORY;
  }
  if (breach->file < 0 || fstat(breach->file, &about) != 0)
    return FAULT(R_UNAVAILABLE);
  breach->size = about.st_size;
  if (!S_ISREG(about.st_mode) || about.st_size == 0)
    return R_MALFORMED;
  TRY(check(breach));
  *ret_breach = breach;
  return R_OK;
}
