/* Asks for one page of links after the other. Trusts: nothing of the answers. */
#include "client/links.h"
#include "client/items.h"
#include "client/say.h"
#include "client/text.h"
#include "json/parse.h"
#include <stdio.h>

enum { PAGE_ARENA = 32 << 20, TEXT_MOST = 16 << 20 };

static void put_item(struct str text, struct buf *out, struct arena *arena)
{
  const struct json *item;
  int64_t line = 0;
  if (json_parse(text, arena, &item) != R_OK)
    return;
  (void)json_int(json_member(item, "line"), &line);
  struct str link = json_str(json_member(item, "link")), code = json_str(json_member(item, "code"));
  buf_print(out, "line %lld: ", (long long)line);
  client_text_put(out, link.p ? link : code.p ? code : STR("sent by mail"));
  buf_put_char(out, '\n');
}

RESULT client_links_put(struct str page, bool json, struct arena *arena, struct buf *out)
{
  struct str rest, item;
  if (!client_items_open(page, &rest))
    return R_MALFORMED;
  while (client_items_next(&rest, &item))
    if (json) {
      client_text_put_json(out, item);
      buf_put_char(out, '\n');
    } else {
      put_item(item, out, arena);
    }
  return R_OK;
}

static RESULT print(struct str page, bool json, struct arena *arena)
{
  struct buf out = buf_in(arena, TEXT_MOST);
  TRY(client_links_put(page, json, arena, &out));
  struct str all = buf_str(&out);
  fwrite(all.p ? all.p : "", 1, all.n, stdout);
  return fflush(stdout) == 0 && all.p ? R_OK : R_NO_MEMORY;
}

/* *place is that of the page, and then of the next; 0 behind the last. No key: an answer that is lost is asked for
   again, and kept are no links. */
static RESULT show_page(struct client_account *account, struct str job, bool json, int64_t *place)
{
  CLEANUP(arena_free) struct arena *arena = arena_new(PAGE_ARENA);
  struct client_reply reply;
  const struct json *view;
  if (!arena)
    return R_NO_MEMORY;
  struct client_request request = {.method = "POST",
                                   .target = arena_print(arena, "%.*s/invitations", (int)job.n, job.p),
                                   .body = arena_print(arena, "{\"after\":%lld}", (long long)*place)};
  if (!request.target.p || !request.body.p)
    return R_NO_MEMORY;
  TRY(client_account_call(account, request, arena, &reply));
  if (reply.status != 201) {
    client_say_problem("", reply.status, reply.body, reply.request_id);
    return R_FORBIDDEN;
  }
  TRY(print(reply.body, json, arena));
  TRY(json_parse(reply.body, arena, &view));
  *place = 0;
  (void)json_int(json_member(view, "next"), place);
  return R_OK;
}

RESULT client_links_show(struct client_account *account, struct str job, bool json)
{
  int64_t place = 0;
  do
    TRY(show_page(account, job, json, &place));
  while (place > 0);
  return R_OK;
}
