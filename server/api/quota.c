/* Quotas of tenants over HTTP. Trusts: nothing of the request. */
#include "api/quota.h"
#include "api/etag.h"
#include "api/routes.h"
#include "domain/quota.h"

enum { POOLS = 16, MOST = 1000000000 };

/* The transaction failed: what is said of it is read outside. */
static struct store_call outside(const struct api_call *call)
{
  const struct change *change = &call->change;
  return (struct store_call){
      .pool = change->domain->app, .scope = call->scope, .arena = call->arena, .deadline = change->deadline};
}

static const char *whose(struct api_call *call, const struct uuid *bound)
{
  char id[UUID_TEXT];
  if (uuid_is_zero(bound))
    return "Too little is left of a quota that is set above you";
  uuid_format(bound, id);
  return arena_print(call->arena, "Too little is left of the quota of tenant %s", id).p;
}

static enum result say(struct api_call *call, enum result r, struct http_field_error error)
{
  struct http_field_error *errors = arena_alloc(call->arena, sizeof *errors);
  if (!errors || !error.message)
    return R_NO_MEMORY;
  *errors = error;
  call->errors = errors;
  call->error_count = 1;
  return r;
}

RESULT api_quota_explain(struct api_call *call, enum result r, const struct uuid *tenant, const char *pool)
{
  struct store_quota_bound bound;
  if (r != R_QUOTA_EXCEEDED)
    return r;
  struct store_call store = outside(call);
  TRY(store_quota_bound(&store, tenant, str_of(pool), &bound));
  return say(call, r, (struct http_field_error){str_of(pool), "quota_exceeded", whose(call, &bound.tenant)});
}

RESULT api_quota_explain_restore(struct api_call *call, enum result r)
{
  const struct store_quota_short *pools;
  size_t count;
  if (r != R_QUOTA_EXCEEDED)
    return r;
  struct store_call store = outside(call);
  TRY(store_quota_short(&store, &call->tenant, &pools, &count));
  struct http_field_error *errors = arena_array(call->arena, count + 1, sizeof *errors);
  if (!errors)
    return R_NO_MEMORY;
  for (size_t i = 0; i < count; i++) {
    errors[i] = (struct http_field_error){pools[i].pool, "quota_exceeded", whose(call, &pools[i].bound)};
    if (!errors[i].message)
      return R_NO_MEMORY;
  }
  call->errors = errors;
  call->error_count = count;
  return r;
}

static enum result show(struct api_call *call, struct str *ret_body, struct str *ret_tag)
{
  struct store_call store = api_store(call, call->scope);
  struct store_object quotas;
  TRY(store_quota_show(&store, &call->tenant, &quotas));
  *ret_body = quotas.body;
  return api_etag_of(call, quotas.body, ret_tag);
}

api_handler api_quota_get;
RESULT api_quota_get(struct api_call *call)
{
  struct str body, tag;
  TRY(show(call, &body, &tag));
  return api_etag_reply(call, body, tag);
}

struct quotas_update {
  struct json_raw users, tenants, custom;
};
BODY(api_quotas_update_body, "QuotasUpdate", FIELD(struct quotas_update, users, OPTIONAL, 0, 0),
     FIELD(struct quotas_update, tenants, OPTIONAL, 0, 0), FIELD(struct quotas_update, custom, OPTIONAL, 0, 0));

struct quota_update {
  struct json_number allotted;
  struct json_raw warn_at;
};
BODY(api_quota_update_body, "QuotaUpdate", FIELD(struct quota_update, allotted, NULLABLE, 0, MOST),
     FIELD(struct quota_update, warn_at, OPTIONAL, 0, 0));

/* What is to be changed, pool by pool. */
struct patches {
  struct quota_patch list[POOLS];
  size_t count;
};

static enum result take_levels(struct api_call *call, struct str pool, const struct json *value,
                               struct quota_patch *patch)
{
  const char *field = arena_print(call->arena, "%.*s.warn_at", (int)pool.n, pool.p).p;
  if (!field)
    return R_NO_MEMORY;
  if (json_kind(value) != JSON_KIND_ARRAY)
    return api_wrong(call, field, "wrong_type", "Must be an array");
  if (json_count(value) > QUOTA_LEVELS)
    return api_wrong(call, field, "too_long", "Must have at most 8 items");
  for (size_t i = 0; i < json_count(value); i++) {
    int64_t level;
    if (!json_int(json_at(value, i), &level) || level < 1 || level > 100)
      return api_wrong(call, field, "out_of_range", "Must be whole numbers from 1 to 100");
    patch->warn_at[patch->level_count++] = level;
  }
  patch->warn_at_given = true;
  return R_OK;
}

static enum result take_pool(struct api_call *call, struct str pool, const struct json *value, struct patches *patches)
{
  struct quota_update body = {0};
  struct json_errors errors = {0};
  struct quota_patch *patch = &patches->list[patches->count];
  if (patches->count == POOLS)
    return api_wrong(call, "custom", "too_long", "Must have fewer members");
  *patch = (struct quota_patch){.pool = pool};
  patches->count++;
  if (json_kind(value) == JSON_KIND_NULL) {
    patch->taken_away = true;
    return R_OK;
  }
  enum result r = json_decode_value(value, &api_quota_update_body, call->arena, &body, &errors);
  if (r == R_MALFORMED) {
    struct str field = errors.count && errors.list[0].field.n
                           ? arena_print(call->arena, "%.*s.%.*s", (int)pool.n, pool.p, (int)errors.list[0].field.n,
                                         errors.list[0].field.p)
                           : arena_copy(call->arena, pool);
    return field.p ? api_wrong(call, field.p, errors.list[0].code, errors.list[0].message) : R_NO_MEMORY;
  }
  TRY(r);
  patch->taken_away = body.allotted.null;
  patch->allotted_given = body.allotted.present;
  patch->allotted = body.allotted.value;
  return body.warn_at.present ? take_levels(call, pool, body.warn_at.value, patch) : R_OK;
}

static enum result take_custom(struct api_call *call, const struct json *custom, struct patches *patches)
{
  struct str pool;
  const struct json *value;
  if (json_kind(custom) != JSON_KIND_OBJECT)
    return api_wrong(call, "custom", "wrong_type", "Must be an object");
  for (void *at = NULL; json_each(custom, &at, &pool, &value);) {
    if (!domain_quota_pool(pool) || str_is(pool, "users") || str_is(pool, "tenants"))
      return api_wrong(call, "custom", "malformed", "Pools are named a-z, 0-9 and _, from a letter on");
    TRY(take_pool(call, pool, value, patches));
  }
  return R_OK;
}

static enum result read_pools(struct api_call *call, struct patches *patches)
{
  struct quotas_update body = {0};
  TRY(api_body(call, &api_quotas_update_body, &body));
  if (body.users.present)
    TRY(take_pool(call, STR("users"), body.users.value, patches));
  if (body.tenants.present)
    TRY(take_pool(call, STR("tenants"), body.tenants.value, patches));
  return body.custom.present ? take_custom(call, body.custom.value, patches) : R_OK;
}

static enum result check_match(struct api_call *call)
{
  struct str body, tag;
  if (!http_request_header(call->request, "If-Match").p)
    return R_OK;
  TRY(show(call, &body, &tag));
  return api_etag_named(call, tag);
}

/* Of which pool, and how much is used and given there or who has too little left. */
static enum result tell(struct api_call *call, enum result r, struct str pool)
{
  struct store_call store = outside(call);
  struct store_quota_bound bound;
  struct http_field_error error = {pool, result_row(r)->code, NULL};
  if (r == R_NOT_FOUND)
    return api_wrong(call, arena_copy(call->arena, pool).p, "required", "There is no quota yet: say what is allotted");
  if (r != R_QUOTA_IN_USE && r != R_QUOTA_EXCEEDED)
    return r;
  TRY(store_quota_bound(&store, &call->tenant, pool, &bound));
  if (r == R_QUOTA_IN_USE)
    error.message = arena_print(call->arena, "%lld are used or given there", (long long)bound.spoken).p;
  else
    error.message = "Too little is left above";
  return say(call, r, error);
}

api_handler api_quota_update;
RESULT api_quota_update(struct api_call *call)
{
  struct patches patches = {0};
  struct str body, tag;
  size_t failed;
  TRY(read_pools(call, &patches));
  TRY(domain_quota_hold(&call->change, &call->tenant));
  TRY(check_match(call));
  enum result r = domain_quota_set(&call->change, &call->tenant, patches.list, patches.count, &failed);
  if (r != R_OK)
    return failed < patches.count ? tell(call, r, patches.list[failed].pool) : r;
  TRY(show(call, &body, &tag));
  return api_etag_reply(call, body, tag);
}
