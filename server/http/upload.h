/* A body of any length, for the routes that take one: pieces that workers of the route's lane store one by one, each
   before more is read. The handler runs before the body is asked for, so who may not send it does not send it. */
#pragma once
#include "http/reply.h"

struct http_sink {
  /* Stores what came next; it is gone after the call. Never on two threads at once; http_request_deadline is the
     piece's own. Anything but R_OK is the request's problem, and nothing more is taken. */
  RESULT (*take)(void *state, struct str piece);
  /* All of the Content-Length has come and was taken: fills the reply, or gives the problem. Never runs where the
     client left before: then what was taken stays taken. */
  RESULT (*end)(void *state, struct http_reply *reply);
  void *state; /* of the request's arena */
};

/* From the handler of such a route, which then answers nothing: the body goes into the sink. R_BUSY: as many are under
   way as there may be. */
RESULT http_upload_take(struct http_request *request, const struct http_sink *sink);
