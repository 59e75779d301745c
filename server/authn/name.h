/* Login names in the form in which they are unique and looked up. */
#pragma once
#include "base/arena.h"
#include "base/result.h"

enum { AUTHN_NAME_MOST = 128 };

/* Trimmed, NFKC without case; what cannot be seen does not count. R_MALFORMED when that is not 1 to AUTHN_NAME_MOST
   code points, or when a control, format, private or unassigned character or a space stands inside. Idempotent. */
RESULT authn_name_normalise(struct str login, struct arena *arena, struct str *ret_key);

/* How names of people, tenants and addresses are searched: trimmed, NFKC without case, spaces kept. R_MALFORMED when it
   is empty then, too long, or not text. */
RESULT authn_name_fold(struct str name, struct arena *arena, struct str *ret_key);
