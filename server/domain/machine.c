/* Logins of clients by secret. Trusts: nothing that is passed in. */
#include "domain/machine.h"
#include "authn/nonce.h"
#include "authn/throttle.h"
#include "store/proof.h"

struct throttles {
  struct authn_throttle client, address;
};

/* A client's failures count by the address they come from: from elsewhere nobody keeps it out. */
static enum result take(struct signin *s, struct str client_id, struct throttles *ret_throttles)
{
  struct store_call store = domain_session_store(s);
  const struct crypto_keys *keys = s->domain->keys;
  struct str client = arena_print(s->arena, "%.*s %.*s", (int)client_id.n, client_id.p, (int)s->address.n, s->address.p);
  if (!client.p)
    return R_NO_MEMORY;
  TRY(authn_throttle_on(keys, AUTHN_THROTTLE_ADDRESS, s->address, &ret_throttles->address));
  TRY(authn_throttle_on(keys, AUTHN_THROTTLE_ACCOUNT, client, &ret_throttles->client));
  TRY(authn_throttle_take(&ret_throttles->address, &store, s->domain->limits.address_attempts, s->now, &s->retry_after));
  return authn_throttle_take(&ret_throttles->client, &store, s->domain->limits.account_attempts, s->now, &s->retry_after);
}

static enum result give_back(const struct throttles *throttles, struct store_tx *tx)
{
  TRY(authn_throttle_forget(&throttles->client, tx));
  return authn_throttle_return(&throttles->address, tx);
}

/* A session of a client lives as long as one access token, and no longer than the proof by which it began. */
static enum result begin(struct signin *s, const struct uuid *client, const struct store_proof *proof,
                                const struct throttles *throttles, struct login *ret_login)
{
  struct store_call store = domain_session_store(s);
  CLEANUP(store_tx_close) struct store_tx *tx = NULL;
  uint64_t revision;
  struct login login;
  int64_t end = s->now + s->domain->limits.access_token_time;
  struct store_session session = {.principal = *client,
                                  .epoch = proof->epoch,
                                  .strength = AUTHN_SINGLE,
                                  .audience = STR("service"),
                                  .expires_at = proof->expires_at && proof->expires_at < end ? proof->expires_at : end,
                                  .authenticated_at = s->now};
  TRY(uuid_new(&session.id));
  TRY(store_tx_open(&store, &tx));
  TRY(domain_session_begin(s, tx, &session, AUTHN_CLIENT, &login));
  enum result r = store_proof_use(tx, &session.id, &proof->id, client);
  if (r != R_OK)
    return r == R_NOT_FOUND ? R_LOGIN_FAILED : r;
  TRY(give_back(throttles, tx));
  TRY(store_tx_commit(tx, &revision));
  *ret_login = login;
  return R_OK;
}

RESULT domain_machine_login(struct signin *s, struct str client_id, struct str secret, struct login *ret_login)
{
  struct throttles throttles;
  struct store_proof proof;
  struct store_call store = domain_session_store(s);
  struct uuid id;
  unsigned char bytes[CRYPTO_DIGEST];
  struct str digest = {(const char *)bytes, sizeof bytes};
  TRY(take(s, client_id, &throttles));
  if (!uuid_parse(client_id, &id) || authn_nonce_parse(AUTHN_CLIENT_SECRET, secret, bytes) != R_OK)
    return R_LOGIN_FAILED;
  enum result r = store_proof_by_digest(&store, &id, digest, s->now, &proof);
  if (r != R_OK)
    return r == R_NOT_FOUND ? R_LOGIN_FAILED : r;
  s->tenant = proof.tenant;
  s->principal = id;
  if (uuid_is_zero(&proof.id))
    return R_LOGIN_FAILED;
  TRY(domain_session_allowed(s, &id, NULL, proof.epoch));
  return begin(s, &id, &proof, &throttles, ret_login);
}

