/* Finds the table's routes for a path. */
#pragma once
#include "http/path.h"

struct http_matcher;

/* Built once from the table; R_INTERNAL when two of its rows are the same or a path is not well-formed. */
RESULT http_matcher_new(const struct http_table *table, struct http_matcher **ret_matcher);
void http_matcher_free(struct http_matcher **matcher);

/* The number of each method's route on one path, -1 where there is none. */
struct http_match {
  int routes[HTTP__METHODS];
};

/* A literal segment goes before a {name}, the leftmost counts most. NULL when no path of the table matches.
   Nothing is allocated. */
const struct http_match *http_matcher_find(const struct http_matcher *matcher, const struct http_path *path);

/* The methods that a match answers, as an Allow header has them, in the arena; all of them for a NULL match. */
struct str http_matcher_allow(struct arena *arena, const struct http_match *match);

/* The method of that name, 0 when it is unknown here. */
enum http_method http_matcher_method(struct str name);
