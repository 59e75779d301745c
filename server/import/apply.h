/* Making it so: a row is compared with what there is, and only what differs is written. */
#pragma once
#include "import/actor.h"
#include "import/memo.h"
#include "import/row.h"

enum import_effect { IMPORT_CREATED, IMPORT_UPDATED, IMPORT_UNCHANGED, IMPORT_REMOVED, IMPORT__EFFECTS };

/* How those are invited whom it makes without a password. */
struct import_inviting {
  bool mail;        /* by a letter each; else by links that are made when they are asked for */
  int64_t interval; /* microseconds between two letters */
  int64_t next;     /* when the next one may go */
};

struct import_apply {
  const struct import_actor *actor;
  struct import_memo *memo; /* tenants by external_id */
  enum import_mode mode;
  struct import_inviting *inviting; /* NULL: nobody is invited */
};

/* Something that is there, and the tenant where it stands. */
struct import_object {
  struct uuid id, place;
};

/* What became of a row. */
struct import_applied {
  enum import_effect effect;
  struct uuid id;   /* of what it is about; zero where that is not known */
  struct uuid was;  /* of what it took the place of; zero: of nothing */
  struct str about; /* the member that is to blame, or .p NULL */
  struct str freed; /* the login or name that it is about has no longer, or .p NULL */
};

/* A row needs import:run and the right to read where it stands, then what the API asks for the same change. What is
   outside is R_NOT_FOUND like what is not there. R_CONFLICT: an external_id means several tenants, or the tenant is of
   another kind. R_ALREADY_EXISTS, where it is to be made: the key is taken. R_TENANT_STAYS: a tenant is to be removed.
   *ret_applied is filled in every case. Where the actor has a transaction, a mark stands in it. */
RESULT import_apply(const struct import_apply *apply, const struct import_row *row, struct arena *arena,
                    struct import_applied *ret_applied);

/* Removes what stands at a place, as a row of mode delete would. IMPORT_UNCHANGED: it has gone. */
RESULT import_apply_removal(const struct import_apply *apply, enum import_row_kind kind,
                            const struct import_object *object, struct arena *arena,
                            struct import_applied *ret_applied);

/* One of many rows of users that are looked at together. */
struct import_apply_user {
  const struct import_row *row;
  bool settled; /* what became of it is in `applied`; else it is to be applied by itself, which tells why */
  struct import_applied applied;
};

/* Those rows of users, each with an external_id, that are as they are wanted, or can be made, at tenants where the
   actor may all of that alike; within the actor's transaction. No two have one external_id. After a failure nothing is
   settled, and the transaction is to go back to its mark. */
RESULT import_apply_users(const struct import_apply *apply, struct import_apply_user *users, size_t count,
                          struct arena *arena);

/* Whether it keeps somebody out, which is worth an event of its own. */
bool import_apply_keeps_out(enum result r);

/* The audit action of a row. */
const char *import_apply_action(enum import_row_kind kind);
