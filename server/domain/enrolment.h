/* What people do with their own second factors: enrol, confirm, name, remove, make recovery codes.

   To change which factors count is to authenticate anew by all that counts (OWASP ASVS 7.5.1): by the password, and by
   a code for whoever has a factor, of an authenticator or a recovery code. Each such change ends every session of the
   user, the caller's own too: whoever came in before, by whatever they had then, proves who they are by what counts
   now. */
#pragma once
#include "authn/totp.h"
#include "domain/recovery.h"
#include "domain/security.h"
#include "store/credential.h"

struct factor_proof {
  struct str password, code; /* .p NULL where it was not given */
};

struct enrolment_wish {
  struct str name; /* .p NULL: "Authenticator" */
  struct authn_totp_form form;
};

/* Shown once. */
struct enrolment {
  struct uuid id;
  struct str name;
  struct authn_totp_form form;
  struct str secret; /* base32 */
  struct str uri;    /* otpauth:// */
  struct str qr_svg; /* the same as a QR code */
};

/* All of the caller's, as JSON, without a secret. */
RESULT domain_enrolment_list(struct signin *s, const struct authn_caller *caller, struct str *ret_body);

/* Counts for nothing until it is confirmed: for ten minutes, unless the next enrolment takes its place or the sessions
   of its time end. R_PASSWORD_WRONG, R_CODE_WRONG, R_THROTTLED; R_LIMIT_REACHED beyond DOMAIN_FACTORS; R_FORBIDDEN for
   a client. */
RESULT domain_enrolment_begin(struct signin *s, const struct authn_caller *caller, const struct factor_proof *proof,
                              const struct enrolment_wish *wish, struct enrolment *ret_enrolment);

/* From now on the login asks for it; recovery codes come with the first. R_CODE_WRONG, R_THROTTLED; R_CONFLICT when
   none waits. */
RESULT domain_enrolment_confirm(struct signin *s, const struct authn_caller *caller, struct str code,
                                struct recovery_codes *ret_codes);

/* By the password or a code: nothing hangs on a name. Gives it as it is then, as JSON. R_NOT_FOUND. */
struct enrolment_name {
  struct uuid id;
  struct str name;
};
RESULT domain_enrolment_rename(struct signin *s, const struct authn_caller *caller, const struct factor_proof *proof,
                               const struct enrolment_name *name, struct str *ret_body);

/* With the last one go the recovery codes: R_PASSWORD_TOO_SHORT when the password is too short to stand alone;
   R_NOT_FOUND. */
RESULT domain_enrolment_remove(struct signin *s, const struct authn_caller *caller, const struct factor_proof *proof,
                               const struct uuid *id);

/* New ones; the old are void. R_CONFLICT for who has no authenticator. */
RESULT domain_enrolment_recovery(struct signin *s, const struct authn_caller *caller, const struct factor_proof *proof,
                                 struct recovery_codes *ret_codes);

/* Whether a password is as long as the policy asks of one that stands alone (NIST SP 800-63B-4 section 3.1.1.2). */
bool domain_enrolment_needless(const struct security_policy *policy, struct str password);

/* The two steps for whoever is known but has no session: a login that leads through them. */
RESULT domain_enrolment_open(struct signin *s, const struct store_credential *user, const struct enrolment_wish *wish,
                             struct enrolment *ret_enrolment);
struct enrolment_done {
  bool is_first;
  uint32_t epoch; /* of the sessions to come */
  struct recovery_codes codes;
};
/* In `tx`, which has run nothing yet. */
RESULT domain_enrolment_close(struct signin *s, struct store_tx *tx, const struct uuid *user, struct str code,
                              struct enrolment_done *ret_done);
