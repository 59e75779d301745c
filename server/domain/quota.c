/* Gives quotas, and warns where they come to their end. */
#include "domain/quota.h"
#include "base/buf.h"
#include "domain/audit.h"
#include "domain/notice.h"
#include "store/grant.h"

enum { TOLD_AT_ONCE = 50, ARRAY_MOST = 128 };
static const int64_t patience = 10 * CLOCK_SECOND;

bool domain_quota_pool(struct str name)
{
  if (name.n == 0 || name.n > QUOTA_POOL || name.p[0] < 'a' || name.p[0] > 'z')
    return false;
  for (size_t i = 0; i < name.n; i++) {
    char c = name.p[i];
    if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'))
      return false;
  }
  return true;
}

static RESULT levels_of(const struct quota_patch *patch, struct arena *arena, struct str *ret_array)
{
  struct buf text = buf_in(arena, ARRAY_MOST);
  *ret_array = STR_NONE;
  if (!patch->warn_at_given)
    return R_OK;
  buf_put_char(&text, '{');
  for (size_t i = 0; i < patch->level_count; i++)
    buf_print(&text, "%s%lld", i ? "," : "", (long long)patch->warn_at[i]);
  buf_put_char(&text, '}');
  *ret_array = buf_str(&text);
  return ret_array->p ? R_OK : R_NO_MEMORY;
}

static RESULT set_one(struct change *change, const struct uuid *tenant, const struct quota_patch *patch)
{
  struct str levels;
  TRY(levels_of(patch, change->arena, &levels));
  if (patch->taken_away) {
    enum result r = store_quota_delete(change->tx, tenant, patch->pool);
    return r == R_NOT_FOUND ? R_OK : r;
  }
  if (patch->allotted_given)
    return store_quota_put(change->tx, tenant, patch->pool, patch->allotted, levels);
  return levels.p ? store_quota_warn(change->tx, tenant, patch->pool, levels) : R_OK;
}

RESULT domain_quota_hold(struct change *change, const struct uuid *tenant)
{
  /* It is given out of the parent's: who does not stand there gives nothing, and takes nothing off a bound. */
  return uuid_equal(&change->root, tenant) ? R_FORBIDDEN : store_quota_hold(change->tx, tenant);
}

RESULT domain_quota_set(struct change *change, const struct uuid *tenant, const struct quota_patch *patches,
                        size_t count, size_t *ret_failed)
{
  struct store_call call = {.pool = change->domain->app,
                            .scope = change->scope,
                            .arena = change->arena,
                            .deadline = change->deadline,
                            .tx = change->tx};
  struct audit_record event = {.tenant = *tenant, .object_kind = "quota", .object = *tenant};
  *ret_failed = count;
  TRY(store_quota_own(&call, tenant, &event.before));
  for (size_t i = 0; i < count; i++) {
    enum result r = set_one(change, tenant, &patches[i]);
    if (r != R_OK) {
      *ret_failed = i;
      return r;
    }
  }
  TRY(store_quota_own(&call, tenant, &event.after));
  return domain_audit_done(change, &event);
}

static RESULT tell_one(struct change *change, const struct store_quota_told *told)
{
  const struct store_admin *admins;
  size_t count;
  struct audit_record event = {.tenant = told->tenant, .object_kind = "quota", .object = told->tenant};
  event.after = arena_print(change->arena, "{\"pool\":\"%.*s\",\"warning\":%lld}", (int)told->pool.n, told->pool.p,
                            (long long)told->level);
  if (!event.after.p)
    return R_NO_MEMORY;
  TRY(domain_audit_done(change, &event));
  TRY(store_grant_admins(change->tx, &told->tenant, change->now, &admins, &count));
  for (size_t i = 0; i < count; i++)
    if (admins[i].own)
      TRY(domain_notice_change(change, &admins[i].principal, NOTICE_QUOTA_WARNING, STR_NONE));
  return R_OK;
}

RESULT domain_quota_tell(const struct domain *domain, struct arena *arena, size_t *ret_count)
{
  CLEANUP(store_tx_close) struct store_tx *tx = NULL;
  struct store_call call = {.pool = domain->app, .arena = arena, .deadline = clock_monotonic() + patience};
  const struct store_quota_told *told;
  size_t count;
  uint64_t revision;
  TRY(policy_scope_whole(domain->policy, arena, &call.scope));
  TRY(store_tx_open(&call, &tx));
  struct change change = {.domain = domain,
                          .actor = {.kind = DOMAIN_ACTOR_SYSTEM},
                          .arena = arena,
                          .now = clock_now(),
                          .deadline = call.deadline,
                          .action = "warnQuota",
                          .scope = call.scope,
                          .tx = tx};
  TRY(store_quota_tell(tx, TOLD_AT_ONCE, &told, &count));
  for (size_t i = 0; i < count; i++)
    if (told[i].level > told[i].was)
      TRY(tell_one(&change, &told[i]));
  TRY(store_tx_commit(tx, &revision));
  *ret_count = count;
  return R_OK;
}
