/* What a password must be (NIST SP 800-63B-4 section 3.1.1.2), and the form in which it is hashed. */
#pragma once
#include "base/result.h"
#include "base/secret.h"

/* In code points after NFKC. */
enum { AUTHN_PASSWORD_LEAST = 15, AUTHN_PASSWORD_LEAST_WITH_FACTOR = 8, AUTHN_PASSWORD_MOST = 128 };

/* R_OK, R_PASSWORD_TOO_SHORT, R_PASSWORD_TOO_LONG, R_PASSWORD_COMMON when the whole of it, without case, is on the
   blocklist, one of the context words (login, local part of the e-mail address, tenant's name) or the service's name;
   R_MALFORMED when it is not UTF-8 or holds a NUL. No rule asks for kinds of characters. */
RESULT authn_password_check_rules(struct str password, bool second_factor, const struct str *context_words,
                                  size_t count);

/* In NFKC, for crypto_hash_make and crypto_hash_check. R_MALFORMED also when it is empty; R_PASSWORD_TOO_LONG. */
RESULT authn_password_prepare(struct str password, struct secret *ret_password);
