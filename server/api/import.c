/* Import jobs over HTTP. Trusts: nothing of the request. */
#include "import/job.h"
#include "api/list.h"
#include "api/routes.h"
#include "import/result.h"
#include "store/import.h"

enum { RESULT_CHUNKS = 8, RESULTS_MOST = 160 << 20 };

static enum result key_of(struct api_call *call, struct store_import_key *ret_key)
{
  ret_key->tenant = call->tenant;
  return uuid_parse(http_request_path(call->request, "import"), &ret_key->job) ? R_OK : R_NOT_FOUND;
}

struct import_create {
  struct json_text kind, format, mode, on_error;
  struct json_flag dry_run;
};
BODY(api_import_create_body, "ImportCreate",
     FIELD_CHOICE(struct import_create, kind, OPTIONAL, 1, 16, "tenants|users|grants|mixed"),
     FIELD_CHOICE(struct import_create, format, OPTIONAL, 1, 16, "ndjson|csv"),
     FIELD_CHOICE(struct import_create, mode, OPTIONAL, 1, 16, "create|upsert|delete"),
     FIELD_CHOICE(struct import_create, on_error, OPTIONAL, 1, 16, "stop|continue"),
     FIELD(struct import_create, dry_run, OPTIONAL, 0, 0));

static struct str word(const struct json_text *given, const char *otherwise)
{
  return given->present ? given->value : str_of(otherwise);
}

api_handler api_import_create;
RESULT api_import_create(struct api_call *call)
{
  struct import_create body = {0};
  struct outcome outcome;
  char tenant[UUID_TEXT];
  TRY(api_body(call, &api_import_create_body, &body));
  struct import_job_new job = {.tenant = call->tenant,
                               .kind = word(&body.kind, "mixed"),
                               .format = word(&body.format, "ndjson"),
                               .mode = word(&body.mode, "upsert"),
                               .on_error = word(&body.on_error, "continue"),
                               .dry_run = body.dry_run.value};
  TRY(import_job_open(&call->change, &job, &outcome));
  uuid_format(&call->tenant, tenant);
  struct str place = arena_print(call->arena, "/v1/tenants/%s/imports/", tenant);
  return place.p ? api_reply_created(call, place.p, &outcome) : R_NO_MEMORY;
}

struct import_place {
  struct json_number offset;
};
BODY(api_import_place_query, "ImportPlaceQuery", FIELD(struct import_place, offset, REQUIRED, 0, 1099511627776));

api_handler api_import_fill;
RESULT api_import_fill(struct api_call *call)
{
  struct import_place query = {0};
  struct import_job_piece piece;
  struct outcome outcome;
  int64_t expected = -1;
  TRY(key_of(call, &piece.key));
  TRY(api_query(call, &api_import_place_query, &query));
  call->body_read = true;
  piece.bytes = http_request_body(call->request);
  piece.offset = query.offset.value;
  enum result r = import_job_fill(&call->change, &piece, &outcome, &expected);
  if (r == R_WRONG_OFFSET) {
    struct str offset = arena_print(call->arena, "%lld", (long long)expected);
    http_reply_member(call->reply, "expected_offset", offset.p ? offset : STR("0"));
  }
  TRY(r);
  return api_reply_object(call, &outcome);
}

api_handler api_import_start;
RESULT api_import_start(struct api_call *call)
{
  struct store_import_key key;
  struct outcome outcome;
  TRY(key_of(call, &key));
  TRY(import_job_start(&call->change, &key, &outcome));
  return api_reply_object(call, &outcome);
}

api_handler api_import_cancel;
RESULT api_import_cancel(struct api_call *call)
{
  struct store_import_key key;
  struct outcome outcome;
  TRY(key_of(call, &key));
  TRY(import_job_cancel(&call->change, &key, &outcome));
  return api_reply_object(call, &outcome);
}

api_handler api_import_get;
RESULT api_import_get(struct api_call *call)
{
  struct store_call store = api_store(call, call->scope);
  struct store_import_key key;
  struct store_object job;
  TRY(key_of(call, &key));
  TRY(store_import_get(&store, &key, &job));
  return api_reply_found(call, &job);
}

struct import_query {
  API_LIST_MEMBERS;
  struct json_text state;
};
BODY(api_import_query, "ImportQuery", API_LIST_FIELDS(struct import_query),
     FIELD_CHOICE(struct import_query, state, OPTIONAL, 1, 16, "open|queued|running|done|stopped|cancelled"));

api_handler api_import_list;
RESULT api_import_list(struct api_call *call)
{
  struct store_call store = api_store(call, call->scope);
  struct import_query query = {0};
  struct store_page page;
  struct api_list list;
  TRY(api_query(call, &api_import_query, &query));
  TRY(api_list_begin(call, &query.limit, &query.cursor, &list));
  const struct store_import_filter filter = {
      .tenant = call->tenant, .before = list.after_id, .state = query.state.value, .limit = (int64_t)list.fetch};
  TRY(store_import_list(&store, &filter, &page));
  api_list_take(&list, &page);
  return api_list_reply(call, &list);
}

struct import_result_query {
  struct json_number after;
  struct json_text outcome, format;
};
BODY(api_import_result_query, "ImportResultQuery", FIELD(struct import_result_query, after, OPTIONAL, 0, 1099511627776),
     FIELD_CHOICE(struct import_result_query, outcome, OPTIONAL, 1, 16, "refused|applied"),
     FIELD_CHOICE(struct import_result_query, format, OPTIONAL, 1, 16, "ndjson|csv"));

/* Where the next page is (RFC 8288). */
static enum result put_next(struct api_call *call, const struct import_result_query *query, int64_t after)
{
  struct str outcome = query->outcome.value, format = query->format.value;
  struct str next = arena_print(call->arena, "<?after=%lld%s%.*s%s%.*s>; rel=\"next\"", (long long)after,
                                outcome.p ? "&outcome=" : "", (int)outcome.n, outcome.p ? outcome.p : "",
                                format.p ? "&format=" : "", (int)format.n, format.p ? format.p : "");
  if (!next.p)
    return R_NO_MEMORY;
  http_reply_header(call->reply, "Link", next);
  return R_OK;
}

api_handler api_import_results;
RESULT api_import_results(struct api_call *call)
{
  struct store_call store = api_store(call, call->scope);
  struct import_result_query query = {0};
  struct store_object job;
  struct store_import_results wanted = {.limit = RESULT_CHUNKS + 1};
  const struct store_import_result *found;
  size_t count;
  TRY(api_query(call, &api_import_result_query, &query));
  TRY(key_of(call, &wanted.key));
  TRY(store_import_get(&store, &wanted.key, &job));
  const bool refused = str_is(query.outcome.value, "refused");
  wanted.refused = query.outcome.present ? &refused : NULL;
  wanted.after = query.after.value;
  TRY(store_import_result_list(&store, &wanted, &found, &count));
  size_t shown = count < RESULT_CHUNKS ? count : RESULT_CHUNKS;
  struct buf text = buf_in(call->arena, RESULTS_MOST);
  bool csv = str_is(query.format.value, "csv");
  if (csv && wanted.after == 0)
    import_results_csv_header(&text);
  for (size_t i = 0; i < shown; i++)
    if (csv)
      TRY(import_results_csv(found[i].lines, call->arena, &text));
    else
      buf_put(&text, found[i].lines);
  struct str lines = buf_str(&text);
  if (!lines.p)
    return R_NO_MEMORY;
  http_reply_body(call->reply, 200, csv ? "text/csv" : "application/x-ndjson", lines);
  return count > shown ? put_next(call, &query, found[shown - 1].number) : R_OK;
}
