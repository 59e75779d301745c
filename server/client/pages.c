/* Follows the cursors of a list. Trusts: nothing of the pages. */
#include "client/pages.h"
#include "client/say.h"
#include "json/parse.h"
#include <stdio.h>

static struct str target_of(const struct client_pages *pages, struct arena *arena)
{
  struct str target = pages->target;
  if (pages->single)
    return target;
  char before = memchr(target.p, '?', target.n) ? '&' : '?';
  return arena_print(arena, "%.*s%climit=%d%s%s", (int)target.n, target.p, before, CLIENT_PAGES_MOST,
                     pages->cursor[0] ? "&cursor=" : "", pages->cursor);
}

static RESULT keep_cursor(struct client_pages *pages, struct str page, struct arena *arena)
{
  const struct json *json;
  TRY(json_parse(page, arena, &json));
  struct str cursor = json_str(json_member(json, "next_cursor"));
  if (cursor.n >= CLIENT_PAGES_CURSOR)
    return R_TOO_LARGE;
  pages->ended = !cursor.p;
  snprintf(pages->cursor, CLIENT_PAGES_CURSOR, "%.*s", (int)cursor.n, cursor.p ? cursor.p : "");
  return R_OK;
}

RESULT client_pages_next(struct client_pages *pages, struct arena *arena, struct str *ret_page)
{
  struct client_reply reply;
  if (pages->ended)
    return R_NOT_FOUND;
  struct client_request request = {.method = "GET", .target = target_of(pages, arena)};
  if (!request.target.p)
    return R_NO_MEMORY;
  TRY(client_account_call(pages->account, request, arena, &reply));
  if (reply.status != 200) {
    client_say_problem("", reply.status, reply.body, reply.request_id);
    return R_FORBIDDEN;
  }
  TRY(keep_cursor(pages, reply.body, arena));
  *ret_page = reply.body;
  return R_OK;
}
