/* Takes a body piece by piece: the event thread fills a buffer, and suspends the connection while a worker stores it.
   Trusts: no client to send all that it said. */
#include "http/upload.h"
#include "base/clock.h"
#include "http/exchange.h"

int64_t http_upload_length(const struct http_request *r) { return (int64_t)r->length; }

RESULT http_upload_take(struct http_request *r, const struct http_sink *sink)
{
  const struct http_limits *limits = &r->server->config.limits;
  bool at_once = r->length <= limits->piece;
  if (r->sink.take)
    return FAULT(R_INTERNAL);
  r->place.owner = sink->owner;
  if (!at_once)
    TRY(http_share_enter(&r->server->uploads, &r->place));
  TRY(r->length > 0 ? http_request_hold(r, at_once ? (size_t)r->length : limits->piece) : R_OK);
  r->sink = *sink;
  r->end = clock_monotonic() + (at_once ? limits->request_time : limits->stream_time);
  return R_OK;
}

void http_upload_close(struct http_request *r) { http_share_leave(&r->place); }

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
    why = FAULT(R_INTERNAL);
  if (why != R_OK && r->reply.status < 400)
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

/* Half of the time for a piece is over: what there is of it is stored, so that whoever sends slowly gets on. */
static bool is_slow(const struct http_request *r)
{
  return r->connection->deadline - clock_monotonic() < r->server->config.limits.request_time / 2;
}

enum MHD_Result http_upload_receive(struct http_request *r, const char *bytes, size_t *size)
{
  if (r->reply.status != 0)
    return pass_over(r, size);
  if (r->body.n > 0 && is_slow(r))
    return hand_over(r);
  size_t room = r->body_room - r->body.n, n = *size < room ? *size : room;
  memcpy((char *)(uintptr_t)r->body.p + r->body.n, bytes, n);
  r->body.n += n;
  *size -= n;
  /* What has no room is left: it comes again, which tells that the connection is back. */
  return *size > 0 ? hand_over(r) : MHD_YES;
}

enum MHD_Result http_upload_finish(struct http_request *r)
{
  if (r->reply.status != 0)
    return http_connection_run(r->connection) ? http_reply_send(r) : MHD_NO;
  r->received = true;
  return hand_over(r);
}
