/* Requests to one service and its replies, over one connection that is kept. */
#pragma once
#include "base/arena.h"
#include "base/result.h"

struct client_http;

struct client_http_config {
  const char *url;     /* as client_http_url gives it */
  const char *ca_file; /* PEM; NULL: the system's authorities */
};

struct client_request {
  const char *method;
  struct str target;                           /* "/v1/tenants?limit=200" */
  struct str bearer;                           /* .p NULL: without a token */
  struct str body;                             /* .p NULL: none */
  const char *media;                           /* of the body; NULL: application/json */
  bool (*sink)(void *owner, struct str bytes); /* NULL; else given the body of a 200 as it comes; false breaks off */
  void *owner;
  struct str once; /* Idempotency-Key: sent again, it does nothing twice; .p NULL: none */
};

struct client_reply {
  int status;
  struct str body, request_id;
  struct str next; /* of Link: where the next page is, as the service wrote it; .p NULL: nowhere */
};

/* The URL of a service without a slash at its end. R_MALFORMED when it is none; R_FORBIDDEN for http:// beyond this
   machine, where a token could be read by others. */
RESULT client_http_url(const char *text, struct arena *arena, const char **ret_url);

RESULT client_http_open(const struct client_http_config *config, struct arena *arena, struct client_http **ret_http);
void client_http_close(struct client_http **http); /* NULL-safe */

/* R_OK with whatever the service answered. What brings no reply, or 503 with a Retry-After of up to 30 s, is tried once
   more where that cannot do a thing twice. R_UNAVAILABLE without a reply: client_http_fault says why. */
RESULT client_http_send(struct client_http *http, const struct client_request *request, struct arena *arena,
                        struct client_reply *ret_reply);
const char *client_http_fault(const struct client_http *http);
