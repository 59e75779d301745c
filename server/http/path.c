/* Cuts and decodes paths, and matches them by a trie made from the table. Trusts: nothing of the path. */
#include "http/path.h"
#include "base/text.h"
#include <stdint.h>
#include <stdlib.h>

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

struct node {
  struct node *literals; /* first child that is a literal segment */
  struct node *next;     /* its next sibling */
  struct node *any;      /* the child for {name} */
  struct str literal;
  bool ends; /* a path of the table ends here */
  struct http_match match;
};

struct http_matcher {
  struct node root;
};

static void node_init(struct node *node, struct str literal)
{
  node->literal = literal;
  for (int m = 0; m < HTTP__METHODS; m++)
    node->match.routes[m] = -1;
}

static struct node *node_new(struct str literal)
{
  struct node *node = calloc(1, sizeof *node);
  if (node)
    node_init(node, literal);
  return node;
}

static bool is_name(struct str s) { return s.n > 2 && s.p[0] == '{' && s.p[s.n - 1] == '}'; }

/* The child for a segment of a route's path, made when it is new; NULL when memory is out. */
static struct node *node_child(struct node *node, struct str segment)
{
  if (is_name(segment))
    return node->any ? node->any : (node->any = node_new(segment));
  struct node **at = &node->literals;
  while (*at && !str_equal((*at)->literal, segment))
    at = &(*at)->next;
  return *at ? *at : (*at = node_new(segment));
}

static RESULT add_route(struct http_matcher *matcher, const struct http_route *route, int number)
{
  struct str rest = str_of(route->path);
  if (rest.n == 0 || rest.p[0] != '/' || route->method < HTTP_GET || route->method >= HTTP__METHODS)
    return R_INTERNAL;
  rest = rest.n > 1 ? (struct str){rest.p + 1, rest.n - 1} : STR_NONE;
  struct node *node = &matcher->root;
  for (size_t depth = 0; rest.p; depth++) {
    struct str segment = str_cut(&rest, '/');
    if (segment.n == 0 || depth == HTTP_PATH_SEGMENTS)
      return R_INTERNAL;
    node = node_child(node, segment);
    if (!node)
      return R_NO_MEMORY;
  }
  if (node->match.routes[route->method] != -1)
    return R_INTERNAL;
  node->ends = true;
  node->match.routes[route->method] = number;
  return R_OK;
}

RESULT http_matcher_new(const struct http_table *table, struct http_matcher **ret_matcher)
{
  CLEANUP(http_matcher_free) struct http_matcher *matcher = calloc(1, sizeof *matcher);
  if (!matcher)
    return R_NO_MEMORY;
  node_init(&matcher->root, STR_NONE);
  for (int i = 0; i < table->count; i++)
    TRY(add_route(matcher, table->at(i), i));
  *ret_matcher = matcher;
  matcher = NULL;
  return R_OK;
}

/* At most as deep as a path has segments. */
static void node_free(struct node *node)
{
  if (!node)
    return;
  for (struct node *child = node->literals, *next; child; child = next) {
    next = child->next;
    node_free(child);
  }
  node_free(node->any);
  free(node);
}

void http_matcher_free(struct http_matcher **matcher)
{
  if (matcher && *matcher)
    node_free(&(*matcher)->root);
  if (matcher)
    *matcher = NULL;
}

static const struct node *find(const struct node *node, const struct http_path *path, size_t depth)
{
  if (depth == path->count)
    return node->ends ? node : NULL;
  const struct node *child = node->literals;
  while (child && !str_equal(child->literal, path->segments[depth]))
    child = child->next;
  const struct node *found = child ? find(child, path, depth + 1) : NULL;
  if (!found && node->any)
    found = find(node->any, path, depth + 1);
  return found;
}

const struct http_match *http_matcher_find(const struct http_matcher *matcher, const struct http_path *path)
{
  const struct node *node = find(&matcher->root, path, 0);
  return node ? &node->match : NULL;
}

struct str http_path_value(const struct http_path *path, const struct http_route *route, struct str name)
{
  struct str rest = {route->path + 1, strlen(route->path) - 1};
  for (size_t i = 0; i < path->count; i++) {
    struct str segment = str_cut(&rest, '/');
    if (is_name(segment) && str_equal((struct str){segment.p + 1, segment.n - 2}, name))
      return path->segments[i];
  }
  return STR_NONE;
}
