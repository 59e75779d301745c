/* Settings of tenants: the rows that were set, at a tenant and above it. */
#pragma once
#include "store/call.h"

struct store_setting {
  struct uuid tenant; /* by whom; zero where that stands above what the scope sees */
  struct str path;    /* where it is set */
  struct str name;
  struct str value; /* a number, true or false, a word, or the items of a list, a line each */
};

/* From the root down to the tenant. */
struct store_settings {
  struct str path; /* of the tenant */
  const struct store_setting *rows;
  size_t count;
};

/* R_NOT_FOUND: no such tenant in the scope. */
RESULT store_setting_list(const struct store_call *call, const struct uuid *tenant, struct str section,
                          struct store_settings *ret_settings);
/* The same on the auth pool, where everything is seen; R_NOT_FOUND: no such tenant. */
RESULT store_setting_in_force(const struct store_call *call, const struct uuid *tenant, struct str section,
                              struct store_settings *ret_settings);

/* What is set at and below a path, of the first `most`; the rows tell by whom. */
RESULT store_setting_below(const struct store_call *call, struct str path, struct str section, int64_t most,
                           struct store_settings *ret_settings);

/* Which setting of which tenant. */
struct store_setting_key {
  struct uuid tenant;
  struct str section, name;
};
/* `kind`: "number", "boolean", "string" or "array", whose items are lines. R_NOT_FOUND outside the scope. */
RESULT store_setting_put(struct store_tx *tx, const struct store_setting_key *key, struct str kind, struct str value);
/* Nothing when it is not set. */
RESULT store_setting_delete(struct store_tx *tx, const struct store_setting_key *key);

/* What the tenant itself has set, as one JSON object: for the audit. */
RESULT store_setting_own(const struct store_call *call, const struct uuid *tenant, struct str section,
                         struct str *ret_json);
