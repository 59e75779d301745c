/* Makes, changes, suspends, resumes, ends and restores tenants. */
#include "domain/tenant.h"
#include "authn/name.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "domain/audit.h"
#include "domain/guard.h"

enum { NAME_MOST = 200, CODE = 10 };

static const char *const kinds[] = {
    [BW_TENANT_PROVIDER] = "provider", [BW_TENANT_PARTNER] = "partner", [BW_TENANT_CUSTOMER] = "customer"};

static const char *const reaches[] = {[BW_REACH_SELF] = "staff", [BW_REACH_SUBTREE] = "subtree"};

static const struct str label_letters = {"0123456789abcdefghijklmnopqrstuvwxyz", 36};
/* A code is read out and typed: without the letters that look like others. */
static const struct str code_letters = {"0123456789abcdefghjkmnpqrstvwxyz", 32};

/* Each letter as likely as any other: bytes over the last whole round are thrown away. */
static RESULT pick(struct str letters, size_t n, struct arena *arena, struct str *ret_text)
{
  char *text = arena_alloc(arena, n + 1);
  if (!text)
    return R_NO_MEMORY;
  for (size_t i = 0; i < n;) {
    unsigned char byte;
    TRY(crypto_random(&byte, 1));
    if (byte < 256 - 256 % letters.n)
      text[i++] = letters.p[byte % letters.n];
  }
  *ret_text = (struct str){text, n};
  return R_OK;
}

static RESULT check_name(struct str name, struct arena *arena, struct str *ret_key)
{
  if (!text_utf8_valid(name) || text_utf8_count(name) > NAME_MOST)
    return R_MALFORMED;
  return authn_name_fold(name, arena, ret_key);
}

static RESULT record(struct change *change, const struct audit_record *event, const struct store_object *tenant,
                     struct outcome *ret_outcome)
{
  struct audit_record whole = *event;
  whole.tenant = whole.object = tenant->id;
  whole.object_kind = "tenant";
  whole.after = tenant->body;
  TRY(domain_audit_done(change, &whole));
  *ret_outcome = (struct outcome){.id = tenant->id, .body = tenant->body, .version = tenant->version};
  return R_OK;
}

RESULT domain_tenant_create(struct change *change, const struct tenant_new *tenant, struct outcome *ret_outcome)
{
  struct store_tenant_row row = {.parent = tenant->parent,
                                 .kind = str_of(kinds[tenant->kind]),
                                 .name = tenant->name,
                                 .external_id = tenant->external_id};
  struct store_object made;
  struct audit_record event = {0};
  TRY(check_name(tenant->name, change->arena, &row.name_key));
  TRY(uuid_new(&row.id));
  TRY(pick(label_letters, BW_LABEL, change->arena, &row.label));
  TRY(pick(code_letters, CODE, change->arena, &row.code));
  TRY(store_tenant_insert(change->tx, &row, &made, &event.named));
  return record(change, &event, &made, ret_outcome);
}

/* Its siblings have names of the parent's giving: who does not see them must not learn of them by a conflict. */
static RESULT check_renaming(const struct change *change, const struct uuid *id, const struct tenant_patch *patch)
{
  return patch->external_id.given && uuid_equal(&change->root, id) ? R_FORBIDDEN : R_OK;
}

RESULT domain_tenant_update(struct change *change, const struct uuid *id, int64_t if_version,
                            const struct tenant_patch *patch, struct outcome *ret_outcome)
{
  struct store_tenant_change set = {.external_id_given = patch->external_id.given,
                                    .external_id = patch->external_id.value};
  struct store_tenant tenant;
  struct store_object changed;
  TRY(check_renaming(change, id, patch));
  if (patch->name.given) {
    TRY(check_name(patch->name.value, change->arena, &set.name_key));
    set.name = patch->name.value;
  }
  TRY(store_tenant_lock(change->tx, id, &tenant));
  if (if_version != 0 && if_version != tenant.object.version)
    return R_STALE;
  TRY(store_tenant_update(change->tx, id, &set, &changed));
  return record(change, &(struct audit_record){.before = tenant.object.body}, &changed, ret_outcome);
}

static RESULT set_reach(struct change *change, const struct uuid *id, struct str reach, struct outcome *ret_outcome)
{
  struct store_tenant tenant;
  struct store_object changed;
  TRY(store_tenant_lock(change->tx, id, &tenant));
  TRY(domain_guard_away(change, id));
  TRY(store_tenant_suspend(change->tx, id, reach, &changed));
  return record(change, &(struct audit_record){.before = tenant.object.body}, &changed, ret_outcome);
}

RESULT domain_tenant_suspend(struct change *change, const struct uuid *id, enum bw_reach reach,
                             struct outcome *ret_outcome)
{
  return set_reach(change, id, str_of(reaches[reach]), ret_outcome);
}

RESULT domain_tenant_resume(struct change *change, const struct uuid *id, struct outcome *ret_outcome)
{
  return set_reach(change, id, STR_NONE, ret_outcome);
}

RESULT domain_tenant_terminate(struct change *change, const struct uuid *id, struct outcome *ret_outcome)
{
  const struct domain_limits *limits = &change->domain->limits;
  const struct store_end end = {limits->termination_grace / CLOCK_SECOND, limits->name_rest / CLOCK_SECOND};
  struct store_tenant tenant;
  struct store_object changed;
  TRY(store_tenant_lock(change->tx, id, &tenant));
  TRY(domain_guard_away(change, id));
  if (str_is(tenant.state, "terminated"))
    return R_WRONG_STATE;
  TRY(store_tenant_terminate(change->tx, id, &end, &changed));
  return record(change, &(struct audit_record){.before = tenant.object.body}, &changed, ret_outcome);
}

RESULT domain_tenant_restore(struct change *change, const struct uuid *id, struct outcome *ret_outcome)
{
  struct store_tenant tenant;
  struct store_object changed;
  TRY(store_tenant_lock(change->tx, id, &tenant));
  TRY(domain_guard_away(change, id));
  enum result r = store_tenant_restore(change->tx, id, &changed);
  if (r != R_OK)
    return r == R_NOT_FOUND ? R_WRONG_STATE : r;
  return record(change, &(struct audit_record){.before = tenant.object.body}, &changed, ret_outcome);
}
