/* Resets of other people's factors, and the record of who reset what. Trusts: no right of the actor. */
#include "domain/reset.h"
#include "domain/audit.h"
#include "domain/guard.h"
#include "domain/notice.h"
#include "store/user.h"

RESULT domain_reset_note(struct change *change, const struct uuid *user, enum store_factor_reset kind)
{
  bool recent = false;
  if (change->actor.kind != DOMAIN_ACTOR_USER && change->actor.kind != DOMAIN_ACTOR_CLIENT)
    return R_OK;
  enum store_factor_reset other = kind == STORE_RESET_PASSWORD ? STORE_RESET_FACTOR : STORE_RESET_PASSWORD;
  TRY(store_factor_recent(change->tx, user, other, &change->actor.id, &recent));
  return recent ? R_FOUR_EYES : store_factor_note(change->tx, user, kind, &change->actor.id);
}

RESULT domain_reset_factors(struct change *change, const struct uuid *user, struct outcome *ret_outcome)
{
  struct store_user before;
  struct store_object after;
  TRY(store_user_lock(change->tx, user, &before));
  TRY(domain_guard_principal(change, user, &before.tenant));
  TRY(domain_guard_other(change, user));
  if (str_is(before.state, "terminated"))
    return R_WRONG_STATE;
  TRY(domain_reset_note(change, user, STORE_RESET_FACTOR));
  TRY(store_factor_reset(change->tx, user, &after));
  struct audit_record event = {.tenant = before.tenant, .object_kind = "user", .object = *user};
  TRY(domain_audit_done(change, &event));
  TRY(domain_notice_change(change, user, NOTICE_FACTOR_RESET, STR_NONE));
  *ret_outcome = (struct outcome){.id = after.id, .body = after.body, .version = after.version};
  return R_OK;
}
