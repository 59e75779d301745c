/* Makes and spends recovery codes. Trusts: no code. */
#include "domain/recovery.h"
#include "domain/factor.h"
#include "domain/notice.h"
#include "store/recovery.h"

static const char object_kind[] = "recovery_codes";

static enum result make_one(struct signin *s, struct str *ret_code, struct str *ret_hash)
{
  char text[AUTHN_RECOVERY_TEXT], hash[CRYPTO_HASH_TEXT];
  TRY(authn_recovery_new(text));
  TRY(authn_recovery_hash(s->domain->keys, text, hash));
  *ret_code = arena_copy(s->arena, str_of(text));
  *ret_hash = arena_copy(s->arena, str_of(hash));
  secret_wipe(text, sizeof text);
  return ret_code->p && ret_hash->p ? R_OK : R_NO_MEMORY;
}

RESULT domain_recovery_make(struct signin *s, struct recovery_set *ret_set)
{
  struct recovery_set set = {.shown.count = AUTHN_RECOVERY_CODES};
  for (size_t i = 0; i < AUTHN_RECOVERY_CODES; i++)
    TRY(make_one(s, &set.shown.codes[i], &set.hashes[i]));
  *ret_set = set;
  return R_OK;
}

RESULT domain_recovery_keep(struct signin *s, struct store_tx *tx, const struct uuid *user,
                            const struct recovery_set *set)
{
  struct uuid id;
  TRY(uuid_new(&id));
  TRY(store_recovery_put(tx, &id, user, set->hashes, AUTHN_RECOVERY_CODES));
  return domain_session_event(s, tx, user, AUTHN_USER, object_kind, &id);
}

/* The hash that the code fits. */
static enum result find(struct signin *s, const struct store_recovery *recovery, const char *text, struct str *ret_hash)
{
  enum result r = R_CODE_WRONG;
  for (size_t i = 0; r == R_CODE_WRONG && i < recovery->count; i++) {
    *ret_hash = recovery->hashes[i];
    r = authn_recovery_check(s->domain->keys, recovery->hashes[i], text);
  }
  return r;
}

RESULT domain_recovery_spend(struct signin *s, struct store_tx *tx, const struct uuid *user, struct str code)
{
  struct store_call store = domain_session_store(s);
  struct authn_throttle throttle;
  struct store_recovery recovery;
  char text[AUTHN_RECOVERY_TEXT] = "";
  struct str hash;
  bool good = authn_recovery_parse(code, text);
  TRY(domain_factor_count(s, user, &throttle));
  enum result r = store_recovery_take(&store, user, &recovery);
  if (r != R_OK)
    return r == R_NOT_FOUND ? R_CODE_WRONG : r;
  s->tenant = recovery.tenant;
  r = good ? find(s, &recovery, text, &hash) : R_CODE_WRONG;
  secret_wipe(text, sizeof text);
  TRY(r);
  r = store_recovery_spend(tx, &recovery.id, hash);
  if (r != R_OK)
    return r == R_NOT_FOUND ? R_CODE_WRONG : r;
  TRY(authn_throttle_forget(&throttle, tx));
  TRY(domain_notice_put(s, tx, user, NOTICE_RECOVERY_CODE_USED));
  return domain_session_event(s, tx, user, AUTHN_USER, object_kind, &recovery.id);
}
