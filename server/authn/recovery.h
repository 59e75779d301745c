/* Recovery codes: what somebody writes down for the day on which no authenticator is at hand (look-up secrets and saved
   recovery codes, NIST SP 800-63B-4 sections 3.1.2 and 4.2).

   80 random bits each, so section 3.1.2.2 wants a salted password hash and a limit to guesses. The hash is Argon2id
   over the peppered code like a password's, but at a cost of 8 MiB and one pass: nobody searches 80 bits even at that
   price, and a try is held against every code that is left, so that all ten together cost about as much as one
   password. */
#pragma once
#include "base/secret.h"
#include "crypto/hash.h"

enum { AUTHN_RECOVERY_CODES = 10, AUTHN_RECOVERY_DIGITS = 16, AUTHN_RECOVERY_TEXT = AUTHN_RECOVERY_DIGITS + 3 + 1 };

/* "7KQ2-ZM9D-0XTB-4HNC" with its NUL: four groups of four digits of Crockford's base 32, which has no I, L, O and U. */
RESULT authn_recovery_new(char ret_text[AUTHN_RECOVERY_TEXT]);

/* What somebody typed, as it was made: without case, hyphens and spaces, O read as 0, I and L as 1. False when it is no
 * code. */
bool authn_recovery_parse(struct str typed, char ret_text[AUTHN_RECOVERY_TEXT]);

RESULT authn_recovery_hash(const struct crypto_keys *keys, const char text[AUTHN_RECOVERY_TEXT],
                           char ret_hash[CRYPTO_HASH_TEXT]);

/* R_OK: it is the code; R_CODE_WRONG: it is not. */
RESULT authn_recovery_check(const struct crypto_keys *keys, struct str hash, const char text[AUTHN_RECOVERY_TEXT]);
