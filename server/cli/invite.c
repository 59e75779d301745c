/* Finds a user by tenant and login, and invites them. Trusts: the operator. */
#include "cli/invite.h"
#include "authn/name.h"
#include "import/actor.h"
#include "cli/process.h"
#include "cli/tenant.h"
#include "domain/invitation.h"
#include "json/parse.h"
#include "store/tenant.h"
#include "store/user.h"
#include <stdio.h>

enum { INVITED = 0, NOT_DONE = 3 };

struct invited {
  struct str tenant_code, state; /* of the user: whoever is active loses a password by using the token */
  struct uuid user;
  struct invitation invitation;
};

static RESULT say_no(const char *what, enum result r)
{
  fprintf(stderr, "bailiwick invite: %s: %s\n", what, result_row(r)->code);
  return r;
}

static RESULT invite(struct change *change, void *what)
{
  struct invited *invited = what;
  struct invitation_order order = {.user = invited->user, .purpose = STORE_INVITATION, .shown = true};
  return domain_invitation_order(change, &order, &invited->invitation);
}

static RESULT find_and_invite(const struct domain *domain, struct str login, struct str tenant, struct arena *arena,
                              struct invited *invited)
{
  struct import_actor actor;
  struct import_leave leave;
  struct store_object home, user;
  struct str key;
  const struct json *view;
  TRY(import_actor_operator(domain, arena, &actor));
  TRY(policy_scope_whole(domain->policy, arena, &leave.scope));
  leave.root = actor.home;
  leave.reach = BW_REACH_SUBTREE;
  struct store_call app = {.pool = domain->app, .scope = leave.scope, .arena = arena};
  struct uuid id;
  enum result r = cli_tenant_find(domain, tenant, arena, &id);
  if (r == R_OK)
    r = store_tenant_get(&app, &id, &home);
  if (r != R_OK)
    return say_no("tenant", r);
  r = authn_name_normalise(login, arena, &key);
  if (r == R_OK)
    r = store_user_find(&app, &home.id, STR_NONE, key, &user);
  if (r != R_OK)
    return say_no("login", r);
  invited->user = user.id;
  r = import_actor_change(&actor, &(struct import_task){&leave, "inviteUser", invite, invited}, arena);
  if (r != R_OK)
    return say_no("not invited", r);
  TRY(json_parse(home.body, arena, &view));
  invited->tenant_code = json_str(json_member(view, "code"));
  TRY(json_parse(user.body, arena, &view));
  invited->state = json_str(json_member(view, "state"));
  return R_OK;
}

int cli_invite(const struct settings *settings, const char *login, const char *tenant, struct arena *arena)
{
  struct cli_process process;
  struct invited invited = {0};
  char until[CLOCK_TEXT];
  enum result r = cli_process_open(settings, CLI_COMMAND, arena, &process);
  if (r != R_OK)
    return NOT_DONE;
  r = find_and_invite(&process.domain, str_of(login), str_of(tenant), arena, &invited);
  cli_process_close(&process);
  if (r != R_OK)
    return NOT_DONE;
  clock_format(invited.invitation.expires_at, until);
  printf("one-time token of %s (%.*s) in tenant %.*s, good until %s: %.*s\n", login, (int)invited.state.n,
         invited.state.p, (int)invited.tenant_code.n, invited.tenant_code.p, until, (int)invited.invitation.token.n,
         invited.invitation.token.p);
  return INVITED;
}
