/* Asks the service for what references mean. Trusts: the service's answers. */
#define _GNU_SOURCE
#include "client/reference.h"
#include "base/uuid.h"
#include "client/pages.h"
#include "client/say.h"
#include "json/parse.h"

enum { TARGET_MOST = 8 * 1024, PAGE_ARENA = 64 << 20 };

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

/* One way by which things of a list go: the member that is the name, and the list where those are that may have it,
   with the filter behind which the name is put. */
struct naming {
  const char *list, *member;
  bool filters; /* the list ends with such a filter */
  bool shared;  /* several may go by one name; else the last counts, which is the nearest */
};

/* What a search has come to. */
struct finding {
  struct str id; /* .p NULL: nothing yet */
  bool several;
};

static RESULT look_at(struct seeker *s, struct client_pages *pages, const struct naming *naming, struct str name,
                      struct finding *finding)
{
  CLEANUP(arena_free) struct arena *arena = arena_new(PAGE_ARENA);
  const struct json *json;
  struct str page;
  if (!arena)
    return R_NO_MEMORY;
  TRY(client_pages_next(pages, arena, &page));
  TRY(json_parse(page, arena, &json));
  const struct json *items = json_member(json, "items");
  for (size_t i = 0; i < json_count(items); i++) {
    if (!str_equal_fold(json_str(json_member(json_at(items, i), naming->member)), name))
      continue;
    finding->several = finding->id.p && naming->shared;
    finding->id = arena_copy(s->arena, json_str(json_member(json_at(items, i), "id")));
  }
  return R_OK;
}

/* By each way in turn, until one leads to something: `place` stands before its list. */
static RESULT seek(struct seeker *s, struct str place, const struct naming *naming, struct str name,
                   struct finding *ret_finding)
{
  struct finding finding = {0};
  for (; naming->list && !finding.id.p; naming++) {
    struct str list = arena_print(s->arena, "%.*s%s", (int)place.n, place.p, naming->list);
    struct client_pages pages = {.account = s->account,
                                 .target = list.p && naming->filters ? target_of(s, list.p, name) : list};
    enum result r = pages.target.p ? R_OK : R_NO_MEMORY;
    while (r == R_OK && !finding.several)
      r = look_at(s, &pages, naming, name, &finding);
    if (r != R_OK && r != R_NOT_FOUND)
      return r == R_FORBIDDEN ? R_NOT_FOUND : r;
  }
  *ret_finding = finding;
  return R_OK;
}

static RESULT tenant(struct seeker *s, struct str reference, struct str *ret_id)
{
  static const struct naming names[] = {{"/v1/tenants?external_id=", "external_id", true, true},
                                        {"/v1/tenants?code=", "code", true, false},
                                        {0}};
  struct finding finding;
  if (is_id(reference)) {
    *ret_id = reference;
    return R_OK;
  }
  if (str_is(reference, "."))
    return home(s, ret_id);
  TRY(seek(s, STR(""), names, reference, &finding));
  if (finding.several)
    return none(reference, "several tenants have this external_id");
  if (!finding.id.p)
    return none(reference, "no tenant has this external_id or code");
  *ret_id = finding.id;
  return R_OK;
}

/* TENANT/NAME in the lists of that tenant; NAME alone at the caller's own. */
static RESULT inhabitant(struct seeker *s, struct str reference, const struct naming *names, struct str *ret_id)
{
  struct finding finding;
  struct str tenant_id;
  if (is_id(reference)) {
    *ret_id = reference;
    return R_OK;
  }
  const char *slash = memrchr(reference.p, '/', reference.n);
  size_t before = slash ? (size_t)(slash - reference.p) : 0, from = slash ? before + 1 : 0;
  TRY(slash ? tenant(s, (struct str){reference.p, before}, &tenant_id) : home(s, &tenant_id));
  struct str place = arena_print(s->arena, "/v1/tenants/%.*s/", (int)tenant_id.n, tenant_id.p);
  if (!place.p)
    return R_NO_MEMORY;
  TRY(seek(s, place, names, (struct str){reference.p + from, reference.n - from}, &finding));
  if (finding.several)
    return none(reference, "several have this name at that tenant");
  if (!finding.id.p)
    return none(reference, "there is no such thing at that tenant");
  *ret_id = finding.id;
  return R_OK;
}

#define USER_NAMES {"users?external_id=", "external_id", true, false}, {"users?q=", "login", true, false}
#define CLIENT_NAMES {"clients?external_id=", "external_id", true, false}, {"clients", "display_name", false, true}
#define GROUP_NAMES {"groups?external_id=", "external_id", true, false}, {"groups", "display_name", false, false}
static const struct naming user_names[] = {USER_NAMES, {0}};
static const struct naming client_names[] = {CLIENT_NAMES, {0}};
static const struct naming group_names[] = {GROUP_NAMES, {0}};
static const struct naming role_names[] = {{"roles", "name", false, false}, {0}};
static const struct naming principal_names[] = {USER_NAMES, CLIENT_NAMES, GROUP_NAMES, {0}};

static const struct {
  const char *collection;
  const struct naming *names;
} inhabitants[] = {{"users", user_names}, {"clients", client_names}, {"groups", group_names}, {"roles", role_names}};

static RESULT resolve_id(struct seeker *s, struct str collection, struct str *id)
{
  if (str_is(collection, "tenants"))
    return tenant(s, *id, id);
  for (size_t i = 0; i < sizeof inhabitants / sizeof *inhabitants; i++)
    if (str_is(collection, inhabitants[i].collection))
      return inhabitant(s, *id, inhabitants[i].names, id);
  return R_OK;
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
      TRY(inhabitant(&s, value->text, principal_names, &value->text));
  }
  return R_OK;
}

RESULT client_reference_home(struct client_account *account, struct arena *arena, struct str *ret_id)
{
  return home(&(struct seeker){account, arena}, ret_id);
}
