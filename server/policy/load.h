/* One look at the database: what changed since the last one, or all of it, published in the model as one. */
#pragma once
#include "base/result.h"
#include "base/uuid.h"
#include "db/listen.h"
#include <bailiwick/model.h>

/* Which state of which database the model holds. */
struct policy_place {
  bool known; /* false before the first load */
  struct uuid epoch;
  int64_t system, timeline;
  uint64_t revision;
};

enum policy_step {
  POLICY_SAME,
  POLICY_CHANGED,
  POLICY_WHOLE,    /* loaded anew from the same database */
  POLICY_ELSEWHERE /* loaded anew, from another database or one that has lost what it had */
};

/* Brings the model to the newest state and `place` with it. On failure both are as they were, and `listen` is good for
   nothing but closing. */
RESULT policy_load(struct db_listen *listen, struct bw_model *model, struct policy_place *place,
                   enum policy_step *ret_step);
