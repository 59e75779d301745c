/* A reply of any length: pages that workers of the route's lane make one by one, each when the client has taken the one
   before. No worker waits for a client, and what is held is one page. */
#pragma once
#include "http/reply.h"

struct http_page {
  struct str text;
  bool last;
};

struct http_source {
  /* The next page, in `arena`, which lives as long as the page does. Never on two threads at once. Anything but R_OK
     ends the connection without the end of the reply: the client sees that it is not whole. http_request_deadline is
     the page's own. */
  RESULT (*fill)(void *state, struct arena *arena, struct http_page *ret_page);
  void *state;      /* of the request's arena */
  struct str owner; /* whose reply it is, for one owner's share of all */
};

/* Answers 200 in the pages of the source, whose first is made before anything is sent; one page alone is a reply like
   any other. R_BUSY: as many of more pages are under way as there may be, in all or of this owner; else what the first page
   gave. */
RESULT http_stream_reply(struct http_reply *reply, const char *content_type, const struct http_source *source);
