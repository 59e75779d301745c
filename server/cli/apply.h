/* Making it so: a row is compared with what there is, and only what differs is written. */
#pragma once
#include "cli/actor.h"
#include "cli/memo.h"
#include "cli/row.h"

enum cli_effect { CLI_CREATED, CLI_UPDATED, CLI_UNCHANGED, CLI__EFFECTS };

struct cli_apply {
  const struct cli_actor *actor;
  struct cli_memo *memo; /* tenants by external_id */
};

/* A row needs import:run and the right to read where it stands, then what the API asks for the same change. What is
   outside is R_NOT_FOUND like what is not there. R_CONFLICT: an external_id means several tenants, or the tenant is of
   another kind. *ret_about names the member that is to blame, or is .p NULL. */
RESULT cli_apply(const struct cli_apply *apply, const struct cli_row *row, struct arena *arena,
                 enum cli_effect *ret_effect, struct str *ret_about);

/* The audit action of a row. */
const char *cli_apply_action(enum cli_row_kind kind);
