/* The management listener: is it alive, can it serve, what does it count. */
#pragma once
#include "api/call.h"
#include "http/server.h"

/* What the three endpoints look at. */
struct api_management {
  const struct policy *policy;
  const struct domain_refusal *refusals;
  const struct http_server *server; /* the API's listener */
  struct http_server *self;         /* the management listener, once it is open */
  void (*jobs)(const void *who, struct buf *text); /* what the jobs count: a layer that this one does not see */
  const void *who;
};

struct http_table api_management_table(struct api_management *management);
