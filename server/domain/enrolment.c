/* People's own second factors. Trusts: nothing that is passed in. */
#include "domain/enrolment.h"
#include "authn/password.h"
#include "authn/qr.h"
#include "base/text.h"
#include "domain/credential.h"
#include "domain/factor.h"
#include "domain/notice.h"
#include "store/factor.h"

static const char object_kind[] = "totp";

bool domain_enrolment_needless(const struct security_policy *policy, struct str password)
{
  CLEANUP(secret_free) struct secret prepared = {0};
  return authn_password_prepare(password, &prepared) == R_OK &&
         text_utf8_count((struct str){(const char *)prepared.p, prepared.n}) >= (size_t)policy->password_least_single;
}

static enum result prove_code(struct signin *s, const struct uuid *user, struct str code)
{
  struct store_call store = domain_session_store(s);
  CLEANUP(store_tx_close) struct store_tx *tx = NULL;
  uint64_t revision;
  TRY(store_tx_open(&store, &tx));
  TRY(domain_recovery_spend_either(s, tx, user, code));
  return store_tx_commit(tx, &revision);
}

/* By all that counts. */
static enum result prove(struct signin *s, const struct authn_caller *caller, const struct factor_proof *proof,
                         struct store_credential *ret_user)
{
  struct store_credential user;
  TRY(domain_credential_prove(s, caller, proof->password, &user));
  if (user.has_totp)
    TRY(prove_code(s, &user.principal, proof->code));
  *ret_user = user;
  return R_OK;
}

/* By one of both. */
static enum result prove_either(struct signin *s, const struct authn_caller *caller, const struct factor_proof *proof)
{
  struct store_credential user;
  if (proof->password.p || caller->kind != AUTHN_USER)
    return domain_credential_prove(s, caller, proof->password, &user);
  s->principal = caller->principal;
  return prove_code(s, &caller->principal, proof->code);
}

RESULT domain_enrolment_list(struct signin *s, const struct authn_caller *caller, struct str *ret_body)
{
  struct store_call store = domain_session_store(s);
  return store_factor_list(&store, &caller->principal, ret_body);
}

static enum result present(struct signin *s, const struct store_credential *user, const struct authn_totp *totp,
                           struct enrolment *ret)
{
  char *text = arena_alloc(s->arena, TEXT_BASE32_LENGTH(AUTHN_TOTP_SEED_MOST) + 1);
  if (!text)
    return R_NO_MEMORY;
  ret->secret = (struct str){text, text_base32_encode(totp->seed.p, totp->seed.n, text)};
  TRY(authn_totp_uri(totp, STR("Bailiwick"), user->login, s->arena, &ret->uri));
  return authn_qr_svg(ret->uri, s->arena, &ret->qr_svg);
}

RESULT domain_enrolment_open(struct signin *s, const struct store_credential *user, const struct enrolment_wish *wish,
                             struct enrolment *ret_enrolment)
{
  struct store_call store = domain_session_store(s);
  CLEANUP(store_tx_close) struct store_tx *tx = NULL;
  CLEANUP(secret_free) struct secret seed = {0};
  struct enrolment enrolment = {.name = wish->name.p ? wish->name : STR("Authenticator"), .form = wish->form};
  struct store_totp_row row = {.user = user->principal,
                               .name = enrolment.name,
                               .algorithm = authn_totp_algorithm_name(wish->form.algorithm),
                               .digits = wish->form.digits,
                               .epoch = user->epoch};
  TRY(authn_totp_seed_new(wish->form.algorithm, &seed));
  TRY(uuid_new(&row.id));
  TRY(domain_factor_seal(s, &user->tenant, &row, seed, &row.sealed_seed));
  enrolment.id = row.id;
  TRY(present(s, user, &(struct authn_totp){.form = wish->form, .seed = seed}, &enrolment));
  TRY(store_tx_open(&store, &tx));
  TRY(store_totp_create(tx, &row, DOMAIN_FACTORS));
  TRY(domain_session_event(s, tx, &user->principal, AUTHN_USER, object_kind, &row.id));
  TRY(store_tx_commit(tx, &s->revision));
  *ret_enrolment = enrolment;
  return R_OK;
}

RESULT domain_enrolment_begin(struct signin *s, const struct authn_caller *caller, const struct factor_proof *proof,
                              const struct enrolment_wish *wish, struct enrolment *ret_enrolment)
{
  struct store_credential user;
  TRY(prove(s, caller, proof, &user));
  enum result r = domain_enrolment_open(s, &user, wish, ret_enrolment);
  return r == R_NOT_FOUND ? R_UNAUTHENTICATED : r;
}

/* The enrolment that the code is of. */
static enum result find(struct signin *s, const struct uuid *user, struct str code, struct uuid *ret_id,
                        int64_t *ret_step)
{
  struct store_call store = domain_session_store(s);
  struct store_totp totp;
  enum result r = store_totp_pending(&store, user, &totp);
  if (r != R_OK)
    return r == R_NOT_FOUND ? R_CONFLICT : r;
  s->tenant = totp.tenant;
  *ret_id = totp.id;
  return domain_factor_step(s, user, &totp, code, ret_step);
}

RESULT domain_enrolment_close(struct signin *s, struct store_tx *tx, const struct uuid *user, struct str code,
                              struct enrolment_done *ret_done)
{
  struct authn_throttle throttle;
  struct enrolment_done done = {0};
  struct recovery_set set;
  struct uuid id;
  int64_t step;
  TRY(domain_factor_count(s, user, &throttle));
  TRY(find(s, user, code, &id, &step));
  TRY(domain_recovery_make(s, &set));
  enum result r = store_totp_confirm(tx, &id, step, &done.is_first);
  if (r != R_OK)
    return r == R_NOT_FOUND ? R_CODE_WRONG : r;
  TRY(store_credential_raise_epoch(tx, user, &done.epoch));
  TRY(authn_throttle_forget(&throttle, tx));
  TRY(domain_session_event(s, tx, user, AUTHN_USER, object_kind, &id));
  TRY(domain_notice_put(s, tx, user, NOTICE_FACTOR_ADDED));
  if (done.is_first) {
    TRY(domain_recovery_keep(s, tx, user, &set));
    done.codes = set.shown;
  }
  *ret_done = done;
  return R_OK;
}

RESULT domain_enrolment_confirm(struct signin *s, const struct authn_caller *caller, struct str code,
                                struct recovery_codes *ret_codes)
{
  struct store_call store = domain_session_store(s);
  CLEANUP(store_tx_close) struct store_tx *tx = NULL;
  struct enrolment_done done;
  s->principal = caller->principal;
  TRY(store_tx_open(&store, &tx));
  TRY(domain_enrolment_close(s, tx, &caller->principal, code, &done));
  TRY(store_tx_commit(tx, &s->revision));
  *ret_codes = done.codes;
  return R_OK;
}

RESULT domain_enrolment_rename(struct signin *s, const struct authn_caller *caller, const struct factor_proof *proof,
                               const struct enrolment_name *name, struct str *ret_body)
{
  struct store_call store = domain_session_store(s);
  CLEANUP(store_tx_close) struct store_tx *tx = NULL;
  struct str body;
  uint64_t revision;
  TRY(prove_either(s, caller, proof));
  TRY(store_tx_open(&store, &tx));
  TRY(store_totp_rename(tx, &caller->principal, &name->id, name->name, &body));
  TRY(domain_session_event(s, tx, &caller->principal, AUTHN_USER, object_kind, &name->id));
  TRY(store_tx_commit(tx, &revision));
  *ret_body = body;
  return R_OK;
}

RESULT domain_enrolment_remove(struct signin *s, const struct authn_caller *caller, const struct factor_proof *proof,
                               const struct uuid *id)
{
  struct store_call store = domain_session_store(s);
  CLEANUP(store_tx_close) struct store_tx *tx = NULL;
  struct store_credential user;
  struct security_policy policy;
  uint32_t epoch;
  bool is_last;
  TRY(prove(s, caller, proof, &user));
  TRY(domain_security_read(s, &user.tenant, &policy));
  TRY(store_tx_open(&store, &tx));
  TRY(store_credential_raise_epoch(tx, &user.principal, &epoch));
  TRY(store_factor_hold(tx, &user.principal));
  TRY(store_totp_remove(tx, &user.principal, id, &is_last));
  if (is_last && !domain_enrolment_needless(&policy, proof->password))
    return R_PASSWORD_TOO_SHORT;
  if (is_last)
    TRY(store_factor_forget(tx, &user.principal));
  TRY(domain_notice_put(s, tx, &user.principal, NOTICE_FACTOR_REMOVED));
  TRY(domain_session_event(s, tx, &user.principal, AUTHN_USER, object_kind, id));
  return store_tx_commit(tx, &s->revision);
}

RESULT domain_enrolment_recovery(struct signin *s, const struct authn_caller *caller, const struct factor_proof *proof,
                                 struct recovery_codes *ret_codes)
{
  struct store_call store = domain_session_store(s);
  CLEANUP(store_tx_close) struct store_tx *tx = NULL;
  struct store_credential user;
  struct recovery_set set;
  uint64_t revision;
  TRY(prove(s, caller, proof, &user));
  if (!user.has_totp)
    return R_CONFLICT;
  TRY(domain_recovery_make(s, &set));
  TRY(store_tx_open(&store, &tx));
  enum result r = domain_recovery_keep(s, tx, &user.principal, &set);
  if (r != R_OK)
    return r == R_NOT_FOUND ? R_CONFLICT : r;
  TRY(domain_notice_put(s, tx, &user.principal, NOTICE_RECOVERY_CODES_MADE));
  TRY(store_tx_commit(tx, &revision));
  *ret_codes = set.shown;
  return R_OK;
}
