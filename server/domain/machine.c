/* Logins of clients by secret and by assertion. Trusts: nothing that is passed in. */
#include "domain/machine.h"
#include "authn/assertion.h"
#include "authn/nonce.h"
#include "authn/throttle.h"
#include "store/proof.h"

/* An assertion that was used is kept for longer than it could be used, as clocks differ. */
static const int64_t kept_longer = 600 * CLOCK_SECOND;

/* Who says they are whom, and who has been found. */
struct entry {
  struct str name; /* as it was said: known or not */
  struct uuid client;
  struct store_proof proof;
  unsigned char digest[CRYPTO_DIGEST]; /* of the assertion, */
  int64_t expires_at;                  /* which ends then; 0: it was a secret */
};

static enum result return_address(const struct authn_throttle *address, const struct store_call *store)
{
  CLEANUP(store_tx_close) struct store_tx *tx = NULL;
  uint64_t revision;
  TRY(store_tx_open(store, &tx));
  TRY(authn_throttle_return(address, tx));
  return store_tx_commit(tx, &revision);
}

/* On both, or on none: the address is that of people too, whom a client that is refused already keeps out no further. It
   comes first, so that a full one makes no counter of whatever a client calls itself. */
static enum result take_both(struct signin *s, const struct authn_throttle *address,
                             const struct authn_throttle *client)
{
  struct store_call store = domain_session_store(s);
  const struct domain_limits *limits = &s->domain->limits;
  TRY(authn_throttle_take(address, &store, limits->address_attempts, s->now, &s->retry_after));
  enum result r = authn_throttle_take(client, &store, limits->account_attempts, s->now, &s->retry_after);
  if (r == R_THROTTLED)
    TRY(return_address(address, &store));
  return r;
}

/* Of a client that was refused, R_THROTTLED when that was too often: by the address that it comes from, as from
   elsewhere nobody keeps it out. What is right is counted by nobody: with 256 random bits there is nothing to guess,
   and a client whose processes all begin at once is not to wait for itself. */
static enum result count_failure(struct signin *s, struct str name)
{
  const struct crypto_keys *keys = s->domain->keys;
  struct authn_throttle address, client;
  char place[AUTHN_THROTTLE_PLACE_TEXT];
  authn_throttle_place(s->address, place);
  int n = name.n < UUID_TEXT ? (int)name.n : UUID_TEXT; /* what is longer is nobody's */
  struct str text = arena_print(s->arena, "%.*s %s", n, name.p ? name.p : "", place);
  if (!text.p)
    return R_NO_MEMORY;
  TRY(authn_throttle_on(keys, AUTHN_THROTTLE_ADDRESS, str_of(place), &address));
  TRY(authn_throttle_on(keys, AUTHN_THROTTLE_CLIENT, text, &client));
  return take_both(s, &address, &client);
}

/* The proof that the claim names, where there is one that may be used from here. */
static enum result find(struct signin *s, const struct store_claim *claim, struct entry *entry)
{
  struct store_call store = domain_session_store(s);
  enum result r = claim->digest.p ? store_proof_by_digest(&store, claim, &entry->proof)
                                  : store_proof_by_kid(&store, claim, &entry->proof);
  if (r != R_OK)
    return r == R_NOT_FOUND ? R_LOGIN_FAILED : r;
  s->tenant = entry->proof.tenant;
  s->principal = entry->client = claim->client;
  return uuid_is_zero(&entry->proof.id) ? R_LOGIN_FAILED : R_OK;
}

static enum result by_secret(struct signin *s, const struct machine_claim *claim, struct entry *entry)
{
  unsigned char bytes[CRYPTO_DIGEST];
  struct store_claim shown = {.digest = {(const char *)bytes, sizeof bytes}, .now = s->now, .address = s->address};
  entry->name = claim->client_id;
  if (!uuid_parse(claim->client_id, &shown.client) ||
      authn_nonce_parse(AUTHN_CLIENT_SECRET, claim->secret, bytes) != R_OK)
    return R_LOGIN_FAILED;
  return find(s, &shown, entry);
}

/* By whose it is and which it is, that no two clients' are one. */
static enum result digest_of(struct signin *s, const struct authn_assertion *assertion,
                             unsigned char ret_digest[CRYPTO_DIGEST])
{
  struct str name = arena_print(s->arena, "%.*s %.*s", (int)assertion->client.n, assertion->client.p,
                                (int)assertion->jti.n, assertion->jti.p);
  return name.p ? crypto_digest(name, ret_digest) : R_NO_MEMORY;
}

static enum result read_assertion(struct signin *s, const struct machine_claim *claim,
                                  struct authn_assertion *ret_assertion)
{
  struct authn_assertion_terms terms = {.issuer = s->domain->base_url, .now = s->now};
  terms.token_url = arena_print(s->arena, "%.*s/oauth2/token", (int)terms.issuer.n, terms.issuer.p);
  if (!terms.token_url.p)
    return R_NO_MEMORY;
  TRY(authn_assertion_read(claim->assertion, &terms, s->arena, ret_assertion));
  return claim->client_id.p && !str_equal(claim->client_id, ret_assertion->client) ? R_LOGIN_FAILED : R_OK;
}

static enum result by_assertion(struct signin *s, const struct machine_claim *claim, struct entry *entry)
{
  struct authn_assertion assertion = {.client = STR("")};
  struct store_claim shown = {.now = s->now, .address = s->address};
  enum result read = read_assertion(s, claim, &assertion);
  if (read != R_OK && read != R_LOGIN_FAILED)
    return read;
  entry->name = assertion.client;
  if (read != R_OK || !uuid_parse(assertion.client, &shown.client))
    return R_LOGIN_FAILED;
  shown.kid = assertion.kid;
  TRY(find(s, &shown, entry));
  struct authn_key key = {.algorithm = entry->proof.algorithm, .pem = entry->proof.public_key};
  TRY(authn_assertion_verify(&assertion, &key));
  entry->expires_at = assertion.expires_at;
  return digest_of(s, &assertion, entry->digest);
}

static enum result admit(struct signin *s, const struct machine_claim *claim, struct entry *entry)
{
  if (claim->assertion.p)
    TRY(by_assertion(s, claim, entry));
  else
    TRY(by_secret(s, claim, entry));
  return domain_session_allowed(s, &entry->client, NULL, entry->proof.epoch);
}

/* An assertion serves once. */
static enum result spend(const struct entry *entry, struct store_tx *tx)
{
  struct str digest = {(const char *)entry->digest, sizeof entry->digest};
  if (!entry->expires_at)
    return R_OK;
  enum result r = store_proof_spend(tx, digest, entry->expires_at + kept_longer);
  return r == R_NOT_FOUND ? R_LOGIN_FAILED : r;
}

/* A session of a client lives as long as one access token, and no longer than the proof by which it began. */
static enum result begin(struct signin *s, const struct entry *entry, struct store_tx *tx, struct login *ret_login)
{
  const struct store_proof *proof = &entry->proof;
  int64_t end = s->now + s->domain->limits.access_token_time;
  struct store_session session = {.principal = entry->client,
                                  .epoch = proof->epoch,
                                  .strength = AUTHN_SINGLE,
                                  .audience = STR("service"),
                                  .expires_at = proof->expires_at && proof->expires_at < end ? proof->expires_at : end,
                                  .authenticated_at = s->now};
  TRY(uuid_new(&session.id));
  TRY(domain_session_begin(s, tx, &session, AUTHN_CLIENT, ret_login));
  enum result r = store_proof_use(tx, &session.id, &proof->id, &entry->client);
  return r == R_NOT_FOUND ? R_LOGIN_FAILED : r;
}

static enum result log_in(struct signin *s, const struct machine_claim *claim, struct entry *entry,
                          struct login *ret_login)
{
  struct store_call store = domain_session_store(s);
  CLEANUP(store_tx_close) struct store_tx *tx = NULL;
  struct login login;
  uint64_t revision;
  TRY(admit(s, claim, entry));
  TRY(store_tx_open(&store, &tx));
  TRY(spend(entry, tx));
  TRY(begin(s, entry, tx, &login));
  TRY(store_tx_commit(tx, &revision));
  *ret_login = login;
  return R_OK;
}

static enum result prove(struct signin *s, const struct machine_claim *claim, struct entry *entry)
{
  struct store_call store = domain_session_store(s);
  CLEANUP(store_tx_close) struct store_tx *tx = NULL;
  uint64_t revision;
  TRY(admit(s, claim, entry));
  TRY(store_tx_open(&store, &tx));
  TRY(spend(entry, tx));
  enum result r = store_proof_note(tx, &entry->proof.id, &entry->client);
  if (r != R_OK)
    return r == R_NOT_FOUND ? R_LOGIN_FAILED : r;
  return store_tx_commit(tx, &revision);
}

static enum result counted(struct signin *s, const struct entry *entry, enum result r)
{
  if (r == R_LOGIN_FAILED)
    TRY(count_failure(s, entry->name));
  return r;
}

RESULT domain_machine_login(struct signin *s, const struct machine_claim *claim, struct login *ret_login)
{
  struct entry entry = {0};
  enum result r = log_in(s, claim, &entry, ret_login);
  return counted(s, &entry, r);
}

RESULT domain_machine_prove(struct signin *s, const struct machine_claim *claim)
{
  struct entry entry = {0};
  enum result r = prove(s, claim, &entry);
  return counted(s, &entry, r);
}
