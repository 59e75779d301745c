/* Inviting the first administrator: there are no default credentials. */
#include "domain/bootstrap.h"
#include "domain/grant.h"
#include "domain/invitation.h"
#include "domain/user.h"
#include "store/installation.h"
#include "store/role.h"

/* The user, the grant of the provider's role over the whole tree, the invitation: one transaction. */
static enum result invite(struct change *change, const struct uuid *root, struct bootstrap *bootstrap)
{
  struct store_call store = {.pool = change->domain->app, .scope = change->scope, .arena = change->arena, .tx = change->tx};
  struct user_new user = {.tenant = *root, .login = STR("admin"), .display_name = STR("First administrator")};
  struct outcome outcome, grant_outcome;
  struct store_object role;
  char path[BW_PATH];
  struct bw_id id = policy_id(root);
  if (bw_tenant_path(policy_model(change->domain->policy), &id, path) == 0)
    return R_UNAVAILABLE;
  TRY(domain_user_create(change, &user, &outcome));
  TRY(store_role_find(&store, str_of(path), STR("provider_admin"), &role));
  struct grant_new grant = {
      .tenant = *root, .principal = outcome.id, .role = role.id, .reach = BW_REACH_SUBTREE, .reason = STR("first start")};
  TRY(domain_grant_create(change, &grant, &grant_outcome));
  struct invitation_order order = {.user = outcome.id, .purpose = STORE_INVITATION, .shown = true};
  struct invitation invitation;
  TRY(domain_invitation_order(change, &order, &invitation));
  bootstrap->token = invitation.token;
  bootstrap->expires_at = invitation.expires_at;
  return R_OK;
}

RESULT domain_bootstrap(const struct domain *domain, struct arena *arena, struct bootstrap *ret_bootstrap)
{
  struct store_call auth = {.pool = domain->auth, .arena = arena};
  CLEANUP(store_tx_close) struct store_tx *tx = NULL;
  struct change change = {.domain = domain,
                          .actor = {.kind = DOMAIN_ACTOR_OPERATOR},
                          .arena = arena,
                          .now = clock_now(),
                          .action = "bootstrap"};
  struct bootstrap bootstrap = {0};
  struct uuid root;
  bool settled;
  uint64_t revision;
  TRY(store_installation_root(&auth, &root, &bootstrap.tenant_code, &settled));
  if (!settled) {
    TRY(policy_scope_whole(domain->policy, arena, &change.scope));
    change.root = root;
    struct store_call app = {.pool = domain->app, .scope = change.scope, .arena = arena};
    TRY(store_tx_open(&app, &tx));
    change.tx = tx;
    enum result r = invite(&change, &root, &bootstrap);
    if (r == R_OK)
      r = store_tx_commit(tx, &revision);
    /* Another process was faster: its token is the one. */
    if (r == R_ALREADY_EXISTS)
      bootstrap.token = STR_NONE;
    else
      TRY(r);
  }
  *ret_bootstrap = bootstrap;
  return R_OK;
}
