/* Proving, setting and changing passwords. Trusts: nothing that is passed in. */
#include "domain/credential.h"
#include "authn/nonce.h"
#include "authn/name.h"
#include "domain/notice.h"
#include "domain/password.h"
#include "domain/throttle.h"

static enum result check(struct signin *s, struct str hash, struct str password)
{
  CLEANUP(secret_free) struct secret prepared = {0};
  enum result r = authn_password_prepare(password, &prepared);
  if (r == R_MALFORMED || r == R_PASSWORD_TOO_LONG)
    return R_PASSWORD_WRONG;
  TRY(r);
  r = crypto_hash_check(s->domain->keys, hash, (struct str){(const char *)prepared.p, prepared.n});
  return r == R_LOGIN_FAILED ? R_PASSWORD_WRONG : r;
}

static enum result forgive(const struct store_call *store, const struct authn_throttle *throttle)
{
  CLEANUP(store_tx_close) struct store_tx *tx = NULL;
  uint64_t revision;
  TRY(store_tx_open(store, &tx));
  TRY(authn_throttle_forget(throttle, tx));
  return store_tx_commit(tx, &revision);
}

/* Somebody who has a session tries passwords. Whether its owner can be told changes nothing for who has to wait. */
static enum result warn(struct signin *s, const struct uuid *user)
{
  struct store_call store = domain_session_store(s);
  CLEANUP(store_tx_close) struct store_tx *tx = NULL;
  uint64_t revision;
  TRY(store_tx_open(&store, &tx));
  TRY(domain_notice_put(s, tx, user, NOTICE_ACCOUNT_THROTTLED));
  return store_tx_commit(tx, &revision);
}

RESULT domain_credential_prove(struct signin *s, const struct authn_caller *caller, struct str password,
                               struct store_credential *ret_credential)
{
  struct store_call store = domain_session_store(s);
  struct authn_throttle throttle;
  struct store_credential user;
  struct security_policy policy;
  if (caller->kind != AUTHN_USER)
    return R_FORBIDDEN;
  s->principal = caller->principal;
  TRY(domain_security_read_for(s, &caller->principal, &policy));
  TRY(authn_throttle_on_id(s->domain->keys, AUTHN_THROTTLE_PASSWORD, &caller->principal, &throttle));
  enum result r = authn_throttle_take(&throttle, &store, policy.account_attempts, s->now, &s->retry_after);
  if (r == R_THROTTLED)
    (void)!warn(s, &caller->principal);
  TRY(r);
  r = store_credential_get(&store, &caller->principal, &user);
  if (r != R_OK || !user.hash.p)
    return r == R_NOT_FOUND || r == R_OK ? R_PASSWORD_WRONG : r;
  s->tenant = user.tenant;
  if (user.epoch != caller->epoch)
    return R_UNAUTHENTICATED;
  TRY(check(s, user.hash, password));
  TRY(forgive(&store, &throttle));
  *ret_credential = user;
  return R_OK;
}

static enum result make_hash(struct signin *s, struct str password, char ret_hash[CRYPTO_HASH_TEXT])
{
  CLEANUP(secret_free) struct secret prepared = {0};
  TRY(authn_password_prepare(password, &prepared));
  return crypto_hash_make(s->domain->keys, s->domain->limits.cost, (struct str){(const char *)prepared.p, prepared.n}, ret_hash);
}

/* What was counted against the password before is not this one's. */
static enum result renew(struct signin *s, struct store_tx *tx, const struct store_credential *user)
{
  struct throttle_target target = {.code = user->tenant_code, .person = user->principal};
  TRY(authn_name_normalise(user->login, s->arena, &target.key));
  return domain_throttle_renew(s, tx, &target);
}

RESULT domain_credential_want(struct signin *s, const struct store_credential *user, struct str password,
                              struct credential_wanted *ret_wanted)
{
  struct security_policy policy;
  TRY(domain_password_check(s, user, password, &policy));
  ret_wanted->kept = domain_password_kept(&policy);
  return make_hash(s, password, ret_wanted->hash);
}

RESULT domain_credential_put(struct signin *s, struct store_tx *tx, const struct store_credential *user,
                             const struct credential_wanted *wanted)
{
  TRY(store_credential_set(tx, &user->principal, user->epoch, str_of(wanted->hash), wanted->kept));
  TRY(store_invitation_end(tx, &user->principal));
  TRY(renew(s, tx, user));
  TRY(domain_session_event(s, tx, &user->principal, AUTHN_USER, "user", &user->principal));
  if (user->hash.p)
    TRY(domain_notice_put(s, tx, &user->principal, NOTICE_PASSWORD_CHANGED));
  return R_OK;
}

static enum result set(struct signin *s, struct store_tx *tx, const struct store_credential *user,
                       const struct credential_wanted *wanted)
{
  TRY(domain_credential_put(s, tx, user, wanted));
  return store_tx_commit(tx, &s->revision);
}

static const enum authn_nonce_kind nonces[] = {[STORE_INVITATION] = AUTHN_INVITATION, [STORE_RESET] = AUTHN_RESET};

/* Whoever holds the token, at home where somebody may act. */
static enum result find_holder(struct signin *s, const struct store_invitation_claim *claim,
                               struct store_credential *ret_user)
{
  struct store_call store = domain_session_store(s);
  struct uuid id;
  TRY(store_invitation_find(&store, claim, &id));
  TRY(store_credential_get(&store, &id, ret_user));
  s->tenant = ret_user->tenant;
  s->principal = id;
  TRY(domain_session_relayed(s, &ret_user->tenant));
  enum result r = domain_session_housed(s, &ret_user->tenant);
  return r == R_LOGIN_FAILED ? R_NOT_FOUND : r;
}

RESULT domain_credential_accept(struct signin *s, const struct credential_claim *claim,
                                struct credential_home *ret_home)
{
  unsigned char bytes[CRYPTO_DIGEST];
  struct store_invitation_claim held = {claim->purpose, {(const char *)bytes, sizeof bytes}, s->now};
  struct store_call store = domain_session_store(s);
  CLEANUP(store_tx_close) struct store_tx *tx = NULL;
  struct store_credential user;
  struct uuid spender;
  struct credential_wanted wanted;
  if (authn_nonce_parse(nonces[claim->purpose], claim->token, bytes) != R_OK)
    return R_TOKEN_SPENT;
  enum result r = find_holder(s, &held, &user);
  if (r != R_OK)
    return r == R_NOT_FOUND ? R_TOKEN_SPENT : r;
  TRY(domain_credential_want(s, &user, claim->password, &wanted));
  TRY(store_tx_open(&store, &tx));
  r = store_invitation_use(tx, &held, &spender);
  if (r == R_OK)
    r = set(s, tx, &user, &wanted);
  if (r != R_OK)
    return r == R_NOT_FOUND ? R_TOKEN_SPENT : r;
  *ret_home = (struct credential_home){user.login, user.tenant_code};
  return R_OK;
}

RESULT domain_credential_change(struct signin *s, const struct authn_caller *caller, struct str current,
                                struct str password)
{
  struct store_call store = domain_session_store(s);
  CLEANUP(store_tx_close) struct store_tx *tx = NULL;
  struct store_credential user;
  struct credential_wanted wanted;
  TRY(domain_credential_prove(s, caller, current, &user));
  TRY(domain_credential_want(s, &user, password, &wanted));
  TRY(store_tx_open(&store, &tx));
  /* Another change came first: this session is over by it. */
  enum result r = set(s, tx, &user, &wanted);
  return r == R_NOT_FOUND ? R_UNAUTHENTICATED : r;
}
