/* Time-based one-time codes (RFC 6238): SHA-1, SHA-256 or SHA-512, 6 or 8 digits, 30 seconds. */
#pragma once
#include "base/arena.h"
#include "base/result.h"
#include "base/secret.h"
#include <stdint.h>

enum authn_totp_algorithm { AUTHN_TOTP_SHA1 = 1, AUTHN_TOTP_SHA256, AUTHN_TOTP_SHA512, AUTHN_TOTP__ALGORITHMS };

enum { AUTHN_TOTP_SECONDS = 30, AUTHN_TOTP_DIGITS = 6, AUTHN_TOTP_DIGITS_MOST = 8, AUTHN_TOTP_SEED_MOST = 64 };

/* How codes are made of a seed. */
struct authn_totp_form {
  enum authn_totp_algorithm algorithm;
  int digits; /* 6 or 8 */
};

/* "SHA1", "SHA256", "SHA512": as otpauth: URIs and the database write it. */
struct str authn_totp_algorithm_name(enum authn_totp_algorithm algorithm);
/* False when there is none of that name. */
bool authn_totp_algorithm_named(struct str name, enum authn_totp_algorithm *ret_algorithm);

/* As long as the hash's output (RFC 4226 section 4, RFC 6238 section 5.1): 160, 256 or 512 bits. */
RESULT authn_totp_seed_new(enum authn_totp_algorithm algorithm, struct secret *ret_seed);

/* R_OK when `code` is that of the step at `now` (microseconds) or of the one before, and the step is after `last_step`
   (-1: none yet); the caller stores it by compare-and-set. R_CODE_WRONG else; R_INTERNAL for a form that does not
   exist, or a seed under 160 bits. */
struct authn_totp {
  struct authn_totp_form form;
  struct secret seed;
  int64_t last_step;
};
RESULT authn_totp_verify(const struct authn_totp *totp, struct str code, int64_t now, int64_t *ret_step);

/* otpauth://totp/ISSUER:ACCOUNT?secret=... for the enrolment; it holds the seed. */
RESULT authn_totp_uri(const struct authn_totp *totp, struct str issuer, struct str account, struct arena *arena,
                      struct str *ret_uri);
