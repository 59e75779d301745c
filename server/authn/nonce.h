/* One-time tokens, client secrets and names of devices: 256 random bits that the holder has as text and the database as a digest. */
#pragma once
#include "base/result.h"
#include "base/text.h"
#include "crypto/digest.h"

enum authn_nonce_kind { AUTHN_INVITATION = 1, AUTHN_REFRESH, AUTHN_CLIENT_SECRET, AUTHN_RESET, AUTHN_DEVICE };

/* "bwi_", "bwr_", "bws_", "bwp_" or "bwd_", 43 characters and a NUL. */
enum { AUTHN_NONCE_BYTES = 32, AUTHN_NONCE_TEXT = 4 + TEXT_BASE64URL_LENGTH(AUTHN_NONCE_BYTES) + 1 };

RESULT authn_nonce_new(enum authn_nonce_kind kind, char ret_text[AUTHN_NONCE_TEXT],
                       unsigned char ret_digest[CRYPTO_DIGEST]);

/* The SHA-256 by which one of this kind is looked up; R_NOT_FOUND for what authn_nonce_new cannot have made. */
RESULT authn_nonce_parse(enum authn_nonce_kind kind, struct str text, unsigned char ret_digest[CRYPTO_DIGEST]);
