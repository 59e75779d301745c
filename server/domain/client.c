/* Makes, changes and deletes clients. */
#include "domain/client.h"
#include "authn/name.h"
#include "domain/audit.h"
#include "domain/grant.h"
#include "domain/guard.h"
#include "domain/membership.h"
#include "domain/proof.h"
#include "store/client.h"

static RESULT record(struct change *change, const struct uuid *tenant, struct str before,
                     const struct store_object *client, struct outcome *ret_outcome)
{
  struct audit_record event = {
      .tenant = *tenant, .object_kind = "client", .object = client->id, .before = before, .after = client->body};
  TRY(domain_audit_done(change, &event));
  *ret_outcome = (struct outcome){.id = client->id, .body = client->body, .version = client->version};
  return R_OK;
}

RESULT domain_client_create(struct change *change, const struct client_new *client, struct outcome *ret_outcome,
                            struct str *ret_secret)
{
  struct store_client_row row = {
      .tenant = client->tenant,
      .display_name = client->display_name,
      .external_id = client->external_id,
      .networks = client->networks};
  struct proof_terms terms = {.name = STR("first")};
  struct store_object made;
  struct outcome outcome, ignored;
  struct str secret = STR_NONE;
  TRY(authn_name_fold(row.display_name, change->arena, &row.name_key));
  TRY(uuid_new(&row.id));
  TRY(store_client_insert(change->tx, &row, &made));
  TRY(record(change, &row.tenant, STR_NONE, &made, &outcome));
  if (!client->without_secret)
    TRY(domain_proof_secret(change, &row.id, &terms, &ignored, &secret));
  *ret_outcome = outcome;
  *ret_secret = secret;
  return R_OK;
}

/* The client, held; who may not touch a privileged one stops here. */
static RESULT take(struct change *change, const struct uuid *id, struct store_client *ret_client)
{
  TRY(store_client_lock(change->tx, id, ret_client));
  return domain_guard_principal(change, id, &ret_client->tenant);
}

RESULT domain_client_update(struct change *change, const struct uuid *id, int64_t if_version,
                            const struct client_patch *patch, struct outcome *ret_outcome)
{
  struct store_client_change set = {.external_id_given = patch->external_id.given,
                                    .external_id = patch->external_id.value,
                                    .networks = patch->networks};
  struct store_client client;
  struct store_object changed;
  if (patch->display_name.given) {
    set.display_name = patch->display_name.value;
    TRY(authn_name_fold(set.display_name, change->arena, &set.name_key));
  }
  if (patch->state.given && !str_is(patch->state.value, "active") && !str_is(patch->state.value, "suspended"))
    return R_MALFORMED;
  TRY(take(change, id, &client));
  if (if_version != 0 && if_version != client.object.version)
    return R_STALE;
  if (patch->state.given) {
    set.state = patch->state.value;
    TRY(domain_guard_other(change, id));
  }
  TRY(store_client_update(change->tx, id, &set, &changed));
  return record(change, &client.tenant, client.object.body, &changed, ret_outcome);
}

RESULT domain_client_delete(struct change *change, const struct uuid *id)
{
  struct store_client client;
  TRY(take(change, id, &client));
  TRY(domain_guard_other(change, id));
  TRY(domain_grant_end_all(change, id, &client.tenant));
  TRY(domain_membership_end_all(change, id));
  TRY(store_client_delete(change->tx, id));
  struct audit_record event = {
      .tenant = client.tenant, .object_kind = "client", .object = *id, .before = client.object.body};
  return domain_audit_done(change, &event);
}
