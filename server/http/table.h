/* What http knows of an endpoint: how to find it, where it runs, and one door to go in by. */
#pragma once
#include "http/reply.h"

/* Where a route's handler runs. No lane waits for another. */
enum http_lane {
  HTTP_LANE_DECISION = 1, /* on the event thread: what memory alone answers; never blocks */
  HTTP_LANE_DATABASE,     /* on a worker of its own: may wait for the database */
  HTTP_LANE_HASH,         /* on one of few workers behind a short queue: computes password hashes */
  HTTP__LANES
};

/* What a body may be. */
enum http_media {
  HTTP_MEDIA_JSON,
  HTTP_MEDIA_FORM, /* application/x-www-form-urlencoded */
  HTTP_MEDIA_ROWS  /* of any length: application/x-ndjson or text/csv, or a part of either as application/octet-stream;
                      the handler runs before it and takes it by http_upload_take */
};

struct http_route {
  const char *operation; /* "listTenants": metrics label */
  enum http_method method;
  const char *path; /* "/v1/tenants/{id}/users"; a {name} matches one non-empty segment */
  enum http_lane lane;
  enum http_media media;
  size_t body; /* bytes of a body at most, where that is less than the server takes; 0: what the server takes */
};

struct http_table {
  int count;
  const struct http_route *(*at)(int i);
  /* The only way in: fills the reply. Any thread of the route's lane. */
  void (*enter)(void *service, int route, struct http_request *request, struct http_reply *reply);
  void *service;
};
