/* A list of tenants, drawn as a tree. */
#pragma once
#include "client/pages.h"

/* Goes to the end of the pages, and draws on standard output what was in them. R_NOT_FOUND when all of it was shown,
   else as client_pages_next. */
RESULT client_branch_show(struct client_pages *pages, bool unicode, struct arena *arena);
