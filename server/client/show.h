/* What the service answered, for people in columns, for programs as JSON. */
#pragma once
#include "base/result.h"
#include "client/layout.h"

enum { CLIENT_SHOW_MOST = 200 }; /* items of a page */

/* A list that is shown page by page. */
struct client_show {
  const char *columns;     /* names of members, a space between them */
  bool json;               /* each item as it was written, on a line */
  unsigned long long left; /* items that are still to be shown */
  bool begun;
  struct client_layout layout;
};

/* All of the page, or what is left to be shown. R_MALFORMED when it is no page. */
RESULT client_show_page(struct client_show *show, struct str page, struct arena *arena);

/* So many of them, in this order. */
RESULT client_show_items(struct client_show *show, const struct str *items, size_t count, struct arena *arena);

/* One thing: a line for each member, or its JSON on a line. */
RESULT client_show_thing(struct str body, bool json, struct arena *arena);
