/* Clients (machines): their rows. */
#pragma once
#include "store/call.h"

/* R_NOT_FOUND outside the scope. */
RESULT store_client_get(const struct store_call *call, const struct uuid *id, struct store_object *ret_client);

/* What is .p NULL does not filter. */
struct store_client_filter {
  struct store_range range;
  struct str state, external_id;
};
RESULT store_client_list(const struct store_call *call, const struct store_client_filter *filter,
                         struct store_page *ret_page);

/* R_NOT_FOUND. */
RESULT store_client_find(const struct store_call *call, const struct uuid *tenant, struct str external_id,
                         struct store_object *ret_client);

/* A client held against change until the transaction ends. */
struct store_client {
  struct store_object object; /* as it is before the change */
  struct uuid tenant;
};
/* R_NOT_FOUND outside the scope. */
RESULT store_client_lock(struct store_tx *tx, const struct uuid *id, struct store_client *ret_client);

struct store_client_row {
  struct uuid id, tenant;
  struct str display_name, name_key, external_id;
  struct str networks; /* "{10.0.0.0/8,2001:db8::/32}", where it may come from; .p NULL: from anywhere */
};
/* Active. R_NOT_FOUND: no such tenant in the scope; R_ALREADY_EXISTS: the external_id. */
RESULT store_client_insert(struct store_tx *tx, const struct store_client_row *row, struct store_object *ret_client);

struct store_client_change {
  struct str display_name, name_key, state; /* .p NULL: as it is; a client that stops being active loses its sessions */
  bool external_id_given;
  struct str external_id;
  struct str networks; /* .p NULL: as they are; "{}": from anywhere; where they change the sessions end */
};
RESULT store_client_update(struct store_tx *tx, const struct uuid *id, const struct store_client_change *change,
                           struct store_object *ret_client);

/* With its secrets, sessions and grants. */
RESULT store_client_delete(struct store_tx *tx, const struct uuid *id);
