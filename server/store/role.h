/* Roles: built in, or made above or at the tenant that uses them. */
#pragma once
#include "store/call.h"

/* R_NOT_FOUND unless it lies in the scope or flows down to it. */
RESULT store_role_get(const struct store_call *call, const struct uuid *id, struct store_object *ret_role);

/* What can be used at the tenant with that path: its own, what it inherits, what is built in. */
RESULT store_role_list(const struct store_call *call, const struct store_range *range, struct store_page *ret_page);

/* The nearest role of that name that can be used there. R_NOT_FOUND. */
RESULT store_role_find(const struct store_call *call, struct str path, struct str name, struct store_object *ret_role);

/* What giving it is measured by: names parted by spaces. */
struct store_role {
  struct uuid id;
  struct str path, permissions, kinds;
};
/* R_NOT_FOUND as above. */
RESULT store_role_facts(struct store_tx *tx, const struct uuid *id, struct store_role *ret_role);
