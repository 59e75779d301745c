/* Quotas of tenants, as the database counts them. */
#pragma once
#include "store/call.h"

/* As the API shows them: R_NOT_FOUND outside the scope. */
RESULT store_quota_show(const struct store_call *call, const struct uuid *tenant, struct store_object *ret_quotas);

/* Whose quota of a pool binds a tenant, zero where it stands above the scope; and what of it is used or given there. */
struct store_quota_bound {
  struct uuid tenant;
  int64_t spoken;
};
RESULT store_quota_bound(const struct store_call *call, const struct uuid *tenant, struct str pool,
                         struct store_quota_bound *ret_bound);

/* A pool of which too little is left for a tenant that is over. */
struct store_quota_short {
  struct str pool;
  struct uuid bound; /* whose quota it is; zero above the scope */
};
RESULT store_quota_short(const struct store_call *call, const struct uuid *tenant,
                         const struct store_quota_short **ret_pools, size_t *ret_count);

/* No tenant is moved, and nothing made near that one, until the transaction ends. R_NOT_FOUND outside the scope. */
RESULT store_quota_hold(struct store_tx *tx, const struct uuid *tenant);

/* What the tenant itself was given, as one JSON object. */
RESULT store_quota_own(const struct store_call *call, const struct uuid *tenant, struct str *ret_body);

/* `warn_at`: PostgreSQL's text of an array; .p NULL leaves it. R_QUOTA_IN_USE: more is used or given there;
   R_QUOTA_EXCEEDED: too little is left above. */
RESULT store_quota_put(struct store_tx *tx, const struct uuid *tenant, struct str pool, int64_t allotted,
                       struct str warn_at);
/* R_NOT_FOUND: it has no quota of that pool. */
RESULT store_quota_warn(struct store_tx *tx, const struct uuid *tenant, struct str pool, struct str warn_at);
RESULT store_quota_delete(struct store_tx *tx, const struct uuid *tenant, struct str pool);

/* A quota that reached another level of warning, which is noted. */
struct store_quota_told {
  struct uuid tenant;
  struct str pool;
  int64_t level, was; /* 0: none */
};
RESULT store_quota_tell(struct store_tx *tx, int64_t most, const struct store_quota_told **ret_told, size_t *ret_count);
