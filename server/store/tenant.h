/* Tenants: their rows, by id, by place and by name. */
#pragma once
#include "store/call.h"

/* R_NOT_FOUND outside the scope. */
RESULT store_tenant_get(const struct store_call *call, const struct uuid *id, struct store_object *ret_tenant);

/* What is .p NULL does not filter. */
struct store_tenant_filter {
  struct store_range range;
  struct str kind, state, external_id, code;
  struct str name; /* how the folded name begins */
};
/* The tenant itself where the range begins, and with `subtree` all below it, in the order of the tree. */
RESULT store_tenant_list(const struct store_call *call, const struct store_tenant_filter *filter,
                         struct store_page *ret_page);
/* The tenants right below `parent`; of the range only after_path and limit count. */
RESULT store_tenant_children(const struct store_call *call, const struct uuid *parent,
                             const struct store_tenant_filter *filter, struct store_page *ret_page);

/* From the scope's root down to the tenant; empty when that is not visible. */
RESULT store_tenant_breadcrumb(const struct store_call *call, const struct uuid *id, struct store_page *ret_page);

/* The tenant with that external_id, below `parent` or (NULL) anywhere in the scope. R_NOT_FOUND; R_CONFLICT when
   several have it, which siblings cannot. */
RESULT store_tenant_find(const struct store_call *call, const struct uuid *parent, struct str external_id,
                         struct store_object *ret_tenant);

/* The same at or below the tenant with that path. */
RESULT store_tenant_find_within(const struct store_call *call, struct str path, struct str external_id,
                                struct store_object *ret_tenant);

/* A tenant held against change until the transaction ends. */
struct store_tenant {
  struct store_object object; /* as it is before the change; .path is its own */
  struct str kind, state, reach;
};
/* R_NOT_FOUND outside the scope. */
RESULT store_tenant_lock(struct store_tx *tx, const struct uuid *id, struct store_tenant *ret_tenant);

/* Where a tenant stands: its path, and that of the nearest boundary at or above it, or empty. */
struct store_place {
  struct str path, boundary, kind;
};
/* By their paths: it is the other, or stands below it. */
bool store_tenant_within(struct str below, struct str above);
/* R_NOT_FOUND outside the scope. */
RESULT store_tenant_place(struct store_tx *tx, const struct uuid *id, struct store_place *ret_place);

struct store_tenant_row {
  struct uuid id, parent;
  struct str label, kind, code, name, name_key, external_id;
};
/* Under the tree's lock, shared with other creations. R_NOT_FOUND: no such parent in the scope; R_KIND_NOT_ALLOWED,
   R_TOO_DEEP, R_ALREADY_EXISTS; R_AGAIN: the label or the code is taken, or the parent was moved.
   `ret_named`: the paths of what members of the body name (store/audit.h). */
RESULT store_tenant_insert(struct store_tx *tx, const struct store_tenant_row *row, struct store_object *ret_tenant,
                           struct str *ret_named);

struct store_tenant_change {
  struct str name, name_key; /* .p NULL: as it is */
  bool external_id_given;
  struct str external_id;
};
RESULT store_tenant_update(struct store_tx *tx, const struct uuid *id, const struct store_tenant_change *change,
                           struct store_object *ret_tenant);

/* `reach` "staff" or "subtree"; .p NULL ends the suspension. The same as before leaves the time of it. */
RESULT store_tenant_suspend(struct store_tx *tx, const struct uuid *id, struct str reach,
                            struct store_object *ret_tenant);

/* With all below it; R_NOT_FOUND from a restoring: it is not terminated, or its grace is over. */
RESULT store_tenant_terminate(struct store_tx *tx, const struct uuid *id, const struct store_end *end,
                              struct store_object *ret_tenant);
RESULT store_tenant_restore(struct store_tx *tx, const struct uuid *id, struct store_object *ret_tenant);
