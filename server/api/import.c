/* Import jobs over HTTP. Trusts: nothing of the request. */
#include "import/job.h"
#include "api/gate.h"
#include "api/list.h"
#include "api/refuse.h"
#include "api/routes.h"
#include "http/upload.h"
#include "import/link.h"
#include "import/result.h"
#include "store/import.h"

enum { RESULT_PLACES = 8, RESULTS_MOST = 160 << 20, PIECE_ARENA = 16 << 20, TRIES = 3 };

static enum result key_of(struct api_call *call, struct store_import_key *ret_key)
{
  ret_key->tenant = call->tenant;
  return uuid_parse(http_request_path(call->request, "import"), &ret_key->job) ? R_OK : R_NOT_FOUND;
}

struct import_create {
  struct json_text kind, format, mode, on_error, invitations;
  struct json_flag dry_run;
  struct json_number removals_most, mail_pace;
};
BODY(api_import_create_body, "ImportCreate",
     FIELD_CHOICE(struct import_create, kind, OPTIONAL, 1, 16, IMPORT_JOB_KINDS),
     FIELD_CHOICE(struct import_create, format, OPTIONAL, 1, 16, IMPORT_JOB_FORMATS),
     FIELD_CHOICE(struct import_create, mode, OPTIONAL, 1, 16, IMPORT_JOB_MODES),
     FIELD_CHOICE(struct import_create, on_error, OPTIONAL, 1, 16, IMPORT_JOB_ON_ERROR),
     FIELD(struct import_create, removals_most, OPTIONAL, 0, IMPORT_JOB_REMOVALS_MOST),
     FIELD(struct import_create, dry_run, OPTIONAL, 0, 0),
     FIELD_CHOICE(struct import_create, invitations, OPTIONAL, 1, 16, "none|link|mail"),
     FIELD(struct import_create, mail_pace, OPTIONAL, 1, 100000));

static struct str word(const struct json_text *given, const char *otherwise)
{
  return given->present ? given->value : str_of(otherwise);
}

/* No faster than all mails together, and 0 where none is sent. */
static enum result pace_of(struct api_call *call, const struct import_create *body, int64_t *ret_pace)
{
  const struct domain_mail *mail = &call->api->domain->mail;
  bool letters = str_is(body->invitations.value, "mail");
  if (letters && !mail->sends)
    return api_wrong(call, "invitations", "not_a_choice", "must not be mail: this service sends none");
  if (!letters && body->mail_pace.present)
    return api_wrong(call, "mail_pace", "unknown", "must be said with mail alone");
  bool slower = body->mail_pace.present && body->mail_pace.value < mail->pace;
  *ret_pace = letters ? (slower ? body->mail_pace.value : mail->pace) : 0;
  return R_OK;
}

api_handler api_import_create;
RESULT api_import_create(struct api_call *call)
{
  struct import_create body = {0};
  struct import_job_fault fault;
  struct outcome outcome;
  char tenant[UUID_TEXT];
  TRY(api_body(call, &api_import_create_body, &body));
  struct import_job_new job = {.tenant = call->tenant,
                               .kind = word(&body.kind, "mixed"),
                               .format = word(&body.format, "ndjson"),
                               .mode = word(&body.mode, "upsert"),
                               .on_error = word(&body.on_error, "continue"),
                               .invitations = word(&body.invitations, "none"),
                               .dry_run = body.dry_run.value,
                               .removals_most =
                                   body.removals_most.present ? body.removals_most.value : IMPORT_JOB_UNBOUND};
  if (!import_job_fits(&job, &fault))
    return api_wrong(call, fault.member, fault.code, fault.message);
  TRY(pace_of(call, &body, &job.mail_pace));
  TRY(import_job_open(&call->change, &job, &outcome));
  uuid_format(&call->tenant, tenant);
  struct str place = arena_print(call->arena, "/v1/tenants/%s/imports/", tenant);
  return place.p ? api_reply_created(call, place.p, &outcome) : R_NO_MEMORY;
}

struct import_place {
  struct json_number offset;
};
BODY(api_import_place_query, "ImportPlaceQuery", FIELD(struct import_place, offset, REQUIRED, 0, 1099511627776));

/* Content on its way. */
struct fill {
  struct api_call call;        /* the request's */
  struct import_job_span span; /* of what comes next */
  int64_t expected;
};

/* From where to go on, for results that are about that. */
static void put_expected(struct api_call *call, enum result why, int64_t expected)
{
  if (why != R_WRONG_OFFSET && why != R_INCOMPLETE)
    return;
  struct str offset = arena_print(call->arena, "%lld", (long long)expected);
  http_reply_member(call->reply, "expected_offset", offset.p ? offset : STR("0"));
}

/* Announces what comes, where there are no bytes of it yet, or keeps those. */
static RESULT change_job(struct fill *f, struct api_call *call, const char *bytes)
{
  struct store_call store = api_store(call, call->scope);
  CLEANUP(store_tx_close) struct store_tx *tx = NULL;
  uint64_t ignored;
  TRY(store_tx_open(&store, &tx));
  struct change change = api_change(call, tx);
  TRY(bytes ? import_job_fill(&change, &f->span, bytes, &f->expected)
            : import_job_announce(&change, &f->span, &f->expected));
  return store_tx_commit(tx, &ignored);
}

/* In a transaction of its own, which may run twice: the offset tells whether the bytes are there already. */
static RESULT try_job(struct fill *f, struct api_call *call, const char *bytes)
{
  enum result r = R_AGAIN;
  for (int i = 0; r == R_AGAIN && i < TRIES; i++)
    r = change_job(f, call, bytes);
  return r;
}

/* A token is good for no longer than it says: who sends for longer goes on with the next one. */
static RESULT stay(struct api_call *call)
{
  call->now = clock_now();
  return call->now < call->token_ends ? api_gate_stay(call) : R_UNAUTHENTICATED;
}

static RESULT put_piece(struct fill *f, struct str piece)
{
  CLEANUP(arena_free) struct arena *arena = arena_new(PIECE_ARENA);
  struct api_call call = f->call;
  if (!arena)
    return R_NO_MEMORY;
  call.arena = arena;
  TRY(stay(&call));
  f->span.size = (int64_t)piece.n;
  TRY(try_job(f, &call, piece.p));
  f->span.offset += (int64_t)piece.n;
  return R_OK;
}

static RESULT take_piece(void *state, struct str piece)
{
  struct fill *f = state;
  enum result r = put_piece(f, piece);
  if (r == R_OK)
    return R_OK;
  put_expected(&f->call, r, f->expected);
  api_refuse(&f->call, r);
  return r;
}

static RESULT take_end(void *state, struct http_reply *reply)
{
  struct fill *f = state;
  struct store_call store = api_store(&f->call, f->call.scope);
  struct store_object job;
  (void)reply; /* the call has it */
  TRY(store_import_get(&store, &f->span.key, &job));
  return api_reply_found(&f->call, &job);
}

api_handler api_import_fill;
RESULT api_import_fill(struct api_call *call)
{
  struct import_place query = {0};
  struct fill *f = arena_alloc(call->arena, sizeof *f);
  if (!f)
    return R_NO_MEMORY;
  *f = (struct fill){.span.size = http_upload_length(call->request)};
  TRY(key_of(call, &f->span.key));
  TRY(api_query(call, &api_import_place_query, &query));
  f->span.offset = query.offset.value;
  f->call = *call;
  struct str owner = {(const char *)f->call.caller.principal.b, sizeof f->call.caller.principal.b};
  TRY(http_upload_take(call->request, &(struct http_sink){take_piece, take_end, f, owner}));
  enum result r = try_job(f, call, NULL);
  put_expected(call, r, f->expected);
  return r;
}

api_handler api_import_start;
RESULT api_import_start(struct api_call *call)
{
  struct store_import_key key;
  struct outcome outcome;
  int64_t expected = 0;
  TRY(key_of(call, &key));
  enum result r = import_job_start(&call->change, &key, &outcome, &expected);
  put_expected(call, r, expected);
  TRY(r);
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

struct import_invite {
  struct json_number after;
};
BODY(api_import_invite_body, "ImportInvite", FIELD(struct import_invite, after, OPTIONAL, 0, 1099511627776));

api_handler api_import_invite;
RESULT api_import_invite(struct api_call *call)
{
  struct import_invite body = {0};
  struct import_link_page page;
  struct import_links links;
  struct store_call store = api_store(call, call->scope);
  struct store_object job;
  store.tx = call->change.tx;
  TRY(key_of(call, &page.key));
  TRY(store_import_get(&store, &page.key, &job));
  TRY(api_body(call, &api_import_invite_body, &body));
  page.after = body.after.value;
  TRY(import_link_order(&call->change, &page, &links));
  call->keep = links.kept;
  http_reply_body(call->reply, 201, "application/json", links.shown);
  return R_OK;
}

struct import_result_query {
  struct json_number after;
  struct json_text outcome, format;
};
BODY(api_import_result_query, "ImportResultQuery", FIELD(struct import_result_query, after, OPTIONAL, 0, 4398046511104),
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
  struct store_import_results wanted = {.limit = RESULT_PLACES + 1};
  const struct store_import_result *found;
  size_t count;
  TRY(api_query(call, &api_import_result_query, &query));
  TRY(key_of(call, &wanted.key));
  TRY(store_import_get(&store, &wanted.key, &job));
  const bool refused = str_is(query.outcome.value, "refused");
  wanted.refused = query.outcome.present ? &refused : NULL;
  wanted.place = (query.after.value + 1) / IMPORT_PLACE;
  TRY(store_import_result_list(&store, &wanted, &found, &count));
  size_t shown = count < RESULT_PLACES ? count : RESULT_PLACES;
  struct buf text = buf_in(call->arena, RESULTS_MOST);
  bool csv = str_is(query.format.value, "csv");
  if (csv && query.after.value == 0)
    import_results_csv_header(&text);
  for (size_t i = 0; i < shown; i++) {
    struct str sorted;
    TRY(import_results_sort(found[i].lines, query.after.value, call->arena, &sorted));
    if (csv)
      TRY(import_results_csv(sorted, call->arena, &text));
    else
      buf_put(&text, sorted);
  }
  struct str lines = buf_str(&text);
  if (!lines.p)
    return R_NO_MEMORY;
  http_reply_body(call->reply, 200, csv ? "text/csv" : "application/x-ndjson", lines);
  return count > shown ? put_next(call, &query, (found[shown - 1].place + 1) * IMPORT_PLACE - 1) : R_OK;
}
