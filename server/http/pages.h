/* The insides of a reply in pages, for http's own files. */
#pragma once
#include "http/share.h"
#include "http/stream.h"

struct MHD_Response;

/* A reply in pages, from the handler that began it to the end of the request. */
struct http_stream {
  struct http_source source;
  struct http_request *request;
  struct http_place place; /* among those of more pages than one */
  struct arena *arena; /* of the page */
  struct http_page page;
  size_t given; /* bytes of the page that are on their way */
  bool failed;
  int64_t end; /* clock_monotonic() at which all must have been given */
};

/* Makes the next page, or marks the stream as broken off: while its connection is suspended. */
void http_stream_fill(struct http_stream *stream);
void http_stream_fail(struct http_stream *stream);

/* NULL when memory is out. */
struct MHD_Response *http_stream_response(struct http_request *request);

/* Gives its place back, if it has one. NULL-safe. */
void http_stream_close(struct http_stream *stream);
