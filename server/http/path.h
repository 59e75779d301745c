/* Paths: cutting a raw one into decoded segments. */
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

/* The name within the braces when a segment of a route's path is {name}. */
bool http_path_name(struct str segment, struct str *ret_name);

/* The segment that {name} of the route's path stands for; .p is NULL when it has no such name. */
struct str http_path_value(const struct http_path *path, const struct http_route *route, struct str name);
