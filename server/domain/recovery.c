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
static enum result compare(struct signin *s, const struct store_recovery *recovery, const char *text,
                           struct str *ret_hash)
{
  enum result r = R_CODE_WRONG;
  for (size_t i = 0; r == R_CODE_WRONG && i < recovery->count; i++) {
    *ret_hash = recovery->hashes[i];
    r = authn_recovery_check(s->domain->keys, recovery->hashes[i], text);
  }
  return r;
}

/* No answer leaves before the failure is counted. */
static enum result fail(struct signin *s, struct store_tx *tx, const struct uuid *user,
                        const struct store_recovery *recovery)
{
  uint64_t revision;
  if (recovery->is_last) {
    TRY(domain_factor_disabled(s, tx, user, object_kind, &recovery->id));
    TRY(domain_notice_put(s, tx, user, NOTICE_FACTOR_DISABLED));
  }
  return store_tx_commit(tx, &revision);
}

/* The set, and the hash in it that the code fits; an empty text is no code. In a transaction of its own, which only a
 * failure commits. */
static enum result find(struct signin *s, const struct uuid *user, const char *text, struct uuid *ret_id,
                        struct str *ret_hash)
{
  struct store_call store = domain_session_store(s);
  CLEANUP(store_tx_close) struct store_tx *tx = NULL;
  struct store_recovery recovery;
  TRY(store_tx_open(&store, &tx));
  enum result r = store_recovery_take(tx, user, &recovery);
  if (r != R_OK)
    return r == R_NOT_FOUND ? R_CODE_WRONG : r;
  s->tenant = recovery.tenant;
  *ret_id = recovery.id;
  r = text[0] ? compare(s, &recovery, text, ret_hash) : R_CODE_WRONG;
  if (r != R_OK)
    TRY(fail(s, tx, user, &recovery));
  return r;
}

RESULT domain_recovery_spend(struct signin *s, struct store_tx *tx, const struct uuid *user, struct str code)
{
  struct authn_throttle throttle;
  struct uuid id;
  char text[AUTHN_RECOVERY_TEXT] = "";
  struct str hash;
  if (!authn_recovery_parse(code, text))
    text[0] = '\0';
  enum result r = domain_factor_count(s, user, &throttle);
  if (r == R_OK)
    r = find(s, user, text, &id, &hash);
  secret_wipe(text, sizeof text);
  TRY(r);
  r = store_recovery_spend(tx, &id, hash);
  if (r != R_OK)
    return r == R_NOT_FOUND ? R_CODE_WRONG : r;
  TRY(authn_throttle_forget(&throttle, tx));
  TRY(domain_notice_put(s, tx, user, NOTICE_RECOVERY_CODE_USED));
  return domain_session_event(s, tx, user, AUTHN_USER, object_kind, &id);
}

RESULT domain_recovery_spend_either(struct signin *s, struct store_tx *tx, const struct uuid *user, struct str code)
{
  char text[AUTHN_RECOVERY_TEXT];
  bool recovery = authn_recovery_parse(code, text);
  secret_wipe(text, sizeof text);
  return (recovery ? domain_recovery_spend : domain_factor_spend)(s, tx, user, code);
}
