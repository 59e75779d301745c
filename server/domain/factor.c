/* Spends codes of authenticators. Trusts: no code. */
#include "domain/factor.h"
#include "crypto/seal.h"
#include "domain/notice.h"
#include "domain/security.h"
#include "store/factor.h"

static enum result context_of(struct arena *arena, const struct uuid *tenant, const struct uuid *user,
                              const struct uuid *id, struct str *ret_context)
{
  char t[UUID_TEXT], u[UUID_TEXT], i[UUID_TEXT];
  uuid_format(tenant, t);
  uuid_format(user, u);
  uuid_format(id, i);
  *ret_context = arena_print(arena, "%s|%s|%s", t, u, i);
  return ret_context->p ? R_OK : R_NO_MEMORY;
}

RESULT domain_factor_seal(struct signin *s, const struct uuid *tenant, const struct store_totp_row *row,
                          struct secret seed, struct str *ret_sealed)
{
  struct str context;
  TRY(context_of(s->arena, tenant, &row->user, &row->id, &context));
  struct crypto_binding binding = {s->domain->keys, CRYPTO_TOTP_SEED, context};
  return crypto_seal(&binding, (struct str){(const char *)seed.p, seed.n}, s->arena, ret_sealed);
}

RESULT domain_factor_step(struct signin *s, const struct uuid *user, const struct store_totp *totp, struct str code,
                          int64_t *ret_step)
{
  struct authn_totp known = {.form.digits = totp->digits, .last_step = totp->last_step};
  struct str context, plain;
  TRY(context_of(s->arena, &totp->tenant, user, &totp->id, &context));
  struct crypto_binding binding = {s->domain->keys, CRYPTO_TOTP_SEED, context};
  enum result r = crypto_unseal(&binding, totp->sealed_seed, s->arena, &plain);
  if (r != R_OK || !authn_totp_algorithm_named(totp->algorithm, &known.form.algorithm))
    return r == R_NOT_FOUND || r == R_OK ? FAULT(R_INTERNAL) : r;
  CLEANUP(secret_free) struct secret seed = secret_copy(plain.p, plain.n);
  secret_wipe((void *)(uintptr_t)plain.p, plain.n);
  known.seed = seed;
  return seed.p ? authn_totp_verify(&known, code, s->now, ret_step) : R_NO_MEMORY;
}

RESULT domain_factor_count(struct signin *s, const struct uuid *user, struct authn_throttle *ret_throttle)
{
  struct store_call store = domain_session_store(s);
  struct security_policy policy;
  TRY(domain_security_read_for(s, user, &policy));
  TRY(authn_throttle_on_id(s->domain->keys, AUTHN_THROTTLE_CODE, user, ret_throttle));
  return authn_throttle_take(ret_throttle, &store, policy.account_attempts, s->now, &s->retry_after);
}

RESULT domain_factor_disabled(struct signin *s, struct store_tx *tx, const struct uuid *user, const char *object_kind,
                              const struct uuid *id)
{
  struct signin disabling = *s;
  disabling.action = "disableFactor";
  return domain_session_event(&disabling, tx, user, AUTHN_USER, object_kind, id);
}

/* No answer leaves before the failure is counted. */
static enum result fail(struct signin *s, struct store_tx *tx, const struct uuid *user, const struct store_totp *list,
                        size_t count)
{
  uint64_t revision;
  bool disabled = false;
  for (size_t i = 0; i < count; i++) {
    if (list[i].is_last)
      TRY(domain_factor_disabled(s, tx, user, "totp", &list[i].id));
    disabled = disabled || list[i].is_last;
  }
  if (disabled)
    TRY(domain_notice_put(s, tx, user, NOTICE_FACTOR_DISABLED));
  return store_tx_commit(tx, &revision);
}

/* The authenticator whose code it is. In a transaction of its own, which only a failure commits. */
static enum result find(struct signin *s, const struct uuid *user, struct str code, struct uuid *ret_id,
                        int64_t *ret_step)
{
  struct store_call store = domain_session_store(s);
  CLEANUP(store_tx_close) struct store_tx *tx = NULL;
  const struct store_totp *list;
  size_t count;
  TRY(store_tx_open(&store, &tx));
  TRY(store_totp_take(tx, user, &list, &count));
  enum result r = R_CODE_WRONG;
  for (size_t i = 0; r == R_CODE_WRONG && i < count; i++) {
    s->tenant = list[i].tenant;
    *ret_id = list[i].id;
    r = domain_factor_step(s, user, &list[i], code, ret_step);
  }
  if (r != R_OK)
    TRY(fail(s, tx, user, list, count));
  return r;
}

RESULT domain_factor_spend(struct signin *s, struct store_tx *tx, const struct uuid *user, struct str code)
{
  struct authn_throttle throttle;
  struct uuid id;
  int64_t step;
  TRY(domain_factor_count(s, user, &throttle));
  TRY(find(s, user, code, &id, &step));
  enum result r = store_factor_hold(tx, user);
  if (r == R_OK)
    r = store_totp_step(tx, user, &id, step);
  if (r != R_OK)
    return r == R_NOT_FOUND ? R_CODE_WRONG : r;
  return authn_throttle_forget(&throttle, tx);
}
