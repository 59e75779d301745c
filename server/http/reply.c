/* Fills a reply, and hands it to libmicrohttpd with the headers that every reply has. */
#include "http/reply.h"
#include "base/buf.h"
#include "base/clock.h"
#include "http/exchange.h"
#include <stdint.h>

enum { PROBLEM_MOST = 256 << 10 };

static const char *const kept[] = {"Retry-After", "Allow", "WWW-Authenticate"};

static const struct http_header *find_header(const struct http_reply *reply, const char *name)
{
  for (size_t i = 0; i < reply->count; i++)
    if (str_equal_fold(str_of(reply->headers[i].name), str_of(name)))
      return &reply->headers[i];
  return NULL;
}

/* Leaves only the headers that tell what to do about a problem. */
static void drop_headers(struct http_reply *reply)
{
  size_t count = 0;
  for (size_t i = 0; i < reply->count; i++) {
    bool keep = false;
    for (size_t k = 0; k < sizeof kept / sizeof *kept; k++)
      keep = keep || str_equal_fold(str_of(reply->headers[i].name), str_of(kept[k]));
    if (keep)
      reply->headers[count++] = reply->headers[i];
  }
  reply->count = count;
}

void http_reply_body(struct http_reply *reply, int status, const char *content_type, struct str body)
{
  reply->status = status;
  reply->content_type = content_type;
  reply->content = body;
  reply->streams = false;
}

void http_reply_empty(struct http_reply *reply, int status) { http_reply_body(reply, status, NULL, STR_NONE); }

void http_reply_hold(struct http_reply *reply, int64_t slot) { reply->slot = slot; }

void http_reply_clear(struct http_reply *reply) { *reply = (struct http_reply){.request = reply->request}; }

/* What MHD_add_response_header takes, and one line at that. */
static bool is_line(struct str s)
{
  for (size_t i = 0; i < s.n; i++)
    if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7F)
      return false;
  return true;
}

void http_reply_header(struct http_reply *reply, const char *name, struct str value)
{
  if (reply->count == HTTP_REPLY_HEADERS || !name[0] || !is_line(str_of(name)) || !is_line(value) ||
      (value.n && !value.p)) {
    reply->broken = true;
    return;
  }
  reply->headers[reply->count++] = (struct http_header){name, value};
}

void http_reply_member(struct http_reply *reply, const char *name, struct str value)
{
  if (reply->member_count == HTTP_REPLY_MEMBERS)
    reply->broken = true;
  else
    reply->members[reply->member_count++] = (struct http_header){name, value};
}

static void put_members(struct buf *b, const struct http_reply *reply)
{
  for (size_t i = 0; i < reply->member_count; i++) {
    buf_print(b, ",\"%s\":", reply->members[i].name);
    buf_put_json(b, reply->members[i].value);
  }
}

static void put_errors(struct buf *b, const struct http_field_error *errors, size_t count)
{
  buf_put(b, STR(",\"errors\":["));
  for (size_t i = 0; i < count; i++) {
    buf_put(b, i ? STR(",{\"field\":") : STR("{\"field\":"));
    buf_put_json(b, errors[i].field);
    buf_put(b, STR(",\"code\":"));
    buf_put_json(b, str_of(errors[i].code));
    buf_put(b, STR(",\"message\":"));
    buf_put_json(b, str_of(errors[i].message));
    buf_put_char(b, '}');
  }
  buf_put_char(b, ']');
}

void http_reply_problem(struct http_reply *reply, enum result why, const char *detail,
                        const struct http_field_error *errors, size_t count)
{
  const struct result_row *row = result_row(why == R_OK ? R_INTERNAL : why);
  struct buf b = buf_in(reply->request->arena, PROBLEM_MOST);
  buf_print(&b, "{\"type\":\"urn:bailiwick:problem:%s\",\"title\":", row->code);
  buf_put_json(&b, str_of(row->title));
  buf_print(&b, ",\"status\":%d,\"code\":\"%s\",\"request_id\":", row->status, row->code);
  buf_put_json(&b, reply->request->id);
  if (detail) {
    buf_put(&b, STR(",\"detail\":"));
    buf_put_json(&b, str_of(detail));
  }
  if (count > 0)
    put_errors(&b, errors, count);
  put_members(&b, reply);
  buf_put_char(&b, '}');
  drop_headers(reply);
  reply->broken = false;
  http_reply_body(reply, row->status, "application/problem+json", buf_str(&b));
  if (!reply->content.p) /* out of memory: send answers with what was made at the start */
    reply->broken = true;
  if ((row->status == 503 || row->status == 429) && !find_header(reply, "Retry-After"))
    http_reply_header(reply, "Retry-After", STR("1"));
}

int http_reply_status(const struct http_reply *reply) { return reply->status; }

struct str http_reply_content(const struct http_reply *reply) { return reply->content; }

static bool add(struct MHD_Response *response, const char *name, const char *value)
{
  return MHD_add_response_header(response, name, value) == MHD_YES;
}

static bool add_str(struct http_request *r, struct MHD_Response *response, const char *name, struct str value)
{
  /* libmicrohttpd takes no header without a value. */
  if (value.n == 0)
    return true;
  struct str copy = arena_copy(r->arena, value);
  return copy.p && add(response, name, copy.p);
}

static bool add_cors(struct http_request *r, struct MHD_Response *response)
{
  if (!r->server->config.cors_origins)
    return true;
  if (!add(response, "Vary", "Origin"))
    return false;
  if (!r->cors)
    return true;
  return add_str(r, response, "Access-Control-Allow-Origin", http_request_header(r, "Origin")) &&
         add(response, "Access-Control-Expose-Headers",
             "Content-Disposition, ETag, Idempotency-Replayed, Link, Location, Policy-Revision, RateLimit, RateLimit-Policy, Retry-After, WWW-Authenticate, X-Request-Id");
}

static bool add_headers(struct http_request *r, struct MHD_Response *response)
{
  const struct http_reply *reply = &r->reply;
  for (size_t i = 0; i < reply->count; i++)
    if (!add_str(r, response, reply->headers[i].name, reply->headers[i].value))
      return false;
  if (reply->content_type && !add(response, "Content-Type", reply->content_type))
    return false;
  if (!find_header(reply, "Cache-Control") && !add(response, "Cache-Control", "no-store"))
    return false;
  if ((r->close || r->server->draining) && !add(response, "Connection", "close"))
    return false;
  return add(response, "X-Content-Type-Options", "nosniff") && add_str(r, response, "X-Request-Id", r->id) &&
         add_cors(r, response);
}

/* NULL when memory is out. The content stays in the arena until the reply has been sent. */
static struct MHD_Response *compose(struct http_request *r)
{
  struct str content = r->reply.content;
  if (r->reply.broken)
    return NULL;
  struct MHD_Response *response =
      r->reply.streams ? http_stream_response(r)
                       : MHD_create_response_from_buffer(content.n, (void *)(uintptr_t)content.p, MHD_RESPMEM_PERSISTENT);
  if (response && add_headers(r, response))
    return response;
  if (response)
    MHD_destroy_response(response);
  return NULL;
}

enum MHD_Result http_reply_send(struct http_request *r)
{
  struct http_reply *reply = &r->reply;
  int64_t now = clock_monotonic();
  if (reply->status == 0 || reply->broken)
    http_reply_problem(reply, R_INTERNAL, NULL, NULL, 0);
  struct MHD_Response *response = compose(r);
  int status = response ? reply->status : 503;
  r->stage = HTTP_STAGE_REPLY;
  http_stats_count(&r->server->stats, r->route, status, now - r->started);
  http_connection_send(r->connection, now);
  enum MHD_Result queued = MHD_queue_response(r->mhd, (unsigned)status, response ? response : r->server->spare);
  if (response)
    MHD_destroy_response(response);
  return queued;
}
