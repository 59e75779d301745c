/* Making sessions and their tokens. Trusts: only callers that have seen every factor proved. */
#include "domain/session.h"
#include "authn/nonce.h"
#include "authn/token.h"
#include "policy/current.h"

struct store_call domain_session_store(const struct signin *s)
{
  return (struct store_call){.pool = s->domain->auth, .arena = s->arena, .deadline = s->deadline};
}

static bool alive(const struct signin *s, const struct uuid *principal, const struct uuid *session, uint32_t epoch)
{
  /* No session has its principal's id: where there is none yet, that asks for the principal alone. */
  struct bw_id subject = policy_id(principal), id = policy_id(session ? session : principal);
  return bw_session_alive(policy_model(s->domain->policy), &subject, &id, epoch);
}

RESULT domain_session_allowed(const struct signin *s, const struct uuid *principal, const struct uuid *session, uint32_t epoch)
{
  struct store_call store = domain_session_store(s);
  uint64_t seen = bw_model_revision(policy_model(s->domain->policy));
  if (!policy_fresh(s->domain->policy))
    return R_UNAVAILABLE;
  if (alive(s, principal, session, epoch))
    return R_OK;
  return policy_catch_up(s->domain->policy, &store, seen) && alive(s, principal, session, epoch) ? R_OK : R_LOGIN_FAILED;
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
    return R_UNAVAILABLE;
  if (acts(s, home))
    return R_OK;
  return policy_catch_up(s->domain->policy, &store, seen) && acts(s, home) ? R_OK : R_LOGIN_FAILED;
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
  return bw_principal(model, &id, &fact) && bw_tenant(model, &fact.home, &home) ? titles[home.kind] : titles[BW_TENANT_PROVIDER];
}

RESULT domain_session_event(const struct signin *s, struct store_tx *tx, const struct uuid *principal, enum authn_kind kind,
                            const char *object_kind, const struct uuid *object)
{
  struct store_session_event event = {.principal = *principal,
                                      .actor_kind = kind == AUTHN_CLIENT ? "client" : "user",
                                      .actor_title = title_of(s, principal),
                                      .action = s->action,
                                      .object_kind = object_kind,
                                      .object = *object,
                                      .at = s->now,
                                      .address = s->address,
                                      .request_id = s->request_id};
  return store_session_event(tx, &event);
}

static enum authn_audience audience_of(struct str name)
{
  if (str_is(name, "analytics"))
    return AUTHN_ANALYTICS;
  return str_is(name, "partner") ? AUTHN_PARTNER : AUTHN_SERVICE;
}

static enum result access_token(struct signin *s, const struct store_session *session, enum authn_kind kind, struct login *login)
{
  int64_t life = s->domain->limits.access_token_time;
  if (life > session->expires_at - s->now)
    life = session->expires_at - s->now;
  struct authn_token token = {.caller = {.principal = session->principal,
                                         .session = session->id,
                                         .kind = kind,
                                         .strength = (enum authn_strength)session->strength,
                                         .epoch = session->epoch},
                              .audience = audience_of(session->audience),
                              .issued_at = s->now,
                              .expires_at = s->now + life};
  TRY(authn_token_seal(s->domain->keys, CRYPTO_ACCESS_TOKEN, &token, s->arena, &login->access_token));
  login->expires_in = life / CLOCK_SECOND;
  login->session = session->id;
  return R_OK;
}

static enum result refresh_token(struct signin *s, struct store_tx *tx, const struct store_session *session, struct login *login)
{
  char text[AUTHN_NONCE_TEXT];
  unsigned char digest[CRYPTO_DIGEST];
  TRY(authn_nonce_new(AUTHN_REFRESH, text, digest));
  TRY(store_session_refresh_create(tx, (struct str){(const char *)digest, sizeof digest}, &session->id,
                                   s->now + s->domain->limits.session_idle_time));
  login->refresh_token = arena_copy(s->arena, str_of(text));
  secret_wipe(text, sizeof text);
  return login->refresh_token.p ? R_OK : R_NO_MEMORY;
}

RESULT domain_session_begin(struct signin *s, struct store_tx *tx, const struct store_session *session, enum authn_kind kind,
                            struct login *ret_login)
{
  struct login login = {0};
  enum result r = store_session_create(tx, session, s->address);
  if (r == R_NOT_FOUND || r == R_ALREADY_EXISTS)
    return R_LOGIN_FAILED;
  TRY(r);
  TRY(access_token(s, session, kind, &login));
  if (kind == AUTHN_USER)
    TRY(refresh_token(s, tx, session, &login));
  TRY(domain_session_event(s, tx, &session->principal, kind, "session", &session->id));
  *ret_login = login;
  return R_OK;
}

RESULT domain_session_renew(struct signin *s, struct store_tx *tx, const struct store_session *session, struct login *ret_login)
{
  struct login login = {0};
  TRY(access_token(s, session, AUTHN_USER, &login));
  TRY(refresh_token(s, tx, session, &login));
  TRY(domain_session_event(s, tx, &session->principal, AUTHN_USER, "session", &session->id));
  *ret_login = login;
  return R_OK;
}
