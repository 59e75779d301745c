/* Moves over HTTP: a plan, or what was planned. Trusts: nothing of the request. */
#include "domain/move.h"
#include "api/gate.h"
#include "api/routes.h"
#include "json/write.h"

enum { PLAN_MOST = 4 << 20 };

struct tenant_move {
  struct json_id parent_id;
  struct json_flag dry_run;
  struct json_text plan;
};
BODY(api_tenant_move_body, "TenantMove", FIELD(struct tenant_move, parent_id, REQUIRED, 0, 0),
     FIELD(struct tenant_move, dry_run, OPTIONAL, 0, 0), FIELD(struct tenant_move, plan, OPTIONAL, 1, 200));

static void put_settings(struct json_writer *w, const struct move_plan *plan)
{
  static const char *const effects[] = {[SETTING_TIGHTENS] = "tightens",
                                        [SETTING_LOOSENS] = "loosens",
                                        [SETTING_CHANGES] = "changes",
                                        [SETTING_CONFLICTS] = "conflicts"};
  json_open(w, '[');
  for (size_t i = 0; i < plan->setting_count; i++) {
    const struct setting_shift *shift = &plan->settings[i];
    json_open(w, '{');
    json_key(w, "tenant_id");
    json_put_uuid(w, &shift->tenant);
    json_key(w, "name");
    json_put_text(w, str_of(domain_setting_rule(shift->setting)->name));
    json_key(w, "effect");
    json_put_text(w, str_of(effects[shift->effect]));
    json_close(w, '}');
  }
  json_close(w, ']');
}

static enum result reply_plan(struct api_call *call, const struct move_plan *plan)
{
  struct buf body = buf_in(call->arena, PLAN_MOST);
  struct json_writer w = json_writer_on(&body);
  json_open(&w, '{');
  json_key(&w, "rows");
  json_put_raw(&w, plan->rows);
  json_key(&w, "grants_ended");
  json_put_int(&w, (int64_t)plan->grant_count);
  json_key(&w, "grants");
  json_put_raw(&w, plan->grants);
  json_key(&w, "memberships_ended");
  json_put_int(&w, plan->membership_count);
  json_key(&w, "includes_ended");
  json_put_int(&w, plan->include_count);
  json_key(&w, "settings");
  put_settings(&w, plan);
  json_key(&w, "clashes");
  json_put_raw(&w, plan->clashes);
  json_key(&w, "quotas");
  json_put_raw(&w, plan->quotas);
  json_key(&w, "plan");
  json_put_text(&w, plan->token);
  json_key(&w, "expires_at");
  if (plan->token.p)
    json_put_time(&w, plan->expires_at);
  else
    json_put_null(&w);
  json_close(&w, '}');
  return api_reply_json(call, &body);
}

/* What was not planned is not done. */
static enum result check_plan(struct api_call *call, bool rehearsal, const struct json_text *plan)
{
  if (rehearsal == plan->present)
    return rehearsal ? api_wrong(call, "plan", "unknown", "A dry run makes a plan and takes none")
                     : api_wrong(call, "plan", "required", "Must be what a dry run gave");
  return R_OK;
}

static enum result make(struct api_call *call, const struct move *move)
{
  struct outcome outcome;
  TRY(domain_move(&call->change, move, &outcome));
  return api_reply_object(call, &outcome);
}

static enum result rehearse(struct api_call *call, const struct move *move)
{
  struct move_plan plan;
  call->rehearsal = true;
  TRY(domain_move_plan(&call->change, move, &plan));
  return reply_plan(call, &plan);
}

api_handler api_tenant_move;
RESULT api_tenant_move(struct api_call *call)
{
  struct tenant_move body = {0};
  TRY(api_body(call, &api_tenant_move_body, &body));
  TRY(check_plan(call, body.dry_run.value, &body.plan));
  /* What stands above a root is not the caller's to take it from. */
  if (uuid_equal(&call->tenant, &call->root))
    return R_FORBIDDEN;
  TRY(api_gate_reach(call, &body.parent_id.value));
  struct move move = {MOVE_TENANT, call->tenant, body.parent_id.value, body.plan.value};
  return body.dry_run.value ? rehearse(call, &move) : make(call, &move);
}

struct user_move {
  struct json_id tenant_id;
  struct json_flag dry_run;
  struct json_text plan;
};
BODY(api_user_move_body, "UserMove", FIELD(struct user_move, tenant_id, REQUIRED, 0, 0),
     FIELD(struct user_move, dry_run, OPTIONAL, 0, 0), FIELD(struct user_move, plan, OPTIONAL, 1, 200));

api_handler api_user_move;
RESULT api_user_move(struct api_call *call)
{
  struct user_move body = {0};
  TRY(api_body(call, &api_user_move_body, &body));
  TRY(check_plan(call, body.dry_run.value, &body.plan));
  TRY(api_gate_reach(call, &body.tenant_id.value));
  struct move move = {MOVE_USER, call->object, body.tenant_id.value, body.plan.value};
  return body.dry_run.value ? rehearse(call, &move) : make(call, &move);
}
