/* Paths: cutting a raw one into decoded segments, and finding the table's routes for it. */
#pragma once
#include "http/table.h"

enum { HTTP_PATH_SEGMENTS = 16 };

struct http_path {
  size_t count;
  struct str segments[HTTP_PATH_SEGMENTS];
};

/* Cuts the raw path at its slashes and decodes each segment in place. R_MALFORMED for what RFC 3986 does not allow in a
   path and for segments that are empty, "." or "..", or hold NUL, '/', '\\' or broken UTF-8 after decoding;
   R_NOT_FOUND for more segments than any route has. "/" has none. */
RESULT http_path_split(char *raw, size_t n, struct http_path *ret_path);

/* Decodes %XX in place; false when one is broken. */
bool http_path_decode(struct str *text);

/* Whether c may stand unencoded in a segment. */
bool http_path_plain(char c);

struct http_matcher;

/* Built once from the table; R_INTERNAL when two of its rows are the same or a path is not well-formed. */
RESULT http_matcher_new(const struct http_table *table, struct http_matcher **ret_matcher);
void http_matcher_free(struct http_matcher **matcher);

/* The number of each method's route on one path, -1 where there is none. */
struct http_match {
  int routes[HTTP__METHODS];
};

/* A literal segment goes before a {name}, the leftmost counts most. NULL when no path of the table matches.
   Nothing is allocated. */
const struct http_match *http_matcher_find(const struct http_matcher *matcher, const struct http_path *path);

/* The segment that {name} of the route's path stands for; .p is NULL when it has no such name. */
struct str http_path_value(const struct http_path *path, const struct http_route *route, struct str name);
