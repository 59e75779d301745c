/* Finds where each item begins and ends. Trusts: nothing; what is no JSON has no items. */
#include "client/items.h"

static struct str behind(struct str s, size_t n) { return (struct str){s.p + n, s.n - n}; }

static struct str skip(struct str s, const char *what)
{
  while (s.n > 0 && s.p[0] != '\0' && strchr(what, s.p[0]))
    s = behind(s, 1);
  return s;
}

/* Behind the string that begins here. */
static size_t string_length(struct str s)
{
  size_t i = 1;
  for (; i < s.n && s.p[i] != '"'; i++)
    if (s.p[i] == '\\')
      i++;
  return i < s.n ? i + 1 : s.n;
}

/* Up to the comma, bracket or end that no bracket of the value's own has opened. */
static size_t value_length(struct str s)
{
  size_t depth = 0, i = 0;
  while (i < s.n) {
    char c = s.p[i];
    if (depth == 0 && (c == ',' || c == ']' || c == '}'))
      break;
    depth += c == '{' || c == '[';
    depth -= c == '}' || c == ']';
    i += c == '"' ? string_length(behind(s, i)) : 1;
  }
  return i;
}

bool client_items_open(struct str page, struct str *ret_rest)
{
  static const char space[] = " \t\r\n";
  struct str s = skip(page, space);
  if (s.n == 0 || s.p[0] != '{')
    return false;
  for (s = skip(behind(s, 1), space); s.n > 0 && s.p[0] == '"'; s = skip(s, " \t\r\n,")) {
    struct str name = {s.p, string_length(s)};
    s = skip(behind(s, name.n), " \t\r\n:");
    size_t n = value_length(s);
    if (str_is(name, "\"items\"") && n > 1 && s.p[0] == '[') {
      *ret_rest = (struct str){s.p + 1, n - 1};
      return true;
    }
    s = behind(s, n);
  }
  return false;
}

bool client_items_next(struct str *rest, struct str *ret_item)
{
  struct str s = skip(*rest, " \t\r\n,");
  size_t n = value_length(s);
  *rest = behind(s, n);
  while (n > 0 && strchr(" \t\r\n", s.p[n - 1]))
    n--;
  *ret_item = (struct str){s.p, n};
  return n > 0;
}
