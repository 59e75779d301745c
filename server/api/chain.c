/* Reads what chains go through and writes it. Trusts: nothing of the request. */
#include "api/chain.h"
#include "store/grant.h"

RESULT api_chain_read(const struct api_call *call, const struct bw_chain *list, size_t count,
                      enum bw_permission permission, struct api_chains *ret_chains)
{
  struct store_call store = api_store(call, call->scope);
  const struct bw_permission_row *row = bw_permission_row(permission);
  struct uuid *grants = arena_array(call->arena, count + 1, sizeof *grants);
  struct uuid *roles = arena_array(call->arena, count + 1, sizeof *roles);
  if (!grants || !roles)
    return R_NO_MEMORY;
  for (size_t i = 0; i < count; i++) {
    grants[i] = policy_uuid(&list[i].grant);
    roles[i] = policy_uuid(&list[i].role);
  }
  *ret_chains = (struct api_chains){.list = list, .count = count};
  struct store_shown shown = {grants, roles, count, row ? str_of(row->wire) : STR("")};
  return count ? store_grant_show(&store, &shown, &ret_chains->seen) : R_OK;
}

static void put_found(struct json_writer *w, const char *key, const struct api_chains *chains, const struct bw_id *id)
{
  const struct store_page *page = &chains->seen;
  struct uuid wanted = policy_uuid(id);
  struct str body = STR_NONE;
  for (size_t i = 0; i < page->count && !body.p; i++)
    if (uuid_equal(&page->items[i].id, &wanted))
      body = page->items[i].body;
  json_key(w, key);
  json_put_raw(w, body);
}

void api_chain_put_role(struct json_writer *w, const struct api_chains *chains, size_t i)
{
  put_found(w, "role", chains, &chains->list[i].role);
}

void api_chain_put_grant(struct json_writer *w, const struct api_chains *chains, size_t i)
{
  put_found(w, "grant", chains, &chains->list[i].grant);
}

void api_chain_put_inherited(struct json_writer *w, const struct api_chains *chains, size_t i)
{
  json_key(w, "inherited");
  json_put_bool(w, chains->list[i].up > 0);
}

void api_chain_put_principal(struct json_writer *w, const struct bw_id *id, const struct bw_id *home,
                             enum bw_principal_kind kind)
{
  struct uuid principal = policy_uuid(id), tenant = policy_uuid(home);
  json_key(w, "principal");
  json_open(w, '{');
  json_key(w, "id");
  json_put_uuid(w, &principal);
  json_key(w, "kind");
  json_put_text(w, kind == BW_PRINCIPAL_CLIENT ? STR("client") : STR("user"));
  json_key(w, "tenant_id");
  json_put_uuid(w, &tenant);
  json_close(w, '}');
}

RESULT api_chain_permission(struct api_call *call, const char *field, struct str name,
                            enum bw_permission *ret_permission)
{
  *ret_permission = bw_permission_named(name.p, name.n);
  return *ret_permission ? R_OK : api_wrong(call, field, "unknown", "there is no such permission");
}
