/* Requests of people who cannot sign in, known or not, and whom they may mean; on the auth pool. */
#pragma once
#include "store/call.h"

struct store_reset {
  struct str subject; /* an HMAC of what was typed */
  struct str sealed;  /* what was typed */
  struct str address, request_id;
  struct uuid stated_by; /* the client whose word `address` is; zero: none */
  struct str kind;    /* "reset" or "warn" */
  struct str place;   /* for which `address` stands */
  int64_t created_at; /* set by the database */
};
/* At once and for all to see; the same subject again is no second request, and beyond 10,000 of a kind, or 100 of a kind
   of one place, nothing is put in. */
RESULT store_reset_put(const struct store_call *call, const struct store_reset *request);
/* The oldest that nobody else has in hand, without kind and place, gone with the commit; R_NOT_FOUND when there is none.
   Lives in tx's arena. */
RESULT store_reset_take(struct store_tx *tx, struct store_reset *ret_request);

/* What was typed, in the forms in which it is looked for; .p NULL: not given. */
struct store_reset_name {
  struct str code, login_key, email_key;
};
struct store_reset_person {
  struct uuid id, tenant;
};
enum { STORE_RESET_PEOPLE = 5 };
/* Who at the tenant of that code has the login or the e-mail address, is active and can be reached: held against change
   until the transaction ends. */
RESULT store_reset_find(struct store_tx *tx, const struct store_reset_name *name,
                        struct store_reset_person ret_people[STORE_RESET_PEOPLE], size_t *ret_count);
