/* Users: their rows, by id, by tenant and by name. */
#pragma once
#include "store/call.h"

/* R_NOT_FOUND outside the scope. */
RESULT store_user_get(const struct store_call *call, const struct uuid *id, struct store_object *ret_user);

/* What is .p NULL does not filter. */
struct store_user_filter {
  struct store_range range;
  struct str state, external_id;
  struct str q; /* how the folded login, name or e-mail address begins */
};
RESULT store_user_list(const struct store_call *call, const struct store_user_filter *filter,
                       struct store_page *ret_page);

/* By external_id, or by the normal form of the login where that is .p NULL. R_NOT_FOUND. */
RESULT store_user_find(const struct store_call *call, const struct uuid *tenant, struct str external_id,
                       struct str login_key, struct store_object *ret_user);

/* A user held against change until the transaction ends. */
struct store_user {
  struct store_object object; /* as it is before the change */
  struct uuid tenant;
  struct str state, login, email; /* email.p NULL: none */
};
/* R_NOT_FOUND outside the scope. */
RESULT store_user_lock(struct store_tx *tx, const struct uuid *id, struct store_user *ret_user);

/* What a user says of themselves; in a change .p NULL leaves login and display_name as they are. */
struct store_user_names {
  struct str login, login_key, display_name, name_key;
  bool email_given, external_id_given, dialling_given; /* looked at in a change alone */
  struct str email, email_key, external_id;
  const struct str *dialling;
  size_t dialling_count;
};
/* Invited; names of who was terminated are free once they have rested. R_NOT_FOUND: no such tenant in the scope;
   R_ALREADY_EXISTS: the login or the external_id; R_AGAIN: the tenant was moved. */
RESULT store_user_insert(struct store_tx *tx, const struct uuid *id, const struct uuid *tenant,
                         const struct store_user_names *names, struct store_object *ret_user);

/* One of many, with the id of its event and how its tenant knows who acted. */
struct store_user_new {
  struct uuid id, tenant, event;
  struct str pseudonym;
  struct store_user_names names;
};
/* All at once, each with its event, which otherwise says what `event` says. Whoever is there already is left out:
   ret_made[i] is false. */
struct store_audit;
RESULT store_user_insert_many(struct store_tx *tx, const struct store_user_new *users, size_t count,
                              const struct store_audit *event, bool *ret_made);

/* What many are to be; .p NULL and not given: not compared. */
struct store_user_wanted {
  struct uuid tenant;
  struct str external_id, login, display_name;
  bool email_given, dialling_given;
  struct str email;
  const struct str *dialling;
  size_t dialling_count;
};
struct store_user_compared {
  struct uuid id; /* zero: not there */
  bool same;
};
RESULT store_user_compare(const struct store_call *call, const struct store_user_wanted *wanted, size_t count,
                          struct store_user_compared *ret_compared);

RESULT store_user_update(struct store_tx *tx, const struct uuid *id, const struct uuid *tenant,
                         const struct store_user_names *names, struct store_object *ret_user);

/* Whoever is invited gets the hash of a password and is active. R_NOT_FOUND: nobody who is invited. */
RESULT store_user_adopt(struct store_tx *tx, const struct uuid *id, struct str hash, struct store_object *ret_user);

/* Suspends and ends the sessions; a suspended one stays as it is. */
RESULT store_user_suspend(struct store_tx *tx, const struct uuid *id, struct store_object *ret_user);
/* Back to what they were before; who is not suspended stays as they are. */
RESULT store_user_resume(struct store_tx *tx, const struct uuid *id, struct store_object *ret_user);
/* Attempts that failed before now count for nothing. */
RESULT store_user_unlock(struct store_tx *tx, const struct uuid *id, struct store_object *ret_user);
/* For good; their grants go. */
RESULT store_user_terminate(struct store_tx *tx, const struct uuid *id, const struct store_end *end,
                            struct store_object *ret_user);
