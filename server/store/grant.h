/* Grants: who holds which role where. */
#pragma once
#include "store/call.h"

/* R_NOT_FOUND outside the scope. */
RESULT store_grant_get(const struct store_call *call, const struct uuid *id, struct store_object *ret_grant);

/* Grants and roles, `count` of each, and the permission by its wire name for which they are asked; "" for none. */
struct store_shown {
  const struct uuid *grants, *roles;
  size_t count;
  struct str permission;
};
/* Those of the grants that the scope sees, and in few words those of the roles that lie in it or flow down to it, in no
   order. */
RESULT store_grant_show(const struct store_call *call, const struct store_shown *shown, struct store_page *ret_page);

struct store_grant_filter {
  struct uuid principal, role; /* zero: any; a principal at home above the scope is not found */
  int64_t ends_before;         /* those that are not over and will be by then; 0: all */
};
RESULT store_grant_list(const struct store_call *call, const struct store_range *range,
                        const struct store_grant_filter *filter, struct store_page *ret_page);
/* What a principal holds within the range. */
RESULT store_grant_held(const struct store_call *call, const struct uuid *principal, const struct store_range *range,
                        struct store_page *ret_page);
/* What any of these hold within the range: "{...,...}". */
RESULT store_grant_list_of(const struct store_call *call, struct str principals, const struct store_range *range,
                           struct store_page *ret_page);
/* Whom a grant is to be given to, held against change until the transaction ends. */
struct store_holder {
  struct str path, state; /* of the home */
  struct uuid home;
  bool machine, group;
};
/* R_NOT_FOUND outside the scope. */
RESULT store_grant_holder(struct store_tx *tx, const struct uuid *principal, struct store_holder *ret_holder);

struct store_grant_row {
  struct uuid id, tenant, principal, role, granted_by; /* granted_by zero: nobody that has an id */
  struct str granted_by_path, reach, reason, ticket;
  int64_t not_before, expires_at; /* 0: unbounded */
};
/* The grant of this role to this principal here with this reach: there is at most one. R_NOT_FOUND. */
RESULT store_grant_find(const struct store_call *call, const struct store_grant_row *row,
                        struct store_object *ret_grant);

/* `ret_named`: the paths of what members of the body name (store/audit.h). R_NOT_FOUND: tenant, principal or role is
   not to be seen; R_ALREADY_EXISTS. */
RESULT store_grant_insert(struct store_tx *tx, const struct store_grant_row *row, struct store_object *ret_grant,
                          struct str *ret_named);

/* Of which role a grant is, and where. R_NOT_FOUND outside the scope. */
struct store_grant_place {
  struct uuid tenant, role;
};
RESULT store_grant_place(struct store_tx *tx, const struct uuid *id, struct store_grant_place *ret_place);

/* A grant held against change until the transaction ends. */
struct store_grant {
  struct store_object object; /* as it is before the change */
  struct uuid tenant, principal, role;
  struct str named;
};
/* R_NOT_FOUND outside the scope. */
RESULT store_grant_lock(struct store_tx *tx, const struct uuid *id, struct store_grant *ret_grant);
RESULT store_grant_delete(struct store_tx *tx, const struct uuid *id);
/* All that a principal holds within the scope, as it was. */
RESULT store_grant_delete_held(struct store_tx *tx, const struct uuid *principal, const struct store_grant **ret_grants,
                               size_t *ret_count);

/* Somebody who holds the role that runs a tenant of its kind, there and now. */
struct store_admin {
  struct uuid principal;
  bool subtree;
  bool own;           /* at home there, and active; of anybody else the state is not known */
  int64_t expires_at; /* 0: unbounded */
};
RESULT store_grant_admins(struct store_tx *tx, const struct uuid *tenant, int64_t now,
                          const struct store_admin **ret_admins, size_t *ret_count);
/* Whether the principal holds such a role at that tenant, now or at another time. */
RESULT store_grant_runs(struct store_tx *tx, const struct uuid *principal, const struct uuid *tenant, bool *ret_runs);
