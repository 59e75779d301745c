/* Who is in which group. Joining is being given what the group holds, leaving is having it taken. */
#pragma once
#include "domain/change.h"

/* How many groups stand one above another, at most; above one principal there are at most BW_GROUPS. */
enum { DOMAIN_GROUP_DEPTH = 8 };

struct membership_new {
  struct uuid group, member;
  struct uuid id; /* its own; zero: a random one */
};

/* The member is a user, a client or a group of the group's own tenant. For each grant of the group, and of those that
   it is in, what domain_grant_create says of the giving of it to the member and to all who are in the member:
   R_CEILING, R_PRIVILEGED, R_NOT_FOR_MACHINES. R_SELF_SERVICE: the actor would join, be it in a group; R_GROUP_RING;
   R_NOT_AT_HOME; R_LIMIT_REACHED: too many groups; R_WRONG_STATE: the member is terminated; R_ALREADY_EXISTS;
   R_NOT_FOUND: either cannot be seen. */
RESULT domain_membership_add(struct change *change, const struct membership_new *membership,
                             struct outcome *ret_outcome);

/* R_SELF_SERVICE: the actor would leave; R_PRIVILEGED as for taking each of the grants;
   R_LAST_ADMIN: as domain/admin.h says of the group's home. */
RESULT domain_membership_end(struct change *change, const struct membership_new *membership);

/* All memberships of a principal who goes, and in it if it is a group; with an event each. The principal is held. */
RESULT domain_membership_end_all(struct change *change, const struct uuid *principal);
