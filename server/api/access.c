/* Who can do something at a tenant, and what a user can do, with the chain behind each. Trusts: nothing of the
   request. */
#include "api/chain.h"
#include "api/list.h"
#include "api/routes.h"
#include "domain/audit.h"
#include "store/grant.h"
#include <stdlib.h>

enum { ITEM_MOST = 32 * 1024, ABOVE_FEW = 64, ABOVE_MOST = 10000 };

struct access_query {
  API_LIST_MEMBERS;
  struct json_text permission;
  struct json_time at;
};
BODY(api_access_query, "AccessQuery", API_LIST_FIELDS(struct access_query),
     FIELD(struct access_query, permission, OPTIONAL, 1, 100), FIELD(struct access_query, at, OPTIONAL, 0, 0));

static const struct bw_model *model_of(const struct api_call *call) { return policy_model(call->api->domain->policy); }

/* Those whom the caller sees come first; behind them, from places marked so, those above. A place is a grant and who
 * has it. */
static const char seen_place[] = "", above_place[] = "above ";

static enum result add(struct api_call *call, const struct bw_chain *chain, const char *side, struct buf *body,
                       struct api_list *list)
{
  struct uuid principal = policy_uuid(&chain->principal);
  char who[UUID_TEXT];
  uuid_format(&principal, who);
  struct str place = arena_print(call->arena, "%s%s", side, who);
  struct store_object item = {.id = policy_uuid(&chain->grant), .path = place, .body = buf_str(body)};
  struct store_page page = {&item, 1};
  api_list_take(list, &page);
  return place.p && item.body.p ? R_OK : R_NO_MEMORY;
}

static enum result add_seen(struct api_call *call, const struct api_chains *chains, size_t i, struct api_list *list)
{
  const struct bw_chain *chain = &chains->list[i];
  struct buf body = buf_in(call->arena, ITEM_MOST);
  struct json_writer w = json_writer_on(&body);
  json_open(&w, '{');
  api_chain_put_principal(&w, &chain->principal, &chain->home, chain->kind);
  json_key(&w, "above");
  json_put_null(&w);
  api_chain_put_role(&w, chains, i);
  api_chain_put_inherited(&w, chains, i);
  api_chain_put_grant(&w, chains, i);
  json_close(&w, '}');
  return add(call, chain, seen_place, &body, list);
}

/* By role, and there by holder. */
static int by_role(const void *a, const void *b)
{
  const struct bw_chain *left = a, *right = b;
  int order = memcmp(&left->role, &right->role, sizeof left->role);
  return order ? order : memcmp(&left->principal, &right->principal, sizeof left->principal);
}

/* Those above, all of them for their number: beyond ABOVE_MOST they are not counted. */
struct crowd {
  struct bw_chain *chains; /* by grant */
  struct bw_chain *sorted; /* by role */
  size_t count;
};

static enum result find_above(struct api_call *call, const struct bw_search *search, struct crowd *ret_crowd)
{
  for (size_t room = ABOVE_FEW;; room = ABOVE_MOST) {
    struct crowd crowd = {arena_array(call->arena, room, sizeof *crowd.chains),
                          arena_array(call->arena, room, sizeof *crowd.chains), 0};
    if (!crowd.chains || !crowd.sorted)
      return R_NO_MEMORY;
    size_t count = bw_search(model_of(call), search, room, crowd.chains);
    if (count > room && room < ABOVE_MOST)
      continue;
    crowd.count = count < room ? count : room;
    memcpy(crowd.sorted, crowd.chains, crowd.count * sizeof *crowd.sorted);
    qsort(crowd.sorted, crowd.count, sizeof *crowd.sorted, by_role);
    *ret_crowd = crowd;
    return R_OK;
  }
}

/* How many of them hold the role. */
static int64_t holders(const struct crowd *crowd, const struct bw_id *role)
{
  const struct bw_chain *sorted = crowd->sorted;
  int64_t n = 0;
  for (size_t i = 0; i < crowd->count; i++) {
    bool again = i > 0 && by_role(&sorted[i - 1], &sorted[i]) == 0;
    n += !again && memcmp(&sorted[i].role, role, sizeof *role) == 0;
  }
  return n;
}

/* Somebody above: by a name that they have for this root alone, and by no grant, which would tell where they stand. */
static enum result add_above(struct api_call *call, const struct api_chains *chains, size_t i, int64_t number,
                             struct api_list *list)
{
  const struct bw_chain *chain = &chains->list[i];
  struct buf body = buf_in(call->arena, ITEM_MOST);
  struct json_writer w = json_writer_on(&body);
  struct uuid principal = policy_uuid(&chain->principal);
  struct str pseudonym;
  TRY(domain_audit_pseudonym(call->api->domain, &call->root, &principal, call->arena, &pseudonym));
  json_open(&w, '{');
  json_key(&w, "principal");
  json_put_null(&w);
  json_key(&w, "above");
  json_open(&w, '{');
  json_key(&w, "pseudonym");
  json_put_text(&w, pseudonym);
  json_key(&w, "number");
  json_put_int(&w, number);
  json_close(&w, '}');
  api_chain_put_role(&w, chains, i);
  json_key(&w, "inherited");
  json_put_null(&w);
  json_key(&w, "grant");
  json_put_null(&w);
  json_close(&w, '}');
  return add(call, chain, above_place, &body, list);
}

/* A page's chains: those of people who are seen, then those of people above. */
struct found {
  struct bw_chain *chains;
  size_t seen, count;
  struct crowd crowd;
};

/* Which side the last place was on, and who had the grant there. */
static bool left_above(const struct api_list *list, struct bw_id *ret_principal)
{
  bool above = str_starts(list->after_path, str_of(above_place));
  size_t side = above ? sizeof above_place - 1 : 0;
  struct uuid principal = {0};
  if (list->after_path.n > side)
    (void)!uuid_parse((struct str){list->after_path.p + side, list->after_path.n - side}, &principal);
  *ret_principal = policy_id(&principal);
  return above;
}

static bool is_behind(const struct bw_search *search, const struct bw_chain *chain)
{
  int order = memcmp(&chain->grant, &search->after, sizeof chain->grant);
  return order > 0 || (order == 0 && memcmp(&chain->principal, &search->after_principal, sizeof chain->principal) > 0);
}

static enum result find(struct api_call *call, struct bw_search *search, const struct api_list *list,
                        struct found *ret_found)
{
  struct bw_search whole = *search;
  struct found found = {.chains = arena_array(call->arena, list->fetch, sizeof *found.chains)};
  if (!found.chains)
    return R_NO_MEMORY;
  search->after = policy_id(&list->after_id);
  if (!left_above(list, &search->after_principal)) {
    size_t seen = bw_search(model_of(call), search, list->fetch, found.chains);
    found.seen = found.count = seen < list->fetch ? seen : list->fetch;
    *search = whole;
  }
  whole.above = true;
  if (found.count < list->fetch)
    TRY(find_above(call, &whole, &found.crowd));
  for (size_t i = 0; i < found.crowd.count && found.count < list->fetch; i++)
    if (is_behind(search, &found.crowd.chains[i]))
      found.chains[found.count++] = found.crowd.chains[i];
  *ret_found = found;
  return R_OK;
}

api_handler api_access_list;
RESULT api_access_list(struct api_call *call)
{
  struct access_query query = {0};
  struct api_chains chains;
  struct found found;
  struct api_list list;
  TRY(api_query(call, &api_access_query, &query));
  struct bw_search search = {.tenant = policy_id(&call->tenant),
                             .now = query.at.present ? query.at.value : call->now,
                             .view = policy_id(&call->root)};
  if (query.permission.present)
    TRY(api_chain_permission(call, "permission", query.permission.value, &search.permission));
  TRY(api_list_begin(call, &query.limit, &query.cursor, &list));
  TRY(find(call, &search, &list, &found));
  TRY(api_chain_read(call, found.chains, found.count, search.permission, &chains));
  for (size_t i = 0; i < found.seen; i++)
    TRY(add_seen(call, &chains, i, &list));
  for (size_t i = found.seen; i < found.count; i++)
    TRY(add_above(call, &chains, i, holders(&found.crowd, &found.chains[i].role), &list));
  return api_list_reply(call, &list);
}

struct held_permissions_query {
  API_LIST_MEMBERS;
  struct json_time at;
};
BODY(api_held_permissions_query, "HeldPermissionsQuery", API_LIST_FIELDS(struct held_permissions_query),
     FIELD(struct held_permissions_query, at, OPTIONAL, 0, 0));

static enum result add_held(struct api_call *call, const struct store_object *grant, const struct bw_root *root,
                            struct api_list *list)
{
  struct buf body = buf_in(call->arena, ITEM_MOST);
  struct json_writer w = json_writer_on(&body);
  json_open(&w, '{');
  json_key(&w, "grant");
  json_put_raw(&w, grant->body);
  json_key(&w, "permissions");
  json_open(&w, '[');
  for (int p = BW_PERMISSION_NONE + 1; p < BW_PERMISSION__COUNT; p++)
    if (bw_permission_has(&root->permissions, (enum bw_permission)p))
      json_put_text(&w, str_of(bw_permission_row((enum bw_permission)p)->wire));
  json_close(&w, ']');
  json_close(&w, '}');
  struct store_object item = {.id = grant->id, .path = grant->path, .body = buf_str(&body)};
  struct store_page page = {&item, 1};
  api_list_take(list, &page);
  return item.body.p ? R_OK : R_NO_MEMORY;
}

/* Of the grants that a page of the database shows, those that count then. */
static enum result list_held(struct api_call *call, const struct store_page *page, int64_t at, struct api_list *list)
{
  for (size_t i = 0; i < page->count; i++) {
    struct bw_id id = policy_id(&page->items[i].id);
    struct bw_id subject = policy_id(&call->object);
    struct bw_root root;
    if (bw_root_of(model_of(call), &subject, &id, at, &root))
      TRY(add_held(call, &page->items[i], &root, list));
  }
  return R_OK;
}

/* A principal and the groups that it is in, as the store takes them. */
static struct str holders_of(const struct api_call *call)
{
  struct bw_id user = policy_id(&call->object), groups[BW_GROUPS];
  size_t count = bw_groups(model_of(call), &user, groups);
  struct buf text = buf_in(call->arena, (BW_GROUPS + 1) * UUID_TEXT + 2);
  char id[UUID_TEXT];
  uuid_format(&call->object, id);
  buf_print(&text, "{%s", id);
  for (size_t i = 0; i < count; i++) {
    struct uuid group = policy_uuid(&groups[i]);
    uuid_format(&group, id);
    buf_print(&text, ",%s", id);
  }
  buf_put_char(&text, '}');
  return buf_str(&text);
}

/* What a user holds, or a group that they are in, lies at their home or below it. */
api_handler api_access_held;
RESULT api_access_held(struct api_call *call)
{
  struct store_call store = api_store(call, call->scope);
  struct held_permissions_query query = {0};
  struct api_list list;
  struct store_range range;
  TRY(api_query(call, &api_held_permissions_query, &query));
  TRY(api_list_begin(call, &query.limit, &query.cursor, &list));
  TRY(api_list_range(call, &list, &call->tenant, true, &range));
  struct str holders = holders_of(call);
  if (!holders.p)
    return R_NO_MEMORY;
  for (bool more = true; more && list.fetch > 0;) {
    struct store_page page;
    range.limit = (int64_t)list.fetch;
    TRY(store_grant_list_of(&store, holders, &range, &page));
    more = page.count == list.fetch;
    TRY(list_held(call, &page, query.at.present ? query.at.value : call->now, &list));
    if (more) {
      range.after_path = page.items[page.count - 1].path;
      range.after_id = page.items[page.count - 1].id;
    }
  }
  return api_list_reply(call, &list);
}
