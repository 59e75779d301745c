/* Makes and deletes secrets and keys of clients. */
#include "domain/proof.h"
#include "authn/nonce.h"
#include "domain/audit.h"
#include "domain/guard.h"
#include "store/client.h"

static const char *const object_kinds[] = {[STORE_PROOF_SECRET] = "client_secret", [STORE_PROOF_KEY] = "client_key"};

/* The client, held, so that no other proof is counted or made meanwhile. */
static RESULT take(struct change *change, const struct uuid *client, struct store_client *ret_client)
{
  TRY(store_client_lock(change->tx, client, ret_client));
  return domain_guard_principal(change, client, &ret_client->tenant);
}

/* Puts a proof in, if there is room for one more, with its event. */
static RESULT add(struct change *change, const struct store_proof_row *row, struct outcome *ret_outcome)
{
  struct store_client client;
  struct store_object made;
  int64_t live;
  TRY(take(change, &row->client, &client));
  TRY(store_proof_live(change->tx, &row->client, row->kind, &live));
  if (live >= DOMAIN_PROOFS)
    return R_LIMIT_REACHED;
  TRY(store_proof_insert(change->tx, row, &made));
  struct audit_record event = {
      .tenant = client.tenant, .object_kind = object_kinds[row->kind], .object = made.id, .after = made.body};
  TRY(domain_audit_done(change, &event));
  *ret_outcome = (struct outcome){.id = made.id, .body = made.body};
  return R_OK;
}

RESULT domain_proof_secret(struct change *change, const struct uuid *client, const struct proof_terms *terms,
                           struct outcome *ret_outcome, struct str *ret_secret)
{
  struct store_proof_row row = {
      .client = *client, .kind = STORE_PROOF_SECRET, .name = terms->name, .expires_at = terms->expires_at};
  struct outcome outcome;
  unsigned char digest[CRYPTO_DIGEST];
  char *secret = arena_alloc(change->arena, AUTHN_NONCE_TEXT);
  if (!secret)
    return R_NO_MEMORY;
  TRY(uuid_new(&row.id));
  TRY(authn_nonce_new(AUTHN_CLIENT_SECRET, secret, digest));
  TRY(add(change, &row, &outcome));
  TRY(store_proof_secret(change->tx, &row.id, client, (struct str){(const char *)digest, sizeof digest}));
  *ret_outcome = outcome;
  *ret_secret = str_of(secret);
  return R_OK;
}

RESULT domain_proof_key(struct change *change, const struct uuid *client, const struct proof_terms *terms,
                        const struct authn_key *key, struct outcome *ret_outcome)
{
  struct store_proof_row row = {.client = *client,
                                .kind = STORE_PROOF_KEY,
                                .name = terms->name,
                                .kid = key->kid,
                                .algorithm = key->algorithm,
                                .public_key = key->pem,
                                .expires_at = terms->expires_at};
  TRY(uuid_new(&row.id));
  return add(change, &row, ret_outcome);
}

RESULT domain_proof_delete(struct change *change, const struct store_proof_key *key)
{
  struct store_client client;
  struct store_object gone;
  TRY(take(change, &key->client, &client));
  TRY(domain_guard_other(change, &key->client));
  TRY(store_proof_delete(change->tx, key, &gone));
  struct audit_record event = {
      .tenant = client.tenant, .object_kind = object_kinds[key->kind], .object = key->id, .before = gone.body};
  return domain_audit_done(change, &event);
}
