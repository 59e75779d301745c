/* Orders, asks for and serves one-time tokens. Trusts: nothing that is typed. */
#include "domain/invitation.h"
#include "authn/name.h"
#include "authn/nonce.h"
#include "authn/throttle.h"
#include "crypto/seal.h"
#include "domain/audit.h"
#include "domain/guard.h"
#include "domain/link.h"
#include "domain/notice.h"
#include "domain/reset.h"
#include "domain/session.h"
#include "store/credential.h"
#include "store/reset.h"
#include "store/user.h"

/* Of one person: what they may ask for in an hour, so that nobody uses up by asking what may be ordered, and what may
   be ordered and asked for in 15 minutes. */
enum { ASKED_MOST = 3, MADE_MOST = 5 };
static const int64_t serve_time = 30 * CLOCK_SECOND;

static const struct {
  enum authn_nonce_kind nonce;
  enum notice_kind notice;
} kinds[] = {[STORE_INVITATION] = {AUTHN_INVITATION, NOTICE_INVITATION}, [STORE_RESET] = {AUTHN_RESET, NOTICE_RESET}};

/* The user, held; who may not have a token made for them stops here. */
static RESULT take(struct change *change, const struct invitation_order *order, struct store_user *ret_user)
{
  TRY(store_user_lock(change->tx, &order->user, ret_user));
  TRY(domain_guard_principal(change, &order->user, &ret_user->tenant));
  TRY(domain_guard_other(change, &order->user));
  bool resets = order->purpose == STORE_RESET || change->actor.kind == DOMAIN_ACTOR_OPERATOR;
  bool invites = order->purpose == STORE_INVITATION;
  bool fits = (resets && str_is(ret_user->state, "active")) || (invites && str_is(ret_user->state, "invited"));
  return fits ? R_OK : R_WRONG_STATE;
}

static RESULT count_order(struct change *change, const struct uuid *user)
{
  struct store_call store = {.pool = change->domain->auth, .arena = change->arena, .deadline = change->deadline};
  struct authn_throttle throttle;
  if (change->actor.kind == DOMAIN_ACTOR_OPERATOR)
    return R_OK;
  TRY(authn_throttle_on_id(change->domain->keys, AUTHN_THROTTLE_TOKEN, user, &throttle));
  return authn_throttle_take(&throttle, &store, MADE_MOST, change->now, &change->retry_after);
}

static RESULT new_token(struct arena *arena, enum authn_nonce_kind kind, struct str *ret_token, struct str *ret_digest)
{
  char *text = arena_alloc(arena, AUTHN_NONCE_TEXT);
  unsigned char *digest = arena_alloc(arena, CRYPTO_DIGEST);
  if (!text || !digest)
    return R_NO_MEMORY;
  TRY(authn_nonce_new(kind, text, digest));
  *ret_token = str_of(text);
  *ret_digest = (struct str){(const char *)digest, CRYPTO_DIGEST};
  return R_OK;
}

/* By mail, or into the hands of whoever had it made. */
static RESULT hand_over(struct change *change, const struct invitation_order *order, struct str token,
                        struct invitation *invitation)
{
  if (!invitation->sent) {
    invitation->token = token;
    return domain_link_make(change->domain, order->purpose, token, change->arena, &invitation->link);
  }
  struct notice_token mail = {order->user, kinds[order->purpose].notice, token, invitation->expires_at, order->due};
  return domain_notice_token_change(change, &mail);
}

RESULT domain_invitation_order(struct change *change, const struct invitation_order *order,
                               struct invitation *ret_invitation)
{
  const struct domain_limits *limits = &change->domain->limits;
  struct store_user user;
  struct str token;
  TRY(take(change, order, &user));
  TRY(count_order(change, &order->user));
  TRY(domain_reset_note(change, &order->user, STORE_RESET_PASSWORD));
  bool first = str_is(user.state, "invited");
  struct invitation invitation = {.sent = change->domain->mail.sends && user.email.p && !order->shown,
                                  .expires_at = (order->due > change->now ? order->due : change->now) +
                                                (first ? limits->invitation_time : limits->reset_time)};
  struct store_invitation row = {.user = order->user,
                                 .purpose = order->purpose,
                                 .expires_at = invitation.expires_at,
                                 .issued_by = change->actor.id};
  TRY(new_token(change->arena, kinds[order->purpose].nonce, &token, &row.digest));
  TRY(store_invitation_put(change->tx, &row));
  TRY(hand_over(change, order, token, &invitation));
  struct audit_record event = {.tenant = user.tenant, .object_kind = "user", .object = order->user};
  TRY(domain_audit_done(change, &event));
  *ret_invitation = invitation;
  return R_OK;
}

RESULT domain_invitation_void(struct change *change, const struct uuid *user)
{
  struct store_invitation row = {.user = *user, .purpose = STORE_INVITATION, .expires_at = change->now};
  struct str token;
  TRY(new_token(change->arena, AUTHN_INVITATION, &token, &row.digest));
  return store_invitation_put(change->tx, &row);
}

typedef RESULT name_form(struct str text, struct arena *arena, struct str *ret_form);

/* What has no such form is looked for like what has: nobody is named "". */
static RESULT form_of(struct str typed, name_form *form, struct arena *arena, struct str *ret_form)
{
  *ret_form = STR("");
  if (!typed.p)
    return R_OK;
  enum result r = form(typed, arena, ret_form);
  return r == R_MALFORMED || r == R_TOO_LARGE ? R_OK : r;
}

static RESULT throttle_on(const struct signin *s, char what, struct str name, struct authn_throttle *ret_throttle)
{
  struct str text = arena_print(s->arena, "%c %.*s", what, (int)name.n, name.p);
  return text.p ? authn_throttle_on(s->domain->keys, AUTHN_THROTTLE_RESET, text, ret_throttle) : R_NO_MEMORY;
}

static struct crypto_binding wish_binding(const struct domain *domain, struct str subject)
{
  return (struct crypto_binding){domain->keys, CRYPTO_OUTBOX, subject};
}

/* What is to be done, for whom: both wait for a job, for to look people up here would take another time for each. */
static RESULT keep(struct signin *s, const char *what, const struct store_reset_name *name)
{
  struct store_call store = domain_session_store(s);
  struct authn_throttle subject;
  char place[AUTHN_THROTTLE_PLACE_TEXT];
  struct str typed = arena_print(s->arena, "%s\n%.*s\n%.*s\n%.*s", what, (int)name->code.n, name->code.p,
                                 (int)name->login_key.n, name->login_key.p, (int)name->email_key.n, name->email_key.p);
  if (!typed.p)
    return R_NO_MEMORY;
  TRY(throttle_on(s, 'n', typed, &subject));
  authn_throttle_place(s->address, place);
  struct store_reset request = {.subject = {(const char *)subject.subject, sizeof subject.subject},
                                .address = s->address,
                                .request_id = s->request_id,
                                .stated_by = s->stated_by,
                                .kind = str_of(what),
                                .place = str_of(place)};
  struct crypto_binding binding = wish_binding(s->domain, request.subject);
  TRY(crypto_seal(&binding, typed, s->arena, &request.sealed));
  return s->domain->mail.sends ? store_reset_put(&store, &request) : R_OK;
}

static const char wanted[] = "reset", warned[] = "warn";

/* A tenant that is none is one that the relay does not see. */
static RESULT check_relay(struct signin *s, struct str code)
{
  struct store_call store = domain_session_store(s);
  struct uuid tenant = {0};
  if (!s->relay)
    return R_OK;
  enum result r = store_credential_tenant(&store, code, &tenant);
  if (r != R_OK && r != R_NOT_FOUND)
    return r;
  return domain_session_relayed(s, &tenant);
}

RESULT domain_invitation_ask(struct signin *s, const struct invitation_wish *wish)
{
  struct store_call store = domain_session_store(s);
  struct authn_throttle address;
  struct store_reset_name name = {.code = wish->tenant};
  char place[AUTHN_THROTTLE_PLACE_TEXT];
  TRY(check_relay(s, wish->tenant));
  authn_throttle_place(s->address, place);
  TRY(throttle_on(s, 'a', str_of(place), &address));
  TRY(authn_throttle_take(&address, &store, s->domain->limits.address_attempts, s->now, &s->retry_after));
  TRY(form_of(wish->login, authn_name_normalise, s->arena, &name.login_key));
  TRY(form_of(wish->email, authn_name_fold, s->arena, &name.email_key));
  return keep(s, wanted, &name);
}

RESULT domain_invitation_warn(struct signin *s, struct str tenant, struct str login_key)
{
  struct store_reset_name name = {tenant, login_key, STR("")};
  return keep(s, warned, &name);
}

/* R_LIMIT_REACHED: they had enough. */
static RESULT put_asked(struct signin *s, struct store_tx *tx, const struct store_invitation *row)
{
  struct store_call store = {.arena = s->arena, .deadline = s->deadline, .tx = tx};
  struct authn_throttle throttle;
  TRY(authn_throttle_on_id(s->domain->keys, AUTHN_THROTTLE_TOKEN, &row->user, &throttle));
  enum result r = authn_throttle_take(&throttle, &store, MADE_MOST, s->now, &s->retry_after);
  if (r != R_OK)
    return r == R_THROTTLED ? R_LIMIT_REACHED : r;
  r = store_invitation_ask(tx, row, ASKED_MOST);
  if (r == R_LIMIT_REACHED)
    TRY(authn_throttle_return(&throttle, tx));
  return r;
}

/* One person of those that may be meant: whose tenant is suspended, and who had enough, gets nothing. */
static RESULT send_to(struct signin *s, struct store_tx *tx, const struct store_reset_person *person)
{
  struct str token;
  struct store_invitation row = {
      .user = person->id, .purpose = STORE_RESET, .expires_at = s->now + s->domain->limits.reset_time};
  enum result r = domain_session_housed(s, &person->tenant);
  if (r != R_OK)
    return r == R_LOGIN_FAILED ? R_OK : r;
  TRY(new_token(s->arena, AUTHN_RESET, &token, &row.digest));
  r = put_asked(s, tx, &row);
  if (r != R_OK)
    return r == R_LIMIT_REACHED ? R_OK : r;
  struct notice_token mail = {person->id, NOTICE_RESET, token, row.expires_at, 0};
  TRY(domain_notice_token_put(s, tx, &mail));
  struct store_audit_of_person event = {.person = person->id,
                                        .at = s->now,
                                        .actor_kind = STR("anonymous"),
                                        .action = str_of(s->action),
                                        .outcome = STR("done"),
                                        .address = s->address,
                                        .stated_by = s->stated_by,
                                        .request_id = s->request_id};
  return store_audit_of_person(tx, &event);
}

static RESULT serve_all(struct signin *s, struct store_tx *tx, const struct store_reset *request)
{
  struct crypto_binding binding = wish_binding(s->domain, request->subject);
  struct store_reset_person people[STORE_RESET_PEOPLE];
  struct str typed;
  size_t count;
  enum result r = crypto_unseal(&binding, request->sealed, s->arena, &typed);
  if (r != R_OK)
    return r == R_NOT_FOUND ? R_OK : r;
  bool warns = str_is(str_cut(&typed, '\n'), warned);
  struct store_reset_name name;
  name.code = str_cut(&typed, '\n');
  name.login_key = str_cut(&typed, '\n');
  name.email_key = typed;
  TRY(store_reset_find(tx, &name, people, &count));
  for (size_t i = 0; i < count; i++)
    TRY(warns ? domain_notice_put(s, tx, &people[i].id, NOTICE_ACCOUNT_THROTTLED) : send_to(s, tx, &people[i]));
  return R_OK;
}

RESULT domain_invitation_serve(const struct domain *domain, struct arena *arena)
{
  struct signin s = {.domain = domain,
                     .arena = arena,
                     .now = clock_now(),
                     .deadline = clock_monotonic() + serve_time,
                     .action = "forgotPassword"};
  struct store_call store = domain_session_store(&s);
  CLEANUP(store_tx_close) struct store_tx *tx = NULL;
  struct store_reset request;
  uint64_t revision;
  TRY(store_tx_open(&store, &tx));
  TRY(store_reset_take(tx, &request));
  s.address = request.address;
  s.stated_by = request.stated_by;
  s.request_id = request.request_id;
  /* What waited longer than the token would live is wanted no more. */
  if (request.created_at > s.now - domain->limits.reset_time)
    TRY(serve_all(&s, tx, &request));
  return store_tx_commit(tx, &revision);
}
