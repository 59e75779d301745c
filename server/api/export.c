/* Exports over HTTP: what stands in a tenant, page by page, as an import takes it. Trusts: nothing of the request, and
   no decision for longer than one page. */
#include "domain/export.h"
#include "api/gate.h"
#include "api/list.h"
#include "api/routes.h"
#include "base/csv.h"
#include "http/stream.h"
#include "json/parse.h"
#include "store/export.h"

enum { ROWS = 200, COLUMNS_MOST = 16, PAGE = 256 << 10, PAGE_MOST = 1 << 20 };

/* What can be exported: its columns in CSV are the members that its lines may have. */
struct kind {
  store_export_page *read;
  enum bw_permission also; /* what the caller must hold besides the route's */
  const char *file, *columns[COLUMNS_MOST];
};

static const struct kind tenants = {
    store_export_tenants,
    BW_TENANT_READ,
    "tenants",
    {"kind", "external_id", "tenant_external_id", "tenant_kind", "name"}};
static const struct kind users = {
    store_export_users,
    BW_USER_READ,
    "users",
    {"kind", "external_id", "tenant_external_id", "login", "display_name", "email", "dialling_addresses"}};
static const struct kind grants = {
    store_export_grants,
    BW_USER_READ,
    "grants",
    {"kind", "user_external_id", "user_login", "client_external_id", "group_external_id", "group_display_name",
     "user_tenant_external_id", "tenant_external_id", "role", "scope", "reason", "ticket", "not_before", "expires_at"}};
static const struct kind groups = {store_export_groups,
                                   BW_GROUP_READ,
                                   "groups",
                                   {"kind", "external_id", "tenant_external_id", "display_name", "state"}};
static const struct kind memberships = {
    store_export_memberships,
    BW_USER_READ,
    "memberships",
    {"kind", "external_id", "display_name", "tenant_external_id", "user_external_id", "user_login",
     "client_external_id", "group_external_id", "group_display_name"}};

/* One under way: what it was asked for, and how far it is. */
struct export {
  struct api_call call; /* the request's */
  const struct kind *kind;
  bool csv, subtree, importable, begun, complete;
  char low[BW_PATH], after_path[BW_PATH];
  struct uuid after_id;
  int64_t rows;
};

static void put_cell(struct buf *text, const struct json *value, struct arena *arena)
{
  struct buf list = buf_in(arena, PAGE_MOST);
  if (json_kind(value) != JSON_KIND_ARRAY) {
    csv_put(text, json_str(value));
    return;
  }
  for (size_t i = 0; i < json_count(value); i++) {
    buf_put_char(&list, i ? ',' : '[');
    buf_put_json(&list, json_str(json_at(value, i)));
  }
  if (json_count(value) > 0)
    buf_put_char(&list, ']');
  csv_put(text, buf_str(&list));
}

static void put_head(struct buf *text, const struct kind *kind)
{
  for (size_t i = 0; i < COLUMNS_MOST && kind->columns[i]; i++) {
    buf_put(text, i ? STR(",") : STR(""));
    csv_put(text, str_of(kind->columns[i]));
  }
  csv_end(text);
}

static RESULT put_record(struct buf *text, const struct kind *kind, struct str body, struct arena *arena)
{
  const struct json *row;
  if (json_parse(body, arena, &row) != R_OK)
    return FAULT(R_INTERNAL);
  for (size_t i = 0; i < COLUMNS_MOST && kind->columns[i]; i++) {
    buf_put(text, i ? STR(",") : STR(""));
    put_cell(text, json_member(row, kind->columns[i]), arena);
  }
  csv_end(text);
  return R_OK;
}

/* As many as make a page of its size: what is left is read again for the next. */
static RESULT put_rows(const struct export *e, struct store_page *page, struct arena *arena, struct str *ret_text)
{
  struct buf text = buf_in(arena, PAGE_MOST);
  size_t count = 0;
  if (e->csv && !e->begun)
    put_head(&text, e->kind);
  for (; count < page->count && text.n < PAGE; count++) {
    if (e->csv) {
      TRY(put_record(&text, e->kind, page->items[count].body, arena));
      continue;
    }
    buf_put(&text, page->items[count].body);
    buf_put_char(&text, '\n');
  }
  page->count = count;
  *ret_text = buf_str(&text);
  return ret_text->p ? R_OK : R_NO_MEMORY;
}

/* Where it stands is where it stood when the export began: else the order of the pages is another. */
static RESULT range_of(struct export *e, const struct api_call *call, struct store_export *ret_what)
{
  char path[BW_PATH];
  struct bw_id tenant = policy_id(&call->tenant);
  if (bw_tenant_path(policy_model(call->api->domain->policy), &tenant, path) == 0)
    return R_NOT_FOUND;
  if (!e->begun)
    memcpy(e->low, path, sizeof path);
  if (strcmp(e->low, path) != 0)
    return R_CONFLICT;
  bool below = e->kind == &tenants;
  *ret_what = (struct store_export){.range = {.low = str_of(e->low),
                                              .subtree = e->subtree || below,
                                              .after_path = str_of(e->after_path),
                                              .after_id = e->after_id,
                                              .limit = ROWS},
                                    .importable = e->importable};
  if (below && !e->subtree)
    ret_what->parent = call->tenant;
  return R_OK;
}

static RESULT take(struct export *e, const struct store_page *page)
{
  e->rows += (int64_t)page->count;
  e->begun = true;
  if (page->count == 0)
    return R_OK;
  const struct store_object *last = &page->items[page->count - 1];
  if (last->path.n >= sizeof e->after_path)
    return FAULT(R_INTERNAL);
  memcpy(e->after_path, last->path.p, last->path.n);
  e->after_path[last->path.n] = '\0';
  e->after_id = last->id;
  return R_OK;
}

/* In a transaction of its own, before the bytes that it is about leave. */
static RESULT note(const struct export *e, struct api_call *call)
{
  struct store_call store = api_store(call, call->scope);
  CLEANUP(store_tx_close) struct store_tx *tx = NULL;
  struct export_note note = {.tenant = call->tenant,
                             .format = e->csv ? STR("csv") : STR("ndjson"),
                             .scope = e->subtree ? STR("subtree") : STR("self"),
                             .complete = e->complete,
                             .rows = e->rows};
  uint64_t revision;
  TRY(store_tx_open(&store, &tx));
  struct change change = api_change(call, tx);
  TRY(domain_export_note(&change, &note));
  return store_tx_commit(tx, &revision);
}

static RESULT fill(void *state, struct arena *arena, struct http_page *ret_page)
{
  struct export *e = state;
  struct api_call call = e->call;
  struct store_export what;
  struct store_page page;
  struct str text;
  call.arena = arena;
  call.now = clock_now();
  if (e->begun)
    TRY(api_gate_stay(&call));
  TRY(api_demand(&call, e->kind->also));
  TRY(range_of(e, &call, &what));
  struct store_call store = api_store(&call, call.scope);
  TRY(e->kind->read(&store, &what, &page));
  size_t read = page.count;
  TRY(put_rows(e, &page, arena, &text));
  TRY(take(e, &page));
  e->complete = read < ROWS && page.count == read;
  if (e->complete)
    TRY(note(e, &call));
  *ret_page = (struct http_page){text, e->complete};
  return R_OK;
}

struct export_query {
  struct json_text format, scope;
  struct json_flag importable;
};
BODY(api_export_query, "ExportQuery", FIELD_CHOICE(struct export_query, format, OPTIONAL, 1, 16, "ndjson|csv"),
     FIELD_CHOICE(struct export_query, scope, OPTIONAL, 1, 16, "self|subtree"),
     FIELD(struct export_query, importable, OPTIONAL, 0, 0));

static enum result begin(struct api_call *call, const struct kind *kind, const struct export_query *query)
{
  struct export *e = arena_alloc(call->arena, sizeof *e);
  struct str file = arena_print(call->arena, "attachment; filename=\"%s.%s\"", kind->file,
                                str_is(query->format.value, "csv") ? "csv" : "ndjson");
  if (!e || !file.p)
    return R_NO_MEMORY;
  *e = (struct export){.call = *call,
                       .kind = kind,
                       .csv = str_is(query->format.value, "csv"),
                       .subtree = api_list_subtree(&query->scope),
                       .importable = query->importable.value};
  struct http_source source = {
      .fill = fill, .state = e, .owner = {(const char *)e->call.caller.principal.b, sizeof e->call.caller.principal.b}};
  const char *media = e->csv ? "text/csv; charset=utf-8; header=present" : "application/x-ndjson";
  TRY(http_stream_reply(call->reply, media, &source));
  http_reply_header(call->reply, "Content-Disposition", file);
  return e->complete ? R_OK : note(e, call);
}

api_handler api_export_tenants;
RESULT api_export_tenants(struct api_call *call)
{
  struct export_query query = {0};
  TRY(api_query(call, &api_export_query, &query));
  return begin(call, &tenants, &query);
}

api_handler api_export_users;
RESULT api_export_users(struct api_call *call)
{
  struct export_query query = {0};
  TRY(api_query(call, &api_export_query, &query));
  return begin(call, &users, &query);
}

api_handler api_export_grants;
RESULT api_export_grants(struct api_call *call)
{
  struct export_query query = {0};
  TRY(api_query(call, &api_export_query, &query));
  return begin(call, &grants, &query);
}

api_handler api_export_groups;
RESULT api_export_groups(struct api_call *call)
{
  struct export_query query = {0};
  TRY(api_query(call, &api_export_query, &query));
  return begin(call, &groups, &query);
}

api_handler api_export_memberships;
RESULT api_export_memberships(struct api_call *call)
{
  struct export_query query = {0};
  TRY(api_query(call, &api_export_query, &query));
  return begin(call, &memberships, &query);
}
