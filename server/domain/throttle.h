/* How often a password may be tried, and by whom, so that neither guessing nor locking others out gets far.

   Every attempt is counted before its hash is computed, by all processes together, on counters that know no name:
   - account: account_attempts in 15 minutes, of everybody who is a stranger to it. One place (an IPv4 address, an
     IPv6 /64) gets half of what the others have left, rounded up, so that a flood from one address leaves the
     account to strangers elsewhere;
   - address: address_attempts in 15 minutes, whatever accounts they are for; tenant: tenant_attempts of strangers
     (0: no limit);
   - what a person signed in from before is no stranger: a known place (30 days) has a counter of its own and that
     of the address, for a colleague who floods is still at that address; a known device (90 days) has a counter
     of its own alone. A device may fail 10 times in a quarter of an hour, and a place as often as a stranger from one
     place; after 10 in a row both are strangers again once it is over.
   A success clears the account and what it came from, and gives address and tenant back this one attempt: who owns
   one account cannot clear what guessing at others has used.

   A tenant may allow less than the installation (what the provider's own policy says, else the service's settings). To
   tell a stranger so would tell that there is a tenant of that code: one that is none has the installation's numbers,
   and so would answer 429 later. So strangers are told to wait by the installation's numbers alone, at every tenant and
   at none, with the same seconds, for all are counted alike up to there. Between the tenant's numbers and those an
   attempt is refused as a wrong password is, with the right one too, after a hash for nothing. The owner is told by
   mail, as when they have to wait, and a helpdesk sees it (GET /v1/users/{id}/sign-in). A known place is one address or
   network, of which others may come too: it fails as often as a stranger may from one place, half of the
   installation's number, before anything is told. A known device alone gets 429 by the tenant's numbers: its owner has
   been in, and knows that there is the tenant.

   NIST SP 800-63B-4 section 3.2.2 ends a password after 100 failures in a row. Taken alone that is a weapon: 100
   wrong guesses shut anybody out. Therefore 80 in a row shut out strangers only, the measure of the same section
   that lets in nothing but addresses of former successes; the last 20 are for what is known. Who floods at one of
   the owner's own places uses up 10 of these at most, and none that are a device's, whose token is 256 random
   bits. A success of the owner begins anew, and so does a new password by a one-time link, which makes the place
   where it is set known.

   So the owner of an account under attack gets in: from a known device or place at once; from elsewhere at once
   while the attack comes from few addresses (four use an account up), else when it pauses, after 15 minutes at
   most, or, after 80 guesses, two hours of it, by a one-time link. An account that does not exist is
   counted and refused just so. An administrator who unlocks a user (user:unlock) begins all counters of that account
   anew, and none of an address or a tenant; what 100 failures in a row have ended takes another password. */
#pragma once
#include "authn/throttle.h"
#include "domain/session.h"

/* An attempt that was counted. */
struct throttle {
  struct authn_throttle account, share, address, tenant, device, place;
  bool shows_device;
  struct str known; /* "device" or "place"; .p NULL: by a stranger */
};

struct throttle_target {
  struct str code, key; /* of the tenant as it was typed, of the account in its normal form */
  struct uuid person;   /* zero when there is none of that name */
  struct store_attempts most; /* what its tenant allows */
  struct store_attempts told; /* the service's own settings, for where the provider has set none */
};

/* Counts an attempt of `s`, whose device_token may make it a known one: R_THROTTLED, with s->retry_after, when it
   may not be made; R_LOGIN_FAILED when it may not and that is not to be told. Its owner is told when that is for what
   was tried at the account, and not when its address or tenant alone has used up what it may: that says nothing of this
   account. */
RESULT domain_throttle_take(struct signin *s, const struct throttle_target *target, struct throttle *ret_throttle);

/* The password was right. Queued in `tx`. */
RESULT domain_throttle_return(const struct throttle *throttle, struct store_tx *tx);

/* How a user signs in and what attempts have put on their account, as JSON, for who may see their sessions.
   R_NOT_FOUND. */
RESULT domain_throttle_state(struct signin *s, const struct uuid *user, struct str *ret_body);

/* A new password begins with no failures, and is known where it was set. In `tx`. */
RESULT domain_throttle_renew(struct signin *s, struct store_tx *tx, const struct throttle_target *target);

/* A person is in: what they came from is known from now on. Sets login->new_device, and login->device_token when
   s->remember_device asks for one and the one that was shown is not known. */
RESULT domain_throttle_know(struct signin *s, struct store_tx *tx, const struct uuid *person, struct login *login);
