/* Whom a row of a grant or of a membership is about. */
#pragma once
#include "import/work.h"

enum import_holder_kind { IMPORT_HOLDER_USER, IMPORT_HOLDER_CLIENT, IMPORT_HOLDER_GROUP, IMPORT_HOLDER__KINDS };

struct import_holder {
  enum import_holder_kind kind;
  const char *member; /* that says who it is */
  const char *home;   /* and that says where they are at home */
  struct str name;
  bool by_name; /* by a login or a group's name, which may change; else by external_id or id */
};

/* Who holds the grant, or is the member. */
struct import_holder import_holder_of(const struct import_row *row);
/* What they are in. */
struct import_holder import_holder_group(const struct import_row_membership *row);

/* As it is compared where it is a name: R_MALFORMED. */
RESULT import_holder_key(const struct import_holder *holder, struct arena *arena, struct str *ret_key);

/* At home there. R_NOT_FOUND. */
RESULT import_holder_find(struct import_work *w, const struct import_holder *holder, const struct uuid *home,
                          struct uuid *ret_id);
