/* The master key and what is derived from it, one key a purpose: no key serves twice. */
#pragma once
#include "base/arena.h"
#include "base/result.h"
#include "base/secret.h"
#include "base/uuid.h"
#include <stdint.h>

struct crypto_keys;

enum crypto_purpose {
  CRYPTO_SIGNING_KEY = 1,  /* keys that sign access tokens, at rest */
  CRYPTO_PENDING_TOKEN,    /* sealed tokens between the steps of a login */
  CRYPTO_CURSOR,           /* sealed list cursors */
  CRYPTO_TOTP_SEED,        /* seeds at rest */
  CRYPTO_PEPPER,           /* HMAC over passwords before they are hashed */
  CRYPTO_PSEUDONYM,        /* HMAC that names an actor to those below */
  CRYPTO_THROTTLE,         /* HMAC of throttle subjects: no login name stands in the table */
  CRYPTO_OUTBOX,           /* one-time tokens and typed names on their way to a mail */
  CRYPTO_IMPORT,           /* what import jobs have yet to load */
  CRYPTO_REVISION,         /* numbers of policy changes, as callers see them */
  CRYPTO_MOVE,             /* MACs of plans to move */
  CRYPTO__PURPOSES
};

/* From 32 bytes; derives by HKDF-SHA-256 (RFC 5869). Refuses another length and all-equal bytes with R_RULE. */
RESULT crypto_keys_open(struct secret master, struct crypto_keys **ret_keys);
void crypto_keys_close(struct crypto_keys **keys);

/* Reads the file (64 hex digits or 32 raw bytes, mode 0600 or stricter), or makes it when it is absent and `make`:
   of several processes that make it at once, all read the same. R_RULE when it is readable by others or malformed,
   R_NOT_FOUND when it is absent, R_UNAVAILABLE when it cannot be read or made. */
RESULT crypto_master_read(const char *path, bool make, struct secret *ret_master);

/* The 32 bytes of one purpose and its name, for the files of this layer alone. */
enum { CRYPTO_KEY = 32 };
const unsigned char *crypto_key_bytes(const struct crypto_keys *keys, enum crypto_purpose purpose);
struct str crypto_key_name(enum crypto_purpose purpose);

/* Names the master key without revealing it: the database keeps it, a process with another key refuses to start. */
struct uuid crypto_keys_id(const struct crypto_keys *keys);
