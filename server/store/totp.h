/* Authenticators in the vault, on the auth pool. */
#pragma once
#include "store/call.h"

struct store_totp {
  struct uuid id, tenant;
  struct str sealed_seed;
  int64_t last_step;
  struct str algorithm; /* "SHA1", "SHA256", "SHA512" */
  int digits;
  bool is_last; /* of store_totp_take: the failures it may have are used up by this try, unless it is none */
};

/* Counts a try against each of the user's that is confirmed and not disabled, and gives them; none is R_OK. Until the
   transaction ends nobody else tries, and rolled back it was no try: who finds the code wrong commits. */
RESULT store_totp_take(struct store_tx *tx, const struct uuid *user, const struct store_totp **ret_list,
                       size_t *ret_count);
/* The one that waits for its first code; R_NOT_FOUND. */
RESULT store_totp_pending(const struct store_call *call, const struct uuid *user, struct store_totp *ret_totp);

struct store_totp_row {
  struct uuid id, user;
  struct str sealed_seed, name, algorithm;
  int digits;
  uint32_t epoch; /* of the user when they proved who they are */
};
/* Unconfirmed, in place of another such one; R_LIMIT_REACHED when the user has `most` that are confirmed, R_NOT_FOUND
   when their sessions ended since. */
RESULT store_totp_create(struct store_tx *tx, const struct store_totp_row *row, int64_t most);

/* Compare and set: R_NOT_FOUND when the step, or a later one, was accepted before, or the enrolment is void. */
RESULT store_totp_confirm(struct store_tx *tx, const struct uuid *id, int64_t step, bool *ret_first);
/* The same of one that counts. The user's factors are held. */
RESULT store_totp_step(struct store_tx *tx, const struct uuid *user, const struct uuid *id, int64_t step);

/* R_NOT_FOUND: the user has none of that id that counts. */
RESULT store_totp_rename(struct store_tx *tx, const struct uuid *user, const struct uuid *id, struct str name,
                         struct str *ret_body);
RESULT store_totp_remove(struct store_tx *tx, const struct uuid *user, const struct uuid *id, bool *ret_last);
