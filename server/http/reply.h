/* What a handler answers. Strings are not copied: they live in the request's arena, or for ever. */
#pragma once
#include "http/request.h"

struct http_reply;

/* A field that was wrong: field is the member's path ("name", "items[3].id"), code is stable, message for people. */
struct http_field_error {
  struct str field;
  const char *code;
  const char *message;
};

/* A body as it is; content_type such as "application/json". */
void http_reply_body(struct http_reply *reply, int status, const char *content_type, struct str body);

/* 204 and its like. */
void http_reply_empty(struct http_reply *reply, int status);

/* Adds a header; name and value are checked for CR, LF, NUL: such a header turns the reply into a 500. At most 16. */
void http_reply_header(struct http_reply *reply, const char *name, struct str value);

/* A member more of the problem that is going to be answered (RFC 9457 section 3.2); at most 2, more turn the reply into a 500. */
enum { HTTP_REPLY_MEMBERS = 2 };
void http_reply_member(struct http_reply *reply, const char *name, struct str value);

/* The reply leaves so many microseconds after a worker took the request, or a whole number of times that: the least one
   in which it could be made, so that it does not say how long that took. What the request waited for a worker is not in
   it: that is everybody's, and whoever makes it long would choose where the slot ends. It leaves at the request's
   deadline at the latest, and at once when the server closes. Only of a route that has a worker. */
void http_reply_hold(struct http_reply *reply, int64_t slot);

/* Drops all that was filled, for a handler that runs once more. */
void http_reply_clear(struct http_reply *reply);

/* application/problem+json of the result's row (RFC 9457): type, title, status, code, request_id, and errors when there
   are any. `detail` may be NULL. Drops body and headers set before, but not Retry-After, Allow and WWW-Authenticate. */
void http_reply_problem(struct http_reply *reply, enum result why, const char *detail,
                        const struct http_field_error *errors, size_t count);

int http_reply_status(const struct http_reply *reply);
struct str http_reply_content(const struct http_reply *reply);
