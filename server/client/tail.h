/* Which events of a list are new: each is shown once, although lists are asked again and again. */
#pragma once
#include "base/arena.h"
#include "base/uuid.h"

struct client_tail; /* remembers the latest CLIENT_TAIL_SEEN events */

enum { CLIENT_TAIL_SEEN = 8192 };

RESULT client_tail_open(struct arena *arena, struct client_tail **ret_tail);

/* Whether it was not seen before; from then on it was. */
bool client_tail_is_new(struct client_tail *tail, const struct uuid *id);

/* From then on one that is older than all that are remembered counts as seen: what was before is not news. */
void client_tail_settle(struct client_tail *tail);
