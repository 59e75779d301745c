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

/* What somebody shows who says that they are this client. */
struct store_claim {
  struct uuid client;
  struct str digest, kid; /* of a secret; of a key, .p NULL: it says no name */
  int64_t now;
  struct str address; /* .p NULL: from nowhere that has one */
};
/* On the auth pool: a client, and its proof where one was found. */
struct store_proof {
  struct uuid tenant;
  uint32_t epoch;
  struct uuid id;                   /* zero: none, expired, or from where the client may not come */
  int64_t expires_at;               /* 0: never */
  struct str algorithm, public_key; /* of a key alone */
};
/* The secret of the claim's digest. R_NOT_FOUND: no such client. */
RESULT store_proof_by_digest(const struct store_call *call, const struct store_claim *claim,
                             struct store_proof *ret_proof);
/* The key of the claim's name; without a name the only key there is. R_NOT_FOUND as above. */
RESULT store_proof_by_kid(const struct store_call *call, const struct store_claim *claim,
                          struct store_proof *ret_proof);

/* An assertion of this digest is used; R_NOT_FOUND when it was before. It must be kept until then. */
RESULT store_proof_spend(struct store_tx *tx, struct str digest, int64_t expires_at);
/* The proof was used for something that begins no session. R_NOT_FOUND when it has gone meanwhile. */
RESULT store_proof_note(struct store_tx *tx, const struct uuid *proof, const struct uuid *client);

/* The session began with the proof; notes when that was used. R_NOT_FOUND when it has gone meanwhile. */
RESULT store_proof_use(struct store_tx *tx, const struct uuid *session, const struct uuid *proof, const struct uuid *client);
