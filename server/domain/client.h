/* What may be done to clients (machines). */
#pragma once
#include "domain/change.h"

struct client_new {
  struct uuid tenant;
  struct str display_name, external_id;
  struct str networks; /* as store_client_row has them */
  bool without_secret;
};
/* Its first secret is one of domain/proof.h; .p NULL without one. */
RESULT domain_client_create(struct change *change, const struct client_new *client, struct outcome *ret_outcome,
                            struct str *ret_secret);

struct client_patch {
  struct patch display_name, external_id;
  struct patch state;  /* "active" or "suspended" */
  struct str networks; /* as store_client_change has them */
};
RESULT domain_client_update(struct change *change, const struct uuid *id, int64_t if_version,
                            const struct client_patch *patch, struct outcome *ret_outcome);
/* The client, its secrets, sessions and grants are gone. R_SELF_SERVICE for oneself. */
RESULT domain_client_delete(struct change *change, const struct uuid *id);
