/* Memberships: who is in which group. */
#pragma once
#include "store/tenant.h"

/* Who is in a group itself. */
RESULT store_membership_list(const struct store_call *call, const struct uuid *group, const struct store_range *range,
                             struct store_page *ret_page);

/* The membership's own id: R_NOT_FOUND. */
RESULT store_membership_find(const struct store_call *call, const struct uuid *group, const struct uuid *member,
                             struct store_object *ret_membership);
/* R_NOT_FOUND outside the scope. */
RESULT store_membership_sides(struct store_tx *tx, const struct uuid *id, struct uuid *ret_group,
                              struct uuid *ret_member);

/* A group and somebody, held against change until the transaction ends. */
struct store_membership_pair {
  struct uuid tenant; /* of the group */
  bool home;          /* the other is at home there too */
  struct str state;   /* of the other */
};
/* R_NOT_FOUND: either is outside the scope, or the first is no group. */
RESULT store_membership_lock(struct store_tx *tx, const struct uuid *group, const struct uuid *member,
                             struct store_membership_pair *ret_pair);

/* What would come of `member` joining. */
struct store_membership_facts {
  bool ring;      /* the group would be in itself */
  int64_t deep;   /* groups one above another */
  int64_t groups; /* above one principal, at most */
  bool machine;   /* one would be among those who join */
};
RESULT store_membership_facts(struct store_tx *tx, const struct uuid *group, const struct uuid *member,
                              struct store_membership_facts *ret_facts);

/* One grant that the group gives, its own or one of a group that it is in, and that is not over. */
struct store_gift {
  struct uuid tenant, role;
  struct store_place place;
  bool subtree;
};
RESULT store_membership_gifts(struct store_tx *tx, const struct uuid *group, int64_t now,
                              const struct store_gift **ret_gifts, size_t *ret_count);

struct store_membership_row {
  struct uuid id, group, member, added_by; /* added_by zero: nobody that has an id */
  struct str added_by_path;
};
/* A membership as the API shows it; the object's id is the member's. */
struct store_membership {
  struct store_object object;
  struct uuid tenant, group;
  struct str named; /* the paths of what members of the body name (store/audit.h) */
};
/* R_NOT_FOUND; R_ALREADY_EXISTS; of the result the tenant is not set. */
RESULT store_membership_insert(struct store_tx *tx, const struct store_membership_row *row,
                               struct store_membership *ret_membership);
/* As it was. R_NOT_FOUND. */
RESULT store_membership_delete(struct store_tx *tx, const struct uuid *group, const struct uuid *member,
                               struct store_membership *ret_membership);
/* Those of a principal, as a member and as a group. */
RESULT store_membership_delete_all(struct store_tx *tx, const struct uuid *principal,
                                   const struct store_membership **ret_memberships, size_t *ret_count);
