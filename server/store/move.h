/* Moves: what one would take along and leave behind, and the statements that make it. */
#pragma once
#include "store/audit.h"

/* A thing, where it stands and where it is to go; paths are those of before the move, and a user's is that of their home. */
struct store_move {
  struct uuid object, destination, from; /* `from`: the tenant right above it */
  struct str path, from_path, to_path;
  struct str external_id; /* .p NULL: none */
  struct str rows;        /* JSON: what goes along, by kind */
  struct str clashes;     /* JSON: an array of the names of its that others have there */
  struct str quotas;      /* JSON: an array of the pools of which too little is left there, and of whose quota */
  int64_t memberships;    /* of its in groups that it leaves */
  int64_t includes;       /* times that a role which goes along includes one that stays */
  int64_t deepest;        /* length of the longest path that goes along */
  bool fits;              /* it may stand there, for what it is */
};
/* R_NOT_FOUND: one of both is outside the scope. */
RESULT store_move_tenant_plan(const struct store_call *call, const struct uuid *tenant, const struct uuid *parent,
                              struct store_move *ret_move);
RESULT store_move_user_plan(const struct store_call *call, const struct uuid *user, const struct uuid *tenant,
                            struct store_move *ret_move);

/* Grants that cannot go along, in the order of the tree. */
struct store_move_end {
  struct uuid grant, tenant;
};
struct store_move_ends {
  const struct store_move_end *list;
  size_t count;
};
RESULT store_move_tenant_left(const struct store_call *call, const struct store_move *move,
                              struct store_move_ends *ret_ends);
RESULT store_move_user_left(const struct store_call *call, const struct store_move *move,
                            struct store_move_ends *ret_ends);
/* The first of them as JSON. */
RESULT store_move_show(const struct store_call *call, const struct store_move_ends *ends, size_t most,
                       struct str *ret_json);

/* No tenant is made or moved elsewhere until the transaction ends, whose statements may take `patience`. */
RESULT store_move_hold(struct store_tx *tx, struct str patience);

/* Nothing is moved from one place to another under a user who is. Queued. */
RESULT store_move_share(struct store_tx *tx);

/* Each with an event of its own, by the ids and the pseudonyms; else they say what `event` says. Queued. */
RESULT store_move_end(struct store_tx *tx, const struct store_move_ends *ends, const struct uuid *events,
                      const struct str *pseudonyms, const struct store_audit *event);

/* A role that goes along, and what it included: JSON of before and after. */
struct store_move_role {
  struct uuid id, tenant;
  struct str before, after;
};
/* None that goes along includes one that stays any more. */
RESULT store_move_includes(struct store_tx *tx, const struct store_move *move, const struct store_move_role **ret_roles,
                           size_t *ret_count);

/* `meeting`: the path at which both lines meet, where those of the old one are known still. */
RESULT store_move_tenant(struct store_tx *tx, const struct store_move *move, struct str meeting,
                         struct store_object *ret_tenant);
RESULT store_move_user(struct store_tx *tx, const struct store_move *move, struct str meeting,
                       struct store_object *ret_user);
