/* What may be done to users. Whoever touches a privileged user holds grant:assign_privileged there (R_PRIVILEGED). */
#pragma once
#include "domain/change.h"

struct user_new {
  struct uuid tenant;
  struct str login;        /* as typed; its normal form is unique in the tenant */
  struct str display_name; /* .p NULL: the login */
  struct str email, external_id;
  const struct str *dialling;
  size_t dialling_count;
};

/* State invited, no password. R_ALREADY_EXISTS for login or external_id in the tenant; R_MALFORMED for a login without
   a normal form. */
RESULT domain_user_create(struct change *change, const struct user_new *user, struct outcome *ret_outcome);

/* Many at once. Whoever cannot be made so has a zero id in ret_ids, and nothing of them is done: each by itself
   tells why. */
RESULT domain_user_create_many(struct change *change, const struct user_new *users, size_t count, struct uuid *ret_ids);

/* Whoever has no password yet gets one that was hashed elsewhere (crypto/foreign.h), which nobody reads again, and
   is active. R_HASH_MALFORMED, R_HASH_COSTLY; R_WRONG_STATE for who is not invited; R_PRIVILEGED for a privileged
   user, whoever asks. */
RESULT domain_user_adopt(struct change *change, const struct uuid *id, struct str hash, struct outcome *ret_outcome);

struct user_patch {
  struct patch login, display_name, email, external_id;
  bool dialling_given;
  const struct str *dialling;
  size_t dialling_count;
};
RESULT domain_user_update(struct change *change, const struct uuid *id, int64_t if_version,
                          const struct user_patch *patch, struct outcome *ret_outcome);

/* suspended: sessions end (epoch), resume restores invited or active. terminated: for good, grants go, credentials
   become dead, and after limits.name_rest others may have the names. R_WRONG_STATE for a terminated user;
   R_SELF_SERVICE for oneself; R_LAST_ADMIN: as domain/admin.h says of their home. Suspending a suspended user changes nothing. */
RESULT domain_user_suspend(struct change *change, const struct uuid *id, struct outcome *ret_outcome);
RESULT domain_user_resume(struct change *change, const struct uuid *id, struct outcome *ret_outcome);
RESULT domain_user_terminate(struct change *change, const struct uuid *id, struct outcome *ret_outcome);
