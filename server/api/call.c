/* What handlers share: who acts, bodies in, replies out. */
#include "api/call.h"
#include "api/assurance.h"
#include "api/etag.h"
#include "api/routes.h"

struct domain_actor api_actor(const struct api_call *call)
{
  static const enum domain_actor_kind kinds[] = {
      [0] = DOMAIN_ACTOR_ANONYMOUS, [AUTHN_USER] = DOMAIN_ACTOR_USER, [AUTHN_CLIENT] = DOMAIN_ACTOR_CLIENT};
  return (struct domain_actor){.kind = kinds[call->caller.kind],
                               .id = call->caller.principal,
                               .home = call->home,
                               .weak = call->weak,
                               .address = http_request_address(call->request),
                               .request_id = http_request_id(call->request)};
}

struct change api_change(const struct api_call *call, struct store_tx *tx)
{
  return (struct change){.domain = call->api->domain,
                         .actor = api_actor(call),
                         .arena = call->arena,
                         .now = call->now,
                         .deadline = http_request_deadline(call->request),
                         .action = api_routes[call->route].http.operation,
                         .scope = call->scope,
                         .root = call->root,
                         .tx = tx};
}

struct store_call api_store(const struct api_call *call, const struct scope *scope)
{
  return (struct store_call){.pool = call->api->domain->app,
                             .scope = scope,
                             .arena = call->arena,
                             .deadline = http_request_deadline(call->request),
                             .tx = call->change.tx};
}

struct patch api_patch(const struct json_text *member)
{
  return (struct patch){.given = member->present, .value = member->null ? STR_NONE : member->value};
}

static enum result take_errors(struct api_call *call, const struct json_errors *errors)
{
  struct http_field_error *taken = arena_array(call->arena, errors->count, sizeof *taken);
  if (!taken)
    return R_NO_MEMORY;
  for (size_t i = 0; i < errors->count; i++)
    taken[i] = (struct http_field_error){errors->list[i].field, errors->list[i].code, errors->list[i].message};
  call->errors = taken;
  call->error_count = errors->count;
  return R_MALFORMED;
}

RESULT api_decode(struct api_call *call, struct str text, const struct json_body *body, void *target)
{
  struct json_errors errors;
  enum result r = json_decode(text, body, call->arena, target, &errors);
  return r == R_MALFORMED ? take_errors(call, &errors) : r;
}

RESULT api_body(struct api_call *call, const struct json_body *body, void *target)
{
  call->body_read = true;
  TRY(api_surplus(call));
  return api_decode(call, http_request_body(call->request), body, target);
}

RESULT api_wrong(struct api_call *call, const char *field, const char *code, const char *message)
{
  struct http_field_error *error = arena_alloc(call->arena, sizeof *error);
  if (!error)
    return R_NO_MEMORY;
  *error = (struct http_field_error){str_of(field), code, message};
  call->errors = error;
  call->error_count = 1;
  return R_MALFORMED;
}

RESULT api_names(struct api_call *call, const struct api_name *names, size_t count)
{
  struct http_field_error *wrong = arena_array(call->arena, count, sizeof *wrong);
  struct str ignored;
  if (!wrong)
    return R_NO_MEMORY;
  for (size_t i = 0; i < count; i++) {
    enum result r = names[i].value->value.p ? names[i].form(names[i].value->value, call->arena, &ignored) : R_OK;
    if (r == R_MALFORMED)
      wrong[call->error_count++] =
          (struct http_field_error){str_of(names[i].field), "malformed", "Must show: no blanks alone, nothing invisible"};
    else
      TRY(r);
  }
  call->errors = wrong;
  return call->error_count ? R_MALFORMED : R_OK;
}

RESULT api_surplus(struct api_call *call)
{
  if (!call->query_read && http_request_query_count(call->request) > 0) {
    struct str name = arena_copy(call->arena, http_request_query(call->request, 0)->name);
    return name.p ? api_wrong(call, name.p, "unknown", "Is unknown here") : R_NO_MEMORY;
  }
  if (!call->body_read && http_request_body(call->request).n > 0)
    return api_wrong(call, "", "unknown", "No body is taken here");
  return R_OK;
}

RESULT api_demand(struct api_call *call, enum bw_permission permission)
{
  struct bw_id subject = policy_id(&call->caller.principal), tenant = policy_id(&call->tenant);
  struct bw_permission_set held;
  bw_held(policy_model(call->api->domain->policy), &subject, &tenant, call->now, &held);
  return bw_permission_has(&held, permission) ? api_assurance_permission(call, permission) : R_FORBIDDEN;
}

RESULT api_reply_object(struct api_call *call, const struct outcome *outcome)
{
  if (outcome->version == 0) {
    http_reply_body(call->reply, 200, "application/json", outcome->body);
    return R_OK;
  }
  struct str tag;
  TRY(api_etag(call, &outcome->id, outcome->version, &tag));
  return api_etag_reply(call, outcome->body, tag);
}

RESULT api_reply_created(struct api_call *call, const char *prefix, const struct outcome *outcome)
{
  char id[UUID_TEXT];
  uuid_format(&outcome->id, id);
  call->location = arena_print(call->arena, "%s%s", prefix, id);
  if (!call->location.p)
    return R_NO_MEMORY;
  http_reply_body(call->reply, 201, "application/json", outcome->body);
  http_reply_header(call->reply, "Location", call->location);
  if (outcome->version == 0)
    return R_OK;
  struct str tag;
  TRY(api_etag(call, &outcome->id, outcome->version, &tag));
  http_reply_header(call->reply, "ETag", tag);
  return R_OK;
}

RESULT api_reply_found(struct api_call *call, const struct store_object *object)
{
  struct outcome outcome = {.id = object->id, .body = object->body, .version = object->version};
  return api_reply_object(call, &outcome);
}

RESULT api_reply_json(struct api_call *call, struct buf *body)
{
  struct str text = buf_str(body);
  if (!text.p)
    return R_NO_MEMORY;
  http_reply_body(call->reply, 200, "application/json", text);
  return R_OK;
}

RESULT api_reply_nothing(struct api_call *call)
{
  http_reply_empty(call->reply, 204);
  return R_OK;
}
