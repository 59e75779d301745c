/* Takes a body piece by piece: the event thread fills a buffer, and suspends the connection while a worker stores it.
   Trusts: no client to send all that it said. */
#include "http/upload.h"
#include "base/clock.h"
#include "http/exchange.h"

RESULT http_upload_take(struct http_request *r, const struct http_sink *sink)
{
  struct http_server *server = r->server;
  size_t room = server->config.limits.piece;
  if (r->sink.take)
    return R_INTERNAL;
  if (atomic_fetch_add(&server->uploads, 1) >= server->config.limits.uploads) {
    atomic_fetch_sub(&server->uploads, 1);
    return R_BUSY;
  }
  r->sink = *sink;
  r->end = clock_monotonic() + server->config.limits.stream_time;
  r->body.p = arena_alloc(r->arena, room);
  if (!r->body.p)
    return R_NO_MEMORY;
  atomic_fetch_add_explicit(&server->bodies, room, memory_order_relaxed);
  r->body_room = room;
  return R_OK;
}

void http_upload_close(struct http_request *r)
{
  if (r->sink.take)
    atomic_fetch_sub(&r->server->uploads, 1);
}

/* What is in the buffer, and behind the last of it the end. */
static RESULT store(struct http_request *r)
{
  if (r->body.n > 0)
    TRY(r->sink.take(r->sink.state, r->body));
  r->body.n = 0;
  return r->received ? r->sink.end(r->sink.state, &r->reply) : R_OK;
}

void http_upload_store(struct http_request *r)
{
  enum result why = store(r);
  if (why == R_OK && r->received && r->reply.status == 0)
    why = R_INTERNAL;
  if (why != R_OK)
    http_reply_problem(&r->reply, why, NULL, NULL, 0);
}

/* Suspends the connection while a worker stores what there is. */
static enum MHD_Result hand_over(struct http_request *r)
{
  int64_t now = clock_monotonic();
  if (now > r->end || !http_connection_run(r->connection) || !http_exchange_may_suspend(r->server))
    return MHD_NO;
  r->deadline = now + r->server->config.limits.request_time;
  r->suspended = true;
  MHD_suspend_connection(r->mhd);
  http_lane_push(&r->server->lanes[r->server->config.table->at(r->route)->lane], r);
  return MHD_YES;
}

/* What cannot be answered before the whole body is there is cut off where much of it is still to come. */
static enum MHD_Result pass_over(struct http_request *r, size_t *size)
{
  r->passed += *size;
  *size = 0;
  return r->passed > HTTP_DISCARD_MOST ? MHD_NO : MHD_YES;
}

enum MHD_Result http_upload_receive(struct http_request *r, const char *bytes, size_t *size)
{
  if (r->reply.status != 0)
    return pass_over(r, size);
  /* What has no room is left: it comes again, which tells that the connection is back. */
  if (*size > r->body_room - r->body.n)
    return r->body.n > 0 ? hand_over(r) : MHD_NO;
  memcpy((char *)(uintptr_t)r->body.p + r->body.n, bytes, *size);
  r->body.n += *size;
  *size = 0;
  return MHD_YES;
}

enum MHD_Result http_upload_finish(struct http_request *r)
{
  if (r->reply.status != 0)
    return http_connection_run(r->connection) ? http_reply_send(r) : MHD_NO;
  r->received = true;
  return hand_over(r);
}
