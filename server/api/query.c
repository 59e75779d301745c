/* Query parameters by the same tables as bodies: written as a JSON object, then decoded as one.
   Trusts: nothing of the request. */
#include "api/call.h"
#include "base/buf.h"

static const struct json_field *field_named(const struct json_body *body, struct str name)
{
  for (size_t i = 0; i < body->count; i++)
    if (str_is(name, body->fields[i].name))
      return &body->fields[i];
  return NULL;
}

/* What is a number or a flag by its table stands bare, when it can: the decoder judges it. */
static bool stands_bare(const struct json_field *field, struct str value)
{
  unsigned long long ignored;
  if (!field)
    return false;
  if (field->kind == JSON_FIELD_NUMBER)
    return str_number(value, INT64_MAX, &ignored) && (value.n == 1 || value.p[0] != '0');
  return field->kind == JSON_FIELD_FLAG && (str_is(value, "true") || str_is(value, "false"));
}

RESULT api_query(struct api_call *call, const struct json_body *body, void *target)
{
  struct buf text = buf_in(call->arena, 64 * 1024);
  call->query_read = true;
  buf_put_char(&text, '{');
  for (size_t i = 0; i < http_request_query_count(call->request); i++) {
    const struct http_query *pair = http_request_query(call->request, i);
    if (i > 0)
      buf_put_char(&text, ',');
    buf_put_json(&text, pair->name);
    buf_put_char(&text, ':');
    if (stands_bare(field_named(body, pair->name), pair->value))
      buf_put(&text, pair->value);
    else
      buf_put_json(&text, pair->value);
  }
  buf_put_char(&text, '}');
  struct str all = buf_str(&text);
  return all.p ? api_decode(call, all, body, target) : R_NO_MEMORY;
}
