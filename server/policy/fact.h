/* The kinds of fact in the snapshot: where each is read, and how a row of it goes into the model. */
#pragma once
#include "db/statement.h"
#include <bailiwick/model.h>

enum policy_fact {
  POLICY_TENANT,
  POLICY_PRINCIPAL,
  POLICY_ROLE,
  POLICY_GRANT,
  POLICY_MEMBERSHIP,
  POLICY_SESSION,
  POLICY_TERMS,
  POLICY_FACTS
};

struct policy_fact_kind {
  const char *name;       /* in policy_event */
  enum statement page;    /* all of them, by id: behind, most */
  enum statement changed; /* those that events behind a revision speak of */
  bool (*apply)(struct bw_model *model, const struct db_rows *rows, int row); /* false: memory is out */
};
extern const struct policy_fact_kind policy_fact_kinds[POLICY_FACTS];
