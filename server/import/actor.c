/* Signing in, deciding, and running changes. Trusts: the operator; of a client nothing but its secret. */
#include "import/actor.h"
#include "domain/login.h"
#include "domain/machine.h"
#include "policy/current.h"
#include "store/installation.h"

enum { TRIES = 3 };

static struct policy *policy_of(const struct import_actor *actor) { return actor->domain->policy; }

/* All events of one command carry one id. */
static RESULT name_request(struct arena *arena, struct str *ret_id)
{
  struct uuid id;
  char text[UUID_TEXT];
  TRY(uuid_new(&id));
  uuid_format(&id, text);
  struct str copy = arena_copy(arena, str_of(text));
  if (!copy.p)
    return R_NO_MEMORY;
  *ret_id = copy;
  return R_OK;
}

RESULT import_actor_client(const struct domain *domain, struct str id, struct str secret, struct arena *arena,
                           struct import_actor *ret_actor)
{
  struct import_actor actor = {.domain = domain, .who = {.kind = DOMAIN_ACTOR_CLIENT}};
  struct signin signin = {.domain = domain, .arena = arena, .now = clock_now(), .action = "issueClientToken"};
  struct login login;
  TRY(name_request(arena, &actor.who.request_id));
  signin.request_id = actor.who.request_id;
  TRY(domain_machine_login(&signin, &(struct machine_claim){.client_id = id, .secret = secret}, &login));
  actor.who.id = signin.principal;
  actor.home = actor.who.home = signin.tenant;
  actor.session = login.session;
  *ret_actor = actor;
  return R_OK;
}

RESULT import_actor_operator(const struct domain *domain, struct arena *arena, struct import_actor *ret_actor)
{
  struct import_actor actor = {.domain = domain, .who = {.kind = DOMAIN_ACTOR_OPERATOR}};
  struct store_call auth = {.pool = domain->auth, .arena = arena};
  struct str code;
  bool settled;
  TRY(name_request(arena, &actor.who.request_id));
  TRY(store_installation_root(&auth, &actor.home, &code, &settled));
  *ret_actor = actor;
  return R_OK;
}

void import_actor_close(const struct import_actor *actor)
{
  CLEANUP(arena_free) struct arena *arena = arena_new(1 << 20);
  struct signin signin = {.domain = actor->domain,
                          .arena = arena,
                          .now = clock_now(),
                          .action = "logout",
                          .tenant = actor->home,
                          .request_id = actor->who.request_id};
  struct authn_caller caller = {.principal = actor->who.id, .session = actor->session, .kind = AUTHN_CLIENT};
  /* One that stays ends by itself within its 15 minutes, and its token was never given out. */
  if (arena && !uuid_is_zero(&actor->session))
    (void)!domain_logout(&signin, &caller);
}

/* What this process or another has just made may not be in the snapshot yet. */
static bool catch_up(const struct import_actor *actor, uint64_t seen, struct arena *arena)
{
  struct store_call store = {.pool = actor->domain->app, .arena = arena};
  return policy_catch_up(policy_of(actor), &store, seen);
}

/* Running a job changes nothing by itself: each row asks for what it changes. */
static bool changes(enum bw_permission permission)
{
  return permission != BW_IMPORT_RUN && !strstr(bw_permission_row(permission)->wire, ":read");
}

/* What stands outside the job's tenant does not exist. */
static bool is_within(const struct import_actor *actor, const struct bw_id *tenant)
{
  struct bw_id within = policy_id(&actor->within);
  return uuid_is_zero(&actor->within) || bw_tenant_within(policy_model(policy_of(actor)), tenant, &within);
}

static RESULT leave_operator(const struct import_actor *actor, const struct bw_question *question, struct arena *arena,
                             struct import_leave *ret_leave)
{
  const struct bw_id *tenant = &question->tenant;
  const struct bw_model *model = policy_model(policy_of(actor));
  uint64_t seen = bw_model_revision(model);
  struct bw_tenant_fact fact;
  if (!bw_tenant(model, tenant, &fact) && !(catch_up(actor, seen, arena) && bw_tenant(model, tenant, &fact)))
    return R_NOT_FOUND;
  if (!is_within(actor, tenant))
    return R_NOT_FOUND;
  if (changes(question->permission) && bw_tenant_ended(model, tenant))
    return R_WRONG_STATE;
  ret_leave->root = actor->home;
  ret_leave->reach = BW_REACH_SUBTREE;
  return policy_scope_whole(policy_of(actor), arena, &ret_leave->scope);
}

/* Of what is permitted above it, what nobody may at a customer. */
static bool barred(const struct import_actor *actor, const struct uuid *tenant, enum bw_permission permission)
{
  return bw_permission_row(permission)->flags & BW_PERMISSION_NOT_AT_CUSTOMER &&
         import_made_customer(actor->made, tenant);
}

RESULT import_actor_leave(const struct import_actor *actor, const struct uuid *tenant, enum bw_permission permission,
                          struct arena *arena, struct import_leave *ret_leave)
{
  const struct bw_model *model = policy_model(policy_of(actor));
  struct uuid known = *tenant;
  bool is_made = import_made_anchor(actor->made, tenant, &known);
  struct bw_question question = {
      .subject = policy_id(&actor->who.id), .tenant = policy_id(&known), .permission = permission, .now = clock_now()};
  struct bw_answer answer;
  if (!policy_fresh(policy_of(actor)))
    return FAULT(R_UNAVAILABLE);
  if (actor->who.kind == DOMAIN_ACTOR_OPERATOR)
    return leave_operator(actor, &question, arena, ret_leave);
  bw_decide(model, &question, &answer);
  if (answer.effect != BW_ALLOW && catch_up(actor, answer.revision, arena))
    bw_decide(model, &question, &answer);
  if (answer.reason == BW_REASON_NO_SUBJECT)
    return R_UNAUTHENTICATED;
  bool visible = answer.effect == BW_ALLOW || answer.reason == BW_REASON_NO_PERMISSION;
  if (!visible || !is_within(actor, &question.tenant))
    return R_NOT_FOUND;
  /* Whoever has made a tenant sees it, and the one above it answers for it no further than a subtree goes. */
  if (answer.effect != BW_ALLOW || (is_made && answer.reach != BW_REACH_SUBTREE) || barred(actor, tenant, permission))
    return R_FORBIDDEN;
  if (changes(permission) && bw_tenant_ended(model, &question.tenant))
    return R_WRONG_STATE;
  if (actor->who.weak && bw_permission_row(permission)->flags & BW_PERMISSION_PRIVILEGED)
    return R_STEP_UP;
  ret_leave->root = policy_uuid(&answer.root);
  ret_leave->reach = answer.reach;
  return policy_scope(policy_of(actor), &answer, arena, &ret_leave->scope);
}

RESULT import_actor_check(const struct import_actor *actor, struct arena *arena)
{
  struct bw_question question = {.subject = policy_id(&actor->who.id),
                                 .tenant = policy_id(&actor->home),
                                 .permission = BW_IMPORT_RUN,
                                 .now = clock_now()};
  struct bw_answer answer;
  if (!policy_fresh(policy_of(actor)))
    return FAULT(R_UNAVAILABLE);
  if (actor->who.kind == DOMAIN_ACTOR_OPERATOR)
    return R_OK;
  bw_decide(policy_model(policy_of(actor)), &question, &answer);
  if (answer.reason == BW_REASON_NO_SUBJECT && catch_up(actor, answer.revision, arena))
    bw_decide(policy_model(policy_of(actor)), &question, &answer);
  return answer.reason == BW_REASON_NO_SUBJECT ? R_UNAUTHENTICATED : R_OK;
}

RESULT import_actor_roots(const struct import_actor *actor, enum bw_permission permission, struct arena *arena,
                          const struct policy_root **ret_roots, size_t *ret_count)
{
  if (!policy_fresh(policy_of(actor)))
    return FAULT(R_UNAVAILABLE);
  if (actor->who.kind != DOMAIN_ACTOR_OPERATOR) {
    TRY(policy_roots(policy_of(actor), &actor->who.id, permission, clock_now(), arena, ret_roots, ret_count));
    return *ret_count > 0 ? R_OK : import_actor_check(actor, arena); /* who may act nowhere */
  }
  struct policy_root *root = arena_alloc(arena, sizeof *root);
  if (!root)
    return R_NO_MEMORY;
  root->tenant = actor->home;
  root->reach = BW_REACH_SUBTREE;
  TRY(policy_scope_whole(policy_of(actor), arena, &root->scope));
  *ret_roots = root;
  *ret_count = 1;
  return R_OK;
}

static RESULT run_in(const struct import_actor *actor, const struct import_task *task, struct store_tx *tx,
                     struct arena *arena)
{
  struct change change = {.domain = actor->domain,
                          .actor = actor->who,
                          .arena = arena,
                          .now = clock_now(),
                          .action = task->action,
                          .scope = task->leave->scope,
                          .root = task->leave->root,
                          .tx = tx};
  TRY(task->run(&change, task->what));
  return change.events == 0 ? FAULT(R_INTERNAL) : R_OK;
}

static RESULT once(const struct import_actor *actor, const struct import_task *task, struct arena *arena)
{
  struct store_call store = {.pool = actor->domain->app, .scope = task->leave->scope, .arena = arena};
  CLEANUP(store_tx_close) struct store_tx *tx = NULL;
  uint64_t revision;
  TRY(store_tx_open(&store, &tx));
  TRY(run_in(actor, task, tx, arena));
  return store_tx_commit(tx, &revision);
}

RESULT import_actor_change(const struct import_actor *actor, const struct import_task *task, struct arena *arena)
{
  enum result r = R_AGAIN;
  if (actor->tx) {
    TRY(store_tx_scope(actor->tx, task->leave->scope));
    return run_in(actor, task, actor->tx, arena);
  }
  for (int i = 0; r == R_AGAIN && i < TRIES; i++)
    r = once(actor, task, arena);
  return r;
}
