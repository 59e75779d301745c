/* Decides who may be invited, and puts their letters into the outbox. Trusts: nothing of the row. */
#include "import/letter.h"
#include "domain/invitation.h"

RESULT import_letter_allowed(struct import_work *w, const struct uuid *home, struct str email)
{
  const struct import_inviting *inviting = w->apply->inviting;
  struct import_leave ignored;
  if (!inviting)
    return R_OK;
  TRY(import_work_leave(w, home, BW_USER_INVITE, &ignored));
  return inviting->mail && !email.p ? import_work_blame(w, "email", R_RULE) : R_OK;
}

RESULT import_letter_send(struct change *change, struct import_inviting *inviting, const struct uuid *user)
{
  if (!inviting || !inviting->mail)
    return R_OK;
  const char *before = change->action;
  int64_t due = inviting->next > change->now ? inviting->next : change->now;
  struct invitation_order order = {.user = *user, .purpose = STORE_INVITATION, .due = due};
  struct invitation invitation;
  change->action = "inviteUser";
  enum result r = domain_invitation_order(change, &order, &invitation);
  change->action = before;
  TRY(r);
  inviting->next = due + inviting->interval;
  return invitation.sent ? R_OK : R_RULE;
}
