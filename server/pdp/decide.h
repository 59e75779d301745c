/* What the questions share: the line from a tenant up to its root, and which grants count on it. */
#pragma once
#include "pdp/holding.h"
#include <bailiwick/decide.h>

/* at[0] is the tenant, at[n - 1] its root. */
struct pdp_line {
  unsigned n;
  uint32_t at[BW_DEPTH], info[BW_DEPTH];
};

/* False for an unknown tenant, one with an unknown tenant above it, in a ring, or deeper than BW_DEPTH. */
bool pdp_line_of(const struct bw_model *m, uint32_t tenant, struct pdp_line *ret_line);

/* "/aaaaaaaa/bbbbbbbb" with a NUL, root first. */
void pdp_line_path(const struct bw_model *m, const struct pdp_line *line, char ret_path[BW_PATH]);

/* The principal of an id if it may act: no group, active, and no suspension applies to its home. NULL otherwise. */
const struct pdp_principal *pdp_subject(const struct bw_model *m, const struct bw_id *id);

/* The flags of what a grant does not give, whatever its role says: its holder is a machine, or the kind of the tenant
   at which it is held or of the target has a ceiling. Both tenants by their info. Who is neither person nor machine
   passes for a machine, and a tenant of no kind for a customer. */
unsigned pdp_barred(const struct pdp_principal *holder, uint32_t held, uint32_t target);
/* What is left of a role. */
struct bw_permission_set pdp_given(const struct pdp_role *role, unsigned barred);

/* A target as one subject sees it: grants held above `limit` on the line, outside the subject's home or beyond a
   boundary, do not count. */
struct pdp_target {
  struct pdp_line line;
  unsigned limit;
};

/* False when no grant of the subject's can reach it. */
bool pdp_target_of(const struct bw_model *m, uint32_t tenant, uint32_t home, struct pdp_target *ret_target);

/* The grant is live and reaches the target; its tenant's place on the line. */
bool pdp_target_reached(const struct bw_model *m, const struct pdp_target *target, const struct pdp_grant *grant,
                        int64_t now, unsigned *ret_place);
