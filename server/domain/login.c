/* Logins by password, code and refresh token. Trusts: nothing that is passed in. */
#include "domain/login.h"
#include "authn/name.h"
#include "authn/nonce.h"
#include "authn/password.h"
#include "authn/throttle.h"
#include "authn/token.h"
#include "domain/factor.h"
#include "store/credential.h"

static const int64_t pending_life = 300 * CLOCK_SECOND;

struct throttles {
  struct authn_throttle account, address;
};

static enum result take(struct signin *s, struct str account, struct throttles *ret_throttles)
{
  struct store_call store = domain_session_store(s);
  const struct crypto_keys *keys = s->domain->keys;
  TRY(authn_throttle_on(keys, AUTHN_THROTTLE_ADDRESS, s->address, &ret_throttles->address));
  TRY(authn_throttle_on(keys, AUTHN_THROTTLE_ACCOUNT, account, &ret_throttles->account));
  TRY(authn_throttle_take(&ret_throttles->address, &store, s->domain->limits.address_attempts, s->now, &s->retry_after));
  return authn_throttle_take(&ret_throttles->account, &store, s->domain->limits.account_attempts, s->now, &s->retry_after);
}

static enum result give_back(const struct throttles *throttles, struct store_tx *tx)
{
  TRY(authn_throttle_forget(&throttles->account, tx));
  return authn_throttle_return(&throttles->address, tx);
}

/* All spellings of a name are one account. */
static enum result account_of(struct signin *s, const struct login_request *request, struct str *ret_key, struct str *ret_account)
{
  struct str key;
  enum result r = authn_name_normalise(request->login, s->arena, &key);
  if (r == R_MALFORMED || r == R_TOO_LARGE)
    key = STR("");
  else
    TRY(r);
  *ret_account = arena_print(s->arena, "%.*s %.*s", (int)request->tenant.n, request->tenant.p, (int)key.n, key.p);
  *ret_key = key;
  return ret_account->p ? R_OK : R_NO_MEMORY;
}

/* The account, or a stand-in whose hash nothing fits: both are hashed against. */
static enum result look_up(struct signin *s, struct str code, struct str key, struct store_credential *ret_credential)
{
  struct store_call store = domain_session_store(s);
  enum result r = store_credential_find(&store, code, key, ret_credential);
  if (r == R_NOT_FOUND) {
    *ret_credential = (struct store_credential){.state = STR("unknown")};
    r = store_credential_tenant(&store, code, &s->tenant);
    return r == R_NOT_FOUND ? R_OK : r;
  }
  s->tenant = ret_credential->tenant;
  s->principal = ret_credential->principal;
  return r;
}

/* A hash that nothing fits, at today's cost: what an unknown account is checked against, in the same time. */
static struct str hash_of_nobody(struct signin *s)
{
  struct crypto_cost cost = s->domain->limits.cost;
  return arena_print(s->arena, "$argon2id$v=19$m=%u,t=%u,p=%u$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                     cost.memory, cost.passes, cost.lanes);
}

static enum result check_password(struct signin *s, const struct store_credential *credential, struct str password)
{
  CLEANUP(secret_free) struct secret prepared = {0};
  enum result r = authn_password_prepare(password, &prepared);
  if (r != R_OK)
    prepared = secret_copy("-", 1);
  struct str hash = credential->hash.p ? credential->hash : hash_of_nobody(s);
  if (!prepared.p || !hash.p)
    return R_NO_MEMORY;
  enum result checked = crypto_hash_check(s->domain->keys, hash, (struct str){(const char *)prepared.p, prepared.n});
  if (checked != R_OK)
    return checked;
  if (r != R_OK || !credential->hash.p)
    return R_LOGIN_FAILED;
  return domain_session_allowed(s, &credential->principal, NULL, credential->epoch);
}

/* A hash made with less than today's cost is made anew; that it fails harms nothing. */
static void improve_hash(struct signin *s, const struct store_credential *credential, struct str password)
{
  CLEANUP(secret_free) struct secret prepared = {0};
  char hash[CRYPTO_HASH_TEXT];
  struct store_call store = domain_session_store(s);
  struct crypto_cost cost = s->domain->limits.cost;
  if (!crypto_hash_outdated(credential->hash, cost) || authn_password_prepare(password, &prepared) != R_OK)
    return;
  struct str bytes = {(const char *)prepared.p, prepared.n};
  if (crypto_hash_make(s->domain->keys, cost, bytes, hash) == R_OK)
    (void)!store_credential_rehash(&store, &credential->principal, credential->hash, str_of(hash));
}

static enum result new_session(struct signin *s, const struct store_credential *credential, struct str audience,
                               struct store_session *ret_session)
{
  *ret_session = (struct store_session){.principal = credential->principal,
                                        .epoch = credential->epoch,
                                        .strength = AUTHN_SINGLE,
                                        .audience = audience,
                                        .expires_at = s->now + s->domain->limits.session_time,
                                        .authenticated_at = s->now};
  return uuid_new(&ret_session->id);
}

static enum authn_audience audience_named(struct str name)
{
  if (str_is(name, "analytics"))
    return AUTHN_ANALYTICS;
  return str_is(name, "partner") ? AUTHN_PARTNER : AUTHN_SERVICE;
}

static const char *const audience_names[] = {
    [AUTHN_SERVICE] = "service", [AUTHN_PARTNER] = "partner", [AUTHN_ANALYTICS] = "analytics"};

/* The pending token carries the id that the session will have: one pending token, one session. The password was right: guesses at
   the code are counted by themselves. */
static enum result pend(struct signin *s, const struct store_session *session, const struct throttles *throttles,
                        struct login *ret_login)
{
  struct store_call store = domain_session_store(s);
  CLEANUP(store_tx_close) struct store_tx *tx = NULL;
  uint64_t revision;
  struct authn_token token = {.caller = {.principal = session->principal,
                                         .session = session->id,
                                         .kind = AUTHN_USER,
                                         .strength = AUTHN_SINGLE,
                                         .epoch = session->epoch},
                              .audience = audience_named(session->audience),
                              .issued_at = s->now,
                              .expires_at = s->now + pending_life};
  struct login login = {.pending = true};
  TRY(authn_token_seal(s->domain->keys, CRYPTO_PENDING_TOKEN, &token, s->arena, &login.pending_token));
  TRY(store_tx_open(&store, &tx));
  TRY(give_back(throttles, tx));
  TRY(store_tx_commit(tx, &revision));
  *ret_login = login;
  return R_OK;
}

static enum result begin(struct signin *s, const struct store_session *session, enum authn_kind kind,
                         const struct throttles *throttles, struct login *ret_login)
{
  struct store_call store = domain_session_store(s);
  CLEANUP(store_tx_close) struct store_tx *tx = NULL;
  uint64_t revision;
  struct login login;
  TRY(store_tx_open(&store, &tx));
  TRY(domain_session_begin(s, tx, session, kind, &login));
  TRY(give_back(throttles, tx));
  TRY(store_tx_commit(tx, &revision));
  *ret_login = login;
  return R_OK;
}

RESULT domain_login(struct signin *s, const struct login_request *request, struct login *ret_login)
{
  struct throttles throttles;
  struct store_credential credential;
  struct store_session session;
  struct str key, account, audience = request->audience.p ? request->audience : STR("service");
  TRY(account_of(s, request, &key, &account));
  TRY(take(s, account, &throttles));
  TRY(look_up(s, request->tenant, key, &credential));
  TRY(check_password(s, &credential, request->password));
  improve_hash(s, &credential, request->password);
  TRY(new_session(s, &credential, audience, &session));
  if (credential.has_totp)
    return pend(s, &session, &throttles, ret_login);
  if (audience_named(audience) == AUTHN_ANALYTICS)
    return R_LOGIN_FAILED;
  return begin(s, &session, AUTHN_USER, &throttles, ret_login);
}

RESULT domain_login_totp(struct signin *s, struct str pending_token, struct str code, struct login *ret_login)
{
  struct authn_token pending;
  struct store_call store = domain_session_store(s);
  CLEANUP(store_tx_close) struct store_tx *tx = NULL;
  uint64_t revision;
  struct login login;
  enum result r = authn_token_open(s->domain->keys, CRYPTO_PENDING_TOKEN, pending_token, s->now, &pending);
  if (r != R_OK)
    return r == R_UNAUTHENTICATED ? R_LOGIN_FAILED : r;
  s->principal = pending.caller.principal;
  TRY(domain_session_allowed(s, &pending.caller.principal, NULL, pending.caller.epoch));
  TRY(store_tx_open(&store, &tx));
  r = domain_factor_spend(s, tx, &pending.caller.principal, code);
  if (r != R_OK)
    return r == R_CODE_WRONG ? R_LOGIN_FAILED : r;
  struct store_session session = {.id = pending.caller.session,
                                  .principal = pending.caller.principal,
                                  .epoch = pending.caller.epoch,
                                  .strength = AUTHN_TWO_FACTORS,
                                  .audience = str_of(audience_names[pending.audience]),
                                  .expires_at = s->now + s->domain->limits.session_time,
                                  .authenticated_at = pending.issued_at,
                                  .factor_at = s->now};
  TRY(domain_session_begin(s, tx, &session, AUTHN_USER, &login));
  TRY(store_tx_commit(tx, &revision));
  *ret_login = login;
  return R_OK;
}

/* A token that does not work may have been spent before: then somebody else has its successor, and the session ends. */
static enum result end_reused(struct signin *s, struct str digest)
{
  struct store_call store = domain_session_store(s);
  CLEANUP(store_tx_close) struct store_tx *tx = NULL;
  TRY(store_tx_open(&store, &tx));
  enum result r = store_session_refresh_reused(tx, digest, &s->principal, &s->tenant);
  if (r != R_OK)
    return r == R_NOT_FOUND ? R_UNAUTHENTICATED : r;
  TRY(domain_session_event(s, tx, &s->principal, AUTHN_USER, "session", &s->principal));
  TRY(store_tx_commit(tx, &s->revision));
  return R_UNAUTHENTICATED;
}

RESULT domain_login_refresh(struct signin *s, struct str refresh_token, struct login *ret_login)
{
  unsigned char bytes[CRYPTO_DIGEST];
  struct str digest = {(const char *)bytes, sizeof bytes};
  struct store_call store = domain_session_store(s);
  struct store_session session;
  struct login login;
  uint64_t revision;
  if (authn_nonce_parse(AUTHN_REFRESH, refresh_token, bytes) != R_OK)
    return R_UNAUTHENTICATED;
  CLEANUP(store_tx_close) struct store_tx *tx = NULL;
  TRY(store_tx_open(&store, &tx));
  enum result r = store_session_refresh_use(tx, digest, s->now, &session);
  if (r == R_NOT_FOUND) {
    store_tx_close(&tx);
    return end_reused(s, digest);
  }
  TRY(r);
  s->principal = session.principal;
  r = domain_session_allowed(s, &session.principal, &session.id, session.epoch);
  if (r != R_OK)
    return r == R_LOGIN_FAILED ? R_UNAUTHENTICATED : r;
  TRY(domain_session_renew(s, tx, &session, &login));
  TRY(store_tx_commit(tx, &revision));
  *ret_login = login;
  return R_OK;
}

RESULT domain_logout(struct signin *s, const struct authn_caller *caller)
{
  enum result r = domain_session_end(s, caller, &caller->session);
  return r == R_NOT_FOUND ? R_UNAUTHENTICATED : r;
}
