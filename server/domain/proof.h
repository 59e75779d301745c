/* By what clients prove who they are: what may be made and taken away. */
#pragma once
#include "authn/key.h"
#include "domain/change.h"
#include "store/proof.h"

/* How many of a kind a client may have that have not expired. */
enum { DOMAIN_PROOFS = 5 };

struct proof_terms {
  struct str name;
  int64_t expires_at; /* 0: never */
};

/* A secret more: its text is in the arena, shown once, stored as a digest. R_LIMIT_REACHED. */
RESULT domain_proof_secret(struct change *change, const struct uuid *client, const struct proof_terms *terms,
                           struct outcome *ret_outcome, struct str *ret_secret);

/* A key more, by which the client signs assertions. R_LIMIT_REACHED; R_ALREADY_EXISTS: the client has one of that kid.
 */
RESULT domain_proof_key(struct change *change, const struct uuid *client, const struct proof_terms *terms,
                        const struct authn_key *key, struct outcome *ret_outcome);

/* Sessions that began with it end. R_NOT_FOUND; R_SELF_SERVICE for a client's own. */
RESULT domain_proof_delete(struct change *change, const struct store_proof_key *key);
