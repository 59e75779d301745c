/* The security policy of a tenant over HTTP. Trusts: nothing of the request. */
#include "api/etag.h"
#include "api/routes.h"
#include "domain/security.h"
#include "json/write.h"

enum { REPLY_MOST = 1 << 20 };

static void put_lines(struct json_writer *w, struct str lines)
{
  if (!lines.p) {
    json_put_null(w);
    return;
  }
  json_open(w, '[');
  while (lines.n > 0)
    json_put_text(w, str_cut(&lines, '\n'));
  json_close(w, ']');
}

static void put_value(struct json_writer *w, enum setting setting, const struct setting_value *value)
{
  switch (domain_setting_rule(setting)->kind) {
  case SETTING_NETWORKS:
  case SETTING_WORDS:
    put_lines(w, value->lines);
    break;
  case SETTING_FLAG:
    json_put_bool(w, value->number != 0);
    break;
  case SETTING_CHOICE:
    json_put_text(w, domain_setting_word(setting, value->number));
    break;
  case SETTING_NUMBER:
  case SETTING_TIME:
    json_put_int(w, value->number);
    break;
  }
}

/* What holds, what the tenant has set itself, and where that which holds comes from, as far as the caller sees. */
static void put_setting(struct json_writer *w, const struct setting_view *view, enum setting setting)
{
  static const char *const origins[] = {
      [SETTING_BY_DEFAULT] = "default", [SETTING_BY_TENANT] = "tenant", [SETTING_BY_INHERITANCE] = "inherited",
      [SETTING_BY_SEVERAL] = "combined"};
  const struct setting_value *value = &view->value[setting], *own = &view->own[setting];
  json_key(w, domain_setting_rule(setting)->name);
  json_open(w, '{');
  json_key(w, "value");
  put_value(w, setting, value);
  json_key(w, "own");
  if (own->origin == SETTING_BY_DEFAULT)
    json_put_null(w);
  else
    put_value(w, setting, own);
  json_key(w, "origin");
  json_put_text(w, str_of(origins[value->origin]));
  json_key(w, "tenant_id");
  json_put_uuid(w, uuid_is_zero(&value->tenant) ? NULL : &value->tenant);
  json_close(w, '}');
}

/* As it is now, with its tag. */
static enum result show(struct api_call *call, struct str *ret_body, struct str *ret_tag)
{
  struct store_call store = api_store(call, call->scope);
  struct buf body = buf_in(call->arena, REPLY_MOST);
  struct json_writer w = json_writer_on(&body);
  struct setting_view view;
  TRY(domain_setting_view(&store, &call->api->domain->limits, &call->tenant, SETTING_SECURITY, &view));
  json_open(&w, '{');
  json_key(&w, "tenant_id");
  json_put_uuid(&w, &call->tenant);
  for (int i = 0; i < SETTING__COUNT; i++)
    if (domain_setting_rule((enum setting)i)->section == SETTING_SECURITY)
      put_setting(&w, &view, (enum setting)i);
  json_close(&w, '}');
  *ret_body = buf_str(&body);
  return ret_body->p ? api_etag_of(call, *ret_body, ret_tag) : R_NO_MEMORY;
}

api_handler api_security_get;
RESULT api_security_get(struct api_call *call)
{
  struct str body, tag;
  TRY(show(call, &body, &tag));
  return api_etag_reply(call, body, tag);
}

struct security_update {
  struct json_number password_least_single, password_least, password_most, password_strength, password_classes;
  struct json_number password_history, password_age, account_attempts, address_attempts, tenant_attempts;
  struct json_number session_idle_time, session_time, factor_age;
  struct json_number service_session_idle_time, service_session_time, service_factor_age;
  struct json_number partner_session_idle_time, partner_session_time, partner_factor_age;
  struct json_number analytics_session_idle_time, analytics_session_time, analytics_factor_age;
  struct json_flag password_change_first;
  struct json_text second_factor, service_second_factor, partner_second_factor, analytics_second_factor;
  struct json_texts password_words, networks;
};
/* The bounds are the domain's to know: outside them is a broken rule, not a malformed body. */
enum { ANY = 1000000000, ITEMS = 64 };
BODY(api_security_update_body, "SecurityPolicyUpdate",
     FIELD(struct security_update, password_least_single, NULLABLE, 0, ANY),
     FIELD(struct security_update, password_least, NULLABLE, 0, ANY),
     FIELD(struct security_update, password_most, NULLABLE, 0, ANY),
     FIELD(struct security_update, password_strength, NULLABLE, 0, ANY),
     FIELD(struct security_update, password_classes, NULLABLE, 0, ANY),
     FIELD(struct security_update, password_history, NULLABLE, 0, ANY),
     FIELD(struct security_update, password_age, NULLABLE, 0, ANY),
     FIELD(struct security_update, password_change_first, NULLABLE, 0, 0),
     FIELD(struct security_update, password_words, NULLABLE, 1, ITEMS),
     FIELD(struct security_update, account_attempts, NULLABLE, 0, ANY),
     FIELD(struct security_update, address_attempts, NULLABLE, 0, ANY),
     FIELD(struct security_update, tenant_attempts, NULLABLE, 0, ANY),
     FIELD(struct security_update, session_idle_time, NULLABLE, 0, ANY),
     FIELD(struct security_update, session_time, NULLABLE, 0, ANY),
     FIELD_CHOICE(struct security_update, second_factor, NULLABLE, 1, 16, "none|privileged|everyone"),
     FIELD(struct security_update, factor_age, NULLABLE, 0, ANY),
     FIELD(struct security_update, networks, NULLABLE, 1, ITEMS),
     FIELD(struct security_update, service_session_idle_time, NULLABLE, 0, ANY),
     FIELD(struct security_update, service_session_time, NULLABLE, 0, ANY),
     FIELD_CHOICE(struct security_update, service_second_factor, NULLABLE, 1, 16, "none|privileged|everyone"),
     FIELD(struct security_update, service_factor_age, NULLABLE, 0, ANY),
     FIELD(struct security_update, partner_session_idle_time, NULLABLE, 0, ANY),
     FIELD(struct security_update, partner_session_time, NULLABLE, 0, ANY),
     FIELD_CHOICE(struct security_update, partner_second_factor, NULLABLE, 1, 16, "none|privileged|everyone"),
     FIELD(struct security_update, partner_factor_age, NULLABLE, 0, ANY),
     FIELD(struct security_update, analytics_session_idle_time, NULLABLE, 0, ANY),
     FIELD(struct security_update, analytics_session_time, NULLABLE, 0, ANY),
     FIELD_CHOICE(struct security_update, analytics_second_factor, NULLABLE, 1, 16, "none|privileged|everyone"),
     FIELD(struct security_update, analytics_factor_age, NULLABLE, 0, ANY));

_Static_assert((int)ITEMS == (int)SETTING_ITEMS, "a body takes as many items as a setting");
_Static_assert(sizeof api_security_update_body_fields / sizeof *api_security_update_body_fields == SETTING__COUNT,
               "every setting can be set");

/* A number that counts the choices. */
static int64_t choice_of(const struct setting_rule *rule, struct str word)
{
  struct str rest = str_of(rule->choices);
  int64_t number = 0;
  while (rest.n > 0 && !str_equal(str_cut(&rest, '|'), word))
    number++;
  return number;
}

static bool take_number(const void *member, const struct setting_rule *rule, struct setting_patch *patch)
{
  const struct json_number *number = member;
  (void)rule;
  patch->null = number->null;
  patch->number = number->value;
  return number->present;
}

static bool take_flag(const void *member, const struct setting_rule *rule, struct setting_patch *patch)
{
  const struct json_flag *flag = member;
  (void)rule;
  patch->null = flag->null;
  patch->number = flag->value;
  return flag->present;
}

static bool take_choice(const void *member, const struct setting_rule *rule, struct setting_patch *patch)
{
  const struct json_text *word = member;
  patch->null = word->null;
  patch->number = word->value.p ? choice_of(rule, word->value) : 0;
  return word->present;
}

static bool take_list(const void *member, const struct setting_rule *rule, struct setting_patch *patch)
{
  const struct json_texts *texts = member;
  (void)rule;
  patch->null = texts->null;
  patch->items = texts->value;
  patch->count = texts->count;
  return texts->present;
}

/* False when the member is absent. */
static bool (*const takers[])(const void *member, const struct setting_rule *rule, struct setting_patch *patch) = {
    [JSON_FIELD_NUMBER] = take_number,
    [JSON_FIELD_FLAG] = take_flag,
    [JSON_FIELD_TEXT] = take_choice,
    [JSON_FIELD_TEXTS] = take_list,
};

static size_t patches_of(const struct security_update *body, struct setting_patch patches[SETTING__COUNT])
{
  size_t count = 0;
  for (size_t i = 0; i < api_security_update_body.count; i++) {
    const struct json_field *field = &api_security_update_body.fields[i];
    enum setting setting = domain_setting_named(str_of(field->name));
    patches[count] = (struct setting_patch){.setting = setting};
    count += takers[field->kind]((const char *)body + field->offset, domain_setting_rule(setting), &patches[count]);
  }
  return count;
}

static enum result tell(struct api_call *call, const struct setting_refusals *refusals)
{
  struct http_field_error *errors = arena_array(call->arena, refusals->count, sizeof *errors);
  if (!errors)
    return R_NO_MEMORY;
  for (size_t i = 0; i < refusals->count; i++)
    errors[i] = (struct http_field_error){str_of(domain_setting_rule(refusals->list[i].setting)->name),
                                          refusals->list[i].code, refusals->list[i].message};
  call->errors = errors;
  call->error_count = refusals->count;
  return R_OUT_OF_BOUNDS;
}

static enum result check_match(struct api_call *call)
{
  struct str body, tag;
  if (!http_request_header(call->request, "If-Match").p)
    return R_OK;
  TRY(show(call, &body, &tag));
  return api_etag_named(call, tag);
}

api_handler api_security_update;
RESULT api_security_update(struct api_call *call)
{
  struct security_update body = {0};
  struct setting_patch patches[SETTING__COUNT];
  struct setting_change wanted = {
      .tenant = call->tenant, .section = SETTING_SECURITY, .object_kind = "security_policy", .patches = patches};
  struct setting_refusals refusals;
  struct str shown, tag;
  TRY(api_body(call, &api_security_update_body, &body));
  wanted.count = patches_of(&body, patches);
  TRY(domain_setting_hold(&call->change, &call->tenant));
  TRY(check_match(call));
  enum result r = domain_setting_set(&call->change, &wanted, &refusals);
  if (r != R_OK)
    return r == R_OUT_OF_BOUNDS ? tell(call, &refusals) : r;
  TRY(show(call, &shown, &tag));
  http_reply_body(call->reply, 200, "application/json", shown);
  http_reply_header(call->reply, "ETag", tag);
  return R_OK;
}
