/* Proofs of clients, secrets and keys alike: their rows. */
#pragma once
#include "store/call.h"

enum store_proof_kind { STORE_PROOF_SECRET = 1, STORE_PROOF_KEY };

struct store_proof_row {
  struct uuid id, client;
  enum store_proof_kind kind;
  struct str name;
  struct str kid, algorithm, public_key; /* .p NULL for a secret */
  int64_t expires_at;                    /* 0: never */
};
/* R_NOT_FOUND: no such client in the scope; R_ALREADY_EXISTS: the kid. */
RESULT store_proof_insert(struct store_tx *tx, const struct store_proof_row *row, struct store_object *ret_proof);
/* The digest of a secret that was inserted. */
RESULT store_proof_secret(struct store_tx *tx, const struct uuid *id, const struct uuid *client, struct str digest);
/* How many of a kind have not expired. */
RESULT store_proof_live(struct store_tx *tx, const struct uuid *client, enum store_proof_kind kind, int64_t *ret_live);

RESULT store_proof_list(const struct store_call *call, const struct uuid *client, enum store_proof_kind kind,
                        const struct store_range *range, struct store_page *ret_page);

/* Which one: a proof of another client, or of another kind, is not there. */
struct store_proof_key {
  struct uuid id, client;
  enum store_proof_kind kind;
};
/* Gives it as it was; sessions that began with it are over. R_NOT_FOUND. */
RESULT store_proof_delete(struct store_tx *tx, const struct store_proof_key *key, struct store_object *ret_proof);

/* On the auth pool: a client, and its proof where one was found. */
struct store_proof {
  struct uuid tenant;
  uint32_t epoch;
  struct uuid id;     /* zero: none */
  int64_t expires_at; /* 0: never */
};
/* The secret of this digest, unless it has expired. R_NOT_FOUND: no such client. */
RESULT store_proof_by_digest(const struct store_call *call, const struct uuid *client, struct str digest, int64_t now,
                             struct store_proof *ret_proof);

/* The session began with the proof; notes when that was used. R_NOT_FOUND when it has gone meanwhile. */
RESULT store_proof_use(struct store_tx *tx, const struct uuid *session, const struct uuid *proof, const struct uuid *client);
