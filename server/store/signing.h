/* The keys that sign access tokens, in the vault, on the auth pool: sealed, and never opened here. */
#pragma once
#include "store/call.h"

struct store_signing_key {
  int generation;
  struct str kid, sealed;
  int64_t signs_from, ends_at; /* of what it signed, nothing is believed from ends_at on; 0: not known yet */
};

/* Those that are believed, the newest first. `life` in seconds: how long a token can outlive the signing time of its
 * key. */
RESULT store_signing_list(const struct store_call *call, int64_t life, const struct store_signing_key **ret_keys,
                          size_t *ret_count);

struct store_signing_row {
  int generation;
  struct str kid, sealed;
  int64_t lead; /* seconds until it signs */
  bool alone;   /* when it does, the earlier ones are not believed any more */
};
/* R_ALREADY_EXISTS when another process has made that generation. */
RESULT store_signing_insert(struct store_tx *tx, const struct store_signing_row *row, int64_t *ret_signs_from);

struct store_signing_event {
  const char *actor_kind, *action;
  struct str kid;
  int64_t at, signs_from;
  bool alone;
};
/* Queued: goes out with the commit. */
RESULT store_signing_event(struct store_tx *tx, const struct store_signing_event *event);

/* Removes those that are believed no longer. */
RESULT store_signing_prune(const struct store_call *call, int64_t life);
