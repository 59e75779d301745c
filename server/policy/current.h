/* What another process has just changed is asked for before somebody is told that it is not there. */
#pragma once
#include "policy/policy.h"
#include "store/call.h"

/* True when the database is past `seen`, the revision by which something was decided, and so is the snapshot now: it is to be
   decided again. The same work for whatever was asked for. Waits at most 2 s. */
bool policy_catch_up(struct policy *policy, const struct store_call *call, uint64_t seen);
