/* The thread that keeps the model in step with the database. */
#pragma once
#include "policy/progress.h"

struct policy_follow;

/* Looks at the database when a change is told of, and every `period` microseconds besides. Copies `conninfo`. */
RESULT policy_follow_open(const char *conninfo, int64_t period, struct bw_model *model,
                          struct policy_progress *progress, struct policy_follow **ret_follow);

/* Stops the thread, whatever it waits for. NULL-safe. */
void policy_follow_close(struct policy_follow **follow);
