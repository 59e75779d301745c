/* Events as they come: the last ones of a list, and then those that are new in it. */
#pragma once
#include "client/pages.h"

struct client_watch {
  unsigned long long first; /* so many of those that are there already, a page of them at most */
  bool json;
  bool follow; /* asks again and again, until the process is ended */
};

/* `pages` has the newest first, events are shown with the oldest first. R_NOT_FOUND when all of it was shown, else as
   client_pages_next; a service that is away for a while is waited for. */
RESULT client_watch_run(const struct client_watch *watch, const struct client_pages *pages, struct arena *arena);
