/* Tokens that were verified in this process: a fixed number of them, by the digest of their text. */
#pragma once
#include "authn/token.h"
#include "crypto/digest.h"

struct authn_seen_entry {
  unsigned char digest[CRYPTO_DIGEST];
  uint64_t losses; /* authn_keyring_losses before it was verified */
  int64_t until;   /* microseconds UTC: its own end, or its key's */
  struct authn_token token;
};

/* Room for `room` tokens, rounded up to a power of two; the memory is the arena's, to be closed before that is freed.
 */
RESULT authn_seen_open(size_t room, struct arena *arena, struct authn_seen **ret_seen);
void authn_seen_close(struct authn_seen **seen);

/* One of that digest and count of losses that is good at `now`. Any thread may ask. */
bool authn_seen_find(struct authn_seen *seen, const struct authn_seen_entry *wanted, int64_t now,
                     struct authn_token *ret_token);

/* Makes room, where there is none, by forgetting the one that is over first of the few that could stand in its place.
 */
void authn_seen_keep(struct authn_seen *seen, const struct authn_seen_entry *entry);
