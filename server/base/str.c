/* Views of bytes: comparing, trimming, cutting. */
#include "base/str.h"
#include <limits.h>

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c; }

bool str_equal_fold(struct str a, struct str b)
{
  if (a.n != b.n)
    return false;
  for (size_t i = 0; i < a.n; i++)
    if (lower(a.p[i]) != lower(b.p[i]))
      return false;
  return true;
}

static bool blank(char c) { return c == ' ' || c == '\t'; }

struct str str_trim(struct str s)
{
  while (s.n > 0 && blank(s.p[0])) {
    s.p++;
    s.n--;
  }
  while (s.n > 0 && blank(s.p[s.n - 1]))
    s.n--;
  return s;
}

struct str str_cut(struct str *rest, char separator)
{
  struct str all = *rest;
  const char *at = all.n ? memchr(all.p, separator, all.n) : NULL;
  if (!at) {
    *rest = STR_NONE;
    return all;
  }
  size_t n = (size_t)(at - all.p);
  *rest = (struct str){at + 1, all.n - n - 1};
  return (struct str){all.p, n};
}

bool str_number(struct str s, unsigned long long most, unsigned long long *ret_number)
{
  if (s.n == 0)
    return false;
  unsigned long long number = 0;
  for (size_t i = 0; i < s.n; i++) {
    if (s.p[i] < '0' || s.p[i] > '9')
      return false;
    unsigned digit = (unsigned)(s.p[i] - '0');
    if (number > (ULLONG_MAX - digit) / 10)
      return false;
    number = number * 10 + digit;
  }
  if (number > most)
    return false;
  *ret_number = number;
  return true;
}
