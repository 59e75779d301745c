/* Time-based one-time codes (RFC 6238): SHA-1, 6 digits, 30 seconds. */
#pragma once
#include "base/arena.h"
#include "base/result.h"
#include "base/secret.h"
#include <stdint.h>

enum { AUTHN_TOTP_SEED = 20, AUTHN_TOTP_DIGITS = 6, AUTHN_TOTP_SECONDS = 30 };

RESULT authn_totp_seed_new(struct secret *ret_seed);

/* R_OK when `code` is that of the step at `now` (microseconds) or of the one before, and the step is after `last_step`
   (-1: none yet); the caller stores it by compare-and-set. R_CODE_WRONG else; R_INTERNAL for a seed under 160 bits. */
RESULT authn_totp_verify(struct secret seed, struct str code, int64_t now, int64_t last_step, int64_t *ret_step);

/* otpauth://totp/ISSUER:ACCOUNT?secret=... for the enrolment; it holds the seed. */
RESULT authn_totp_uri(struct str issuer, struct str account, struct secret seed, struct arena *arena,
                      struct str *ret_uri);
