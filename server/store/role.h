/* Roles: built in, or made above or at the tenant that uses them. */
#pragma once
#include "store/call.h"

/* R_NOT_FOUND unless it lies in the scope or flows down to it. */
RESULT store_role_get(const struct store_call *call, const struct uuid *id, struct store_object *ret_role);

/* What can be used at the tenant with that path: its own, what it inherits, what is built in. */
RESULT store_role_list(const struct store_call *call, const struct store_range *range, struct store_page *ret_page);

/* The nearest role of that name that can be used there. R_NOT_FOUND. */
RESULT store_role_find(const struct store_call *call, struct str path, struct str name, struct store_object *ret_role);

/* Whether a role other than `self` (NULL: none) has that name at the tenant with that path, above or below it.
   Others who ask for the name wait until the transaction ends. */
RESULT store_role_named(struct store_tx *tx, struct str path, struct str name, const struct uuid *self,
                        bool *ret_taken);

/* What giving it is measured by: names parted by spaces. */
struct store_role {
  struct uuid id;
  struct str path;
  struct str permissions, kinds; /* with what it includes */
  struct str runs; /* the kind of tenants that it runs; empty for most */
  bool builtin;
};
/* R_NOT_FOUND as above. */
RESULT store_role_facts(struct store_tx *tx, const struct uuid *id, struct store_role *ret_role);

/* A role held against change, and against being given, until the transaction ends. */
struct store_role_held {
  struct store_object object; /* as it is before the change */
  struct uuid tenant;
  struct str permissions, kinds; /* names parted by spaces: what it says itself */
  struct str includes;           /* ids, so too */
};
/* Whoever changes what the roles of the tenant with that path come to, or of one above or below it, waits until the
   transaction ends. Before any of them is held. */
RESULT store_role_line(struct store_tx *tx, struct str path);

/* R_NOT_FOUND outside the scope, from above it, or built in. */
RESULT store_role_lock(struct store_tx *tx, const struct uuid *id, struct store_role_held *ret_role);

/* All that include it, by others too, held as it is. */
RESULT store_role_lock_includers(struct store_tx *tx, const struct uuid *id, const struct uuid **ret_includers,
                                 size_t *ret_count);

/* What a role comes to with all that it includes. */
struct store_role_measure {
  struct uuid id;
  struct str permissions, kinds;
  int64_t deep, included; /* how many stand one in another, itself the first; how many it includes, by others too */
  bool fits;              /* where it can be held, all that it includes can be */
  bool ring;
};
/* Of a role and of all that include it. */
RESULT store_role_measure(struct store_tx *tx, const struct uuid *id, const struct store_role_measure **ret_measures,
                          size_t *ret_count);

/* One way in which a role is held, or one that includes it; several holders may share it. */
struct store_role_holder {
  struct str permissions, kinds; /* all that the role held permits, and where it can be held */
  struct str place;              /* the kind of tenant at which */
  bool machine;     /* which is not known of one above the scope */
  bool own;         /* by one of `actors`, "{...,...}" */
};
RESULT store_role_holders(struct store_tx *tx, const struct uuid *id, struct str actors,
                          const struct store_role_holder **ret_holders, size_t *ret_count);

struct store_role_row {
  struct uuid id, tenant;
  struct str name, description, permissions, kinds; /* the last two parted by spaces */
};
/* R_NOT_FOUND: no such tenant in the scope; R_ALREADY_EXISTS: the name, there. */
RESULT store_role_insert(struct store_tx *tx, const struct store_role_row *row, struct store_object *ret_role);

/* What is .p NULL stays; the tenant stays. `included`: what it includes has changed. R_NOT_FOUND as for
   store_role_lock; R_ALREADY_EXISTS. */
RESULT store_role_update(struct store_tx *tx, const struct store_role_row *row, bool included,
                         struct store_object *ret_role);

/* These and no others, which can be used at its tenant. */
RESULT store_role_include(struct store_tx *tx, const struct uuid *id, const struct uuid *included, size_t count);

/* R_NOT_FOUND as above; R_CONFLICT while somebody holds it or a role includes it. */
RESULT store_role_delete(struct store_tx *tx, const struct uuid *id);
