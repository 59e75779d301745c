/* A body of any length, for the routes that take one: pieces that workers of the route's lane store one by one, each
   before more is read. The handler runs before the body is asked for, so who may not send it does not send it. */
#pragma once
#include "http/reply.h"

struct http_sink {
  /* Stores what came next; it is gone after the call. As long as the limits have a piece, but for the last. Never on
     two threads at once; http_request_deadline is the piece's own. Anything but R_OK is the request's problem, unless
     the reply has one already, and nothing more is taken. */
  RESULT (*take)(void *state, struct str piece);
  /* All of the Content-Length has come and was taken: fills the reply, or gives the problem. Never runs where the
     client left before: then what was taken stays taken. */
  RESULT (*end)(void *state, struct http_reply *reply);
  void *state;      /* of the request's arena */
  struct str owner; /* whose it is, for one owner's share of all */
};

/* How many bytes it is to have. */
int64_t http_upload_length(const struct http_request *request);

/* From the handler of such a route, which then answers nothing: the body goes into the sink. One that is a piece alone
   has the time of any other body; of longer ones R_BUSY: as many are under way as there may be, in all or of this
   owner. */
RESULT http_upload_take(struct http_request *request, const struct http_sink *sink);
