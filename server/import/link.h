/* One-time links for those whom a job made: they are made when they are asked for, and stand nowhere. */
#pragma once
#include "domain/change.h"
#include "store/import.h"

struct import_link_page {
  struct store_import_key key;
  int64_t after; /* the last line that was seen, as the page before had it in `next`; 0: none */
};
/* The page as JSON, and the same without what is shown once. */
struct import_links {
  struct str shown, kept;
};
/* Orders an invitation for each whom the job made and who is invited still, by the rules of POST /v1/users/{id}/invite
   as they are now; a later one takes the place of an earlier. R_FORBIDDEN for whoever has not opened the job;
   R_CONFLICT for a job that does not invite by links. */
RESULT import_link_order(struct change *change, const struct import_link_page *page, struct import_links *ret_links);
