/* Logins by password, code and refresh token. Trusts: nothing that is passed in. */
#include "domain/login.h"
#include "authn/name.h"
#include "authn/nonce.h"
#include "authn/password.h"
#include "authn/pending.h"
#include "domain/credential.h"
#include "domain/factor.h"
#include "domain/password.h"
#include "domain/security.h"
#include "domain/throttle.h"
#include "store/credential.h"

static const struct {
  enum authn_step step;
  int64_t life;
} steps[] = {[LOGIN_TOTP] = {AUTHN_STEP_FACTOR, 300 * CLOCK_SECOND},
             [LOGIN_ENROLL] = {AUTHN_STEP_ENROLL, 600 * CLOCK_SECOND},
             [LOGIN_PASSWORD] = {AUTHN_STEP_PASSWORD, 600 * CLOCK_SECOND},
             [LOGIN_PASSWORD_PROVED] = {AUTHN_STEP_PASSWORD_PROVED, 600 * CLOCK_SECOND}};

/* All spellings of a name are one account; a name that can be nobody's is counted like one. */
static enum result key_of(struct signin *s, struct str login, struct str *ret_key)
{
  enum result r = authn_name_normalise(login, s->arena, ret_key);
  if (r != R_MALFORMED && r != R_TOO_LARGE)
    return r;
  *ret_key = STR("");
  return R_OK;
}

/* Who would sign in, and what holds at their tenant. */
struct attempt {
  struct str code, key;
  struct store_credential credential;
  struct security_policy policy;
};

static enum result count(struct signin *s, const struct attempt *attempt, struct throttle *ret_throttle)
{
  const struct security_policy *policy = &attempt->policy;
  const struct domain_limits *limits = &s->domain->limits;
  struct throttle_target target = {
      .code = attempt->code,
      .key = attempt->key,
      .person = attempt->credential.principal,
      .most = {policy->account_attempts, policy->address_attempts, policy->tenant_attempts},
      .told = {limits->account_attempts, limits->address_attempts, limits->tenant_attempts}};
  return domain_throttle_take(s, &target, ret_throttle);
}

/* The account, or a stand-in that has no hash: both are counted. For a tenant that is none, the same
   is asked as for one. */
static enum result look_up(struct signin *s, struct attempt *attempt)
{
  struct store_call store = domain_session_store(s);
  enum result r = store_credential_find(&store, attempt->code, attempt->key, &attempt->credential);
  if (r != R_OK && r != R_NOT_FOUND)
    return r;
  s->tenant = attempt->credential.tenant;
  s->principal = attempt->credential.principal;
  r = domain_security_read(s, &s->tenant, &attempt->policy);
  if (r == R_NOT_FOUND)
    domain_security_default(&s->domain->limits, &attempt->policy);
  return r == R_NOT_FOUND ? R_OK : r;
}

/* One hash is computed, whoever it is: the account's, or one of today's cost where there is none. */
static enum result check_hash(struct signin *s, struct str hash, struct str bytes)
{
  if (hash.n > 0)
    return crypto_hash_check(s->domain->keys, hash, bytes);
  TRY(crypto_hash_spend(s->domain->keys, s->domain->limits.cost));
  return R_LOGIN_FAILED;
}

/* A text that can be no password costs as much as one that can. */
static enum result prove(struct signin *s, const struct attempt *attempt, struct str password)
{
  const struct store_credential *credential = &attempt->credential;
  CLEANUP(secret_free) struct secret prepared = {0};
  enum result r = authn_password_prepare(password, &prepared);
  if (r != R_OK)
    prepared = secret_copy("-", 1);
  if (!prepared.p)
    return R_NO_MEMORY;
  struct str bytes = {(const char *)prepared.p, prepared.n};
  TRY(check_hash(s, credential->hash, bytes));
  if (r != R_OK || !domain_security_admits(&attempt->policy, s->address))
    return R_LOGIN_FAILED;
  return domain_session_allowed(s, &credential->principal, NULL, credential->epoch);
}

/* A hash of another cost than today's is made anew; that it fails harms nothing. */
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

/* The pending token carries the id that the session will have: one pending token, one session. The password was right:
   guesses at the code are counted by themselves. */
static enum result seal(struct signin *s, const struct store_session *session, struct login *login)
{
  struct authn_pending pending = {.step = steps[login->pending].step,
                                  .principal = session->principal,
                                  .session = session->id,
                                  .epoch = session->epoch,
                                  .audience = audience_named(session->audience),
                                  .issued_at = s->now,
                                  .expires_at = s->now + steps[login->pending].life};
  return authn_pending_seal(s->domain->keys, &pending, s->arena, &login->pending_token);
}

static enum result pend(struct signin *s, const struct store_session *session, const struct throttle *throttle,
                        struct login *login)
{
  struct store_call store = domain_session_store(s);
  CLEANUP(store_tx_close) struct store_tx *tx = NULL;
  uint64_t revision;
  TRY(seal(s, session, login));
  TRY(store_tx_open(&store, &tx));
  TRY(domain_throttle_return(throttle, tx));
  return store_tx_commit(tx, &revision);
}

/* The session that the holder of a step's token is on the way to, as long as they may have one. */
static enum result resume(struct signin *s, enum login_pending step, struct str pending_token,
                          struct store_session *ret_session)
{
  struct authn_pending pending;
  enum result r = authn_pending_open(s->domain->keys, steps[step].step, pending_token, s->now, &pending);
  if (r != R_OK)
    return r == R_UNAUTHENTICATED ? R_LOGIN_FAILED : r;
  s->principal = pending.principal;
  TRY(domain_session_relayed_for(s, &pending.principal));
  TRY(domain_session_allowed(s, &pending.principal, NULL, pending.epoch));
  *ret_session = (struct store_session){.id = pending.session,
                                        .principal = pending.principal,
                                        .epoch = pending.epoch,
                                        .strength = AUTHN_TWO_FACTORS,
                                        .audience = str_of(audience_names[pending.audience]),
                                        .expires_at = s->now + s->domain->limits.session_time,
                                        .authenticated_at = pending.issued_at,
                                        .factor_at = s->now};
  return R_OK;
}

static enum result begin(struct signin *s, const struct store_session *session, enum authn_kind kind,
                         const struct throttle *throttle, struct login *ret_login)
{
  struct store_call store = domain_session_store(s);
  CLEANUP(store_tx_close) struct store_tx *tx = NULL;
  uint64_t revision;
  struct login login;
  TRY(store_tx_open(&store, &tx));
  TRY(domain_session_begin(s, tx, session, kind, &login));
  TRY(domain_throttle_return(throttle, tx));
  TRY(store_tx_commit(tx, &revision));
  *ret_login = login;
  return R_OK;
}

/* Of whom there is no factor yet. */
static bool needs_enrolment(const struct signin *s, const struct security_policy *policy, enum authn_audience audience,
                            struct str password)
{
  struct bw_id id = policy_id(&s->principal);
  bool privileged = bw_principal_privileged(policy_model(s->domain->policy), &id, s->now);
  return domain_security_needs_factor(policy, audience, privileged) || !domain_enrolment_needless(policy, password);
}

/* What stands between a right password and a session: a factor that there is comes before another password, and another
   password before a factor that is still to be. */
static enum login_pending find_missing(const struct signin *s, const struct attempt *attempt,
                                       const struct login_request *request)
{
  if (attempt->credential.has_totp)
    return LOGIN_TOTP;
  if (domain_password_due(s, &attempt->policy, &attempt->credential))
    return LOGIN_PASSWORD;
  bool needed = needs_enrolment(s, &attempt->policy, audience_named(request->audience), request->password);
  return needed ? LOGIN_ENROLL : LOGIN_WHOLE;
}

RESULT domain_login(struct signin *s, const struct login_request *request, struct login *ret_login)
{
  struct throttle throttle;
  struct attempt attempt = {.code = request->tenant};
  const struct store_credential *credential = &attempt.credential;
  struct store_session session;
  struct str audience = request->audience.p ? request->audience : STR("service");
  TRY(key_of(s, request->login, &attempt.key));
  TRY(look_up(s, &attempt));
  TRY(domain_session_relayed(s, &credential->tenant));
  TRY(count(s, &attempt, &throttle));
  TRY(prove(s, &attempt, request->password));
  improve_hash(s, credential, request->password);
  TRY(new_session(s, credential, audience, &session));
  struct login login = {.pending = find_missing(s, &attempt, request), .has_recovery = credential->has_recovery};
  if (login.pending == LOGIN_WHOLE)
    return begin(s, &session, AUTHN_USER, &throttle, ret_login);
  TRY(pend(s, &session, &throttle, &login));
  *ret_login = login;
  return R_OK;
}

/* Each step may come from elsewhere than the one before: the policy, as long as they may sign in from there. */
static enum result read_policy(struct signin *s, const struct uuid *tenant, struct security_policy *ret_policy)
{
  struct security_policy policy;
  s->tenant = *tenant;
  enum result r = domain_security_read(s, tenant, &policy);
  if (r != R_OK)
    return r == R_NOT_FOUND ? R_LOGIN_FAILED : r;
  if (!domain_security_admits(&policy, s->address))
    return R_LOGIN_FAILED;
  *ret_policy = policy;
  return R_OK;
}

/* Whether another password has to be chosen before the holder of a step's token gets in. */
static enum result find_due(struct signin *s, const struct uuid *user, bool *ret_due)
{
  struct store_call store = domain_session_store(s);
  struct store_credential found;
  struct security_policy policy;
  enum result r = store_credential_get(&store, user, &found);
  if (r != R_OK)
    return r == R_NOT_FOUND ? R_LOGIN_FAILED : r;
  TRY(read_policy(s, &found.tenant, &policy));
  *ret_due = domain_password_due(s, &policy, &found);
  return R_OK;
}

/* The session, or the step that stands before it still. */
static enum result enter(struct signin *s, struct store_tx *tx, const struct store_session *session,
                         enum login_pending missing, struct login *ret_login)
{
  struct login login = {.pending = missing};
  if (missing == LOGIN_WHOLE)
    return domain_session_begin(s, tx, session, AUTHN_USER, ret_login);
  TRY(seal(s, session, &login));
  *ret_login = login;
  return R_OK;
}

typedef RESULT spend(struct signin *s, struct store_tx *tx, const struct uuid *user, struct str code);

static enum result finish(struct signin *s, const struct login_code *given, spend *by, struct login *ret_login)
{
  struct store_session session;
  struct store_call store = domain_session_store(s);
  CLEANUP(store_tx_close) struct store_tx *tx = NULL;
  uint64_t revision;
  struct login login;
  bool due;
  TRY(resume(s, LOGIN_TOTP, given->pending_token, &session));
  TRY(find_due(s, &session.principal, &due));
  TRY(store_tx_open(&store, &tx));
  enum result r = by(s, tx, &session.principal, given->code);
  if (r != R_OK)
    return r == R_CODE_WRONG ? R_LOGIN_FAILED : r;
  TRY(enter(s, tx, &session, due ? LOGIN_PASSWORD_PROVED : LOGIN_WHOLE, &login));
  TRY(store_tx_commit(tx, &revision));
  *ret_login = login;
  return R_OK;
}

RESULT domain_login_totp(struct signin *s, struct str pending_token, struct str code, struct login *ret_login)
{
  return finish(s, &(struct login_code){pending_token, code}, domain_factor_spend, ret_login);
}

RESULT domain_login_recovery(struct signin *s, struct str pending_token, struct str code, struct login *ret_login)
{
  return finish(s, &(struct login_code){pending_token, code}, domain_recovery_spend, ret_login);
}

RESULT domain_login_enroll(struct signin *s, struct str pending_token, const struct enrolment_wish *wish,
                           struct enrolment *ret_enrolment)
{
  struct store_session session;
  struct store_call store = domain_session_store(s);
  struct store_credential user;
  struct security_policy policy;
  TRY(resume(s, LOGIN_ENROLL, pending_token, &session));
  enum result r = store_credential_get(&store, &session.principal, &user);
  if (r != R_OK)
    return r == R_NOT_FOUND ? R_LOGIN_FAILED : r;
  TRY(read_policy(s, &user.tenant, &policy));
  r = user.has_totp ? R_LOGIN_FAILED : domain_enrolment_open(s, &user, wish, ret_enrolment);
  return r == R_NOT_FOUND ? R_LOGIN_FAILED : r;
}

RESULT domain_login_enroll_confirm(struct signin *s, const struct login_code *given, struct login *ret_login,
                                   struct recovery_codes *ret_codes)
{
  struct store_session session;
  struct store_call store = domain_session_store(s);
  CLEANUP(store_tx_close) struct store_tx *tx = NULL;
  struct enrolment_done done;
  struct login login;
  TRY(resume(s, LOGIN_ENROLL, given->pending_token, &session));
  TRY(store_tx_open(&store, &tx));
  TRY(domain_enrolment_close(s, tx, &session.principal, given->code, &done));
  if (!done.is_first)
    return R_LOGIN_FAILED;
  session.epoch = done.epoch;
  TRY(domain_session_begin(s, tx, &session, AUTHN_USER, &login));
  TRY(store_tx_commit(tx, &s->revision));
  *ret_login = login;
  *ret_codes = done.codes;
  return R_OK;
}

/* By the token of either step: that of one factor, or of two. */
static enum result resume_password(struct signin *s, struct str pending_token, struct store_session *ret_session)
{
  enum result r = resume(s, LOGIN_PASSWORD, pending_token, ret_session);
  if (r == R_LOGIN_FAILED)
    return resume(s, LOGIN_PASSWORD_PROVED, pending_token, ret_session);
  TRY(r);
  ret_session->strength = AUTHN_SINGLE;
  ret_session->factor_at = 0;
  return R_OK;
}

RESULT domain_login_password(struct signin *s, struct str pending_token, struct str password, struct login *ret_login)
{
  struct store_session session;
  struct store_credential user;
  struct credential_wanted wanted;
  struct security_policy policy;
  struct store_call store = domain_session_store(s);
  CLEANUP(store_tx_close) struct store_tx *tx = NULL;
  struct login login;
  TRY(resume_password(s, pending_token, &session));
  enum result r = store_credential_get(&store, &session.principal, &user);
  if (r != R_OK)
    return r == R_NOT_FOUND ? R_LOGIN_FAILED : r;
  TRY(read_policy(s, &user.tenant, &policy));
  bool single = session.strength == AUTHN_SINGLE;
  bool enrols = single && needs_enrolment(s, &policy, audience_named(session.audience), password);
  TRY(domain_credential_want(s, &user, password, &wanted));
  TRY(domain_password_differs(s, &user, password));
  TRY(store_tx_open(&store, &tx));
  r = domain_credential_put(s, tx, &user, &wanted);
  if (r != R_OK)
    return r == R_NOT_FOUND ? R_LOGIN_FAILED : r;
  session.epoch++;
  TRY(enter(s, tx, &session, enrols ? LOGIN_ENROLL : LOGIN_WHOLE, &login));
  TRY(store_tx_commit(tx, &s->revision));
  *ret_login = login;
  return R_OK;
}

/* A token that does not work may have been spent before: just now, by another tab, or long ago; then somebody else has its
   successor, and the session ends. */
static enum result judge_reuse(struct signin *s, struct str digest)
{
  struct store_call store = domain_session_store(s);
  CLEANUP(store_tx_close) struct store_tx *tx = NULL;
  struct store_session_reuse reuse;
  TRY(store_tx_open(&store, &tx));
  enum result r = store_session_refresh_reused(tx, digest, &reuse);
  if (r != R_OK)
    return r == R_NOT_FOUND ? R_UNAUTHENTICATED : r;
  s->principal = reuse.principal;
  s->tenant = reuse.tenant;
  TRY(domain_session_relayed_for(s, &reuse.principal));
  if (reuse.raced) {
    r = domain_session_allowed(s, &reuse.principal, &reuse.session, reuse.epoch);
    return r == R_OK ? R_REFRESH_RACED : r == R_LOGIN_FAILED ? R_UNAUTHENTICATED : r;
  }
  s->action = "endReusedSession";
  TRY(domain_session_event(s, tx, &reuse.principal, AUTHN_USER, "session", &reuse.session));
  TRY(store_tx_commit(tx, &s->revision));
  return R_UNAUTHENTICATED;
}

/* What a limit ended is over for every token of it, those that have not run out too. */
static enum result end_late(struct signin *s, struct store_tx *tx, const struct store_session *session)
{
  s->action = "endLateSession";
  TRY(store_session_end(tx, &session->id, &session->principal));
  TRY(domain_session_event(s, tx, &session->principal, AUTHN_USER, "session", &session->id));
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
    return judge_reuse(s, digest);
  }
  TRY(r);
  s->principal = session.principal;
  s->tenant = session.tenant;
  TRY(domain_session_relayed_for(s, &session.principal));
  r = domain_session_allowed(s, &session.principal, &session.id, session.epoch);
  if (r != R_OK)
    return r == R_LOGIN_FAILED ? R_UNAUTHENTICATED : r;
  r = domain_session_renew(s, tx, &session, &login);
  if (r == R_LOGIN_FAILED)
    return end_late(s, tx, &session);
  TRY(r);
  TRY(store_tx_commit(tx, &revision));
  *ret_login = login;
  return R_OK;
}

RESULT domain_login_step_up(struct signin *s, const struct authn_caller *caller, struct str code, struct login *ret_login)
{
  struct store_call store = domain_session_store(s);
  CLEANUP(store_tx_close) struct store_tx *tx = NULL;
  struct store_session session;
  struct login login;
  if (caller->kind != AUTHN_USER)
    return R_FORBIDDEN;
  s->principal = caller->principal;
  TRY(store_tx_open(&store, &tx));
  TRY(domain_recovery_spend_either(s, tx, &caller->principal, code));
  enum result r = store_session_replace(tx, &caller->session, &caller->principal, s->now, &session);
  if (r != R_OK)
    return r == R_NOT_FOUND ? R_UNAUTHENTICATED : r;
  TRY(uuid_new(&session.id));
  session.strength = AUTHN_TWO_FACTORS;
  session.factor_at = s->now;
  r = domain_session_begin(s, tx, &session, AUTHN_USER, &login);
  if (r != R_OK)
    return r == R_LOGIN_FAILED ? R_UNAUTHENTICATED : r;
  TRY(store_tx_commit(tx, &s->revision));
  *ret_login = login;
  return R_OK;
}

RESULT domain_login_revoke(struct signin *s, struct str refresh_token)
{
  unsigned char bytes[CRYPTO_DIGEST];
  struct store_call store = domain_session_store(s);
  struct store_session session;
  if (authn_nonce_parse(AUTHN_REFRESH, refresh_token, bytes) != R_OK)
    return R_UNAUTHENTICATED;
  CLEANUP(store_tx_close) struct store_tx *tx = NULL;
  TRY(store_tx_open(&store, &tx));
  enum result r = store_session_refresh_end(tx, (struct str){(const char *)bytes, sizeof bytes}, &session);
  if (r != R_OK)
    return r == R_NOT_FOUND ? R_UNAUTHENTICATED : r;
  s->principal = session.principal;
  s->tenant = session.tenant;
  TRY(domain_session_event(s, tx, &session.principal, AUTHN_USER, "session", &session.id));
  return store_tx_commit(tx, &s->revision);
}

RESULT domain_logout(struct signin *s, const struct authn_caller *caller)
{
  enum result r = domain_session_end(s, caller, &caller->session);
  return r == R_NOT_FOUND ? R_UNAUTHENTICATED : r;
}
