/* Password hashes that other systems made: verified until the first login makes one of ours of them. Never made here.
 */
#pragma once
#include "base/result.h"
#include "base/str.h"

/* As they are kept: this, then the hash as it came. Nothing that crypto_hash_make gives begins so. */
#define CRYPTO_FOREIGN "foreign:"

enum { CRYPTO_FOREIGN_MOST = 512 };

/* Neither a setting nor a hash found in the database may ask for more. */
enum { CRYPTO_FOREIGN_COST_MOST = 14 };

/* KiB of Argon2: as much as is kept between two computings, since memory that is got anew takes longer. */
enum { CRYPTO_FOREIGN_MEMORY_MOST = 64 * 1024 };

/* Whether it is one, and no dearer than bcrypt of cost `most`: R_HASH_MALFORMED, R_HASH_COSTLY. That is, for a whole of
   2 to the power of `most`: 160 rounds of PBKDF2 with SHA-256 for each, 64 with SHA-512, 64 KiB times passes of Argon2.
   The forms:
   - bcrypt: $2a$, $2b$ or $2y$, cost 4 and more; a password over 72 bytes fits none, since bcrypt does not look
     further;
   - PBKDF2 of passlib: $pbkdf2-sha256$ROUNDS$SALT$TAG or $pbkdf2-sha512$..., base64 with '.' for '+';
   - the same in the PHC string form: $pbkdf2-sha256$i=ROUNDS$SALT$TAG, or i=ROUNDS,l=BYTES; standard base64;
   - PBKDF2 of Django: pbkdf2_sha256$ROUNDS$SALT$TAG, the salt as it is, the tag in base64;
   - Argon2 without a pepper: $argon2id$v=19$m=M,t=T,p=P$SALT$TAG or $argon2i$..., at most 64 MiB, 16 passes,
     4 lanes. */
RESULT crypto_foreign_accept(struct str hash, unsigned most);

/* R_OK: it is the password; R_LOGIN_FAILED: it is not, or the hash is none that is accepted at all. */
RESULT crypto_foreign_check(struct str hash, struct str password);
