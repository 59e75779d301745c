/* Parameters of a query, or of a form body: cut, decoded, and refused when one comes twice. */
#pragma once
#include "http/request.h"

enum { HTTP_QUERY_MOST = 32 };

struct http_parameters {
  struct http_query *query; /* the arena's */
  size_t count;
};

/* Cuts `raw` at '&' and decodes it in place ('+' is a space): its bytes must be the caller's to change. R_MALFORMED for
   a name that comes twice, more than HTTP_QUERY_MOST, an empty name, a broken %XX, NUL, broken UTF-8; *culprit is then
   the name at fault as far as it could be read. */
RESULT http_query_parse(struct arena *arena, struct str raw, struct http_parameters *ret_parameters,
                        struct str *culprit);
