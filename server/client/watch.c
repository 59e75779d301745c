/* Asks for events every few seconds. Trusts: nothing of the pages. */
#include "client/watch.h"
#include "client/items.h"
#include "client/show.h"
#include "client/tail.h"
#include "json/parse.h"
#include <unistd.h>

enum { ROUND_ARENA = 512 << 20, SECONDS = 2, SECONDS_MOST = 10, ROUND_MOST = CLIENT_TAIL_SEEN / 2 };

/* What one round of asking found, the newest first. */
struct round {
  struct str events[ROUND_MOST];
  size_t count;
};

/* Adds what is new on the page, up to `most` in all; false when there was nothing new, or enough. */
static bool take(struct round *round, struct str page, size_t most, struct client_tail *tail, struct arena *arena)
{
  struct str rest, item;
  size_t before = round->count;
  if (!client_items_open(page, &rest))
    return false;
  while (client_items_next(&rest, &item)) {
    const struct json *event;
    struct uuid id;
    if (json_parse(item, arena, &event) != R_OK || !uuid_parse(json_str(json_member(event, "id")), &id))
      continue;
    if (client_tail_is_new(tail, &id) && round->count < most)
      round->events[round->count++] = item;
  }
  return round->count > before && round->count < most;
}

static RESULT show_round(struct client_show *show, struct round *round, struct arena *arena)
{
  for (size_t i = 0; i < round->count / 2; i++) {
    struct str event = round->events[i];
    round->events[i] = round->events[round->count - 1 - i];
    round->events[round->count - 1 - i] = event;
  }
  return client_show_items(show, round->events, round->count, arena);
}

/* Page by page until one has nothing new: a change that takes longer than others to commit comes behind them. */
static RESULT ask(struct client_pages pages, size_t most, struct client_tail *tail, struct client_show *show)
{
  CLEANUP(arena_free) struct arena *arena = arena_new(ROUND_ARENA);
  struct str page;
  struct round *round = arena ? arena_alloc(arena, sizeof *round) : NULL;
  if (!round)
    return R_NO_MEMORY;
  enum result r = client_pages_next(&pages, arena, &page);
  while (r == R_OK && take(round, page, most, tail, arena))
    r = client_pages_next(&pages, arena, &page);
  if (r != R_OK && r != R_NOT_FOUND)
    return r;
  return show_round(show, round, arena);
}

RESULT client_watch_run(const struct client_watch *watch, const struct client_pages *pages, struct arena *arena)
{
  struct client_tail *tail;
  struct client_show show = {.columns = "at outcome action reason object_kind object_id actor.kind actor.id",
                             .json = watch->json};
  size_t most = watch->first < CLIENT_PAGES_MOST ? (size_t)watch->first : CLIENT_PAGES_MOST;
  unsigned pause = SECONDS;
  TRY(client_tail_open(arena, &tail));
  TRY(ask(*pages, most, tail, &show));
  client_tail_settle(tail);
  while (watch->follow) {
    sleep(pause);
    enum result r = ask(*pages, ROUND_MOST, tail, &show);
    if (r != R_OK && r != R_UNAVAILABLE)
      return r;
    pause = r == R_OK ? SECONDS : SECONDS_MOST;
  }
  return R_NOT_FOUND;
}
