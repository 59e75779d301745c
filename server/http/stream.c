/* Sends a reply page by page: the event thread gives what is there and suspends the connection for what is not; a worker
   makes the next page and resumes it. Trusts: no client to read on. */
#include "http/stream.h"
#include "base/clock.h"
#include "http/exchange.h"

/* Of libmicrohttpd's buffer for one. */
enum { BLOCK = 32 << 10 };

void http_stream_close(struct http_stream *s)
{
  if (!s)
    return;
  http_share_leave(&s->place);
  arena_free(&s->arena);
}

/* The next page in place of the last. */
static RESULT turn(struct http_stream *s)
{
  struct http_page page = {STR_NONE, false};
  arena_free(&s->arena);
  s->page = (struct http_page){STR_NONE, false};
  s->given = 0;
  s->arena = arena_new(s->request->server->config.limits.arena);
  if (!s->arena)
    return R_NO_MEMORY;
  TRY(s->source.fill(s->source.state, s->arena, &page));
  s->page = page;
  return R_OK;
}

void http_stream_fill(struct http_stream *s) { s->failed = turn(s) != R_OK; }

void http_stream_fail(struct http_stream *s) { s->failed = true; }

RESULT http_stream_reply(struct http_reply *reply, const char *content_type, const struct http_source *source)
{
  struct http_request *r = reply->request;
  struct http_stream *s = r->stream ? NULL : arena_alloc(r->arena, sizeof *s);
  if (!s)
    return r->stream ? FAULT(R_INTERNAL) : R_NO_MEMORY;
  *s = (struct http_stream){
      .source = *source, .request = r, .end = clock_monotonic() + r->server->config.limits.stream_time};
  s->place.owner = source->owner;
  r->stream = s;
  TRY(turn(s));
  if (!s->page.last)
    TRY(http_share_enter(&r->server->streams, &s->place));
  http_reply_body(reply, 200, content_type, s->page.last ? s->page.text : STR_NONE);
  reply->streams = !s->page.last;
  return R_OK;
}

static ssize_t give_up(const struct http_request *r)
{
  http_connection_reset(r->connection);
  return MHD_CONTENT_READER_END_WITH_ERROR;
}

/* Suspends the connection until a worker has made the next page. The page has a place in the lane whatever waits there:
   streams are few, and what they took already is not thrown away. */
static ssize_t wait_for_page(struct http_request *r)
{
  int64_t now = clock_monotonic();
  struct http_lane_pool *pool = &r->server->lanes[r->server->config.table->at(r->route)->lane];
  if (now > r->stream->end || !http_connection_fetch(r->connection) || !http_exchange_may_suspend(r->server))
    return give_up(r);
  r->deadline = now + r->server->config.limits.request_time;
  r->suspended = true;
  MHD_suspend_connection(r->mhd);
  http_lane_push(pool, r);
  return 0;
}

static ssize_t give(void *cls, uint64_t position, char *ret_bytes, size_t most)
{
  struct http_request *r = cls;
  struct http_stream *s = r->stream;
  (void)position;
  if (r->suspended) {
    r->suspended = false;
    http_connection_send(r->connection, clock_monotonic());
    atomic_fetch_sub(&r->server->suspended, 1);
  }
  if (s->failed)
    return give_up(r);
  size_t n = s->page.text.n - s->given;
  if (n == 0)
    return s->page.last ? MHD_CONTENT_READER_END_OF_STREAM : wait_for_page(r);
  if (n > most)
    n = most;
  memcpy(ret_bytes, s->page.text.p + s->given, n);
  s->given += n;
  return (ssize_t)n;
}

struct MHD_Response *http_stream_response(struct http_request *r)
{
  return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK, give, r, NULL);
}
