/* Exports: what stands in a tenant, as an import takes it. */
#pragma once
#include "store/call.h"

struct store_export {
  struct store_range range;
  struct uuid parent; /* of tenants: only those right below this one; zero: all below */
  bool importable;    /* leave out what another service could not take, which has no other name than its id */
};

/* The next page. Of tenants the range's own is none: it is what the others are put into. */
typedef RESULT store_export_page(const struct store_call *call, const struct store_export *what,
                                 struct store_page *ret_page);
store_export_page store_export_tenants, store_export_users, store_export_grants, store_export_groups,
    store_export_memberships;
