/* Plans and makes moves. Trusts: no plan but by its MAC, and no world to have stood still since. */
#include "domain/move.h"
#include "base/buf.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "domain/admin.h"
#include "domain/audit.h"
#include "domain/guard.h"
#include "domain/membership.h"
#include "store/move.h"
#include "store/tenant.h"
#include "store/user.h"

enum { LABEL = BW_LABEL + 1, TIME = 8, TOKEN = TIME + CRYPTO_DIGEST, SEEN_MOST = 16 << 20, SETTINGS_MOST = 100 };
static const int64_t PLAN_TIME = 5 * 60 * CLOCK_SECOND;
/* A move of ten thousand tenants takes seconds; what is in its way waits no longer than for any lock. */
static const struct str patience = {"600s", 4};

/* All that a move would do. */
struct survey {
  struct store_move move;
  struct store_move_ends ends;
  struct str grants;
  struct setting_shift shifts[SETTINGS_MOST];
  size_t shift_count;
};

static struct store_call reading(const struct change *change)
{
  return (struct store_call){.pool = change->domain->app,
                             .scope = change->scope,
                             .arena = change->arena,
                             .deadline = change->deadline,
                             .tx = change->tx};
}

/* What is over stays where it is, and nothing is put below it. */
static RESULT check_ended(const struct change *change, const struct store_move *move)
{
  const struct bw_model *model = policy_model(change->domain->policy);
  struct bw_id from = policy_id(&move->from), to = policy_id(&move->destination);
  bool ended = bw_tenant_ended(model, &from) || bw_tenant_ended(model, &to);
  return ended || str_equal(move->from_path, move->to_path) ? R_WRONG_STATE : R_OK;
}

static RESULT check_tenant(const struct change *change, const struct store_move *move)
{
  if (store_tenant_within(move->to_path, move->path))
    return R_RING;
  TRY(check_ended(change, move));
  if (!move->fits)
    return R_KIND_NOT_ALLOWED;
  int64_t deepest = move->deepest - (int64_t)move->from_path.n + (int64_t)move->to_path.n;
  return deepest > BW_DEPTH * LABEL ? R_TOO_DEEP : R_OK;
}

static RESULT check_user(const struct change *change, const struct store_move *move)
{
  TRY(domain_guard_other(change, &move->object));
  TRY(domain_guard_principal(change, &move->object, &move->from));
  TRY(check_ended(change, move));
  return move->fits ? R_OK : R_WRONG_STATE;
}

static RESULT hold_tenant(struct change *change, const struct move *move)
{
  struct store_tenant held;
  TRY(store_move_hold(change->tx, patience));
  TRY(store_tenant_lock(change->tx, &move->object, &held));
  return store_tenant_lock(change->tx, &move->destination, &held);
}

static RESULT hold_user(struct change *change, const struct move *move)
{
  struct store_user held;
  TRY(store_move_share(change->tx));
  return store_user_lock(change->tx, &move->object, &held);
}

static const struct kind {
  const char *name, *member; /* the member that says where it stands */
  RESULT (*hold)(struct change *change, const struct move *move);
  RESULT (*plan)(const struct store_call *call, const struct uuid *object, const struct uuid *destination,
                 struct store_move *ret_move);
  RESULT (*check)(const struct change *change, const struct store_move *move);
  RESULT (*left)(const struct store_call *call, const struct store_move *move, struct store_move_ends *ret_ends);
  RESULT (*make)(struct store_tx *tx, const struct store_move *move, struct str meeting, struct store_object *ret_moved);
} kinds[] = {
    [MOVE_TENANT] = {"tenant", "parent_id", hold_tenant, store_move_tenant_plan, check_tenant, store_move_tenant_left,
                     store_move_tenant},
    [MOVE_USER] = {"user", "tenant_id", hold_user, store_move_user_plan, check_user, store_move_user_left,
                   store_move_user},
};

static RESULT look_at_settings(const struct change *change, enum move_kind kind, struct survey *survey)
{
  struct store_call call = reading(change);
  const struct domain_limits *limits = &change->domain->limits;
  struct setting_view *was = arena_alloc(change->arena, sizeof *was), *now = arena_alloc(change->arena, sizeof *now);
  struct setting_shifts shifts = {.list = survey->shifts, .most = SETTINGS_MOST};
  const struct uuid *here = kind == MOVE_TENANT ? &survey->move.object : &survey->move.from;
  if (!was || !now)
    return R_NO_MEMORY;
  TRY(domain_setting_view(&call, limits, here, SETTING_SECURITY, was));
  TRY(domain_setting_view(&call, limits, &survey->move.destination, SETTING_SECURITY, now));
  domain_setting_compare(here, kind == MOVE_TENANT ? was->above : was->value, now->value, &shifts);
  if (kind == MOVE_TENANT)
    TRY(domain_setting_conflicts(&call, survey->move.path, now->value, &shifts));
  survey->shift_count = shifts.count;
  return R_OK;
}

static RESULT look(const struct change *change, const struct move *move, struct survey *survey)
{
  const struct kind *kind = &kinds[move->kind];
  struct store_call call = reading(change);
  TRY(kind->plan(&call, &move->object, &move->destination, &survey->move));
  TRY(kind->check(change, &survey->move));
  TRY(kind->left(&call, &survey->move, &survey->ends));
  TRY(store_move_show(&call, &survey->ends, MOVE_SHOWN, &survey->grants));
  return look_at_settings(change, move->kind, survey);
}

static void put_id(struct buf *text, const struct uuid *id)
{
  char written[UUID_TEXT];
  uuid_format(id, written);
  buf_print(text, "%s ", written);
}

/* Of who is to do it until when, and of all that was seen. */
static RESULT sign(const struct change *change, const struct survey *survey, int64_t expires_at,
                   unsigned char ret_mac[CRYPTO_DIGEST])
{
  const struct store_move *move = &survey->move;
  struct buf seen = buf_in(change->arena, SEEN_MOST);
  put_id(&seen, &change->actor.id);
  put_id(&seen, &move->object);
  put_id(&seen, &move->destination);
  buf_print(&seen, "%lld %lld %lld ", (long long)expires_at, (long long)move->memberships, (long long)move->includes);
  buf_put(&seen, move->clashes);
  buf_put(&seen, move->path);
  buf_put(&seen, move->to_path);
  buf_put(&seen, move->rows);
  buf_put(&seen, survey->grants);
  for (size_t i = 0; i < survey->ends.count; i++)
    put_id(&seen, &survey->ends.list[i].grant);
  for (size_t i = 0; i < survey->shift_count; i++) {
    put_id(&seen, &survey->shifts[i].tenant);
    buf_print(&seen, "%d %d ", (int)survey->shifts[i].setting, (int)survey->shifts[i].effect);
  }
  struct str all = buf_str(&seen);
  return all.p ? crypto_hmac(change->domain->keys, CRYPTO_MOVE, all, ret_mac) : R_NO_MEMORY;
}

static RESULT make_token(const struct change *change, const struct survey *survey, int64_t expires_at,
                         struct str *ret_token)
{
  unsigned char token[TOKEN];
  char text[TEXT_BASE64URL_LENGTH(TOKEN)];
  memcpy(token, &expires_at, TIME);
  TRY(sign(change, survey, expires_at, token + TIME));
  *ret_token = arena_copy(change->arena, (struct str){text, text_base64url_encode(token, sizeof token, text)});
  return ret_token->p ? R_OK : R_NO_MEMORY;
}

static RESULT check_token(const struct change *change, const struct survey *survey, struct str text)
{
  unsigned char token[TOKEN], mac[CRYPTO_DIGEST];
  int64_t expires_at;
  size_t n;
  if (!text_base64url_decode(text, sizeof token, token, &n) || n != sizeof token)
    return R_PLAN_STALE;
  memcpy(&expires_at, token, TIME);
  TRY(sign(change, survey, expires_at, mac));
  bool same = secret_equal((struct secret){token + TIME, sizeof mac}, (struct secret){mac, sizeof mac});
  return same && change->now < expires_at ? R_OK : R_PLAN_STALE;
}

static bool clash(const struct store_move *move) { return !str_is(move->clashes, "[]"); }
static bool lacks(const struct store_move *move) { return !str_is(move->quotas, "[]"); }

RESULT domain_move_plan(struct change *change, const struct move *move, struct move_plan *ret_plan)
{
  struct survey *survey = arena_alloc(change->arena, sizeof *survey);
  if (!survey)
    return R_NO_MEMORY;
  TRY(look(change, move, survey));
  struct move_plan plan = {.rows = survey->move.rows,
                           .membership_count = survey->move.memberships,
                           .include_count = survey->move.includes,
                           .grant_count = survey->ends.count,
                           .grants = survey->grants,
                           .settings = survey->shifts,
                           .setting_count = survey->shift_count,
                           .clashes = survey->move.clashes,
                           .quotas = survey->move.quotas};
  if (!clash(&survey->move) && !lacks(&survey->move)) {
    plan.expires_at = change->now + PLAN_TIME;
    TRY(make_token(change, survey, plan.expires_at, &plan.token));
  }
  *ret_plan = plan;
  return R_OK;
}

/* Each where it stood, for whom it may concern there. */
static RESULT end_grants(struct change *change, const struct store_move_ends *ends)
{
  struct uuid *events = arena_array(change->arena, ends->count + 1, sizeof *events);
  struct str *pseudonyms = arena_array(change->arena, ends->count + 1, sizeof *pseudonyms);
  struct store_audit event = {.at = change->now};
  if (!events || !pseudonyms)
    return R_NO_MEMORY;
  for (size_t i = 0; i < ends->count; i++) {
    bool same = i > 0 && uuid_equal(&ends->list[i].tenant, &event.tenant);
    event.tenant = ends->list[i].tenant;
    if (!same)
      TRY(domain_audit_actor(change->domain, &change->actor, change->arena, &event));
    TRY(uuid_new(&events[i]));
    pseudonyms[i] = event.actor_pseudonym;
  }
  if (ends->count == 0)
    return R_OK;
  change->events += (unsigned)ends->count;
  return store_move_end(change->tx, ends, events, pseudonyms, &event);
}

/* Each told where the role stands: it permits less from here on. */
static RESULT end_includes(struct change *change, const struct store_move *move)
{
  const struct store_move_role *roles;
  size_t count;
  TRY(store_move_includes(change->tx, move, &roles, &count));
  for (size_t i = 0; i < count; i++) {
    struct audit_record event = {.action = "updateRole",
                                 .tenant = roles[i].tenant,
                                 .object_kind = "role",
                                 .object = roles[i].id,
                                 .before = roles[i].before,
                                 .after = roles[i].after};
    TRY(domain_audit_done(change, &event));
  }
  return R_OK;
}

static struct str place_json(const struct change *change, const char *member, const struct uuid *place)
{
  char text[UUID_TEXT];
  if (!place)
    return arena_print(change->arena, "{\"%s\":null}", member);
  uuid_format(place, text);
  return arena_print(change->arena, "{\"%s\":\"%s\"}", member, text);
}

/* The path that both have in common. */
static struct str meeting_of(struct str a, struct str b)
{
  size_t n = 0;
  while (n + LABEL <= a.n && n + LABEL <= b.n && memcmp(a.p + n, b.p + n, LABEL) == 0)
    n += LABEL;
  return (struct str){a.p, n};
}

static RESULT tell_one(struct change *change, const struct move *move, const struct uuid *from, const struct uuid *to,
                       struct audit_record *event)
{
  const char *member = kinds[move->kind].member;
  event->object_kind = kinds[move->kind].name;
  event->object = move->object;
  event->before = place_json(change, member, from);
  event->after = place_json(change, member, to);
  return event->before.p && event->after.p ? domain_audit_done(change, event) : R_NO_MEMORY;
}

static RESULT tell(struct change *change, const struct move *move, const struct store_move *made, struct str meeting)
{
  struct audit_record from = {.tenant = made->from}, to = {.tenant = made->destination}, own = {.tenant = made->object};
  TRY(tell_one(change, move, &made->from, NULL, &from));
  TRY(tell_one(change, move, NULL, &made->destination, &to));
  if (move->kind != MOVE_TENANT)
    return R_OK;
  /* Whoever does not see both lines is told of none. */
  own.named = arena_print(change->arena, "{\"parent_id\":\"%.*s\"}", (int)meeting.n, meeting.p);
  return own.named.p ? tell_one(change, move, &made->from, &made->destination, &own) : R_NO_MEMORY;
}

/* Whoever runs a tenant from within is not taken out of it as the last; and a user leaves the groups of the old home. */
static RESULT carry_out(struct change *change, const struct move *move, const struct survey *survey, struct str meeting,
                        struct store_object *ret_moved)
{
  struct domain_admin_watch watch = {0};
  bool leaves = move->kind == MOVE_USER;
  if (leaves)
    TRY(domain_admin_watch_of(change, &move->object, &survey->move.from, &watch));
  TRY(end_grants(change, &survey->ends));
  if (leaves)
    TRY(domain_membership_end_all(change, &move->object));
  else if (survey->move.includes > 0)
    TRY(end_includes(change, &survey->move));
  TRY(kinds[move->kind].make(change->tx, &survey->move, meeting, ret_moved));
  return domain_admin_keep(change, &watch);
}

RESULT domain_move(struct change *change, const struct move *move, struct outcome *ret_outcome)
{
  struct survey *survey = arena_alloc(change->arena, sizeof *survey);
  struct store_object moved;
  if (!survey)
    return R_NO_MEMORY;
  TRY(kinds[move->kind].hold(change, move));
  TRY(look(change, move, survey));
  if (lacks(&survey->move))
    return R_QUOTA_EXCEEDED;
  TRY(check_token(change, survey, move->plan));
  if (clash(&survey->move))
    return R_ALREADY_EXISTS;
  struct str meeting = meeting_of(survey->move.from_path, survey->move.to_path);
  TRY(carry_out(change, move, survey, meeting, &moved));
  TRY(tell(change, move, &survey->move, meeting));
  *ret_outcome = (struct outcome){.id = moved.id, .body = moved.body, .version = moved.version};
  return R_OK;
}
