/* Cuts and decodes query parameters. Trusts: nothing of them. */
#include "http/query.h"
#include "base/text.h"
#include "http/path.h"
#include <stdint.h>

static bool decode(struct str *s)
{
  char *bytes = (char *)(uintptr_t)s->p; /* the request's own copy */
  for (size_t i = 0; i < s->n; i++)
    if (bytes[i] == '+')
      bytes[i] = ' ';
  return http_path_decode(s) && (s->n == 0 || !memchr(s->p, '\0', s->n)) && text_utf8_valid(*s);
}

static bool repeats(const struct http_query *query, size_t count)
{
  for (size_t i = 0; i < count; i++)
    if (str_equal(query[i].name, query[count].name))
      return true;
  return false;
}

/* RFC 3986 section 3.4. */
static bool is_query(const char *raw, size_t n)
{
  for (size_t i = 0; i < n; i++)
    if (raw[i] != '/' && raw[i] != '?' && raw[i] != '%' && !http_path_plain(raw[i]))
      return false;
  return true;
}

RESULT http_query_parse(struct arena *arena, struct str raw, struct http_parameters *ret_parameters,
                        struct str *culprit)
{
  struct http_parameters found = {.query = arena_array(arena, HTTP_QUERY_MOST, sizeof *found.query)};
  if (!found.query)
    return R_NO_MEMORY;
  if (!is_query(raw.p, raw.n))
    return R_MALFORMED;
  struct str rest = raw.n ? raw : STR_NONE;
  for (; rest.p; found.count++) {
    struct str value = str_cut(&rest, '&');
    if (found.count == HTTP_QUERY_MOST)
      return R_MALFORMED;
    struct http_query *q = &found.query[found.count];
    q->name = str_cut(&value, '=');
    q->value = value;
    if (q->name.n == 0 || !decode(&q->name))
      return R_MALFORMED;
    *culprit = q->name;
    if (!decode(&q->value) || repeats(found.query, found.count))
      return R_MALFORMED;
  }
  *culprit = STR_NONE;
  *ret_parameters = found;
  return R_OK;
}
