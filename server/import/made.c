/* A table with open addressing, by the random end of an id. */
#include "import/made.h"

enum { PLACES = 1 << 16, MOST = PLACES / 4 * 3 };

struct made {
  struct uuid tenant, anchor; /* tenant: zero where nothing is */
  bool customer;
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

static const struct made *found(const struct import_made *made, const struct uuid *tenant)
{
  const struct made *place = made ? &made->places[place_of(made, tenant)] : NULL;
  return place && !uuid_is_zero(&place->tenant) ? place : NULL;
}

bool import_made_anchor(const struct import_made *made, const struct uuid *tenant, struct uuid *ret_anchor)
{
  const struct made *one = found(made, tenant);
  if (one)
    *ret_anchor = one->anchor;
  return one;
}

bool import_made_customer(const struct import_made *made, const struct uuid *tenant)
{
  const struct made *one = found(made, tenant);
  return one && one->customer;
}

void import_made_put(struct import_made *made, const struct uuid *tenant, const struct uuid *parent, bool customer)
{
  struct uuid anchor = *parent;
  if (!made || made->count == MOST)
    return;
  (void)import_made_anchor(made, parent, &anchor);
  made->places[place_of(made, tenant)] = (struct made){*tenant, anchor, customer};
  made->count++;
}
