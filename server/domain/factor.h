/* Codes of authenticators: the seed is sealed for its user alone, each code counts once, and wrong ones are counted
   before they are looked at: in a quarter of an hour by all that a user is tried with, and for good by each
   authenticator, which 100 disable (NIST SP 800-63B-4 section 3.2.2). */
#pragma once
#include "authn/throttle.h"
#include "authn/totp.h"
#include "domain/session.h"
#include "store/totp.h"

/* Authenticators that one user may have at once. */
enum { DOMAIN_FACTORS = 10 };

/* Spends a code of one of the user's authenticators in `tx`, which has run nothing yet: R_CODE_WRONG, also when the
   code was used, there is no authenticator, or 100 failures have disabled it; R_THROTTLED. */
RESULT domain_factor_spend(struct signin *s, struct store_tx *tx, const struct uuid *user, struct str code);

/* Counts one attempt of whatever kind at the user's second factors: R_THROTTLED beyond what their tenant lets through.
   After a success the caller forgets it. */
RESULT domain_factor_count(struct signin *s, const struct uuid *user, struct authn_throttle *ret_throttle);

/* The last failure that an authenticator, or a set of recovery codes, may have: `tx`, which counts it, keeps the event
   too. The caller tells its owner. */
RESULT domain_factor_disabled(struct signin *s, struct store_tx *tx, const struct uuid *user, const char *object_kind,
                              const struct uuid *id);

/* The seed for the database: moved to another tenant, user or authenticator it does not unseal. */
RESULT domain_factor_seal(struct signin *s, const struct uuid *tenant, const struct store_totp_row *row,
                          struct secret seed, struct str *ret_sealed);

/* The step of a code that is right and newer than every accepted one: R_CODE_WRONG. */
RESULT domain_factor_step(struct signin *s, const struct uuid *user, const struct store_totp *totp, struct str code,
                          int64_t *ret_step);
