/* Authenticators: the seed is sealed for its user alone, each code counts once. Trusts: no code. */
#include "domain/factor.h"
#include "authn/throttle.h"
#include "authn/totp.h"
#include "base/text.h"
#include "crypto/seal.h"
#include "domain/credential.h"
#include "domain/notice.h"
#include "store/credential.h"
#include "store/totp.h"

/* A row moved to another tenant, user or authenticator does not unseal. */
static enum result context_of(struct arena *arena, const struct uuid *tenant, const struct uuid *user, const struct uuid *id,
                              struct str *ret_context)
{
  char t[UUID_TEXT], u[UUID_TEXT], i[UUID_TEXT];
  uuid_format(tenant, t);
  uuid_format(user, u);
  uuid_format(id, i);
  *ret_context = arena_print(arena, "%s|%s|%s", t, u, i);
  return ret_context->p ? R_OK : R_NO_MEMORY;
}

static enum result present(struct signin *s, const struct store_credential *user, struct secret seed, struct totp_enrolment *ret)
{
  char *text = arena_alloc(s->arena, TEXT_BASE32_LENGTH(AUTHN_TOTP_SEED) + 1);
  if (!text)
    return R_NO_MEMORY;
  ret->secret = (struct str){text, text_base32_encode(seed.p, seed.n, text)};
  return authn_totp_uri(STR("Bailiwick"), user->login, seed, s->arena, &ret->uri);
}

RESULT domain_factor_enrol(struct signin *s, const struct authn_caller *caller, struct str password,
                           struct totp_enrolment *ret_enrolment)
{
  struct store_call store = domain_session_store(s);
  CLEANUP(store_tx_close) struct store_tx *tx = NULL;
  CLEANUP(secret_free) struct secret seed = {0};
  struct store_credential user;
  struct totp_enrolment enrolment;
  struct str context, sealed;
  TRY(domain_credential_prove(s, caller, password, &user));
  if (user.has_totp)
    return R_CONFLICT;
  TRY(authn_totp_seed_new(&seed));
  TRY(uuid_new(&enrolment.id));
  TRY(context_of(s->arena, &user.tenant, &user.principal, &enrolment.id, &context));
  struct crypto_binding binding = {s->domain->keys, CRYPTO_TOTP_SEED, context};
  TRY(crypto_seal(&binding, (struct str){(const char *)seed.p, seed.n}, s->arena, &sealed));
  TRY(present(s, &user, seed, &enrolment));
  TRY(store_tx_open(&store, &tx));
  TRY(store_totp_create(tx, &enrolment.id, &user.principal, sealed));
  TRY(domain_session_event(s, tx, &user.principal, AUTHN_USER, "totp", &enrolment.id));
  TRY(store_tx_commit(tx, &s->revision));
  *ret_enrolment = enrolment;
  return R_OK;
}

/* The step of a code that is right and newer than every accepted one. */
static enum result step_of(struct signin *s, const struct uuid *user, const struct store_totp *totp, struct str code, int64_t *ret_step)
{
  struct str context, plain;
  TRY(context_of(s->arena, &totp->tenant, user, &totp->id, &context));
  struct crypto_binding binding = {s->domain->keys, CRYPTO_TOTP_SEED, context};
  enum result r = crypto_unseal(&binding, totp->sealed_seed, s->arena, &plain);
  if (r != R_OK)
    return r == R_NOT_FOUND ? R_INTERNAL : r;
  CLEANUP(secret_free) struct secret seed = secret_copy(plain.p, plain.n);
  secret_wipe((void *)(uintptr_t)plain.p, plain.n);
  return seed.p ? authn_totp_verify(seed, code, s->now, totp->last_step, ret_step) : R_NO_MEMORY;
}

static enum result count_attempt(struct signin *s, const struct uuid *user, struct authn_throttle *ret_throttle)
{
  struct store_call store = domain_session_store(s);
  TRY(authn_throttle_on(s->domain->keys, AUTHN_THROTTLE_CODE, (struct str){(const char *)user->b, sizeof user->b}, ret_throttle));
  return authn_throttle_take(ret_throttle, &store, s->domain->limits.account_attempts, s->now, &s->retry_after);
}

RESULT domain_factor_spend(struct signin *s, struct store_tx *tx, const struct uuid *user, struct str code)
{
  struct store_call store = domain_session_store(s);
  struct authn_throttle throttle;
  struct store_totp totp;
  int64_t step;
  TRY(count_attempt(s, user, &throttle));
  enum result r = store_totp_find(&store, user, true, &totp);
  if (r != R_OK)
    return r == R_NOT_FOUND ? R_CODE_WRONG : r;
  s->tenant = totp.tenant;
  TRY(step_of(s, user, &totp, code, &step));
  r = store_totp_step(tx, &totp.id, step);
  if (r != R_OK)
    return r == R_NOT_FOUND ? R_CODE_WRONG : r;
  return authn_throttle_forget(&throttle, tx);
}

RESULT domain_factor_confirm(struct signin *s, const struct authn_caller *caller, struct str code)
{
  struct store_call store = domain_session_store(s);
  CLEANUP(store_tx_close) struct store_tx *tx = NULL;
  struct authn_throttle throttle;
  struct store_totp totp;
  int64_t step;
  s->principal = caller->principal;
  TRY(count_attempt(s, &caller->principal, &throttle));
  enum result r = store_totp_find(&store, &caller->principal, false, &totp);
  if (r != R_OK)
    return r == R_NOT_FOUND ? R_CONFLICT : r;
  s->tenant = totp.tenant;
  TRY(step_of(s, &caller->principal, &totp, code, &step));
  TRY(store_tx_open(&store, &tx));
  r = store_totp_confirm(tx, &totp.id, step);
  if (r != R_OK)
    return r == R_NOT_FOUND ? R_CODE_WRONG : r == R_ALREADY_EXISTS ? R_CONFLICT : r;
  TRY(store_credential_raise_epoch(tx, &caller->principal));
  TRY(authn_throttle_forget(&throttle, tx));
  TRY(domain_session_event(s, tx, &caller->principal, AUTHN_USER, "totp", &totp.id));
  TRY(domain_notice_put(s, tx, &caller->principal, NOTICE_FACTOR_ADDED));
  return store_tx_commit(tx, &s->revision);
}
