/* The pages of a list, one after the other. */
#pragma once
#include "client/account.h"

enum { CLIENT_PAGES_MOST = 200, CLIENT_PAGES_CURSOR = 1100 };

struct client_pages {
  struct client_account *account;
  struct str target; /* of the list, with what it is filtered by */
  bool single;       /* the service gives it whole, without a cursor */
  bool ended;
  char cursor[CLIENT_PAGES_CURSOR]; /* "" before the first page */
};

/* The next page, in the arena. R_NOT_FOUND behind the last; R_FORBIDDEN when the service refused, which was said;
   R_MALFORMED when what came is no page; else nothing came, and why was said. */
RESULT client_pages_next(struct client_pages *pages, struct arena *arena, struct str *ret_page);
