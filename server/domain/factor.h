/* Second factors: a person enrols, confirms and uses an authenticator. */
#pragma once
#include "domain/session.h"

struct totp_enrolment {
  struct uuid id;
  struct str secret; /* base32, shown once */
  struct str uri;    /* otpauth:// */
};

/* Needs the password again (R_PASSWORD_WRONG, R_THROTTLED). An unconfirmed one counts for nothing and is replaced by the next.
   R_CONFLICT when one is confirmed already; R_FORBIDDEN for a client. */
RESULT domain_factor_enrol(struct signin *s, const struct authn_caller *caller, struct str password,
                           struct totp_enrolment *ret_enrolment);

/* R_CODE_WRONG, R_THROTTLED; R_CONFLICT when none waits. From now on the login asks for it, and every session of the user ends. */
RESULT domain_factor_confirm(struct signin *s, const struct authn_caller *caller, struct str code);

/* Spends a code of the user's confirmed authenticator in `tx`: R_CODE_WRONG, R_THROTTLED. */
RESULT domain_factor_spend(struct signin *s, struct store_tx *tx, const struct uuid *user, struct str code);
