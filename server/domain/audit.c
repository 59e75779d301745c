/* Writes the audit event of a change into its transaction. */
#include "domain/audit.h"
#include "base/text.h"
#include "crypto/digest.h"

/* Of the HMAC that names an actor to those below: 96 bits tell the actors of one tenant apart. */
enum { PSEUDONYM = 12 };

static const char *const actor_kinds[] = {
    [DOMAIN_ACTOR_USER] = "user",     [DOMAIN_ACTOR_CLIENT] = "client",       [DOMAIN_ACTOR_OPERATOR] = "operator",
    [DOMAIN_ACTOR_SYSTEM] = "system", [DOMAIN_ACTOR_ANONYMOUS] = "anonymous",
};

static const char *const actor_titles[] = {
    [BW_TENANT_PROVIDER] = "provider operator",
    [BW_TENANT_PARTNER] = "partner operator",
    [BW_TENANT_CUSTOMER] = "customer operator",
};

/* One actor has another name in every tenant: two who compare events learn nothing. */
RESULT domain_audit_pseudonym(const struct domain *domain, const struct uuid *tenant, const struct uuid *actor,
                              struct arena *arena, struct str *ret_pseudonym)
{
  char both[sizeof tenant->b + sizeof actor->b], text[TEXT_BASE64URL_LENGTH(PSEUDONYM)];
  unsigned char mac[CRYPTO_DIGEST];
  memcpy(both, tenant->b, sizeof tenant->b);
  memcpy(both + sizeof tenant->b, actor->b, sizeof actor->b);
  TRY(crypto_hmac(domain->keys, CRYPTO_PSEUDONYM, (struct str){both, sizeof both}, mac));
  size_t n = text_base64url_encode(mac, PSEUDONYM, text);
  *ret_pseudonym = arena_print(arena, "p_%.*s", (int)n, text);
  return ret_pseudonym->p ? R_OK : R_NO_MEMORY;
}

RESULT domain_audit_actor(const struct domain *domain, const struct domain_actor *actor, struct arena *arena,
                          struct store_audit *event)
{
  const struct bw_model *model = policy_model(domain->policy);
  struct bw_id home = policy_id(&actor->home);
  struct bw_tenant_fact fact;
  char path[BW_PATH];
  event->actor_kind = str_of(actor_kinds[actor->kind]);
  event->address = actor->address;
  event->request_id = actor->request_id;
  if (uuid_is_zero(&actor->id))
    return R_OK;
  /* Without its path an actor would be shown to those below. */
  if (!bw_tenant(model, &home, &fact) || bw_tenant_path(model, &home, path) == 0)
    return R_AGAIN;
  event->actor = actor->id;
  event->actor_tenant = actor->home;
  event->actor_title = str_of(actor_titles[fact.kind]);
  event->actor_path = arena_copy(arena, str_of(path));
  if (!event->actor_path.p)
    return R_NO_MEMORY;
  return domain_audit_pseudonym(domain, &event->tenant, &actor->id, arena, &event->actor_pseudonym);
}

RESULT domain_audit_done(struct change *change, const struct audit_record *record)
{
  struct store_audit event = {.tenant = record->tenant,
                              .at = change->now,
                              .action = str_of(record->action ? record->action : change->action),
                              .outcome = STR("done"),
                              .object_kind = str_of(record->object_kind),
                              .object = record->object,
                              .before = record->before,
                              .after = record->after,
                              .named = record->named,
                              .count = 1};
  TRY(uuid_new(&event.id));
  TRY(domain_audit_actor(change->domain, &change->actor, change->arena, &event));
  TRY(store_audit_write(change->tx, &event));
  change->events++;
  return R_OK;
}
