/* Orders invitations for users of a job. Trusts: of the job's results that they are the job's own. */
#include "import/link.h"
#include "domain/audit.h"
#include "domain/invitation.h"
#include "import/actor.h"
#include "import/result.h"
#include "json/parse.h"
#include "json/write.h"
#include "store/user.h"

enum { PAGE = 200, TEXT_MOST = 1 << 20 };

struct item {
  int64_t line;
  struct uuid user;
  struct invitation invitation;
  enum result why;
};

struct page {
  struct change *change;
  struct import_actor actor;
  struct item items[PAGE];
  size_t count;
  int64_t next; /* 0: there is no more */
};

static RESULT order_one(struct change *c, void *what)
{
  struct item *item = what;
  struct invitation_order order = {.user = item->user, .purpose = STORE_INVITATION, .due = c->now};
  return domain_invitation_order(c, &order, &item->invitation);
}

static RESULT invite(struct page *p, struct item *item)
{
  const struct change *c = p->change;
  struct store_call call = {.pool = c->domain->app, .scope = c->scope, .arena = c->arena, .tx = c->tx};
  struct store_object user;
  const struct json *view;
  struct uuid home;
  struct import_leave under;
  TRY(store_tx_scope(c->tx, c->scope));
  TRY(store_user_get(&call, &item->user, &user));
  TRY(json_parse(user.body, c->arena, &view));
  if (!uuid_parse(json_str(json_member(view, "tenant_id")), &home))
    return FAULT(R_INTERNAL);
  TRY(import_actor_leave(&p->actor, &home, BW_USER_INVITE, c->arena, &under));
  const struct import_task task = {&under, "inviteUser", order_one, item};
  return import_actor_change(&p->actor, &task, c->arena);
}

static bool is_passing(enum result r)
{
  return r == R_UNAVAILABLE || r == R_BUSY || r == R_NO_MEMORY || r == R_OUTCOME_UNKNOWN || r == R_AGAIN ||
         r == R_UNAUTHENTICATED || r == R_INTERNAL;
}

static RESULT invite_marked(struct page *p, struct item *item)
{
  struct store_tx *tx = p->change->tx;
  TRY(store_tx_mark(tx));
  item->why = invite(p, item);
  if (is_passing(item->why))
    return item->why;
  if (item->why != R_OK)
    TRY(store_tx_return(tx));
  return store_tx_forget(tx);
}

/* Whom a result says that the job made. */
static bool read_line(struct str text, struct arena *arena, struct item *ret_item)
{
  const struct json *result;
  struct item item = {0};
  bool good =
      json_parse(text, arena, &result) == R_OK && str_is(json_str(json_member(result, "action")), "importUser") &&
      str_is(json_str(json_member(result, "outcome")), "created") &&
      uuid_parse(json_str(json_member(result, "id")), &item.user) && json_int(json_member(result, "line"), &item.line);
  if (good)
    *ret_item = item;
  return good;
}

/* Results of one place behind a line; p->next is 0 at their end. */
static RESULT take_place(struct page *p, struct str lines, int64_t after)
{
  struct str rest;
  TRY(import_results_sort(lines, after, p->change->arena, &rest));
  while (rest.n > 0) {
    struct str line = str_cut(&rest, '\n');
    if (!read_line(line, p->change->arena, &p->items[p->count]))
      continue;
    TRY(invite_marked(p, &p->items[p->count++]));
    if (p->count == PAGE && rest.n > 0) {
      p->next = p->items[p->count - 1].line;
      return R_OK;
    }
  }
  return R_OK;
}

static RESULT take(struct page *p, const struct import_link_page *asked)
{
  const bool refused = false;
  struct change *c = p->change;
  struct store_call call = {.pool = c->domain->app, .scope = c->scope, .arena = c->arena, .tx = c->tx};
  struct store_import_results wanted = {
      .key = asked->key, .place = (asked->after + 1) / IMPORT_PLACE, .refused = &refused, .limit = 2};
  const struct store_import_result *places;
  size_t count;
  TRY(store_import_result_list(&call, &wanted, &places, &count));
  if (count == 0)
    return R_OK;
  TRY(take_place(p, places[0].lines, asked->after));
  if (p->next == 0 && count > 1 && places[1].place < IMPORT_REMOVALS_BEGIN / IMPORT_PLACE)
    p->next = places[1].place * IMPORT_PLACE - 1;
  return R_OK;
}

static void put_item(struct json_writer *w, const struct item *item, bool kept)
{
  const struct invitation *made = &item->invitation;
  bool good = item->why == R_OK;
  json_open(w, '{');
  json_key(w, "line");
  json_put_int(w, item->line);
  json_key(w, "id");
  json_put_uuid(w, &item->user);
  json_key(w, "sent");
  json_put_bool(w, good && made->sent);
  json_key(w, "token");
  json_put_text(w, good && !kept ? made->token : STR_NONE);
  json_key(w, "link");
  json_put_text(w, good && !kept ? made->link : STR_NONE);
  json_key(w, "expires_at");
  if (good)
    json_put_time(w, made->expires_at);
  else
    json_put_text(w, STR_NONE);
  json_key(w, "code");
  json_put_text(w, good ? STR_NONE : str_of(result_row(item->why)->code));
  json_close(w, '}');
}

static RESULT write_page(const struct page *p, bool kept, struct str *ret_text)
{
  struct buf text = buf_in(p->change->arena, TEXT_MOST);
  struct json_writer w = json_writer_on(&text);
  json_open(&w, '{');
  json_key(&w, "items");
  json_open(&w, '[');
  for (size_t i = 0; i < p->count; i++)
    put_item(&w, &p->items[i], kept);
  json_close(&w, ']');
  json_key(&w, "next");
  if (p->next > 0)
    json_put_int(&w, p->next);
  else
    json_put_text(&w, STR_NONE);
  json_key(&w, "secret_already_shown");
  json_put_bool(&w, kept);
  json_close(&w, '}');
  *ret_text = buf_str(&text);
  return ret_text->p ? R_OK : R_NO_MEMORY;
}

static RESULT check(struct change *change, const struct import_link_page *asked)
{
  struct store_import job;
  const struct json *view;
  TRY(store_import_lock(change->tx, &asked->key, &job));
  if (!uuid_equal(&job.submitter, &change->actor.id))
    return R_FORBIDDEN;
  TRY(json_parse(job.object.body, change->arena, &view));
  return str_is(json_str(json_member(view, "invitations")), "link") ? R_OK : R_CONFLICT;
}

RESULT import_link_order(struct change *change, const struct import_link_page *asked, struct import_links *ret_links)
{
  struct page *p = arena_alloc(change->arena, sizeof *p);
  if (!p)
    return R_NO_MEMORY;
  TRY(check(change, asked));
  p->change = change;
  p->actor = (struct import_actor){.domain = change->domain,
                                   .who = change->actor,
                                   .home = asked->key.tenant,
                                   .within = asked->key.tenant,
                                   .tx = change->tx};
  TRY(take(p, asked));
  TRY(store_tx_scope(change->tx, change->scope));
  struct audit_record event = {.tenant = asked->key.tenant, .object_kind = "import", .object = asked->key.job};
  TRY(domain_audit_done(change, &event));
  TRY(write_page(p, true, &ret_links->kept));
  return write_page(p, false, &ret_links->shown);
}
