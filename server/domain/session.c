/* Making sessions and their tokens, and ending them. Trusts: only callers that have seen every factor proved. */
#include "domain/session.h"
#include "authn/nonce.h"
#include "authn/token.h"
#include "base/network.h"
#include "domain/audit.h"
#include "domain/guard.h"
#include "domain/security.h"
#include "domain/notice.h"
#include "domain/throttle.h"
#include "policy/current.h"
#include "store/user.h"

struct store_call domain_session_store(const struct signin *s)
{
  return (struct store_call){.pool = s->domain->auth, .arena = s->arena, .deadline = s->deadline, .tx = s->tx};
}

static bool alive(const struct signin *s, const struct uuid *principal, const struct uuid *session, uint32_t epoch)
{
  /* No session has its principal's id: where there is none yet, that asks for the principal alone. */
  struct bw_id subject = policy_id(principal), id = policy_id(session ? session : principal);
  return bw_session_alive(policy_model(s->domain->policy), &subject, &id, epoch);
}

RESULT domain_session_allowed(const struct signin *s, const struct uuid *principal, const struct uuid *session,
                              uint32_t epoch)
{
  struct store_call store = domain_session_store(s);
  uint64_t seen = bw_model_revision(policy_model(s->domain->policy));
  if (!policy_fresh(s->domain->policy))
    return FAULT(R_UNAVAILABLE);
  if (alive(s, principal, session, epoch))
    return R_OK;
  return policy_catch_up(s->domain->policy, &store, seen) && alive(s, principal, session, epoch) ? R_OK
                                                                                                 : R_LOGIN_FAILED;
}

static bool acts(const struct signin *s, const struct uuid *home)
{
  struct bw_id tenant = policy_id(home);
  return bw_tenant_acts(policy_model(s->domain->policy), &tenant);
}

RESULT domain_session_housed(const struct signin *s, const struct uuid *home)
{
  struct store_call store = domain_session_store(s);
  uint64_t seen = bw_model_revision(policy_model(s->domain->policy));
  if (!policy_fresh(s->domain->policy))
    return FAULT(R_UNAVAILABLE);
  if (acts(s, home))
    return R_OK;
  return policy_catch_up(s->domain->policy, &store, seen) && acts(s, home) ? R_OK : R_LOGIN_FAILED;
}

static bool may_relay(const struct signin *s, const struct uuid *tenant)
{
  struct bw_question question = {.subject = policy_id(&s->relay->principal),
                                 .tenant = policy_id(tenant),
                                 .permission = BW_LOGIN_RELAY,
                                 .now = s->now};
  struct bw_answer answer;
  bw_decide(policy_model(s->domain->policy), &question, &answer);
  return answer.effect == BW_ALLOW;
}

static enum result find_relayed(const struct signin *s, const struct uuid *client, size_t *ret_count)
{
  const struct policy_root *roots;
  return policy_roots(s->domain->policy, client, BW_LOGIN_RELAY, s->now, s->arena, &roots, ret_count);
}

RESULT domain_session_relays(const struct signin *s, const struct uuid *client)
{
  struct store_call store = domain_session_store(s);
  uint64_t seen = bw_model_revision(policy_model(s->domain->policy));
  size_t count;
  TRY(find_relayed(s, client, &count));
  if (count == 0 && policy_catch_up(s->domain->policy, &store, seen))
    TRY(find_relayed(s, client, &count));
  return count > 0 ? R_OK : R_FORBIDDEN;
}

RESULT domain_session_relayed(struct signin *s, const struct uuid *tenant)
{
  struct store_call store = domain_session_store(s);
  uint64_t seen = bw_model_revision(policy_model(s->domain->policy));
  if (!s->relay || may_relay(s, tenant) || (policy_catch_up(s->domain->policy, &store, seen) && may_relay(s, tenant)))
    return R_OK;
  s->tenant = s->principal = (struct uuid){0};
  return R_FORBIDDEN;
}

struct uuid domain_session_home(const struct signin *s, const struct uuid *person)
{
  struct bw_id id = policy_id(person);
  struct bw_principal_fact fact;
  bool known = bw_principal(policy_model(s->domain->policy), &id, &fact);
  return known ? policy_uuid(&fact.home) : (struct uuid){0};
}

RESULT domain_session_relayed_for(struct signin *s, const struct uuid *person)
{
  struct uuid home = domain_session_home(s, person);
  return domain_session_relayed(s, &home);
}

/* What those below are told instead of who it was. */
static const char *title_of(const struct signin *s, const struct uuid *principal)
{
  static const char *const titles[] = {[BW_TENANT_PROVIDER] = "provider operator",
                                       [BW_TENANT_PARTNER] = "partner operator",
                                       [BW_TENANT_CUSTOMER] = "customer operator"};
  const struct bw_model *model = policy_model(s->domain->policy);
  struct bw_id id = policy_id(principal);
  struct bw_principal_fact fact;
  struct bw_tenant_fact home;
  return bw_principal(model, &id, &fact) && bw_tenant(model, &fact.home, &home) ? titles[home.kind]
                                                                                : titles[BW_TENANT_PROVIDER];
}

RESULT domain_session_event(const struct signin *s, struct store_tx *tx, const struct uuid *principal,
                            enum authn_kind kind, const char *object_kind, const struct uuid *object)
{
  struct store_session_event event = {.principal = *principal,
                                      .actor_kind = kind == AUTHN_CLIENT ? "client" : "user",
                                      .actor_title = title_of(s, principal),
                                      .action = s->action,
                                      .object_kind = object_kind,
                                      .object = *object,
                                      .at = s->now,
                                      .address = s->address,
                                      .stated_by = s->stated_by,
                                      .request_id = s->request_id};
  return store_session_event(tx, &event);
}

static enum authn_audience audience_of(struct str name)
{
  if (str_is(name, "analytics"))
    return AUTHN_ANALYTICS;
  return str_is(name, "partner") ? AUTHN_PARTNER : AUTHN_SERVICE;
}

/* By the policy of its tenant for its portal as it is now: how long it may go on unused, and at most, and whether it
 * needs two factors. */
struct span {
  int64_t idle, whole;
  bool two;
};

static bool needs_two(const struct signin *s, const struct security_policy *policy, const struct store_session *session)
{
  struct bw_id id = policy_id(&session->principal);
  bool privileged = bw_principal_privileged(policy_model(s->domain->policy), &id, s->now);
  return domain_security_needs_factor(policy, audience_of(session->audience), privileged);
}

/* R_UNAUTHENTICATED from outside the networks of its tenant: nothing ends by that, and nothing begins. */
static enum result span_of(const struct signin *s, struct store_tx *tx, const struct store_session *session,
                           enum authn_kind kind, struct span *ret_span)
{
  struct signin inside = *s;
  struct security_policy policy;
  if (kind == AUTHN_CLIENT) {
    *ret_span = (struct span){session->expires_at - s->now, session->expires_at - session->authenticated_at, false};
    return R_OK;
  }
  inside.tx = tx;
  TRY(domain_security_read(&inside, &s->tenant, &policy));
  if (!domain_security_admits(&policy, s->address))
    return R_UNAUTHENTICATED;
  struct security_portal portal = domain_security_portal(&policy, audience_of(session->audience));
  *ret_span = (struct span){portal.session_idle_time, portal.session_time, needs_two(s, &policy, session)};
  return R_OK;
}

static void limit(const struct signin *s, const struct span *span, struct store_session *session)
{
  int64_t end = session->authenticated_at + span->whole;
  if (!session->expires_at || session->expires_at > end)
    session->expires_at = end;
  session->refreshed_at = s->now;
  session->idle_at = s->now + span->idle < session->expires_at ? s->now + span->idle : session->expires_at;
}

static enum result access_token(struct signin *s, const struct store_session *session, enum authn_kind kind,
                                struct login *login)
{
  int64_t life = s->domain->limits.access_token_time;
  if (life > session->idle_at - s->now)
    life = session->idle_at - s->now;
  struct authn_token token = {.caller = {.principal = session->principal,
                                         .session = session->id,
                                         .kind = kind,
                                         .strength = (enum authn_strength)session->strength,
                                         .epoch = session->epoch,
                                         .authenticated_at = session->authenticated_at,
                                         .factor_at = session->factor_at},
                              .audience = audience_of(session->audience),
                              .issued_at = s->now,
                              .expires_at = s->now + life};
  if (!uuid_is_zero(&s->stated_by) && network_parse(s->address, &token.caller.stated))
    token.caller.relay = s->stated_by;
  TRY(authn_token_issue(&s->domain->issuer, &token, s->arena, &login->access_token));
  login->expires_in = life / CLOCK_SECOND;
  login->session = session->id;
  return R_OK;
}

static enum result refresh_token(struct signin *s, struct store_tx *tx, const struct store_session *session,
                                 struct login *login)
{
  char text[AUTHN_NONCE_TEXT];
  unsigned char digest[CRYPTO_DIGEST];
  TRY(authn_nonce_new(AUTHN_REFRESH, text, digest));
  TRY(store_session_refresh_create(tx, (struct str){(const char *)digest, sizeof digest}, &session->id,
                                   session->idle_at));
  login->refresh_token = arena_copy(s->arena, str_of(text));
  secret_wipe(text, sizeof text);
  return login->refresh_token.p ? R_OK : R_NO_MEMORY;
}

RESULT domain_session_begin(struct signin *s, struct store_tx *tx, const struct store_session *session,
                            enum authn_kind kind, struct login *ret_login)
{
  struct store_session row = *session;
  struct span span;
  struct login login = {0};
  enum result r = span_of(s, tx, session, kind, &span);
  if (r != R_OK)
    return r == R_UNAUTHENTICATED ? R_LOGIN_FAILED : r;
  if (span.two && row.strength != AUTHN_TWO_FACTORS)
    return R_LOGIN_FAILED;
  limit(s, &span, &row);
  r = store_session_create(tx, &row, s->address);
  if (r == R_NOT_FOUND || r == R_ALREADY_EXISTS)
    return R_LOGIN_FAILED;
  TRY(r);
  TRY(access_token(s, &row, kind, &login));
  if (kind == AUTHN_USER) {
    TRY(refresh_token(s, tx, &row, &login));
    TRY(domain_throttle_know(s, tx, &row.principal, &login));
    if (login.new_device)
      TRY(domain_notice_put(s, tx, &row.principal, NOTICE_NEW_DEVICE));
  }
  TRY(domain_session_event(s, tx, &row.principal, kind, "session", &row.id));
  *ret_login = login;
  return R_OK;
}

RESULT domain_session_renew(struct signin *s, struct store_tx *tx, const struct store_session *session,
                            struct login *ret_login)
{
  struct store_session row = *session;
  struct span span;
  struct login login = {0};
  TRY(span_of(s, tx, session, AUTHN_USER, &span));
  limit(s, &span, &row);
  if (s->now >= row.expires_at || s->now >= session->refreshed_at + span.idle)
    return R_LOGIN_FAILED;
  enum result r = store_session_renew(tx, &row);
  if (r != R_OK)
    return r == R_NOT_FOUND ? R_UNAUTHENTICATED : r;
  TRY(access_token(s, &row, AUTHN_USER, &login));
  TRY(refresh_token(s, tx, &row, &login));
  TRY(domain_session_event(s, tx, &row.principal, AUTHN_USER, "session", &row.id));
  *ret_login = login;
  return R_OK;
}

RESULT domain_session_end(struct signin *s, const struct authn_caller *caller, const struct uuid *session)
{
  struct store_call store = domain_session_store(s);
  CLEANUP(store_tx_close) struct store_tx *tx = NULL;
  s->principal = caller->principal;
  TRY(store_tx_open(&store, &tx));
  TRY(store_session_end(tx, session, &caller->principal));
  TRY(domain_session_event(s, tx, &caller->principal, caller->kind, "session", session));
  return store_tx_commit(tx, &s->revision);
}

RESULT domain_session_end_others(struct signin *s, const struct authn_caller *caller)
{
  struct store_call store = domain_session_store(s);
  CLEANUP(store_tx_close) struct store_tx *tx = NULL;
  s->principal = caller->principal;
  TRY(store_tx_open(&store, &tx));
  TRY(store_session_end_others(tx, &caller->principal, &caller->session));
  TRY(domain_session_event(s, tx, &caller->principal, caller->kind, "session", &caller->session));
  return store_tx_commit(tx, &s->revision);
}

/* The user, held; who may not touch a privileged one stops here. */
static enum result take(struct change *change, const struct uuid *id, struct store_user *ret_user)
{
  TRY(store_user_lock(change->tx, id, ret_user));
  return domain_guard_principal(change, id, &ret_user->tenant);
}

RESULT domain_session_revoke(struct change *change, const struct store_session_key *key)
{
  struct store_user user;
  struct store_object ended;
  TRY(take(change, &key->user, &user));
  TRY(store_session_revoke(change->tx, key, &ended));
  struct audit_record event = {
      .tenant = user.tenant, .object_kind = "session", .object = key->session, .before = ended.body};
  return domain_audit_done(change, &event);
}

RESULT domain_session_revoke_all(struct change *change, const struct uuid *id)
{
  struct store_user user;
  TRY(take(change, id, &user));
  TRY(store_session_revoke_all(change->tx, id));
  struct audit_record event = {.tenant = user.tenant, .object_kind = "user", .object = *id};
  return domain_audit_done(change, &event);
}
