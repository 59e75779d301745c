/* One request as a handler sees it: framed, routed and read in full, before anything of it is believed. */
#pragma once
#include "base/arena.h"
#include "base/result.h"
#include <netinet/in.h>
#include <stdint.h>

struct http_request;

enum http_method {
  HTTP_GET = 1,
  HTTP_POST,
  HTTP_PUT,
  HTTP_PATCH,
  HTTP_DELETE,
  HTTP_HEAD,
  HTTP_OPTIONS,
  HTTP__METHODS
};

/* Memory that lives until the reply has been sent. */
struct arena *http_request_arena(const struct http_request *request);

/* X-Request-Id as sent when it is 1-64 characters of [A-Za-z0-9._-], else one made here. */
struct str http_request_id(const struct http_request *request);

/* HEAD runs as GET and is told apart nowhere else. */
enum http_method http_request_method(const struct http_request *request);

/* The value of {name} in the route's path, percent-decoded: no NUL, no '/', well-formed UTF-8. Asking for a name that
   the route has not is a programming error. */
struct str http_request_path(const struct http_request *request, const char *name);

/* Query parameters, decoded, in the order sent; a name sent twice has been refused before. */
struct http_query {
  struct str name, value;
};
size_t http_request_query_count(const struct http_request *request);
const struct http_query *http_request_query(const struct http_request *request, size_t i);

/* The one header of that name, case-blind, trimmed; STR_NONE without one. Headers that may not repeat (Authorization,
   If-Match, Idempotency-Key, Content-Type, ...) have been refused when they did. */
struct str http_request_header(const struct http_request *request, const char *name);

/* The body, wiped when the request ends. */
struct str http_request_body(const struct http_request *request);

/* The client's address as text, as the named trusted proxy states it when there is one. */
struct str http_request_address(const struct http_request *request);

/* clock_monotonic() by which the reply must be there; statements get what is left as their timeout. */
int64_t http_request_deadline(const struct http_request *request);

/* The lane's worker that runs it, 0 .. workers of that lane - 1: who holds one thing a worker indexes by this. */
unsigned http_request_worker(const struct http_request *request);
