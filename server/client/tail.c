/* Remembers events by their ids, which begin with their time (RFC 9562 section 5.7). Trusts: nothing. */
#include "client/tail.h"

struct client_tail {
  struct uuid seen[CLIENT_TAIL_SEEN]; /* in order, the oldest first */
  size_t count;
  bool settled;
};

RESULT client_tail_open(struct arena *arena, struct client_tail **ret_tail)
{
  struct client_tail *tail = arena_alloc(arena, sizeof *tail);
  if (!tail)
    return R_NO_MEMORY;
  *ret_tail = tail;
  return R_OK;
}

static int order_of(const struct uuid *a, const struct uuid *b) { return memcmp(a, b, sizeof *a); }

/* Behind the last that is not younger: most events come in their order. */
static size_t place_of(const struct client_tail *tail, const struct uuid *id)
{
  size_t i = tail->count;
  while (i > 0 && order_of(&tail->seen[i - 1], id) > 0)
    i--;
  return i;
}

bool client_tail_is_new(struct client_tail *tail, const struct uuid *id)
{
  size_t place = place_of(tail, id);
  if (place > 0 && uuid_equal(&tail->seen[place - 1], id))
    return false;
  if (place == 0 && tail->count > 0 && (tail->settled || tail->count == CLIENT_TAIL_SEEN))
    return false;
  if (tail->count == CLIENT_TAIL_SEEN) {
    memmove(tail->seen, tail->seen + 1, --tail->count * sizeof *tail->seen);
    place--;
  }
  memmove(tail->seen + place + 1, tail->seen + place, (tail->count - place) * sizeof *tail->seen);
  tail->seen[place] = *id;
  tail->count++;
  return true;
}

void client_tail_settle(struct client_tail *tail) { tail->settled = true; }
