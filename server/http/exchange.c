/* Carries one request through libmicrohttpd's callbacks: line, headers, body, lane, reply. Trusts: nothing. */
#include "http/exchange.h"
#include "base/clock.h"
#include "base/secret.h"
#include <stddef.h>

/* Which event thread this is: a handler of the decision lane may index by it what it holds one of a thread. */
static _Thread_local unsigned event_thread;

void http_exchange_resume(struct http_request *r) { MHD_resume_connection(r->mhd); }

void http_exchange_let_go(struct http_held *held)
{
  char *request = (char *)held - offsetof(struct http_request, held);
  http_exchange_resume((struct http_request *)(void *)request);
}

void http_exchange_leave(struct http_request *r)
{
  int64_t slot = r->stage == HTTP_STAGE_LANE ? r->reply.slot : 0, now = clock_monotonic();
  if (slot == 0) {
    http_exchange_resume(r);
    return;
  }
  int64_t at = http_hold_slot(r->begun, now, slot);
  if (at > r->begun + slot)
    atomic_fetch_add_explicit(&r->server->late, 1, memory_order_relaxed);
  http_hold_put(&r->server->hold, &r->held, at < r->deadline ? at : r->deadline);
}

void http_exchange_refuse(struct http_request *r)
{
  if (r->stage == HTTP_STAGE_REPLY)
    http_stream_fail(r->stream);
  else
    http_reply_problem(&r->reply, R_BUSY, NULL, NULL, 0);
}

void *http_exchange_line(void *cls, const char *target, struct MHD_Connection *mhd)
{
  struct http_server *server = cls;
  struct http_connection *connection = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
  if (!connection)
    return NULL;
  int64_t now = clock_monotonic();
  int64_t deadline = http_connection_begin(connection, now);
  CLEANUP(arena_free) struct arena *arena = arena_new(server->config.limits.arena + server->config.limits.body);
  struct http_request *r = arena ? arena_alloc(arena, sizeof *r) : NULL;
  if (!r)
    return NULL;
  *r = (struct http_request){.server = server, .connection = connection, .mhd = mhd, .arena = arena, .route = -1};
  r->reply.request = r;
  r->started = now;
  r->deadline = deadline;
  r->id = STR("-");
  r->target = arena_copy(arena, str_of(target));
  if (!r->target.p)
    return NULL;
  atomic_fetch_add(&server->active, 1);
  arena = NULL;
  return r;
}

static bool take_body(struct http_request *r, const char *upload, size_t size)
{
  if (r->reply.status != 0)
    return true;
  if (size > r->body_room - r->body.n)
    return false;
  memcpy((char *)(uintptr_t)r->body.p + r->body.n, upload, size);
  r->body.n += size;
  return true;
}

static unsigned event_thread_number(struct http_server *server)
{
  if (event_thread == 0)
    event_thread = atomic_fetch_add(&server->event_threads, 1) + 1;
  return event_thread - 1;
}

/* The count goes up before `closing` is read, and http_server_close does it the other way round: one of both sees the
   other, so nothing is suspended once it has waited for zero. */
bool http_exchange_may_suspend(struct http_server *server)
{
  atomic_fetch_add(&server->suspended, 1);
  if (!server->closing)
    return true;
  atomic_fetch_sub(&server->suspended, 1);
  return false;
}

static enum MHD_Result hand_to_lane(struct http_request *r, enum http_stage stage)
{
  struct http_lane_pool *pool = &r->server->lanes[r->server->config.table->at(r->route)->lane];
  if (!http_exchange_may_suspend(r->server)) {
    http_reply_problem(&r->reply, R_UNAVAILABLE, NULL, NULL, 0);
    return http_reply_send(r);
  }
  if (!http_lane_reserve(pool)) {
    atomic_fetch_sub(&r->server->suspended, 1);
    http_reply_problem(&r->reply, R_BUSY, NULL, NULL, 0);
    return http_reply_send(r);
  }
  r->suspended = true;
  r->stage = stage;
  MHD_suspend_connection(r->mhd);
  http_lane_put(pool, r);
  return MHD_YES;
}

/* The request is there in full. */
static enum MHD_Result run(struct http_request *r)
{
  const struct http_table *table = r->server->config.table;
  if (!http_connection_run(r->connection))
    return MHD_NO;
  if (r->reply.status != 0)
    return http_reply_send(r);
  if (r->body.n != r->body_room) /* libmicrohttpd counts the length; should it ever not, nothing half is run */
    return MHD_NO;
  enum http_lane lane = table->at(r->route)->lane;
  if (lane != HTTP_LANE_DECISION)
    return hand_to_lane(r, HTTP_STAGE_LANE);
  r->worker = event_thread_number(r->server);
  table->enter(table->service, r->route, r, &r->reply);
  return http_reply_send(r);
}

static enum MHD_Result open_request(struct http_request *r, const char *method, const char *version)
{
  http_request_open(r, method, version);
  r->stage = HTTP_STAGE_BODY;
  if (!r->close && (r->reply.status != 0 || r->server->config.table->at(r->route)->media != HTTP_MEDIA_ROWS))
    return MHD_YES;
  if (!http_connection_run(r->connection))
    return MHD_NO;
  return r->close ? http_reply_send(r) : hand_to_lane(r, HTTP_STAGE_ASKED);
}

/* The handler has run before the body was asked for: it takes it, or has answered. */
static enum MHD_Result go_on(struct http_request *r)
{
  bool takes = r->reply.status == 0 && r->sink.take;
  if (!takes && r->reply.status == 0)
    http_reply_problem(&r->reply, R_INTERNAL, NULL, NULL, 0);
  bool reads = takes || (r->length > 0 && r->length <= HTTP_DISCARD_MOST && !r->expects);
  r->close = !reads && r->length > 0;
  if (!reads)
    return http_reply_send(r);
  r->stage = takes ? HTTP_STAGE_UPLOAD : HTTP_STAGE_BODY;
  http_connection_read(r->connection, clock_monotonic());
  return MHD_YES;
}

/* Back from a lane. */
static enum MHD_Result come_back(struct http_request *r)
{
  enum MHD_Result went_on = MHD_YES;
  r->suspended = false;
  if (r->stage == HTTP_STAGE_LANE)
    went_on = http_reply_send(r);
  else if (r->stage == HTTP_STAGE_ASKED)
    went_on = go_on(r);
  else
    http_connection_read(r->connection, clock_monotonic());
  atomic_fetch_sub(&r->server->suspended, 1);
  return went_on;
}

enum MHD_Result http_exchange_handle(void *cls, struct MHD_Connection *mhd, const char *url, const char *method,
                                     const char *version, const char *upload, size_t *upload_size, void **context)
{
  struct http_server *server = cls;
  struct http_request *r = *context;
  (void)url;
  if (!r)
    return MHD_queue_response(mhd, 503, server->spare);
  if (r->stage == HTTP_STAGE_HEADERS)
    return open_request(r, method, version);
  if (r->stage == HTTP_STAGE_BODY && *upload_size > 0) {
    bool taken = take_body(r, upload, *upload_size);
    *upload_size = 0;
    return taken ? MHD_YES : MHD_NO;
  }
  if (r->stage == HTTP_STAGE_BODY)
    return run(r);
  enum http_stage stage = r->stage;
  if (r->suspended) {
    enum MHD_Result went_on = come_back(r);
    if (stage != HTTP_STAGE_UPLOAD)
      return went_on;
  }
  if (stage != HTTP_STAGE_UPLOAD)
    return MHD_NO;
  return *upload_size > 0 ? http_upload_receive(r, upload, upload_size) : http_upload_finish(r);
}

void http_exchange_done(void *cls, struct MHD_Connection *mhd, void **context, enum MHD_RequestTerminationCode code)
{
  struct http_server *server = cls;
  struct http_request *r = *context;
  (void)mhd;
  (void)code;
  if (!r)
    return;
  *context = NULL;
  if (r->suspended)
    atomic_fetch_sub(&server->suspended, 1);
  http_stream_close(r->stream);
  http_upload_close(r);
  if (r->counted)
    http_registry_leave(&server->registry, &r->address);
  if (r->body_room > 0) {
    secret_wipe((char *)(uintptr_t)r->body.p, r->body_room);
    atomic_fetch_sub_explicit(&server->bodies, r->body_room, memory_order_relaxed);
  }
  http_connection_wait(r->connection, clock_monotonic());
  struct arena *arena = r->arena;
  arena_free(&arena);
  atomic_fetch_sub(&server->active, 1);
}
