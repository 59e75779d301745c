/* The number of a policy change as callers see it: what one tenant is told twice tells nothing of how much others
   changed meanwhile. */
#pragma once
#include "base/text.h"
#include "crypto/key.h"

enum { AUTHN_REVISION_BYTES = 16, AUTHN_REVISION_TEXT = TEXT_BASE64URL_LENGTH(AUTHN_REVISION_BYTES) + 1 };

/* 22 characters and a NUL, the same for the same number: one block of AES-256 of the number and zeros. */
RESULT authn_revision_seal(const struct crypto_keys *keys, uint64_t revision, char ret_text[AUTHN_REVISION_TEXT]);

/* R_NOT_FOUND for what authn_revision_seal has not made under this master key. */
RESULT authn_revision_open(const struct crypto_keys *keys, struct str text, uint64_t *ret_revision);
