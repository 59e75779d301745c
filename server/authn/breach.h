/* The public list of breached passwords: lines "SHA-1 in upper-case hex:count", sorted, hundreds of millions of them.
   It is searched where it lies, and never loaded. */
#pragma once
#include "base/arena.h"
#include "base/result.h"

struct authn_breach;

/* Open as long as the arena. R_MALFORMED: not such a file, by its first and last lines and a thousand between.
   R_UNAVAILABLE: it cannot be read. The file may be exchanged by another under its name; this process goes on with the
   one it opened. */
RESULT authn_breach_open(const char *path, struct arena *arena, const struct authn_breach **ret_breach);

/* Whether the password stands there. R_UNAVAILABLE, R_MALFORMED: it could not be told, and the password must not be
   taken. */
RESULT authn_breach_find(const struct authn_breach *breach, struct str password, bool *ret_found);
