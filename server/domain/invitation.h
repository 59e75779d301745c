/* One-time tokens by which people set a password: made by an administrator's order, or since the person asked. */
#pragma once
#include "domain/change.h"
#include "store/invitation.h"

struct signin;

struct invitation_order {
  struct uuid user;
  enum store_invitation_purpose purpose;
  bool shown;  /* to whoever has it made, though it could be sent */
  int64_t due; /* one of many: a letter goes then at the earliest, and is good from then on; 0: at once */
};

struct invitation {
  bool sent; /* by mail to the person: then nobody else learns token and link, which are .p NULL */
  struct str token, link;
  int64_t expires_at;
};

/* The newest token of a person is the only one that is good. It is sent where mails are and the person has an address;
   else it is in the arena, shown once, and stands in the database as a digest. An invitation is good for
   limits.invitation_time, but for limits.reset_time where it does what a reset does: of an active user, whom the
   operator alone invites again. R_WRONG_STATE for a suspended or terminated user, to reset what was never set, and to
   invite whoever has a password; R_SELF_SERVICE for oneself: that would be a new password without the old one;
   R_PRIVILEGED. R_THROTTLED, with change->retry_after, for the sixth of one person in 15 minutes, whoever ordered those
   before or asked for them. An order is counted before anything is written, and again where it has to run again;
   whoever is at the machine is not counted. */
RESULT domain_invitation_order(struct change *change, const struct invitation_order *order,
                               struct invitation *ret_invitation);

/* No token that was made for the user is good any more: it may be where they are no longer. */
RESULT domain_invitation_void(struct change *change, const struct uuid *user);

/* Whoever cannot sign in: by login or e-mail address (.p NULL: not given) at the tenant of that code. */
struct invitation_wish {
  struct str login, email, tenant;
};
/* Known or not, R_OK after the same work; R_THROTTLED for an address, of IPv6 a /64, that asks too often; R_FORBIDDEN
   for who may not relay for that tenant. What becomes of it is a job's. */
RESULT domain_invitation_ask(struct signin *s, const struct invitation_wish *wish);

/* Strangers to that account must wait, known or not: R_OK after the same work. Whom it means is told once a day. */
RESULT domain_invitation_warn(struct signin *s, struct str tenant, struct str login_key);

/* Serves the oldest of those requests: tokens to reset a password go to the people it means, if there are such, at most
   3 an hour to each, which are counted with what is ordered. R_NOT_FOUND when no request waits. */
RESULT domain_invitation_serve(const struct domain *domain, struct arena *arena);
