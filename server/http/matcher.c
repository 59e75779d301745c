/* Matches paths by a trie made from the table. */
#include "http/matcher.h"
#include "base/buf.h"
#include <stdlib.h>

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

/* The child for a segment of a route's path, made when it is new; NULL when memory is out. */
static struct node *node_child(struct node *node, struct str segment)
{
  struct str name;
  if (http_path_name(segment, &name))
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
    return FAULT(R_INTERNAL);
  rest = rest.n > 1 ? (struct str){rest.p + 1, rest.n - 1} : STR_NONE;
  struct node *node = &matcher->root;
  for (size_t depth = 0; rest.p; depth++) {
    struct str segment = str_cut(&rest, '/');
    if (segment.n == 0 || depth == HTTP_PATH_SEGMENTS)
      return FAULT(R_INTERNAL);
    node = node_child(node, segment);
    if (!node)
      return R_NO_MEMORY;
  }
  if (node->match.routes[route->method] != -1)
    return FAULT(R_INTERNAL);
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

static const struct {
  struct str name;
  enum http_method method;
} methods[] = {{STR("GET"), HTTP_GET},        {STR("POST"), HTTP_POST},     {STR("PUT"), HTTP_PUT},
               {STR("PATCH"), HTTP_PATCH},    {STR("DELETE"), HTTP_DELETE}, {STR("HEAD"), HTTP_HEAD},
               {STR("OPTIONS"), HTTP_OPTIONS}};

enum http_method http_matcher_method(struct str name)
{
  for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
    if (str_equal(methods[i].name, name))
      return methods[i].method;
  return 0;
}

struct str http_matcher_allow(struct arena *arena, const struct http_match *match)
{
  struct buf allow = buf_in(arena, 64);
  for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
    enum http_method m = methods[i].method == HTTP_HEAD ? HTTP_GET : methods[i].method;
    if (match && m != HTTP_OPTIONS && match->routes[m] < 0)
      continue;
    buf_put(&allow, allow.n ? STR(", ") : STR(""));
    buf_put(&allow, methods[i].name);
  }
  return buf_str(&allow);
}
