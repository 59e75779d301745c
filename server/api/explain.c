/* Whether somebody may do something, and why: the decision itself, and what each grant does for it. Trusts: nothing of
   the request. */
#include "api/assurance.h"
#include "api/chain.h"
#include "api/place.h"
#include "api/routes.h"

enum { TRIES = 8, CHAINS_MOST = 32, REPLY_MOST = 256 * 1024 };

struct explain {
  struct json_id principal_id, id;
  struct json_text action, type;
  struct json_time at;
};
BODY(api_explain_body, "Explain", FIELD(struct explain, principal_id, REQUIRED, 0, 0),
     FIELD(struct explain, action, REQUIRED, 1, 100),
     FIELD_CHOICE(struct explain, type, REQUIRED, 1, 20, "tenant|user|client|group|grant"),
     FIELD(struct explain, id, REQUIRED, 0, 0), FIELD(struct explain, at, OPTIONAL, 0, 0));

static const struct bw_model *model_of(const struct api_call *call) { return policy_model(call->api->domain->policy); }

/* A tenant in a root of the caller's. */
static bool within(const struct api_call *call, const struct bw_id *tenant, const struct policy_root *root)
{
  struct bw_id top = policy_id(&root->tenant);
  return root->reach == BW_REACH_SUBTREE ? bw_tenant_within(model_of(call), tenant, &top)
                                         : memcmp(tenant, &top, sizeof top) == 0;
}

/* The root in which the target stands becomes that of the call. */
static enum result enter_root(struct api_call *call, const struct bw_id *tenant, const struct policy_root **ret_root)
{
  for (size_t i = 0; i < call->root_count; i++) {
    if (!within(call, tenant, &call->roots[i]))
      continue;
    *ret_root = &call->roots[i];
    call->root = call->roots[i].tenant;
    call->scope = call->roots[i].scope;
    call->tenant = policy_uuid(tenant);
    return R_OK;
  }
  return R_NOT_FOUND;
}

/* Somebody at home where the caller sees; who stands above is like nobody. */
static enum result find_subject(struct api_call *call, const struct bw_id *id, const struct policy_root *root,
                                struct bw_principal_fact *ret_subject)
{
  bool seen = bw_principal(model_of(call), id, ret_subject) && ret_subject->kind != BW_PRINCIPAL_GROUP &&
              within(call, &ret_subject->home, root);
  return seen ? R_OK : api_wrong(call, "principal_id", "unknown", "there is no such user or client here");
}

static struct str reason_of(const struct bw_answer *answer, const struct bw_principal_fact *subject)
{
  static const char *const reasons[] = {[BW_REASON_NONE] = "not_visible",
                                        [BW_REASON_GRANTED] = "granted",
                                        [BW_REASON_NO_SUBJECT] = "tenant_suspended",
                                        [BW_REASON_NOT_VISIBLE] = "not_visible",
                                        [BW_REASON_NO_PERMISSION] = "no_permission"};
  static const char *const states[] = {[BW_PRINCIPAL_INVITED] = "subject_invited",
                                       [BW_PRINCIPAL_SUSPENDED] = "subject_suspended",
                                       [BW_PRINCIPAL_TERMINATED] = "subject_terminated"};
  bool inactive = answer->reason == BW_REASON_NO_SUBJECT && subject->state >= BW_PRINCIPAL_INVITED &&
                  subject->state <= BW_PRINCIPAL_TERMINATED;
  return str_of(inactive ? states[subject->state] : reasons[answer->reason]);
}

static void put_chains(struct json_writer *w, const struct api_chains *chains)
{
  static const char *const verdicts[] = {
      [BW_VERDICT_LACKS] = "lacks",   [BW_VERDICT_EXPIRED] = "expired", [BW_VERDICT_EARLY] = "early",
      [BW_VERDICT_BARRED] = "barred", [BW_VERDICT_GIVES] = "gives",
  };
  json_key(w, "chains");
  json_open(w, '[');
  for (size_t i = 0; i < chains->count; i++) {
    json_open(w, '{');
    json_key(w, "verdict");
    json_put_text(w, str_of(verdicts[chains->list[i].verdict]));
    api_chain_put_role(w, chains, i);
    api_chain_put_inherited(w, chains, i);
    api_chain_put_grant(w, chains, i);
    json_close(w, '}');
  }
  json_close(w, ']');
}

/* Of one state of the snapshot, or of the newest ones that could be had. */
static size_t judge(const struct bw_model *model, const struct bw_question *question, struct bw_answer *ret_answer,
                    struct bw_chain ret_chains[CHAINS_MOST])
{
  size_t count = 0;
  for (int tries = 0; tries < TRIES; tries++) {
    bw_decide(model, question, ret_answer);
    count = bw_explain(model, question, CHAINS_MOST, ret_chains);
    if (ret_answer->revision == bw_model_revision(model))
      break;
  }
  return count;
}

static enum result reply(struct api_call *call, const struct bw_question *question,
                         const struct bw_principal_fact *subject)
{
  struct bw_chain found[CHAINS_MOST];
  struct api_chains chains;
  struct bw_answer answer;
  struct buf body = buf_in(call->arena, REPLY_MOST);
  struct json_writer w = json_writer_on(&body);
  size_t count = judge(model_of(call), question, &answer, found);
  TRY(api_chain_read(call, found, count < CHAINS_MOST ? count : CHAINS_MOST, question->permission, &chains));
  json_open(&w, '{');
  json_key(&w, "allowed");
  json_put_bool(&w, answer.effect == BW_ALLOW);
  json_key(&w, "reason");
  json_put_text(&w, reason_of(&answer, subject));
  api_chain_put_principal(&w, &subject->id, &subject->home, subject->kind);
  json_key(&w, "tenant_id");
  json_put_uuid(&w, &call->tenant);
  json_key(&w, "needs_two_factors");
  json_put_bool(&w, api_assurance_needed(call, subject, question->permission));
  put_chains(&w, &chains);
  json_close(&w, '}');
  return api_reply_json(call, &body);
}

api_handler api_explain_ask;
RESULT api_explain_ask(struct api_call *call)
{
  struct explain body = {0};
  struct bw_principal_fact subject;
  const struct policy_root *root;
  TRY(api_body(call, &api_explain_body, &body));
  struct bw_question question = {.subject = policy_id(&body.principal_id.value),
                                 .tenant = api_place(model_of(call), api_type_named(body.type.value), &body.id.value),
                                 .now = body.at.present ? body.at.value : call->now};
  TRY(api_chain_permission(call, "action", body.action.value, &question.permission));
  TRY(enter_root(call, &question.tenant, &root));
  TRY(find_subject(call, &question.subject, root, &subject));
  return reply(call, &question, &subject);
}
