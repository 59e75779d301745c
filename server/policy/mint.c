/* Writes scopes: the range of paths a root stands for, and the paths on the way to it. */
#include "policy/mint.h"
#include "base/arena.h"
#include "db/scope_mint.h"
#include <stdio.h>

enum { TRIES = 8, GRANTS_FIRST = 32 };
_Static_assert((int)BW_PATH < (int)SCOPE_PATH, "a path fits into a scope, with one character behind it");

/* "{/aaaaaaaa,/aaaaaaaa/bbbbbbbb}". */
static void write_ancestors(char *list, const char *path)
{
  size_t used = 0, n = strlen(path);
  list[used++] = '{';
  for (size_t end = BW_LABEL + 1; end <= n; end += BW_LABEL + 1) {
    if (used > 1)
      list[used++] = ',';
    memcpy(list + used, path, end);
    used += end;
  }
  list[used++] = '}';
  list[used] = '\0';
}

/* '0' is the character after '/': whatever is below a path begins with the path and '/'. */
static RESULT scope_at(const char *path, enum bw_reach reach, struct arena *arena, const struct scope **ret_scope)
{
  struct scope *scope = arena_alloc(arena, sizeof *scope);
  if (!scope)
    return R_NO_MEMORY;
  snprintf(scope->low, sizeof scope->low, "%s", path);
  snprintf(scope->high, sizeof scope->high, "%s%c", path, reach == BW_REACH_SUBTREE ? '0' : '/');
  write_ancestors(scope->ancestors, path);
  snprintf(scope->consents, sizeof scope->consents, "{}");
  *ret_scope = scope;
  return R_OK;
}

RESULT policy_scope(const struct policy *policy, const struct bw_answer *answer, struct arena *arena,
                    const struct scope **ret_scope)
{
  char path[BW_PATH];
  if (answer->effect != BW_ALLOW || !bw_tenant_path(policy_model(policy), &answer->root, path))
    return R_NOT_FOUND;
  return scope_at(path, answer->reach, arena, ret_scope);
}

RESULT policy_scope_home(const struct policy *policy, const struct uuid *tenant, struct arena *arena,
                         const struct scope **ret_scope)
{
  struct bw_id id = policy_id(tenant);
  char path[BW_PATH];
  if (!bw_tenant_path(policy_model(policy), &id, path))
    return R_NOT_FOUND;
  return scope_at(path, BW_REACH_SUBTREE, arena, ret_scope);
}

/* Every path begins with '/'. */
RESULT policy_scope_whole(const struct policy *policy, struct arena *arena, const struct scope **ret_scope)
{
  (void)policy;
  struct scope *scope = arena_alloc(arena, sizeof *scope);
  if (!scope)
    return R_NO_MEMORY;
  *scope = (struct scope){"/", "0", "{}", "{}"};
  *ret_scope = scope;
  return R_OK;
}

/* What the search for roots is about. */
struct search {
  const struct bw_model *model;
  struct bw_question question;
  uint64_t revision;
  struct policy_root *roots;
  size_t count;
};

/* All live grants of the subject's. */
static RESULT list_grants(const struct search *s, struct arena *arena, struct bw_root **ret_grants, size_t *ret_count)
{
  for (size_t room = GRANTS_FIRST;;) {
    struct bw_root *grants = arena_array(arena, room, sizeof *grants);
    if (!grants)
      return R_NO_MEMORY;
    size_t count = bw_roots(s->model, &s->question.subject, s->question.now, room, grants);
    if (count <= room) {
      *ret_grants = grants;
      *ret_count = count;
      return R_OK;
    }
    room = count;
  }
}

/* A grant makes a root if at its own tenant it is the one that the decision names: then no wider one reaches there. */
static RESULT consider(struct search *s, const struct bw_root *grant, struct arena *arena)
{
  struct bw_answer answer;
  struct policy_root *root = &s->roots[s->count];
  s->question.tenant = grant->tenant;
  bw_decide(s->model, &s->question, &answer);
  if (answer.revision != s->revision)
    return R_AGAIN;
  if (answer.effect != BW_ALLOW || memcmp(&answer.grant, &grant->grant, sizeof answer.grant) != 0)
    return R_OK;
  root->tenant = policy_uuid(&grant->tenant);
  root->reach = answer.reach;
  if (!bw_tenant_path(s->model, &grant->tenant, root->path))
    return R_AGAIN;
  TRY(scope_at(root->path, root->reach, arena, &root->scope));
  s->count++;
  return R_OK;
}

/* R_AGAIN when the snapshot moved on meanwhile. */
static RESULT find_roots(struct search *s, struct arena *arena)
{
  struct bw_root *grants = NULL;
  size_t count = 0;
  s->revision = bw_model_revision(s->model);
  s->count = 0;
  TRY(list_grants(s, arena, &grants, &count));
  s->roots = arena_array(arena, count + 1, sizeof *s->roots);
  if (!s->roots)
    return R_NO_MEMORY;
  for (size_t i = 0; i < count; i++)
    TRY(consider(s, &grants[i], arena));
  return s->revision == bw_model_revision(s->model) ? R_OK : R_AGAIN;
}

RESULT policy_roots(const struct policy *policy, const struct uuid *subject, enum bw_permission permission, int64_t now,
                    struct arena *arena, const struct policy_root **ret_roots, size_t *ret_count)
{
  struct search s = {.model = policy_model(policy),
                     .question = {.subject = policy_id(subject), .permission = permission, .now = now}};
  enum result r = R_AGAIN;
  for (int tries = 0; r == R_AGAIN && tries < TRIES; tries++)
    r = find_roots(&s, arena);
  TRY(r);
  *ret_roots = s.roots;
  *ret_count = s.count;
  return R_OK;
}
