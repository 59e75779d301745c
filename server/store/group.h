/* Groups: their rows. */
#pragma once
#include "store/call.h"

/* R_NOT_FOUND outside the scope. */
RESULT store_group_get(const struct store_call *call, const struct uuid *id, struct store_object *ret_group);

/* By external_id, or where that is .p NULL by its name's key. R_NOT_FOUND. */
RESULT store_group_find(const struct store_call *call, const struct uuid *tenant, struct str external_id,
                        struct str name_key, struct store_object *ret_group);

/* What is .p NULL does not filter. */
struct store_group_filter {
  struct store_range range;
  struct str state, external_id;
};
RESULT store_group_list(const struct store_call *call, const struct store_group_filter *filter,
                        struct store_page *ret_page);

/* A group held against change until the transaction ends. */
struct store_group {
  struct store_object object; /* as it is before the change */
  struct uuid tenant;
};
/* R_NOT_FOUND outside the scope. */
RESULT store_group_lock(struct store_tx *tx, const struct uuid *id, struct store_group *ret_group);

struct store_group_row {
  struct uuid id, tenant;
  struct str display_name, name_key, external_id;
};
/* Active. R_NOT_FOUND: no such tenant in the scope; R_ALREADY_EXISTS: the name or the external_id, there. */
RESULT store_group_insert(struct store_tx *tx, const struct store_group_row *row, struct store_object *ret_group);

struct store_group_change {
  struct str display_name, name_key, state; /* .p NULL: as it is */
  bool external_id_given;
  struct str external_id;
};
RESULT store_group_update(struct store_tx *tx, const struct uuid *id, const struct store_group_change *change,
                          struct store_object *ret_group);

/* With its grants. */
RESULT store_group_delete(struct store_tx *tx, const struct uuid *id);

/* A machine is in it, or in a group that is in it. */
RESULT store_group_machine(struct store_tx *tx, const struct uuid *id, bool *ret_machine);
