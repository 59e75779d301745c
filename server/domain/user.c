/* Makes, changes, suspends, resumes and terminates users. */
#include "domain/user.h"
#include "authn/name.h"
#include "crypto/foreign.h"
#include "domain/admin.h"
#include "domain/audit.h"
#include "domain/grant.h"
#include "domain/guard.h"
#include "domain/membership.h"
#include "domain/invitation.h"
#include "domain/notice.h"
#include "domain/reset.h"
#include "store/user.h"

typedef RESULT user_turn(struct change *change, const struct uuid *id, struct store_object *ret_user);

static RESULT record(struct change *change, const struct uuid *tenant, struct str before,
                     const struct store_object *user, struct outcome *ret_outcome)
{
  struct audit_record event = {
      .tenant = *tenant, .object_kind = "user", .object = user->id, .before = before, .after = user->body};
  TRY(domain_audit_done(change, &event));
  *ret_outcome = (struct outcome){.id = user->id, .body = user->body, .version = user->version};
  return R_OK;
}

static RESULT fold_email(struct str email, struct arena *arena, struct str *ret_key)
{
  return email.p ? authn_name_fold(email, arena, ret_key) : R_OK;
}

static RESULT names_of_new(const struct user_new *user, struct arena *arena, struct store_user_names *ret_names)
{
  struct store_user_names names = {.login = user->login,
                                   .display_name = user->display_name.p ? user->display_name : user->login,
                                   .email = user->email,
                                   .external_id = user->external_id,
                                   .dialling = user->dialling,
                                   .dialling_count = user->dialling_count};
  TRY(authn_name_normalise(names.login, arena, &names.login_key));
  TRY(authn_name_fold(names.display_name, arena, &names.name_key));
  TRY(fold_email(names.email, arena, &names.email_key));
  *ret_names = names;
  return R_OK;
}

RESULT domain_user_create(struct change *change, const struct user_new *user, struct outcome *ret_outcome)
{
  struct store_user_names names;
  struct uuid id;
  struct store_object made;
  TRY(names_of_new(user, change->arena, &names));
  TRY(uuid_new(&id));
  TRY(store_user_insert(change->tx, &id, &user->tenant, &names, &made));
  return record(change, &user->tenant, STR_NONE, &made, ret_outcome);
}

/* One of many; `before` is the one before it, whose tenant is often the same. */
static RESULT prepare(const struct change *change, const struct user_new *user, const struct store_user_new *before,
                      struct store_user_new *ret_user)
{
  struct store_user_new made = {.tenant = user->tenant};
  TRY(names_of_new(user, change->arena, &made.names));
  TRY(uuid_new(&made.id));
  TRY(uuid_new(&made.event));
  if (before && uuid_equal(&before->tenant, &user->tenant)) {
    made.pseudonym = before->pseudonym;
  } else {
    struct store_audit event = {.tenant = user->tenant};
    TRY(domain_audit_actor(change->domain, &change->actor, change->arena, &event));
    made.pseudonym = event.actor_pseudonym;
  }
  *ret_user = made;
  return R_OK;
}

RESULT domain_user_create_many(struct change *change, const struct user_new *users, size_t count, struct uuid *ret_ids)
{
  struct store_user_new *rows = arena_array(change->arena, count + 1, sizeof *rows);
  size_t *places = arena_array(change->arena, count + 1, sizeof *places), ready = 0;
  bool *made = arena_array(change->arena, count + 1, sizeof *made);
  struct store_audit event = {.at = change->now, .action = str_of(change->action)};
  if (!rows || !places || !made)
    return R_NO_MEMORY;
  memset(ret_ids, 0, count * sizeof *ret_ids);
  for (size_t i = 0; i < count; i++) {
    enum result r = prepare(change, &users[i], ready ? &rows[ready - 1] : NULL, &rows[ready]);
    if (r == R_OK)
      places[ready++] = i;
    else if (r == R_NO_MEMORY || r == R_AGAIN)
      return r;
  }
  if (ready == 0)
    return R_OK;
  event.tenant = rows[0].tenant;
  TRY(domain_audit_actor(change->domain, &change->actor, change->arena, &event));
  TRY(store_user_insert_many(change->tx, rows, ready, &event, made));
  for (size_t i = 0; i < ready; i++)
    if (made[i]) {
      ret_ids[places[i]] = rows[i].id;
      change->events++;
    }
  return R_OK;
}

/* The user, held; who may not touch a privileged one stops here. */
static RESULT take(struct change *change, const struct uuid *id, struct store_user *ret_user)
{
  TRY(store_user_lock(change->tx, id, ret_user));
  return domain_guard_principal(change, id, &ret_user->tenant);
}

RESULT domain_user_adopt(struct change *change, const struct uuid *id, struct str hash, struct outcome *ret_outcome)
{
  struct bw_id user_id = policy_id(id);
  struct store_user user;
  struct store_object changed;
  TRY(crypto_foreign_accept(hash, change->domain->limits.import_hash_cost));
  TRY(take(change, id, &user));
  if (bw_principal_privileged(policy_model(change->domain->policy), &user_id, change->now))
    return R_PRIVILEGED;
  if (!str_is(user.state, "invited"))
    return R_WRONG_STATE;
  struct str marked = arena_print(change->arena, CRYPTO_FOREIGN "%.*s", (int)hash.n, hash.p);
  if (!marked.p)
    return R_NO_MEMORY;
  TRY(store_user_adopt(change->tx, id, marked, &changed));
  return record(change, &user.tenant, user.object.body, &changed, ret_outcome);
}

static RESULT names_of(const struct user_patch *patch, struct arena *arena, struct str login,
                       struct store_user_names *ret_names)
{
  struct store_user_names names = {.email_given = patch->email.given,
                                   .email = patch->email.value,
                                   .external_id_given = patch->external_id.given,
                                   .external_id = patch->external_id.value,
                                   .dialling_given = patch->dialling_given,
                                   .dialling = patch->dialling,
                                   .dialling_count = patch->dialling_count};
  if (patch->login.given) {
    names.login = login = patch->login.value;
    TRY(authn_name_normalise(login, arena, &names.login_key));
  }
  if (patch->display_name.given) {
    names.display_name = patch->display_name.value.p ? patch->display_name.value : login;
    TRY(authn_name_fold(names.display_name, arena, &names.name_key));
  }
  TRY(fold_email(names.email, arena, &names.email_key));
  *ret_names = names;
  return R_OK;
}

/* Whoever had the address until now learns that it is another, and what was sent there is no way in any more. */
static RESULT leave_address(struct change *change, const struct uuid *id, const struct store_user *user,
                            const struct patch *email)
{
  if (!email->given || str_equal(user->email, email->value))
    return R_OK;
  TRY(domain_guard_other(change, id));
  /* Where a new password can be asked for, whoever says the address decides over the password. */
  TRY(domain_reset_note(change, id, STORE_RESET_PASSWORD));
  if (!user->email.p)
    return R_OK;
  TRY(domain_invitation_void(change, id));
  return domain_notice_change(change, id, NOTICE_EMAIL_CHANGED, user->email);
}

RESULT domain_user_update(struct change *change, const struct uuid *id, int64_t if_version,
                          const struct user_patch *patch, struct outcome *ret_outcome)
{
  struct store_user user;
  struct store_user_names names;
  struct store_object changed;
  if (patch->login.given && !patch->login.value.p)
    return R_MALFORMED;
  TRY(take(change, id, &user));
  if (if_version != 0 && if_version != user.object.version)
    return R_STALE;
  if (str_is(user.state, "terminated"))
    return R_WRONG_STATE;
  TRY(names_of(patch, change->arena, user.login, &names));
  TRY(store_user_update(change->tx, id, &user.tenant, &names, &changed));
  TRY(leave_address(change, id, &user, &patch->email));
  return record(change, &user.tenant, user.object.body, &changed, ret_outcome);
}

static RESULT terminate(struct change *change, const struct uuid *id, struct store_object *ret_user)
{
  const struct domain_limits *limits = &change->domain->limits;
  const struct store_end end = {limits->termination_grace / CLOCK_SECOND, limits->name_rest / CLOCK_SECOND};
  return store_user_terminate(change->tx, id, &end, ret_user);
}

static RESULT suspend(struct change *change, const struct uuid *id, struct store_object *ret_user)
{
  return store_user_suspend(change->tx, id, ret_user);
}

static RESULT resume(struct change *change, const struct uuid *id, struct store_object *ret_user)
{
  return store_user_resume(change->tx, id, ret_user);
}

static RESULT set_state(struct change *change, const struct uuid *id, user_turn *turn, struct outcome *ret_outcome)
{
  struct store_user user;
  struct store_object changed;
  struct domain_admin_watch watch = {0};
  TRY(take(change, id, &user));
  TRY(domain_guard_other(change, id));
  if (str_is(user.state, "terminated"))
    return R_WRONG_STATE;
  TRY(domain_admin_watch_of(change, id, &user.tenant, &watch));
  TRY(turn(change, id, &changed));
  TRY(domain_admin_keep(change, &watch));
  return record(change, &user.tenant, user.object.body, &changed, ret_outcome);
}

RESULT domain_user_suspend(struct change *change, const struct uuid *id, struct outcome *ret_outcome)
{
  return set_state(change, id, suspend, ret_outcome);
}

RESULT domain_user_resume(struct change *change, const struct uuid *id, struct outcome *ret_outcome)
{
  return set_state(change, id, resume, ret_outcome);
}

RESULT domain_user_terminate(struct change *change, const struct uuid *id, struct outcome *ret_outcome)
{
  struct outcome outcome;
  TRY(set_state(change, id, terminate, &outcome));
  TRY(domain_grant_end(change, id));
  TRY(domain_membership_end_all(change, id));
  *ret_outcome = outcome;
  return R_OK;
}
