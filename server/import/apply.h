/* Making it so: a row is compared with what there is, and only what differs is written. */
#pragma once
#include "import/actor.h"
#include "import/memo.h"
#include "import/row.h"

enum import_effect { IMPORT_CREATED, IMPORT_UPDATED, IMPORT_UNCHANGED, IMPORT__EFFECTS };

struct import_apply {
  const struct import_actor *actor;
  struct import_memo *memo; /* tenants by external_id */
};

/* A row needs import:run and the right to read where it stands, then what the API asks for the same change. What is
   outside is R_NOT_FOUND like what is not there. R_CONFLICT: an external_id means several tenants, or the tenant is of
   another kind. *ret_about names the member that is to blame, or is .p NULL. */
RESULT import_apply(const struct import_apply *apply, const struct import_row *row, struct arena *arena,
                 enum import_effect *ret_effect, struct str *ret_about);

/* The audit action of a row. */
const char *import_apply_action(enum import_row_kind kind);
