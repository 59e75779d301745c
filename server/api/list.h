/* Pages: where a list goes on, sealed so that only the same caller can go on with the same list. */
#pragma once
#include "api/call.h"

enum { API_PAGE = 50, API_PAGE_MOST = 200 };

/* The members that every list's query has: put them first in its struct and its table. */
#define API_LIST_MEMBERS                                                                                               \
  struct json_number limit;                                                                                            \
  struct json_text cursor
#define API_LIST_FIELDS(type) FIELD(type, limit, OPTIONAL, 1, API_PAGE_MOST), FIELD(type, cursor, OPTIONAL, 1, 1024)

/* The page under way. */
struct api_list {
  size_t limit;
  bool begun;           /* the cursor gave a place */
  struct str after_path; /* place of the last item shown; .p NULL at the beginning */
  struct uuid after_id;
  size_t fetch;          /* how many to ask for now: one more than fits tells that there is more */
  struct store_object *items;
  size_t count;
};

/* R_BAD_CURSOR for a cursor of another caller, list, target or filter, or one that was changed. */
RESULT api_list_begin(struct api_call *call, const struct json_number *limit, const struct json_text *cursor,
                      struct api_list *ret_list);

/* The range of `tenant`, or of it and all below, from where the page goes on; R_NOT_FOUND when it has gone since. */
RESULT api_list_range(struct api_call *call, const struct api_list *list, const struct uuid *tenant, bool subtree,
                      struct store_range *ret_range);

/* "scope" of a query: "subtree" or, by default, "self". */
bool api_list_subtree(const struct json_text *scope);

/* A prefix as it is compared: folded; .p NULL when it is absent. */
RESULT api_list_folded(struct api_call *call, const struct json_text *prefix, struct str *ret_folded);

/* Takes what one store call gave; list->fetch is 0 when the page is full. */
void api_list_take(struct api_list *list, const struct store_page *page);

/* {"items": [...], "next_cursor": ...}: fewer items than the limit where they are long. */
RESULT api_list_reply(struct api_call *call, struct api_list *list);
