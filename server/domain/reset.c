/* Resets of other people's factors, and the record of who reset what. Trusts: no right of the actor. */
#include "domain/reset.h"
#include "authn/throttle.h"
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

/* Holds a user whom the actor may help in. */
static enum result hold(struct change *change, const struct uuid *user, struct store_user *ret_user)
{
  struct store_user found;
  TRY(store_user_lock(change->tx, user, &found));
  TRY(domain_guard_principal(change, user, &found.tenant));
  TRY(domain_guard_other(change, user));
  if (str_is(found.state, "terminated"))
    return R_WRONG_STATE;
  *ret_user = found;
  return R_OK;
}

static enum result record(struct change *change, const struct store_user *user, const struct store_object *after,
                          struct outcome *ret_outcome)
{
  struct audit_record event = {.tenant = user->tenant, .object_kind = "user", .object = after->id};
  TRY(domain_audit_done(change, &event));
  *ret_outcome = (struct outcome){.id = after->id, .body = after->body, .version = after->version};
  return R_OK;
}

RESULT domain_reset_factors(struct change *change, const struct uuid *user, struct outcome *ret_outcome)
{
  struct store_user before;
  struct store_object after;
  TRY(hold(change, user, &before));
  TRY(domain_reset_note(change, user, STORE_RESET_FACTOR));
  TRY(store_factor_reset(change->tx, user, &after));
  TRY(domain_notice_change(change, user, NOTICE_FACTOR_RESET, STR_NONE));
  return record(change, &before, &after, ret_outcome);
}

/* As often as one-time tokens may be made for somebody: else a helper could guess without an end. */
static enum result count_unlocking(struct change *change, const struct uuid *user)
{
  enum { MOST = 5 };
  struct store_call store = {.pool = change->domain->auth, .arena = change->arena, .deadline = change->deadline};
  struct authn_throttle throttle;
  if (change->actor.kind == DOMAIN_ACTOR_OPERATOR)
    return R_OK;
  TRY(authn_throttle_on_id(change->domain->keys, AUTHN_THROTTLE_UNLOCK, user, &throttle));
  return authn_throttle_take(&throttle, &store, MOST, change->now, &change->retry_after);
}

RESULT domain_reset_unlock(struct change *change, const struct uuid *user, struct outcome *ret_outcome)
{
  struct store_user before;
  struct store_object after;
  TRY(hold(change, user, &before));
  TRY(count_unlocking(change, user));
  TRY(store_user_unlock(change->tx, user, &after));
  return record(change, &before, &after, ret_outcome);
}
