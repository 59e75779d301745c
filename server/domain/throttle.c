/* Attempts at passwords, by strangers and by what is known. Trusts: nothing that is passed in. */
#include "domain/throttle.h"
#include "authn/name.h"
#include "authn/nonce.h"
#include "domain/invitation.h"
#include "domain/security.h"
#include "store/credential.h"

enum { NAME_MOST = 1024 };

static struct str subject_of(const struct authn_throttle *throttle)
{
  return (struct str){(const char *)throttle->subject, sizeof throttle->subject};
}

/* An HMAC over the person and one thing more, in which neither can be mistaken for the other. */
static enum result of_person(struct signin *s, enum authn_throttle_kind kind, const struct uuid *person, struct str more,
                             struct authn_throttle *ret_throttle)
{
  char id[UUID_TEXT];
  uuid_format(person, id);
  struct str name = arena_print(s->arena, "%s %.*s", id, (int)more.n, more.p ? more.p : "");
  return name.p ? authn_throttle_on(s->domain->keys, kind, name, ret_throttle) : R_NO_MEMORY;
}

/* A token that cannot be one of ours is none. */
static enum result device_of(struct signin *s, const struct uuid *person, struct str token, bool *ret_shown,
                             struct authn_throttle *ret_device)
{
  unsigned char digest[CRYPTO_DIGEST];
  if (authn_nonce_parse(AUTHN_DEVICE, token, digest) != R_OK)
    return R_OK;
  TRY(of_person(s, AUTHN_THROTTLE_DEVICE, person, token, ret_device));
  *ret_shown = true;
  return R_OK;
}

static enum result known_of(struct signin *s, const struct uuid *person, struct throttle *t)
{
  char place[AUTHN_THROTTLE_PLACE_TEXT];
  authn_throttle_place(s->address, place);
  TRY(of_person(s, AUTHN_THROTTLE_PLACE, person, str_of(place), &t->place));
  return device_of(s, person, s->device_token, &t->shows_device, &t->device);
}

/* Bodies bound what is typed; what is longer still is counted by its beginning. */
static struct str cut(struct str text) { return text.n > NAME_MOST ? (struct str){text.p, NAME_MOST} : text; }

static enum result counters_of(struct signin *s, const struct throttle_target *target, struct throttle *t)
{
  const struct crypto_keys *keys = s->domain->keys;
  struct str code = cut(target->code), key = cut(target->key);
  char place[AUTHN_THROTTLE_PLACE_TEXT];
  authn_throttle_place(s->address, place);
  struct str account = arena_print(s->arena, "%.*s %.*s", (int)code.n, code.p, (int)key.n, key.p);
  struct str share = account.p ? arena_print(s->arena, "%s %.*s", place, (int)account.n, account.p) : STR_NONE;
  if (!share.p)
    return R_NO_MEMORY;
  TRY(authn_throttle_on(keys, AUTHN_THROTTLE_ACCOUNT, account, &t->account));
  TRY(authn_throttle_on(keys, AUTHN_THROTTLE_SHARE, share, &t->share));
  TRY(authn_throttle_on(keys, AUTHN_THROTTLE_ADDRESS, str_of(place), &t->address));
  TRY(authn_throttle_on(keys, AUTHN_THROTTLE_TENANT, code, &t->tenant));
  return known_of(s, &target->person, t);
}

static struct store_attempt attempt_of(const struct throttle *t)
{
  return (struct store_attempt){.device = t->shows_device ? subject_of(&t->device) : STR_NONE,
                                .place = subject_of(&t->place),
                                .account = subject_of(&t->account),
                                .share = subject_of(&t->share),
                                .address = subject_of(&t->address),
                                .tenant = subject_of(&t->tenant)};
}

RESULT domain_throttle_take(struct signin *s, const struct throttle_target *target, struct throttle *ret_throttle)
{
  struct store_call store = domain_session_store(s);
  struct throttle t = {0};
  struct store_attempted attempted;
  TRY(counters_of(s, target, &t));
  struct store_attempt attempt = attempt_of(&t);
  attempt.person = target->person;
  attempt.most = target->most;
  attempt.told = target->told;
  TRY(store_throttle_login(&store, &attempt, s->now, &attempted));
  /* Whether its owner can be told changes nothing for who has to wait. */
  if (attempted.account_full)
    (void)!domain_invitation_warn(s, target->code, target->key);
  if (attempted.wait > 0) {
    s->retry_after = attempted.wait;
    return R_THROTTLED;
  }
  if (attempted.unsaid) {
    /* Who waits behind it for a worker waits as long as behind any other. */
    TRY(crypto_hash_spend(s->domain->keys, s->domain->limits.cost));
    return R_LOGIN_FAILED;
  }
  t.known = attempted.known;
  *ret_throttle = t;
  return R_OK;
}

RESULT domain_throttle_return(const struct throttle *throttle, struct store_tx *tx)
{
  struct store_attempt attempt = attempt_of(throttle);
  return store_throttle_login_done(tx, &attempt, throttle->known);
}

static enum result know(struct signin *s, struct store_tx *tx, struct store_known *known, struct login *login)
{
  bool device, place;
  TRY(store_throttle_know(tx, known, s->now, &device, &place));
  login->new_device = !device && !place;
  if (device)
    login->device_token = STR_NONE;
  return R_OK;
}

RESULT domain_throttle_know(struct signin *s, struct store_tx *tx, const struct uuid *person, struct login *login)
{
  struct throttle t = {0};
  struct authn_throttle made;
  char text[AUTHN_NONCE_TEXT];
  unsigned char digest[CRYPTO_DIGEST];
  TRY(known_of(s, person, &t));
  struct store_known known = {.person = *person,
                              .device_shown = t.shows_device ? subject_of(&t.device) : STR_NONE,
                              .place = subject_of(&t.place)};
  if (!s->remember_device)
    return know(s, tx, &known, login);
  TRY(authn_nonce_new(AUTHN_DEVICE, text, digest));
  login->device_token = arena_copy(s->arena, str_of(text));
  secret_wipe(text, sizeof text);
  if (!login->device_token.p)
    return R_NO_MEMORY;
  TRY(of_person(s, AUTHN_THROTTLE_DEVICE, person, login->device_token, &made));
  known.device_new = subject_of(&made);
  return know(s, tx, &known, login);
}

RESULT domain_throttle_renew(struct signin *s, struct store_tx *tx, const struct throttle_target *target)
{
  struct throttle t = {0};
  struct authn_throttle password, choice;
  struct login ignored = {0};
  struct signin here = *s;
  TRY(counters_of(s, target, &t));
  TRY(authn_throttle_on_id(s->domain->keys, AUTHN_THROTTLE_PASSWORD, &target->person, &password));
  TRY(authn_throttle_forget(&t.account, tx));
  TRY(authn_throttle_on_id(s->domain->keys, AUTHN_THROTTLE_CHOICE, &target->person, &choice));
  TRY(authn_throttle_forget(&password, tx));
  TRY(authn_throttle_forget(&choice, tx));
  here.remember_device = false; /* what is ignored would be told to nobody */
  return domain_throttle_know(&here, tx, &target->person, &ignored);
}

RESULT domain_throttle_state(struct signin *s, const struct uuid *user, struct str *ret_body)
{
  struct store_call store = domain_session_store(s);
  struct store_credential credential;
  struct security_policy policy;
  struct throttle t = {0};
  struct str key;
  TRY(store_credential_get(&store, user, &credential));
  TRY(domain_security_read(s, &credential.tenant, &policy));
  TRY(authn_name_normalise(credential.login, s->arena, &key));
  struct throttle_target target = {.code = credential.tenant_code, .key = key, .person = *user};
  TRY(counters_of(s, &target, &t));
  struct store_attempt attempt = attempt_of(&t);
  attempt.person = *user;
  attempt.most.account = policy.account_attempts;
  return store_throttle_state(&store, &attempt, s->now, ret_body);
}
