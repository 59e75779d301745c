/* Tenants that a transaction has made, which no snapshot knows: each is answered for by the nearest above it that one
   does. */
#pragma once
#include "base/arena.h"
#include "base/uuid.h"

struct import_made;

RESULT import_made_new(struct arena *arena, struct import_made **ret_made);

/* `made` may be NULL, which knows none. Beyond some tens of thousands it forgets the rest, which are not found then. */
void import_made_put(struct import_made *made, const struct uuid *tenant, const struct uuid *parent, bool customer);
/* False when the transaction has not made it. */
bool import_made_anchor(const struct import_made *made, const struct uuid *tenant, struct uuid *ret_anchor);
/* The transaction has made it, and it is a customer, where less is permitted than above. */
bool import_made_customer(const struct import_made *made, const struct uuid *tenant);
