/* Asks the service for what references mean. Trusts: the service's answers. */
#define _GNU_SOURCE
#include "client/reference.h"
#include "base/uuid.h"
#include "client/say.h"
#include "json/parse.h"

enum { TARGET_MOST = 8 * 1024 };

struct seeker {
  struct client_account *account;
  struct arena *arena;
};

static RESULT ask(struct seeker *s, struct str target, const struct json **ret_answer)
{
  struct client_reply reply;
  struct client_request request = {.method = "GET", .target = target};
  if (!target.p)
    return R_NO_MEMORY;
  TRY(client_account_call(s->account, request, s->arena, &reply));
  if (reply.status != 200) {
    client_say_problem("", reply.status, reply.body, reply.request_id);
    return R_NOT_FOUND;
  }
  return json_parse(reply.body, s->arena, ret_answer);
}

/* prefix + text, percent-encoded. */
static struct str target_of(struct seeker *s, const char *prefix, struct str text)
{
  struct buf target = buf_in(s->arena, TARGET_MOST);
  buf_put(&target, str_of(prefix));
  for (size_t i = 0; i < text.n; i++)
    buf_print(&target, "%%%02X", (unsigned char)text.p[i]);
  return buf_str(&target);
}

static enum result none(struct str reference, const char *what)
{
  client_say("%.*s: %s", (int)reference.n, reference.p, what);
  return R_NOT_FOUND;
}

static RESULT home(struct seeker *s, struct str *ret_id)
{
  const struct json *me;
  TRY(ask(s, STR("/v1/me"), &me));
  *ret_id = json_str(json_member(me, "tenant_id"));
  return ret_id->p ? R_OK : FAULT(R_INTERNAL);
}

static bool is_id(struct str text)
{
  struct uuid ignored;
  return uuid_parse(text, &ignored);
}

static RESULT tenant(struct seeker *s, struct str reference, struct str *ret_id)
{
  const struct json *answer;
  if (is_id(reference)) {
    *ret_id = reference;
    return R_OK;
  }
  if (str_is(reference, "."))
    return home(s, ret_id);
  TRY(ask(s, target_of(s, "/v1/tenants?limit=2&external_id=", reference), &answer));
  const struct json *items = json_member(answer, "items");
  if (json_count(items) != 1)
    return none(reference,
                json_count(items) ? "several tenants have this external_id" : "no tenant has this external_id");
  *ret_id = json_str(json_member(json_at(items, 0), "id"));
  return R_OK;
}

/* Those of a page whose member is the name; .p NULL unless there is exactly one. */
static struct str only(const struct json *page, const char *member, struct str name)
{
  const struct json *items = json_member(page, "items");
  struct str found = STR_NONE;
  for (size_t i = 0; i < json_count(items); i++) {
    if (!str_equal_fold(json_str(json_member(json_at(items, i), member)), name))
      continue;
    if (found.p)
      return STR_NONE;
    found = json_str(json_member(json_at(items, i), "id"));
  }
  return found;
}

/* At a tenant, by one filter of one of its lists; ret_id is left alone where there is none. */
static RESULT look(struct seeker *s, struct str tenant_id, const char *list, struct str name, struct str *ret_id)
{
  const struct json *page;
  struct str filter = str_of(list);
  (void)str_cut(&filter, '?');
  struct str member = str_cut(&filter, '=');
  struct str prefix = arena_print(s->arena, "/v1/tenants/%.*s/%s", (int)tenant_id.n, tenant_id.p, list);
  if (!prefix.p)
    return R_NO_MEMORY;
  TRY(ask(s, target_of(s, prefix.p, name), &page));
  struct str found = only(page, str_is(member, "q") ? "login" : "external_id", name);
  if (found.p)
    *ret_id = found;
  return R_OK;
}

/* TENANT/NAME in the lists of that tenant, the first that has it. */
static RESULT inhabitant(struct seeker *s, struct str reference, const char *const *lists, struct str *ret_id)
{
  struct str id = STR_NONE, tenant_id, name = reference;
  if (is_id(reference)) {
    *ret_id = reference;
    return R_OK;
  }
  const char *slash = memrchr(reference.p, '/', reference.n);
  if (!slash)
    return none(reference, "must be an id, or TENANT/NAME");
  struct str at = {reference.p, (size_t)(slash - reference.p)};
  name = (struct str){slash + 1, reference.n - at.n - 1};
  TRY(tenant(s, at, &tenant_id));
  for (; *lists && !id.p; lists++)
    TRY(look(s, tenant_id, *lists, name, &id));
  if (!id.p)
    return none(reference, "there is no such thing at that tenant");
  *ret_id = id;
  return R_OK;
}

static const char *const user_lists[] = {"users?external_id=", "users?q=", NULL};
static const char *const client_lists[] = {"clients?external_id=", NULL};
static const char *const principal_lists[] = {"users?external_id=", "users?q=", "clients?external_id=", NULL};

static RESULT resolve_id(struct seeker *s, struct str collection, struct str *id)
{
  if (str_is(collection, "tenants"))
    return tenant(s, *id, id);
  if (str_is(collection, "users"))
    return inhabitant(s, *id, user_lists, id);
  return str_is(collection, "clients") ? inhabitant(s, *id, client_lists, id) : R_OK;
}

RESULT client_reference_resolve(struct client_account *account, struct client_order *order, struct arena *arena)
{
  struct seeker s = {account, arena};
  struct str first = client_command_id(order->verb, 0);
  bool many = client_command_many(order->verb);
  if (order->id_count == 0 && client_command_id_optional(order->verb) && order->verb->kind != CLIENT_TREE)
    TRY(home(&s, &order->ids[order->id_count++]));
  for (size_t i = 0; i < order->id_count && (i == 0 || many); i++)
    TRY(resolve_id(&s, first, &order->ids[i]));
  for (size_t i = 0; i < order->value_count; i++) {
    struct client_value *value = &order->values[i];
    if (value->member->kind == CLIENT_TENANT)
      TRY(tenant(&s, value->text, &value->text));
    if (value->member->kind == CLIENT_PRINCIPAL)
      TRY(inhabitant(&s, value->text, principal_lists, &value->text));
  }
  return R_OK;
}

RESULT client_reference_home(struct client_account *account, struct arena *arena, struct str *ret_id)
{
  return home(&(struct seeker){account, arena}, ret_id);
}
