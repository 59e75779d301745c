/* A table with open addressing, by the random end of an id. */
#include "import/made.h"

enum { PLACES = 1 << 16, MOST = PLACES / 4 * 3 };

struct made {
  struct uuid tenant, anchor; /* tenant: zero where nothing is */
};

struct import_made {
  size_t count;
  struct made places[PLACES];
};

RESULT import_made_new(struct arena *arena, struct import_made **ret_made)
{
  struct import_made *made = arena_alloc(arena, sizeof *made);
  if (!made)
    return R_NO_MEMORY;
  *ret_made = made;
  return R_OK;
}

/* Where it is, or would be. */
static size_t place_of(const struct import_made *made, const struct uuid *tenant)
{
  size_t at = (tenant->b[14] | (size_t)tenant->b[15] << 8) % PLACES;
  while (!uuid_is_zero(&made->places[at].tenant) && !uuid_equal(&made->places[at].tenant, tenant))
    at = (at + 1) % PLACES;
  return at;
}

bool import_made_anchor(const struct import_made *made, const struct uuid *tenant, struct uuid *ret_anchor)
{
  const struct made *found = made ? &made->places[place_of(made, tenant)] : NULL;
  if (!found || uuid_is_zero(&found->tenant))
    return false;
  *ret_anchor = found->anchor;
  return true;
}

void import_made_put(struct import_made *made, const struct uuid *tenant, const struct uuid *parent)
{
  struct uuid anchor = *parent;
  if (!made || made->count == MOST)
    return;
  (void)import_made_anchor(made, parent, &anchor);
  made->places[place_of(made, tenant)] = (struct made){*tenant, anchor};
  made->count++;
}
