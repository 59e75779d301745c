/* Keyset pages with sealed cursors. Trusts: no cursor that does not unseal for this caller, route, target and filter. */
#include "api/list.h"
#include "api/routes.h"
#include "authn/fold.h"
#include "base/text.h"
#include "crypto/seal.h"

/* A page ends where its items pass PAGE_BYTES: whoever fills rows to their bounds makes pages short, no list unreadable. */
enum { CURSOR_MOST = 1024, CONTEXT_MOST = 32 * 1024, PAGE_BYTES = 1 << 20, REPLY_MOST = 4 << 20 };

/* Everything that a cursor is bound to: who asks, what, and with which filters, as they were sent. */
static struct str context_of(const struct api_call *call)
{
  struct buf text = buf_in(call->arena, CONTEXT_MOST);
  char caller[UUID_TEXT], object[UUID_TEXT];
  uuid_format(&call->caller.principal, caller);
  uuid_format(&call->object, object);
  buf_print(&text, "%s %s %s", api_routes[call->route].http.operation, caller, object);
  for (size_t i = 0; i < http_request_query_count(call->request); i++) {
    const struct http_query *pair = http_request_query(call->request, i);
    if (str_is(pair->name, "cursor") || str_is(pair->name, "limit"))
      continue;
    buf_put_char(&text, ' ');
    buf_put_json(&text, pair->name);
    buf_put_json(&text, pair->value);
  }
  return buf_str(&text);
}

/* A cursor's plaintext is the id and the path of the last item, filled up: its length would tell how deep the caller stands. */
enum { PLAIN = sizeof(struct uuid) + BW_PATH };

static enum result open_cursor(struct api_call *call, struct str cursor, struct api_list *list)
{
  struct str context = context_of(call), plain;
  unsigned char sealed[CURSOR_MOST];
  size_t n;
  if (!context.p)
    return R_NO_MEMORY;
  if (!text_base64url_decode(cursor, sizeof sealed, sealed, &n))
    return R_BAD_CURSOR;
  struct crypto_binding binding = {call->api->domain->keys, CRYPTO_CURSOR, context};
  enum result r = crypto_unseal(&binding, (struct str){(const char *)sealed, n}, call->arena, &plain);
  if (r != R_OK || plain.n != PLAIN || plain.p[PLAIN - 1])
    return r == R_NO_MEMORY ? r : R_BAD_CURSOR;
  memcpy(list->after_id.b, plain.p, sizeof list->after_id);
  list->after_path = str_of(plain.p + sizeof list->after_id);
  list->begun = true;
  return R_OK;
}

RESULT api_list_begin(struct api_call *call, const struct json_number *limit, const struct json_text *cursor,
                      struct api_list *ret_list)
{
  struct api_list list = {.limit = limit->present ? (size_t)limit->value : API_PAGE};
  list.fetch = list.limit + 1;
  list.items = arena_array(call->arena, list.limit + 1, sizeof *list.items);
  if (!list.items)
    return R_NO_MEMORY;
  if (cursor->present)
    TRY(open_cursor(call, cursor->value, &list));
  *ret_list = list;
  return R_OK;
}

RESULT api_list_range(struct api_call *call, const struct api_list *list, const struct uuid *tenant, bool subtree,
                      struct store_range *ret_range)
{
  char path[BW_PATH];
  struct bw_id id = policy_id(tenant);
  if (bw_tenant_path(policy_model(call->api->domain->policy), &id, path) == 0)
    return R_NOT_FOUND;
  *ret_range = (struct store_range){.low = arena_copy(call->arena, str_of(path)),
                                    .subtree = subtree,
                                    .after_path = list->after_path,
                                    .after_id = list->after_id,
                                    .limit = (int64_t)list->fetch};
  return ret_range->low.p ? R_OK : R_NO_MEMORY;
}

bool api_list_subtree(const struct json_text *scope) { return scope->present && str_is(scope->value, "subtree"); }

RESULT api_list_folded(struct api_call *call, const struct json_text *prefix, struct str *ret_folded)
{
  struct authn_fold fold;
  *ret_folded = STR_NONE;
  if (!prefix->present)
    return R_OK;
  TRY(authn_fold_case(prefix->value, &fold));
  *ret_folded = arena_copy(call->arena, fold.text);
  return ret_folded->p ? R_OK : R_NO_MEMORY;
}

void api_list_take(struct api_list *list, const struct store_page *page)
{
  for (size_t i = 0; i < page->count && list->fetch > 0; i++, list->fetch--)
    list->items[list->count++] = page->items[i];
}

static enum result put_cursor(struct api_call *call, const struct store_object *last, struct buf *body)
{
  struct str context = context_of(call), sealed;
  char plain[PLAIN] = {0};
  struct str text = {plain, sizeof plain};
  if (last->path.n >= BW_PATH)
    return FAULT(R_INTERNAL);
  if (!context.p)
    return R_NO_MEMORY;
  memcpy(plain, last->id.b, sizeof last->id.b);
  memcpy(plain + sizeof last->id.b, last->path.p, last->path.n);
  struct crypto_binding binding = {call->api->domain->keys, CRYPTO_CURSOR, context};
  TRY(crypto_seal(&binding, text, call->arena, &sealed));
  char *encoded = arena_alloc(call->arena, TEXT_BASE64URL_LENGTH(sealed.n));
  if (!encoded)
    return R_NO_MEMORY;
  buf_put_json(body, (struct str){encoded, text_base64url_encode((const unsigned char *)sealed.p, sealed.n, encoded)});
  return R_OK;
}

/* How many of the items make the page: one at least, however long it is. */
static size_t shown_of(const struct api_list *list)
{
  size_t most = list->count < list->limit ? list->count : list->limit, shown = 0;
  for (size_t bytes = 0; shown < most; shown++) {
    bytes += list->items[shown].body.n;
    if (shown > 0 && bytes > PAGE_BYTES)
      break;
  }
  return shown;
}

RESULT api_list_reply(struct api_call *call, struct api_list *list)
{
  struct buf body = buf_in(call->arena, REPLY_MOST);
  size_t shown = shown_of(list);
  buf_put(&body, STR("{\"items\":["));
  for (size_t i = 0; i < shown; i++) {
    if (i > 0)
      buf_put_char(&body, ',');
    buf_put(&body, list->items[i].body);
  }
  buf_put(&body, STR("],\"next_cursor\":"));
  if (list->count > shown)
    TRY(put_cursor(call, &list->items[shown - 1], &body));
  else
    buf_put(&body, STR("null"));
  buf_put_char(&body, '}');
  return api_reply_json(call, &body);
}
