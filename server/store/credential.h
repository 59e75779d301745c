/* Passwords in the vault, on the auth pool. */
#pragma once
#include "base/secret.h"
#include "store/call.h"

/* What someone would sign in with. Text and hash live in the arena. */
struct store_credential {
  struct uuid principal, tenant;
  struct str state; /* "active", ... */
  uint32_t epoch;
  struct str hash;  /* .p NULL: no password set */
  bool has_totp;    /* a confirmed authenticator exists */
  bool has_recovery; /* a recovery code is left; by store_credential_find only */
  int64_t changed_at; /* 0: no password set */
  bool chosen;        /* by who has it: not one that was loaded */
  struct str login, email, tenant_name, tenant_code; /* by store_credential_get only */
};

/* By tenant code and normal login name; R_NOT_FOUND without such a tenant. Without such a user, who is zero then, the tenant alone. */
RESULT store_credential_find(const struct store_call *call, struct str code, struct str login_key,
                             struct store_credential *ret_credential);
/* Of a user by id; R_NOT_FOUND. */
RESULT store_credential_get(const struct store_call *call, const struct uuid *user, struct store_credential *ret_credential);

/* Sets the hash, makes the user active, ends every session; of those before, `kept` are kept. R_NOT_FOUND when the user
   is neither invited nor active, or is not at that epoch any more: their sessions ended since they were looked at. */
RESULT store_credential_set(struct store_tx *tx, const struct uuid *user, uint32_t epoch, struct str hash, int64_t kept);

struct store_hashes {
  const struct str *list;
  size_t count;
};
/* Of the passwords before today's, newest first. */
RESULT store_credential_history(const struct store_call *call, const struct uuid *user, int64_t limit,
                                struct store_hashes *ret_hashes);
/* The same password hashed anew; nothing when it was changed meanwhile. */
RESULT store_credential_rehash(const struct store_call *call, const struct uuid *user, struct str before, struct str hash);
/* Every session of the principal ends; gives the epoch of those to come. */
RESULT store_credential_raise_epoch(struct store_tx *tx, const struct uuid *principal, uint32_t *ret_epoch);

/* The tenant of a code; R_NOT_FOUND. */
RESULT store_credential_tenant(const struct store_call *call, struct str code, struct uuid *ret_tenant);
