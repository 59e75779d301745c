/* What a principal holds, in the order of the tree. */
#include "pdp/decide.h"

struct found {
  struct bw_root root;
  char path[BW_PATH]; /* of its tenant */
};

/* Before, at or after: by the path of the tenant, then by the grant's id. */
static int compare(const struct bw_model *m, const struct found *a, const struct bw_root *b)
{
  struct pdp_line line;
  char other[BW_PATH] = "";
  if (pdp_line_of(m, pdp_tenant_find(m, &b->tenant), &line))
    pdp_line_path(m, &line, other);
  int order = strcmp(a->path, other);
  return order ? order : memcmp(&a->root.grant, &b->grant, sizeof b->grant);
}

/* Keeps the first `most`. */
static void insert(const struct bw_model *m, struct bw_root *roots, size_t kept, size_t most, const struct found *new)
{
  size_t low = 0, high = kept;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (compare(m, new, &roots[middle]) > 0)
      low = middle + 1;
    else
      high = middle;
  }
  if (low == most)
    return;
  size_t behind = kept - low - (kept == most);
  memmove(&roots[low + 1], &roots[low], behind * sizeof *roots);
  roots[low] = new->root;
}

/* One grant as a root, when the subject holds it now. */
static bool root_of(const struct bw_model *m, const struct pdp_principal *subject, const struct pdp_grant *g,
                    int64_t now, struct found *ret_found)
{
  struct pdp_target own;
  unsigned place;
  uint32_t tenant = pdp_get(&g->tenant);
  if (!pdp_target_of(m, tenant, pdp_get(&subject->home), &own) || !pdp_target_reached(m, &own, g, now, &place))
    return false;
  const struct pdp_role *role = pdp_role(m, pdp_get(&g->role));
  ret_found->root = (struct bw_root){
      .grant = pdp_id(&g->key),
      .role = pdp_id(&role->key),
      .tenant = pdp_id(&pdp_tenant(m, tenant)->key),
      .permissions = pdp_given(role, pdp_barred(subject, own.line.info[0], own.line.info[0])),
      .expires_at = pdp_get(&g->expires_at),
  };
  ret_found->root.reach = pdp_kind(pdp_get(&g->info));
  pdp_line_path(m, &own.line, ret_found->path);
  return true;
}

bool bw_root_of(const struct bw_model *m, const struct bw_id *subject, const struct bw_id *grant, int64_t now,
                struct bw_root *ret_root)
{
  struct found found;
  bool held;
  struct pdp_reading r;
  pdp_reading_begin(&r, m);
  do {
    const struct pdp_grant *wanted = pdp_grant(m, pdp_grant_find(m, grant)), *g = NULL;
    const struct pdp_principal *p = pdp_subject(m, subject);
    struct pdp_holding holding = {0};
    if (p)
      pdp_holding_begin(m, p, false, &holding);
    do {
      g = pdp_holding_next(m, &holding);
    } while (g && g != wanted);
    held = g && root_of(m, p, g, now, &found);
  } while (pdp_reading_again(&r));
  if (held)
    *ret_root = found.root;
  return held;
}

size_t bw_roots(const struct bw_model *m, const struct bw_id *subject, int64_t now, size_t most,
                struct bw_root *ret_roots)
{
  size_t count;
  struct pdp_reading r;
  pdp_reading_begin(&r, m);
  do {
    count = 0;
    const struct pdp_principal *p = pdp_subject(m, subject);
    struct pdp_holding holding = {0};
    const struct pdp_grant *g;
    if (p)
      pdp_holding_begin(m, p, false, &holding);
    while ((g = pdp_holding_next(m, &holding))) {
      struct found found;
      if (!root_of(m, p, g, now, &found))
        continue;
      insert(m, ret_roots, count < most ? count : most, most, &found);
      count++;
    }
  } while (pdp_reading_again(&r));
  return count;
}
