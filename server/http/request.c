/* Looks at a request before any handler does: framing, limits, who sent it, which route, what its body may be.
   Trusts: nothing; X-Forwarded-For of the named proxies only. */
#include "http/request.h"
#include "base/clock.h"
#include "base/uuid.h"
#include "http/exchange.h"
#include "http/guard.h"
#include <assert.h>

enum { FORWARDED_MOST = 16 };

static enum MHD_Result guard_header(void *guard, enum MHD_ValueKind kind, const char *name, size_t name_size,
                                    const char *value, size_t value_size)
{
  (void)kind;
  http_guard_header(guard, (struct str){name, name_size}, (struct str){value, value_size});
  return MHD_YES;
}

static RESULT frame(struct http_request *r, const char *method, const char *version, struct http_guard *guard)
{
  const union MHD_ConnectionInfo *info = MHD_get_connection_info(r->mhd, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
  if (!info)
    return R_NO_MEMORY;
  size_t size = info->header_size;
  http_guard_line(guard, str_of(method), r->target.n, version, size);
  MHD_get_connection_values_n(r->mhd, MHD_HEADER_KIND, guard_header, guard);
  TRY(http_guard_end(guard));
  if (!http_guard_target(r->target))
    return R_BAD_FRAMING;
  if (size > r->server->config.limits.header)
    return R_HEADERS_TOO_LARGE;
  return r->target.n > r->server->config.limits.target ? R_URI_TOO_LONG : R_OK;
}

static bool is_id(struct str id)
{
  for (size_t i = 0; i < id.n; i++) {
    char c = id.p[i];
    bool alphanumeric = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!alphanumeric && c != '.' && c != '_' && c != '-')
      return false;
  }
  return id.n > 0 && id.n <= 64;
}

static struct str new_id(struct arena *arena)
{
  struct uuid uuid;
  char text[UUID_TEXT];
  if (uuid_new(&uuid) != R_OK)
    return STR("-");
  uuid_format(&uuid, text);
  struct str id = arena_copy(arena, (struct str){text, UUID_TEXT - 1});
  return id.p ? id : STR("-");
}

struct forwarded {
  struct str values[FORWARDED_MOST];
  size_t count;
};

static enum MHD_Result forwarded_header(void *forwarded, enum MHD_ValueKind kind, const char *name, size_t name_size,
                                        const char *value, size_t value_size)
{
  struct forwarded *f = forwarded;
  (void)kind;
  if (!str_equal_fold((struct str){name, name_size}, STR("X-Forwarded-For")))
    return MHD_YES;
  if (f->count < FORWARDED_MOST)
    f->values[f->count] = (struct str){value, value_size};
  f->count++;
  return MHD_YES;
}

/* The client as the proxies in front state it; false when they state none that can be read. */
static bool stated(const struct http_request *r, struct http_address *ret_address)
{
  const struct http_registry *registry = r->connection->registry;
  struct forwarded f = {.count = 0};
  MHD_get_connection_values_n(r->mhd, MHD_HEADER_KIND, forwarded_header, &f);
  if (f.count == 0 || f.count > FORWARDED_MOST)
    return false;
  enum result found = R_AGAIN;
  while (found == R_AGAIN && f.count > 0)
    found = http_address_forwarded(f.values[--f.count], registry->trusted, registry->trusted_count, ret_address);
  return found != R_MALFORMED;
}

/* Who sent it; R_BUSY when that address has too many requests under way. */
static RESULT identify(struct http_request *r)
{
  char text[HTTP_ADDRESS_TEXT];
  struct str id = http_request_header(r, "X-Request-Id");
  if (is_id(id))
    r->id = id;
  if (!r->connection->trusted || !stated(r, &r->address))
    return R_OK;
  http_address_format(&r->address, text);
  r->address_text = arena_copy(r->arena, str_of(text));
  if (!r->address_text.p)
    return R_NO_MEMORY;
  r->counted = http_registry_enter(r->connection->registry, &r->address);
  return r->counted ? R_OK : R_BUSY;
}

/* Takes scheme and authority off an absolute-form target (RFC 9112 section 3.2.2). */
static struct str origin_form(struct str target)
{
  if (target.n < 8 || (!str_equal_fold((struct str){target.p, 7}, STR("http://")) &&
                       !str_equal_fold((struct str){target.p, 8}, STR("https://"))))
    return target;
  size_t at = target.p[4] == ':' ? 7 : 8;
  while (at < target.n && target.p[at] != '/' && target.p[at] != '?')
    at++;
  return (struct str){target.p + at, target.n - at};
}

/* What a browser asks before it lets a page of another origin call. */
static void preflight(struct http_request *r, struct str allow)
{
  http_reply_empty(&r->reply, 204);
  http_reply_header(&r->reply, "Allow", allow);
  if (!r->cors || !http_request_header(r, "Access-Control-Request-Method").p)
    return;
  http_reply_header(&r->reply, "Access-Control-Allow-Methods", allow);
  http_reply_header(&r->reply, "Access-Control-Allow-Headers",
                    STR("Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, X-Request-Id"));
  http_reply_header(&r->reply, "Access-Control-Max-Age", STR("600"));
}

/* Finds the route; an OPTIONS is answered right here, a wrong method gets its Allow. */
static RESULT find_route(struct http_request *r)
{
  const struct http_match *match = http_matcher_find(r->server->matcher, &r->path);
  if (!match)
    return R_NOT_FOUND;
  if (match->routes[r->method] >= 0) {
    r->route = match->routes[r->method];
    return R_OK;
  }
  struct str allow = http_matcher_allow(r->arena, match);
  if (!allow.p)
    return R_NO_MEMORY;
  if (r->method == HTTP_OPTIONS) {
    preflight(r, allow);
    return R_OK;
  }
  http_reply_header(&r->reply, "Allow", allow);
  return R_METHOD_NOT_ALLOWED;
}

/* Path and query of the target, then the route; *culprit names a query parameter at fault. */
static RESULT resolve(struct http_request *r, struct str *culprit)
{
  struct str query = origin_form(r->target);
  if (r->method == HTTP_OPTIONS && str_is(query, "*")) {
    preflight(r, http_matcher_allow(r->arena, NULL));
    return R_OK;
  }
  struct str path = str_cut(&query, '?');
  /* Decoded in place: the target is this request's own copy. */
  TRY(http_path_split((char *)(uintptr_t)path.p, path.n, &r->path));
  TRY(find_route(r));
  return http_query_parse(r->arena, query, &r->parameters, culprit);
}

/* The media type without parameters but charset=utf-8. */
static bool is_media(struct str value, struct str media)
{
  struct str parameter = value;
  if (!str_equal_fold(str_trim(str_cut(&parameter, ';')), media))
    return false;
  parameter = str_trim(parameter);
  return parameter.n == 0 || str_equal_fold(parameter, STR("charset=utf-8")) ||
         str_equal_fold(parameter, STR("charset=\"utf-8\""));
}

static bool takes(const struct http_request *r, enum http_media media)
{
  static const struct str names[][4] = {[HTTP_MEDIA_JSON] = {STR("application/json")},
                                        [HTTP_MEDIA_FORM] = {STR("application/x-www-form-urlencoded")},
                                        [HTTP_MEDIA_ROWS] = {STR("application/octet-stream"),
                                                             STR("application/x-ndjson"), STR("text/csv")}};
  struct str sent = http_request_header(r, "Content-Type");
  for (const struct str *name = names[media]; name->p; name++)
    if (is_media(sent, *name))
      return true;
  return false;
}

RESULT http_request_hold(struct http_request *r, size_t size)
{
  size_t held = atomic_fetch_add_explicit(&r->server->bodies, size, memory_order_relaxed);
  bool room = held + size <= r->server->config.limits.bodies;
  if (room)
    r->body.p = arena_alloc(r->arena, size);
  if (r->body.p) {
    r->body_room = size;
    return R_OK;
  }
  atomic_fetch_sub_explicit(&r->server->bodies, size, memory_order_relaxed);
  return room ? R_NO_MEMORY : R_BUSY;
}

static RESULT open_body(struct http_request *r, unsigned long long length)
{
  if (length == 0 || r->route < 0)
    return R_OK;
  const struct http_route *route = r->server->config.table->at(r->route);
  if (route->body > 0 && length > route->body)
    return R_TOO_LARGE;
  if (http_request_header(r, "Content-Encoding").p || !takes(r, route->media))
    return R_MEDIA_TYPE;
  if (route->media == HTTP_MEDIA_ROWS)
    return R_OK;
  return http_request_hold(r, (size_t)length);
}

/* Whether the Origin is one of the settings'. */
static bool origin_allowed(const struct http_request *r)
{
  const char *const *origin = r->server->config.cors_origins;
  struct str sent = origin ? http_request_header(r, "Origin") : STR_NONE;
  if (!sent.p)
    return false;
  while (*origin && !str_is(sent, *origin))
    origin++;
  return *origin;
}

/* All that is looked at once the framing is sound. */
static RESULT examine(struct http_request *r, unsigned long long length, struct str *culprit)
{
  TRY(identify(r));
  r->cors = origin_allowed(r);
  const struct http_limits *limits = &r->server->config.limits;
  if (length > limits->body && length > limits->upload)
    return R_TOO_LARGE;
  TRY(resolve(r, culprit));
  bool rows = r->route >= 0 && r->server->config.table->at(r->route)->media == HTTP_MEDIA_ROWS;
  return length > (rows ? limits->upload : limits->body) ? R_TOO_LARGE : open_body(r, length);
}

void http_request_open(struct http_request *r, const char *method, const char *version)
{
  struct http_guard guard;
  struct str culprit = STR_NONE;
  r->id = new_id(r->arena);
  r->address_text = str_of(r->connection->peer_text);
  enum result why = frame(r, method, version, &guard);
  if (why == R_BAD_FRAMING)
    atomic_fetch_add_explicit(&r->server->stats.frames_refused, 1, memory_order_relaxed);
  if (why == R_OK && !(r->method = http_matcher_method(str_of(method))))
    why = R_NOT_IMPLEMENTED;
  r->close = why != R_OK;
  r->length = guard.length;
  r->expects = guard.expects;
  if (r->method == HTTP_HEAD)
    r->method = HTTP_GET;
  if (why == R_OK)
    why = examine(r, guard.length, &culprit);
  if (why == R_OK)
    return;
  if (guard.length > HTTP_DISCARD_MOST || (guard.expects && guard.length > 0))
    r->close = true;
  struct http_field_error error = {culprit, "query_parameter", "It cannot be read, or comes twice"};
  http_reply_problem(&r->reply, why, NULL, &error, culprit.n > 0);
}

struct arena *http_request_arena(const struct http_request *r) { return r->arena; }

struct str http_request_id(const struct http_request *r) { return r->id; }

enum http_method http_request_method(const struct http_request *r) { return r->method; }

struct str http_request_path(const struct http_request *r, const char *name)
{
  struct str value = http_path_value(&r->path, r->server->config.table->at(r->route), str_of(name));
  assert(value.p);
  return value;
}

size_t http_request_query_count(const struct http_request *r) { return r->parameters.count; }

const struct http_query *http_request_query(const struct http_request *r, size_t i)
{
  assert(i < r->parameters.count);
  return &r->parameters.query[i];
}

struct str http_request_header(const struct http_request *r, const char *name)
{
  const char *value = NULL;
  size_t size = 0;
  if (MHD_lookup_connection_value_n(r->mhd, MHD_HEADER_KIND, name, strlen(name), &value, &size) != MHD_YES || !value)
    return STR_NONE;
  return str_trim((struct str){value, size});
}

struct str http_request_body(const struct http_request *r) { return r->body; }

struct str http_request_address(const struct http_request *r) { return r->address_text; }

int64_t http_request_deadline(const struct http_request *r) { return r->deadline; }

unsigned http_request_worker(const struct http_request *r) { return r->worker; }
