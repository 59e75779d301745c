/* Cuts and decodes paths. Trusts: nothing of the path. */
#include "http/path.h"
#include "base/text.h"
#include <stdint.h>

bool http_path_plain(char c)
{
  bool alphanumeric = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  return alphanumeric || (c != '\0' && strchr("-._~!$&'()*+,;=:@", c));
}

bool http_path_decode(struct str *s)
{
  if (s->n == 0 || !memchr(s->p, '%', s->n))
    return true;
  /* The bytes are the request's own copy of its target. */
  char *out = (char *)(uintptr_t)s->p;
  size_t n = 0;
  for (size_t i = 0; i < s->n; i++, n++) {
    unsigned char byte = (unsigned char)s->p[i];
    if (byte == '%') {
      if (s->n - i < 3 || !text_hex_decode((struct str){s->p + i + 1, 2}, &byte))
        return false;
      i += 2;
    }
    out[n] = (char)byte;
  }
  s->n = n;
  return true;
}

static bool is_segment(struct str s)
{
  if (s.n == 0 || str_is(s, ".") || str_is(s, ".."))
    return false;
  return !memchr(s.p, '\0', s.n) && !memchr(s.p, '/', s.n) && !memchr(s.p, '\\', s.n) && text_utf8_valid(s);
}

RESULT http_path_split(char *raw, size_t n, struct http_path *ret_path)
{
  struct http_path path = {0};
  if (n == 0 || raw[0] != '/')
    return R_MALFORMED;
  for (size_t i = 0; i < n; i++)
    if (raw[i] != '/' && raw[i] != '%' && !http_path_plain(raw[i]))
      return R_MALFORMED;
  bool deep = false;
  struct str rest = {raw + 1, n - 1};
  while (rest.p && n > 1) {
    struct str segment = str_cut(&rest, '/');
    if (!http_path_decode(&segment) || !is_segment(segment))
      return R_MALFORMED;
    deep = deep || path.count == HTTP_PATH_SEGMENTS;
    if (!deep)
      path.segments[path.count++] = segment;
  }
  if (deep)
    return R_NOT_FOUND;
  *ret_path = path;
  return R_OK;
}

bool http_path_name(struct str segment, struct str *ret_name)
{
  if (segment.n < 3 || segment.p[0] != '{' || segment.p[segment.n - 1] != '}')
    return false;
  *ret_name = (struct str){segment.p + 1, segment.n - 2};
  return true;
}

struct str http_path_value(const struct http_path *path, const struct http_route *route, struct str name)
{
  struct str rest = {route->path + 1, strlen(route->path) - 1};
  for (size_t i = 0; i < path->count; i++) {
    struct str own, segment = str_cut(&rest, '/');
    if (http_path_name(segment, &own) && str_equal(own, name))
      return path->segments[i];
  }
  return STR_NONE;
}
