/* Hands a row to its kind, and has what another was faster with looked at once more. Trusts: nothing of the row. */
#include "import/apply.h"
#include "import/client.h"
#include "import/crowd.h"
#include "import/grant.h"
#include "import/group.h"
#include "import/membership.h"
#include "import/tenant.h"
#include "import/user.h"

static const struct {
  const char *action;
  import_work_row *apply, *remove;
  import_work_end *end; /* NULL: it stays */
} kinds[IMPORT_ROW__KINDS] = {
    [IMPORT_ROW_NONE] = {"import", NULL, NULL, NULL},
    [IMPORT_ROW_TENANT] = {"importTenant", import_tenant_apply, import_tenant_remove, NULL},
    [IMPORT_ROW_USER] = {"importUser", import_user_apply, import_user_remove, import_user_end},
    [IMPORT_ROW_GRANT] = {"importGrant", import_grant_apply, import_grant_remove, import_grant_end},
    [IMPORT_ROW_CLIENT] = {"importClient", import_client_apply, import_client_remove, import_client_end},
    [IMPORT_ROW_GROUP] = {"importGroup", import_group_apply, import_group_remove, import_group_end},
    [IMPORT_ROW_MEMBERSHIP] = {"importMembership", import_membership_apply, import_membership_remove,
                               import_membership_end},
};

const char *import_apply_action(enum import_row_kind kind) { return kinds[kind].action; }

static const bool kept_out[R__COUNT] = {
    [R_FORBIDDEN] = true,        [R_NOT_FOUND] = true,  [R_CEILING] = true,      [R_KIND_CEILING] = true,
    [R_NOT_FOR_MACHINES] = true, [R_PRIVILEGED] = true, [R_SELF_SERVICE] = true, [R_OUTSIDE_HOME] = true,
    [R_LOGIN_FAILED] = true,     [R_THROTTLED] = true,
};

bool import_apply_keeps_out(enum result r) { return kept_out[r]; }

/* What somebody else made between look and change is found by the next look; so is what a lost connection left. */
static bool worth_another_look(enum result r) { return r == R_ALREADY_EXISTS || r == R_OUTCOME_UNKNOWN; }

static RESULT attempt(struct import_work *w, const struct import_row *row)
{
  import_work_row *run = w->apply->mode == IMPORT_DELETE ? kinds[row->kind].remove : kinds[row->kind].apply;
  w->applied = (struct import_applied){.effect = IMPORT_UNCHANGED};
  return run(w, row);
}

RESULT import_apply(const struct import_apply *apply, const struct import_row *row, struct arena *arena,
                    struct import_applied *ret_applied)
{
  struct import_work work = {apply, arena, kinds[row->kind].action, {0}};
  enum result r = attempt(&work, row);
  bool again = worth_another_look(r) && (!apply->actor->tx || store_tx_return(apply->actor->tx) == R_OK);
  if (again)
    r = attempt(&work, row);
  *ret_applied = work.applied;
  return r;
}

RESULT import_apply_removal(const struct import_apply *apply, enum import_row_kind kind,
                            const struct import_object *object, struct arena *arena, struct import_applied *ret_applied)
{
  struct import_work work = {apply, arena, kinds[kind].action, {.effect = IMPORT_UNCHANGED, .id = object->id}};
  enum result r = kinds[kind].end ? kinds[kind].end(&work, object) : R_TENANT_STAYS;
  *ret_applied = work.applied;
  return r;
}

RESULT import_apply_users(const struct import_apply *apply, struct import_apply_user *users, size_t count,
                          struct arena *arena)
{
  struct import_work work = {apply, arena, kinds[IMPORT_ROW_USER].action, {.effect = IMPORT_UNCHANGED}};
  return import_crowd_apply(&work, users, count);
}
